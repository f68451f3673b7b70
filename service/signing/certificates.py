"""The X.509 certificates of the embedded authority (RFC 5280), all P-256 with SHA-256."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from anchoring.assurance import COMPANY_POLICY_OID, POLICY_OF

# Under 2.25, the arc of UUIDs, which needs no registration (ITU-T X.667 §6).
SEAL_POLICY_OID = "2.25.205217487232027051284819035816905563065"
"""Certificate policy of the platform's own seal."""
TIME_STAMP_POLICY_OID = "2.25.301313168973816290888211864282290047635"
"""Policy under which the embedded authority issues time stamps."""
_ANY_POLICY = "2.5.29.32.0"

SIGNER_LIFE = timedelta(minutes=10)
# How far a verifier's clock may lag behind ours.
CLOCK_SKEW = timedelta(minutes=1)


@dataclass(frozen=True)
class Issued:
    """A key with its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def new_key() -> ec.EllipticCurvePrivateKey:
    """Return a fresh P-256 key."""
    return ec.generate_private_key(ec.SECP256R1())


def issue_root(*, platform: str, now: datetime) -> Issued:
    """Return a self-signed root for 25 years, above issuing authorities only."""
    key = new_key()
    name = _name(platform, "Root CA")
    builder = _builder(name, name, key, start=now, end=now + timedelta(days=25 * 365))
    return Issued(key, _as_authority(builder, key, key.public_key(), path_length=1))


def issue_authority(root: Issued, *, platform: str, purpose: str, now: datetime) -> Issued:
    """Return an issuing authority for 20 years; ``purpose`` is part of its name."""
    key = new_key()
    builder = _builder(
        _name(platform, purpose),
        root.certificate.subject,
        key,
        start=now,
        end=now + timedelta(days=20 * 365),
    )
    return Issued(key, _as_authority(builder, root.key, root.key.public_key(), path_length=0))


def issue_seal(authority: Issued, *, platform: str, now: datetime) -> Issued:
    """Return the platform's seal key and certificate, for 10 years."""
    return _issue_end_entity(
        authority,
        subject=_name(platform, "e-seal"),
        policies=[SEAL_POLICY_OID],
        start=now,
        end=now + timedelta(days=10 * 365),
    )


def issue_time_stamper(authority: Issued, *, platform: str, now: datetime) -> Issued:
    """Return a time stamper's key and certificate (RFC 3161 §2.3), for 15 years."""
    return _issue_end_entity(
        authority,
        subject=_name(platform, "Time stamps"),
        policies=[TIME_STAMP_POLICY_OID],
        start=now,
        end=now + timedelta(days=15 * 365),
        only_for=ExtendedKeyUsageOID.TIME_STAMPING,
    )


def issue_one_use(
    authority: Issued, *, subject: str, now: datetime, assurance: str, for_company: bool
) -> Issued:
    """Return a signer's key and certificate, valid for ten minutes from ``now``.

    The subject holds nothing but the opaque ``subject``; the policies say how the signer was
    identified (``assurance``, of ``anchoring.assurance.POLICY_OF``), and whether they sign for a
    company. The start lies a little in the past, for verifiers whose clock lags.
    """
    return _issue_end_entity(
        authority,
        subject=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject[:64])]),
        policies=[POLICY_OF[assurance], *([COMPANY_POLICY_OID] if for_company else [])],
        start=now - CLOCK_SKEW,
        end=now + SIGNER_LIFE,
    )


def _name(platform: str, purpose: str) -> x509.Name:
    # X.520 allows 64 characters each.
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, platform[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{platform[: 63 - len(purpose)]} {purpose}"),
        ]
    )


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    *,
    start: datetime,
    end: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _as_authority(
    builder: x509.CertificateBuilder,
    signing_key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePublicKey,
    *,
    path_length: int,
) -> x509.Certificate:
    return (
        builder.add_extension(
            x509.BasicConstraints(ca=True, path_length=path_length), critical=True
        )
        .add_extension(_key_usage(certificates=True), critical=True)
        .add_extension(_policies(_ANY_POLICY), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False
        )
        .sign(signing_key, hashes.SHA256())
    )


def _issue_end_entity(
    authority: Issued,
    *,
    subject: x509.Name,
    policies: Sequence[str],
    start: datetime,
    end: datetime,
    only_for: x509.ObjectIdentifier | None = None,
) -> Issued:
    key = new_key()
    builder = (
        _builder(subject, authority.certificate.subject, key, start=start, end=end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(certificates=False), critical=True)
        .add_extension(_policies(*policies), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()),
            critical=False,
        )
    )
    if only_for is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([only_for]), critical=True)
    return Issued(key, builder.sign(authority.key, hashes.SHA256()))


def _key_usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        content_commitment=not certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _policies(*oids: str) -> x509.CertificatePolicies:
    return x509.CertificatePolicies(
        [x509.PolicyInformation(x509.ObjectIdentifier(oid), None) for oid in oids]
    )
