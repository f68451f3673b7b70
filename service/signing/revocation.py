"""What the embedded authority says about revocation: OCSP responses (RFC 6960) and CRLs.

They go into the sealed PDF, so that it can be validated without asking anybody.
"""

from datetime import datetime, timedelta

from asn1crypto import core
from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from anchoring.hashing import sha256
from service.signing.certificates import Issued

# How long a statement about a lasting certificate counts as fresh; archives renew it by then.
FRESH_FOR = timedelta(days=365)


def good_answer(authority: Issued, certificate: x509.Certificate, *, now: datetime) -> bytes:
    """Return a DER OCSP response of ``authority``: ``certificate`` was never revoked.

    For a certificate that has expired, as one-use ones have when the agreement is sealed, it
    speaks of the time of its validity and says so with an archive cutoff (RFC 6960 §4.4.4):
    validators slide back to ``nextUpdate``, which must not lie behind the certificate's end.
    """
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    produced = now.replace(microsecond=0)
    known_at = max(start, min(produced, end - timedelta(minutes=1)))
    issuer = authority.certificate
    single = asn1_ocsp.SingleResponse(
        {
            "cert_id": {
                "hash_algorithm": {"algorithm": "sha256"},
                "issuer_name_hash": sha256(issuer.subject.public_bytes()),
                "issuer_key_hash": sha256(_key_bits(issuer)),
                "serial_number": certificate.serial_number,
            },
            "cert_status": asn1_ocsp.CertStatus(name="good", value=core.Null()),
            "this_update": known_at,
            "next_update": min(known_at + FRESH_FOR, end),
        }
    )
    if produced > end:
        single["single_extensions"] = [
            {"extn_id": "archive_cutoff", "critical": False, "extn_value": start}
        ]
    data = asn1_ocsp.ResponseData(
        {
            # RFC 6960 §4.2.1: by key, as SHA-1 of the public key's bits
            "responder_id": asn1_ocsp.ResponderId(
                name="by_key",
                value=x509.SubjectKeyIdentifier.from_public_key(authority.key.public_key()).digest,
            ),
            "produced_at": produced,
            "responses": [single],
        }
    )
    basic = asn1_ocsp.BasicOCSPResponse(
        {
            "tbs_response_data": data,
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature": authority.key.sign(data.dump(), ec.ECDSA(hashes.SHA256())),
        }
    )
    response = asn1_ocsp.OCSPResponse(
        {
            "response_status": "successful",
            "response_bytes": {
                "response_type": "basic_ocsp_response",
                "response": core.ParsableOctetString(basic.dump()),
            },
        }
    )
    return bytes(response.dump())


def _key_bits(certificate: x509.Certificate) -> bytes:
    return certificate.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def empty_list(authority: Issued, *, now: datetime) -> bytes:
    """Return a DER CRL of ``authority`` that revokes nothing."""
    moment = now.replace(microsecond=0)
    return (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(moment)
        .next_update(moment + FRESH_FOR)
        .add_extension(x509.CRLNumber(int(moment.timestamp())), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()),
            critical=False,
        )
        .sign(authority.key, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )
