"""What a company's certificate proves: a path to a trusted root, not revoked, its number."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID, ObjectIdentifier
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from service.identity.companies.cms_proof import SignedChallenge
from service.identity.companies.errors import (
    CertificateRefusedError,
    CertificateUncheckedError,
)
from service.identity.companies.numbers import CompanyNumber
from service.identity.companies.revocation import Revocation, RevocationChecker

_QC_STATEMENTS = ObjectIdentifier("1.3.6.1.5.5.7.1.3")
# ETSI EN 319 412-5: what an issuer may claim of a certificate.
_CLAIMS = {
    "0.4.0.1862.1.1": "qualified",
    "0.4.0.1862.1.4": "key-in-qualified-device",
    "0.4.0.1862.1.6.1": "for-signatures",
    "0.4.0.1862.1.6.2": "for-seals",
    "0.4.0.1862.1.6.3": "for-websites",
}
_QC_TYPE = "0.4.0.1862.1.6"
# ETSI EN 319 412-1 §5.1.3 and §5.1.4: three letters of kind, two of country.
_SEMANTIC = re.compile(r"(?P<kind>[A-Z]{3})(?P<country>[A-Z]{2})-(?P<number>.{1,60})")


@dataclass(frozen=True, kw_only=True)
class CompanyCertificate:
    """What a certificate says, once it was checked.

    ``person_number`` is the representative's national number, empty for a company's seal.
    ``claims`` are the issuer's own (qcStatements): that it is qualified in law is for the EU
    Trusted Lists to say. Hashes are SHA-256 in hex, ``revocation`` one line for each certificate.
    """

    organization: str
    organization_identifier: str
    person_name: str
    person_number: str
    issuer: str
    sha256: str
    not_after: datetime
    claims: tuple[str, ...]
    path_sha256: tuple[str, ...]
    revocation: tuple[str, ...]


class _QcStatement(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    _fields = [  # noqa: RUF012  # the library's own way of declaring fields
        ("id", core.ObjectIdentifier),
        ("info", core.Any, {"optional": True}),
    ]


class _QcStatements(core.SequenceOf):  # type: ignore[misc]  # asn1crypto has no types
    _child_spec = _QcStatement


class _Identifiers(core.SequenceOf):  # type: ignore[misc]  # asn1crypto has no types
    _child_spec = core.ObjectIdentifier


class CertificateCheck:
    """Judges certificates by roots that the installation trusts for this."""

    def __init__(self, *, roots: Sequence[x509.Certificate], revocation: RevocationChecker) -> None:
        self._roots = list(roots)
        self._revocation = revocation

    def check(
        self, signed: SignedChallenge, *, number: CompanyNumber, now: datetime
    ) -> CompanyCertificate:
        """Return what the certificate says of the company with that number.

        Raises CertificateRefusedError (path, usage, revoked, another company), or
        CertificateUncheckedError if nobody says whether it was revoked.
        """
        path = self._path(signed, now)
        lines = self._refuse_revoked(path, now)
        certificate = signed.certificate
        identifier = _one(certificate, NameOID.ORGANIZATION_IDENTIFIER)
        if not _same_company(identifier, number):
            raise CertificateRefusedError(
                "expected the company's own number in the certificate (organizationIdentifier)",
                step="company",
            )
        return CompanyCertificate(
            organization=_one(certificate, NameOID.ORGANIZATION_NAME),
            organization_identifier=identifier,
            person_name=" ".join(
                part
                for part in (
                    _one(certificate, NameOID.GIVEN_NAME),
                    _one(certificate, NameOID.SURNAME),
                )
                if part
            ),
            person_number=_person_number(_one(certificate, NameOID.SERIAL_NUMBER)),
            issuer=certificate.issuer.rfc4514_string()[:200],
            sha256=certificate.fingerprint(hashes.SHA256()).hex(),
            not_after=certificate.not_valid_after_utc,
            claims=_claims(certificate),
            path_sha256=tuple(one.fingerprint(hashes.SHA256()).hex() for one in path),
            revocation=lines,
        )

    def _path(self, signed: SignedChallenge, now: datetime) -> list[x509.Certificate]:
        if not self._roots:
            raise CertificateRefusedError(
                "expected a trusted authority; this installation names none", step="path"
            )
        # The default policy is for servers and wants a host name, which people's and companies'
        # certificates do not have.
        verifier = (
            PolicyBuilder()
            .store(Store(self._roots))
            .time(now)
            .extension_policies(
                ca_policy=ExtensionPolicy.webpki_defaults_ca(),
                ee_policy=ExtensionPolicy.permit_all().require_present(
                    x509.KeyUsage, Criticality.AGNOSTIC, None
                ),
            )
            .build_client_verifier()
        )
        try:
            path = verifier.verify(signed.certificate, list(signed.others)).chain
        except VerificationError as error:
            raise CertificateRefusedError(
                "expected a valid certificate of a trusted authority", step="path"
            ) from error
        usage = signed.certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        if not (usage.digital_signature or usage.content_commitment):
            raise CertificateRefusedError("expected a certificate for signing", step="usage")
        return list(path)

    def _refuse_revoked(self, path: list[x509.Certificate], now: datetime) -> tuple[str, ...]:
        lines = []
        for certificate, issuer in itertools.pairwise(path):
            answer = self._revocation.check(certificate, issuer, now=now)
            if answer.revocation is Revocation.REVOKED:
                raise CertificateRefusedError("the certificate was revoked", step="revoked")
            if answer.revocation is Revocation.UNKNOWN:
                raise CertificateUncheckedError(
                    "its authority does not say now whether the certificate was revoked; "
                    "try again later, or upload the deed"
                )
            lines.append(f"{answer.source} good {answer.sha256}")
        return tuple(lines)


def _one(certificate: x509.Certificate, name: ObjectIdentifier) -> str:
    found = certificate.subject.get_attributes_for_oid(name)
    # Two of one kind leave it open which is meant.
    return str(found[0].value)[:200] if len(found) == 1 else ""


def _same_company(identifier: str, number: CompanyNumber) -> bool:
    match = _SEMANTIC.fullmatch(identifier)
    if match is None:
        return False
    stated = re.sub(r"[\s.\-]", "", match["number"]).upper()
    if match["kind"] == "LEI":
        return number.kind == "lei" and stated == number.number
    if number.kind == "eu-vat":
        return match["kind"] == "VAT" and match["country"] + stated == number.number
    return match["country"] == number.country and stated == number.number


def _person_number(serial: str) -> str:
    match = _SEMANTIC.fullmatch(serial)
    return "" if match is None else re.sub(r"[\s.\-]", "", match["number"]).upper()


def _claims(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        extension = certificate.extensions.get_extension_for_oid(_QC_STATEMENTS).value
    except x509.ExtensionNotFound:
        return ()
    if not isinstance(extension, x509.UnrecognizedExtension):
        return ()
    found = []
    try:
        for statement in _QcStatements.load(extension.value, strict=True):
            oid = statement["id"].dotted
            if oid == _QC_TYPE:
                types = _Identifiers.load(statement["info"].dump())
                found += [_CLAIMS.get(one.dotted, one.dotted) for one in types]
            else:
                found.append(_CLAIMS.get(oid, oid))
    except (ValueError, TypeError):
        return ("unreadable",)
    return tuple(found)
