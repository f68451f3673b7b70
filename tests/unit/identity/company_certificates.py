"""An authority that issues certificates to companies, and signs challenges as their holders do."""

import subprocess
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import (
    AuthorityInformationAccessOID,
    ExtendedKeyUsageOID,
    NameOID,
    ObjectIdentifier,
)

from tests.parts import NOON

NUMBER = "A28015865"


def qc_statements() -> bytes:
    """Return qcStatements that claim a qualified certificate for signatures."""

    class Statement(core.Sequence):
        _fields = [  # noqa: RUF012  # the library's own way of declaring fields
            ("id", core.ObjectIdentifier),
            ("info", core.Any, {"optional": True}),
        ]

    class Statements(core.SequenceOf):
        _child_spec = Statement

    class Types(core.SequenceOf):
        _child_spec = core.ObjectIdentifier

    return Statements(
        [
            Statement({"id": "0.4.0.1862.1.1"}),
            Statement({"id": "0.4.0.1862.1.6", "info": core.Any(Types(["0.4.0.1862.1.6.1"]))}),
        ]
    ).dump()


@dataclass
class Authority:
    """A root and what it issues; ``url`` is where it says what it revoked."""

    url: str = "http://127.0.0.1:9"
    now: datetime = NOON
    revoked: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test Companies Root")])
        self.root = (
            self._builder(name, name, self.key.public_key(), days=3650)
            .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
            .add_extension(_usage(authority=True), critical=True)
            .sign(self.key, hashes.SHA256())
        )

    def issue(
        self,
        *,
        identifier: str = f"VATES-{NUMBER}",
        person: str | None = "IDCES-99999999R",
        signing: bool = True,
        days: int = 700,
        key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | None = None,
        addresses: bool = True,
    ) -> "CompanyKey":
        """Return a company's key with its certificate."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        names = [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Aceites del Sur SA"),
            x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, identifier),
        ]
        if person is not None:
            names += [
                x509.NameAttribute(NameOID.SERIAL_NUMBER, person),
                x509.NameAttribute(NameOID.GIVEN_NAME, "MARIA CARMEN"),
                x509.NameAttribute(NameOID.SURNAME, "GARCIA LOPEZ"),
            ]
        builder = (
            self._builder(x509.Name(names), self.root.subject, key.public_key(), days=days)
            .add_extension(_usage(signing=signing), critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()),
                critical=False,
            )
            .add_extension(
                x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.5.5.7.1.3"), qc_statements()),
                critical=False,
            )
        )
        if addresses:
            builder = builder.add_extension(
                x509.AuthorityInformationAccess(
                    [
                        x509.AccessDescription(
                            AuthorityInformationAccessOID.OCSP,
                            x509.UniformResourceIdentifier(f"{self.url}/ocsp"),
                        )
                    ]
                ),
                critical=False,
            ).add_extension(
                x509.CRLDistributionPoints(
                    [
                        x509.DistributionPoint(
                            [x509.UniformResourceIdentifier(f"{self.url}/crl")], None, None, None
                        )
                    ]
                ),
                critical=False,
            )
        return CompanyKey(key, builder.sign(self.key, hashes.SHA256()))

    def crl(self, *, days: int = 1) -> bytes:
        """Return the list of what was revoked."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.root.subject)
            .last_update(self.now - timedelta(hours=1))
            .next_update(self.now - timedelta(hours=1) + timedelta(days=days))
        )
        for serial in self.revoked:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder()
                .serial_number(serial)
                .revocation_date(self.now - timedelta(days=1))
                .build()
            )
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def ocsp(
        self, request: bytes, certificate: x509.Certificate, *, delegate: bool = False
    ) -> bytes:
        """Answer an OCSP request about ``certificate``."""
        asked = ocsp.load_der_ocsp_request(request)
        status = (
            ocsp.OCSPCertStatus.REVOKED
            if asked.serial_number in self.revoked
            else ocsp.OCSPCertStatus.GOOD
        )
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=certificate,
            issuer=self.root,
            algorithm=hashes.SHA1(),  # noqa: S303  # as responders do
            cert_status=status,
            this_update=self.now - timedelta(minutes=1),
            next_update=self.now + timedelta(hours=1),
            revocation_time=(
                self.now - timedelta(days=1) if status is ocsp.OCSPCertStatus.REVOKED else None
            ),
            revocation_reason=None,
        )
        key, responder = self.key, self.root
        if delegate:
            key = ec.generate_private_key(ec.SECP256R1())
            name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Responder")])
            responder = (
                self._builder(name, self.root.subject, key.public_key(), days=30)
                .add_extension(
                    x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False
                )
                .sign(self.key, hashes.SHA256())
            )
            builder = builder.certificates([responder])
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, responder)
        return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def _builder(
        self, subject: x509.Name, issuer: x509.Name, key: object, *, days: int
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key)  # type: ignore[arg-type]
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now - timedelta(days=30))
            .not_valid_after(self.now + timedelta(days=days))
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key),  # type: ignore[arg-type]
                critical=False,
            )
        )


@dataclass(frozen=True)
class CompanyKey:
    """A company's key and certificate."""

    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    certificate: x509.Certificate

    def sign(self, text: str, folder: Path, *options: str) -> bytes:
        """Sign ``text`` as anybody does with openssl; return the DER of a detached signature."""
        (folder / "key.pem").write_bytes(
            self.key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        (folder / "certificate.pem").write_bytes(
            self.certificate.public_bytes(serialization.Encoding.PEM)
        )
        (folder / "text").write_text(text)
        return subprocess.run(
            ["openssl", "cms", "-sign", "-binary", "-in", "text", "-signer", "certificate.pem",
             "-inkey", "key.pem", "-outform", "DER", *options],
            cwd=folder, capture_output=True, check=True,
        ).stdout  # fmt: skip


def _usage(*, authority: bool = False, signing: bool = True) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signing and not authority,
        content_commitment=False,
        key_encipherment=not signing,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
