"""A detached CMS signature (RFC 5652) over a challenge, as signing programs and openssl make it."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from service.identity.companies.errors import CertificateRefusedError

_MOST_BYTES = 256 * 1024
_MOST_CERTIFICATES = 10
_DIGESTS: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


@dataclass(frozen=True, kw_only=True)
class SignedChallenge:
    """Whose key made the signature, and the certificates that came with it."""

    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...]


def verify_challenge(signature: bytes, challenge: bytes) -> SignedChallenge:
    """Return the signer's certificate if ``signature`` (DER or PEM) is one over ``challenge``.

    One signer, signed attributes, SHA-2, RSA or elliptic curve. The certificate itself is not
    judged here. Raises CertificateRefusedError.
    """
    if len(signature) > _MOST_BYTES:
        raise _refused("size", f"expected at most {_MOST_BYTES} bytes")
    try:
        signed, signer = _parsed(signature)
        attributes = signer["signed_attrs"]
        certificates = _certificates(signed)
        certificate = _signers(signer, certificates)
        digest = _DIGESTS[signer["digest_algorithm"]["algorithm"].native]
        values = {one["type"].native: one["values"] for one in attributes}
        stated = values["message_digest"][0].native
        encapsulated = signed["encap_content_info"]["content"].native
        to_be_signed = attributes.untag().dump()
        signed_bytes = signer["signature"].native
        algorithm = signer["signature_algorithm"]
    except CertificateRefusedError:
        raise
    except Exception as error:
        # The parser raises whatever a hostile encoding leads it to.
        raise _refused("form", "expected a CMS signature with signed attributes") from error
    if encapsulated is not None and encapsulated != challenge:
        raise _refused("text", "expected the signature over the given text, got another text")
    if not hmac.compare_digest(hashlib.new(digest.name, challenge).digest(), stated):
        raise _refused("text", "expected the signature over the given text, got another text")
    try:
        _verify(certificate.public_key(), signed_bytes, to_be_signed, digest, algorithm)
    except InvalidSignature:
        raise _refused("signature", "the signature does not verify") from None
    return SignedChallenge(
        certificate=certificate,
        others=tuple(one for one in certificates if one != certificate),
    )


def _parsed(signature: bytes) -> tuple[Any, Any]:
    if signature.lstrip().startswith(b"-----BEGIN"):
        from asn1crypto import pem

        _, _, signature = pem.unarmor(signature)
    info = cms.ContentInfo.load(signature, strict=True)
    if info["content_type"].native != "signed_data":
        raise _refused("form", "expected a CMS signature")
    signed = info["content"]
    if len(signed["signer_infos"]) != 1:
        raise _refused("form", f"expected one signer, got {len(signed['signer_infos'])}")
    return signed, signed["signer_infos"][0]


def _certificates(signed: Any) -> list[x509.Certificate]:
    found = [one.chosen.dump() for one in signed["certificates"] if one.name == "certificate"]
    if not 1 <= len(found) <= _MOST_CERTIFICATES:
        raise _refused("form", f"expected 1 to {_MOST_CERTIFICATES} certificates")
    return [x509.load_der_x509_certificate(one) for one in found]


def _signers(signer: Any, certificates: list[x509.Certificate]) -> x509.Certificate:
    sid = signer["sid"]
    for certificate in certificates:
        if sid.name == "issuer_and_serial_number":
            same = (
                sid.chosen["issuer"].dump() == certificate.issuer.public_bytes()
                and sid.chosen["serial_number"].native == certificate.serial_number
            )
        else:
            key = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
            same = sid.chosen.native == key.value.digest
        if same:
            return certificate
    raise _refused("form", "expected the signer's certificate in the signature")


def _verify(
    key: object, signature: bytes, message: bytes, digest: hashes.HashAlgorithm, algorithm: Any
) -> None:
    name = algorithm["algorithm"].native
    if isinstance(key, rsa.RSAPublicKey) and name == "rsassa_pss":
        key.verify(signature, message, padding.PSS(padding.MGF1(digest), padding.PSS.AUTO), digest)
    elif isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, message, padding.PKCS1v15(), digest)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, message, ec.ECDSA(digest))
    else:
        raise _refused("key", "expected an RSA or elliptic-curve key")


def _refused(step: str, words: str) -> CertificateRefusedError:
    return CertificateRefusedError(words, step=step)
