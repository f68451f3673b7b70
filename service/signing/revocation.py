"""What the embedded authority says about revocation: OCSP responses (RFC 6960) and CRLs.

They go into the sealed PDF, so that it can be validated without asking anybody.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from anchoring.hashing import sha256
from service.signing import der
from service.signing.certificates import Issued
from service.signing.signed_data import ECDSA_SHA256, SHA256_ALGORITHM

FRESH_FOR_ASKING = timedelta(days=1)
"""How long an answer to somebody who asks is fresh."""

GOOD = der.value(0x80)
UNKNOWN = der.value(0x82)
_SUCCESSFUL = der.value(0x0A, b"\x00")
_BASIC_RESPONSE = der.oid("1.3.6.1.5.5.7.48.1.1")
_ARCHIVE_CUTOFF = der.oid("1.3.6.1.5.5.7.48.1.6")


def kept_answer(
    authority: Issued,
    certificate: x509.Certificate,
    *,
    now: datetime,
    revoked_at: datetime | None = None,
) -> bytes:
    """Return a DER OCSP response of ``authority`` about ``certificate``, for keeping.

    For a certificate that has expired, as one-use ones have when the agreement is sealed, it
    speaks of the time of its validity and says so with an archive cutoff (RFC 6960 §4.4.4):
    validators slide back to ``nextUpdate``, which must not lie behind the certificate's end, nor
    before it, or a file could not be validated between the two. Who wants to know of today asks.
    """
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    produced = now.replace(microsecond=0)
    known_at = max(start, min(produced, end - timedelta(minutes=1)))
    issuer = authority.certificate
    single = der.sequence(
        der.sequence(
            SHA256_ALGORITHM,
            der.octets(sha256(issuer.subject.public_bytes())),
            der.octets(sha256(_key_bits(issuer))),
            der.integer(certificate.serial_number),
        ),
        GOOD if revoked_at is None else revoked(revoked_at),
        der.generalized_time(known_at),
        der.value(0xA0, der.generalized_time(end)),
        archive_cutoff(start) if produced > end else b"",
    )
    return signed_answer(authority, [single], produced=produced)


def signed_answer(
    authority: Issued, singles: list[bytes], *, produced: datetime, extensions: bytes = b""
) -> bytes:
    """Return a successful OCSPResponse with one BasicOCSPResponse (RFC 6960 §4.2.1)."""
    # The responder by its key: SHA-1 of the public key's bits, as the format has it.
    key_hash = x509.SubjectKeyIdentifier.from_public_key(authority.key.public_key()).digest
    data = der.sequence(
        der.value(0xA2, der.octets(key_hash)),
        der.generalized_time(produced),
        der.sequence(*singles),
        extensions,
    )
    signature = authority.key.sign(data, ec.ECDSA(hashes.SHA256()))
    basic = der.sequence(data, ECDSA_SHA256, der.value(0x03, b"\x00", signature))
    return der.sequence(
        _SUCCESSFUL, der.value(0xA0, der.sequence(_BASIC_RESPONSE, der.octets(basic)))
    )


def revoked(at: datetime) -> bytes:
    """Return the status of a certificate whose key may be known to somebody else since ``at``."""
    return der.value(0xA1, der.generalized_time(at), der.value(0xA0, der.value(0x0A, b"\x01")))


def identifiers(issuer: x509.Certificate) -> Iterator[tuple[str, bytes, bytes]]:
    """Yield (digest, hash of the issuer's name, of its key) as requests may name an issuer."""
    # RFC 6960 §4.1.1: an identifier, not a signature; most clients still use SHA-1 for it.
    for digest in ("sha1", "sha256"):
        name = hashlib.new(digest, issuer.subject.public_bytes(), usedforsecurity=False)
        key = hashlib.new(digest, _key_bits(issuer), usedforsecurity=False)
        yield digest, name.digest(), key.digest()


def archive_cutoff(start: datetime) -> bytes:
    """Return the extensions of an answer about a certificate that has expired."""
    extension = der.sequence(_ARCHIVE_CUTOFF, der.octets(der.generalized_time(start)))
    return der.value(0xA1, der.sequence(extension))


def _key_bits(certificate: x509.Certificate) -> bytes:
    return certificate.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def revocation_list(
    authority: Issued, revoked: Mapping[int, datetime], *, now: datetime, keeping: bool = False
) -> bytes:
    """Return a DER CRL of ``authority``; ``revoked`` maps serial numbers to when.

    ``keeping``: for an archive, which cannot ask again: as fresh as its authority lasts.
    """
    moment = now.replace(microsecond=0)
    ends = authority.certificate.not_valid_after_utc
    until = ends if keeping else min(moment + FRESH_FOR_ASKING, ends)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(moment)
        .next_update(max(until, moment))
        .add_extension(x509.CRLNumber(int(moment.timestamp())), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()),
            critical=False,
        )
    )
    for serial, at in revoked.items():
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(serial)
            .revocation_date(at)
            .add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False)
            .build()
        )
    return builder.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.DER)
