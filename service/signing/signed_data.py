"""CMS SignedData (RFC 5652) by one P-256 key, encoded here.

pyHanko builds the same out of asn1crypto's objects, which takes some twenty times as long as the
signature itself. The bytes are those pyHanko would write, so its parser and every other judge
read them alike; ``tests/unit/signing/test_signed_data.py`` holds the two against each other.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from anchoring.hashing import sha256
from service.signing import der

Stamp = Callable[[bytes], bytes]
"""Takes the SHA-256 of what is to be stamped and returns a DER time-stamp token."""

_DATA = der.oid("1.2.840.113549.1.7.1")
_SIGNED_DATA = der.oid("1.2.840.113549.1.7.2")
_CONTENT_TYPE = der.oid("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST = der.oid("1.2.840.113549.1.9.4")
_SIGNING_TIME = der.oid("1.2.840.113549.1.9.5")
_SIGNING_CERTIFICATE_V2 = der.oid("1.2.840.113549.1.9.16.2.47")
_TIME_STAMP_TOKEN = der.oid("1.2.840.113549.1.9.16.2.14")
SHA256_ALGORITHM = der.sequence(der.oid("2.16.840.1.101.3.4.2.1"), der.NULL)
ECDSA_SHA256 = der.sequence(der.oid("1.2.840.10045.4.3.2"))
_ECDSA = ec.ECDSA(hashes.SHA256())


class SigningKey(Protocol):
    """A P-256 key that signs, in memory or on a token."""

    def sign(self, data: bytes, signature_algorithm: ec.ECDSA) -> bytes:
        """Return the DER ECDSA signature of ``data``."""
        ...


class CmsSigner:
    """Signs with one key; all that its signatures have in common is encoded once.

    ``certificate`` and ``issuers`` are what travels in each of them. Safe to use from many
    threads if the key is.
    """

    def __init__(
        self,
        key: SigningKey,
        certificate: x509.Certificate,
        *,
        issuers: Iterable[x509.Certificate],
    ) -> None:
        self._key = key
        encoded = certificate.public_bytes(Encoding.DER)
        name = certificate.issuer.public_bytes()
        serial = der.integer(certificate.serial_number)
        self._identifier = der.sequence(name, serial)
        self._certificates = der.retagged(
            0xA0, der.set_of([encoded, *(one.public_bytes(Encoding.DER) for one in issuers)])
        )
        # RFC 5035 §4: SHA-256 is the default and left out; the name is a directoryName [4].
        self._certificate_attribute = attribute(
            _SIGNING_CERTIFICATE_V2,
            der.sequence(
                der.sequence(
                    der.sequence(
                        der.octets(sha256(encoded)),
                        der.sequence(der.sequence(der.value(0xA4, name)), serial),
                    )
                )
            ),
        )

    def sign_detached(
        self, digest: bytes, *, attributes: Sequence[bytes] = (), stamp: Stamp | None = None
    ) -> bytes:
        """Return the DER ContentInfo of a CAdES signature of data with the SHA-256 ``digest``.

        ``attributes`` are further signed attributes, encoded. With ``stamp`` the signature gets a
        time stamp as unsigned attribute (EN 319 122-1 §5.3).
        """
        signed, signature = self._sign(_DATA, digest, attributes)
        unsigned = b""
        if stamp is not None:
            token = attribute(_TIME_STAMP_TOKEN, stamp(sha256(signature)))
            unsigned = der.value(0xA1, token)
        return self._content_info(1, der.sequence(_DATA), signed, signature, unsigned)

    def sign_enclosed(self, content_type: bytes, content: bytes, *, with_chain: bool) -> bytes:
        """Return the DER ContentInfo of a signature that holds ``content`` of another type."""
        signed, signature = self._sign(content_type, sha256(content), ())
        enclosed = der.sequence(content_type, der.value(0xA0, der.octets(content)))
        return self._content_info(3, enclosed, signed, signature, b"", with_chain=with_chain)

    def _sign(
        self, content_type: bytes, digest: bytes, attributes: Sequence[bytes]
    ) -> tuple[bytes, bytes]:
        signed = der.set_of(
            [
                attribute(_CONTENT_TYPE, content_type),
                attribute(_MESSAGE_DIGEST, der.octets(digest)),
                self._certificate_attribute,
                *attributes,
            ]
        )
        # RFC 5652 §5.4: signed as a SET OF, whatever tag it is kept under.
        return der.retagged(0xA0, signed), self._key.sign(signed, _ECDSA)

    def _content_info(
        self,
        version: int,
        enclosed: bytes,
        signed: bytes,
        signature: bytes,
        unsigned: bytes,
        *,
        with_chain: bool = True,
    ) -> bytes:
        signer = der.sequence(
            der.integer(1),
            self._identifier,
            SHA256_ALGORITHM,
            signed,
            ECDSA_SHA256,
            der.octets(signature),
            unsigned,
        )
        content = der.sequence(
            der.integer(version),
            der.set_of([SHA256_ALGORITHM]),
            enclosed,
            self._certificates if with_chain else b"",
            der.set_of([signer]),
        )
        return der.sequence(_SIGNED_DATA, der.value(0xA0, content))


def attribute(kind: bytes, content: bytes) -> bytes:
    """Return an attribute with one value; ``kind`` and ``content`` are encoded."""
    return der.sequence(kind, der.set_of([content]))


def signing_time(encoded_time: bytes) -> bytes:
    """Return the signed attribute that claims a time (RFC 5652 §11.3); PAdES forbids it."""
    return attribute(_SIGNING_TIME, encoded_time)
