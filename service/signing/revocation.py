"""What the embedded authority says about revocation: OCSP responses (RFC 6960) and CRLs.

They go into the sealed PDF, so that it can be validated without asking anybody.
"""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from anchoring.hashing import sha256
from service.signing import der
from service.signing.certificates import Issued
from service.signing.signed_data import ECDSA_SHA256, SHA256_ALGORITHM

# How long a statement about a lasting certificate counts as fresh; archives renew it by then.
FRESH_FOR = timedelta(days=365)

_GOOD = der.value(0x80)
_SUCCESSFUL = der.value(0x0A, b"\x00")
_BASIC_RESPONSE = der.oid("1.3.6.1.5.5.7.48.1.1")
_ARCHIVE_CUTOFF = der.oid("1.3.6.1.5.5.7.48.1.6")


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
    single = der.sequence(
        der.sequence(
            SHA256_ALGORITHM,
            der.octets(sha256(issuer.subject.public_bytes())),
            der.octets(sha256(_key_bits(issuer))),
            der.integer(certificate.serial_number),
        ),
        _GOOD,
        der.generalized_time(known_at),
        der.value(0xA0, der.generalized_time(min(known_at + FRESH_FOR, end))),
        _archive_cutoff(start) if produced > end else b"",
    )
    return _answer(authority, [single], produced=produced)


def _answer(authority: Issued, singles: list[bytes], *, produced: datetime) -> bytes:
    """Return a successful OCSPResponse with one BasicOCSPResponse (RFC 6960 §4.2.1)."""
    # The responder by its key: SHA-1 of the public key's bits, as the format has it.
    key_hash = x509.SubjectKeyIdentifier.from_public_key(authority.key.public_key()).digest
    data = der.sequence(
        der.value(0xA2, der.octets(key_hash)),
        der.generalized_time(produced),
        der.sequence(*singles),
    )
    signature = authority.key.sign(data, ec.ECDSA(hashes.SHA256()))
    basic = der.sequence(data, ECDSA_SHA256, der.value(0x03, b"\x00", signature))
    return der.sequence(
        _SUCCESSFUL, der.value(0xA0, der.sequence(_BASIC_RESPONSE, der.octets(basic)))
    )


def _archive_cutoff(start: datetime) -> bytes:
    extension = der.sequence(_ARCHIVE_CUTOFF, der.octets(der.generalized_time(start)))
    return der.value(0xA1, der.sequence(extension))


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
