"""What a PDF's signatures are, as plain facts, with pyHanko doing the cryptography.

Facts only: which of them a sealed agreement needs is decided in ``anchoring.verify_document``.
pyHanko's difference policy looks at every revision after each signature, because a signature
over earlier bytes says nothing about what was added later (a page, a field, an appearance).
"""

import asyncio
import io
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from asn1crypto import x509
from cryptography.x509 import load_der_x509_certificate
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.diff_analysis import (
    DiffPolicy,
    DiffResult,
    ModificationLevel,
    SuspiciousModification,
)
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import async_validate_pdf_signature, async_validate_pdf_timestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel, SignatureStatus
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleTrustManager

from anchoring.cms_attributes import SealBinding, read_seal_attribute, read_statement_attribute
from anchoring.errors import AnchoringError, InvalidError
from anchoring.hashing import sha256
from anchoring.hex_strings import hasten_pyhanko
from anchoring.signature_form import contents_problem, issued, token_problem
from anchoring.stepwise_diff import StepwisePolicy
from anchoring.trust import TrustKey

hasten_pyhanko()

MAX_SIGNATURES = 200
"""50 signers, the seal, and many renewals."""


class MalformedPdf(InvalidError):  # noqa: N818  # named after what is wrong, as its base says
    """The PDF cannot be read, or its signatures have no form this format knows."""

    code = "pdf/malformed"


class CertificateState(Enum):
    """What a certificate is to the reader's trust file at the moment it was used."""

    TRUSTED = "trusted"
    UNKNOWN_ISSUER = "unknown issuer"
    NOT_VALID = "not valid"


@dataclass(frozen=True)
class CertificateFacts:
    """A certificate, and which trusted key (if any) its chain leads to.

    ``spki_sha256`` is over the DER SubjectPublicKeyInfo; ``issuer_sha256`` names the issuer's
    certificate where the file carries it, for people to compare.
    """

    state: CertificateState
    reason: str
    trust_key: TrustKey | None
    spki_sha256: bytes
    sha256: bytes
    subject: str
    issuer: str
    issuer_sha256: bytes | None
    policies: frozenset[str] = frozenset()
    """Dotted OIDs of the certificate's policies."""


@dataclass(frozen=True)
class TimeStampFacts:
    """An RFC 3161 time stamp: its time, whether it fits what it stamps, and its certificate."""

    time: datetime
    intact: bool
    certificate: CertificateFacts


@dataclass(frozen=True)
class SignatureFacts:
    """One filled signature field, in the order of the revisions.

    ``covered_end`` is where its ByteRange ends in the file; ``whole_revision``: it covers all
    bytes of its revision but its own contents. ``intact``: digest and signature verify.
    ``later`` names the kind of change found after it, ``later_problem`` a forbidden one.
    ``sound``: pyHanko's bottom line. ``statement_sha256`` and ``seal``: Acta's signed attributes.
    """

    field: str
    is_time_stamp: bool
    revision: int
    covered_end: int
    whole_revision: bool
    intact: bool
    sound: bool
    later: str
    later_problem: str | None
    certificate: CertificateFacts
    time_stamp: TimeStampFacts | None
    statement_sha256: bytes | None = None
    seal: SealBinding | None = None

    @property
    def only_archival_after(self) -> bool:
        """Whether nothing came later but validation data and document time stamps."""
        return self.later in (ModificationLevel.NONE.name, ModificationLevel.LTA_UPDATES.name)


@dataclass(frozen=True)
class PdfFacts:
    """A PDF's signatures in revision order, all its signature fields, and its last revision."""

    pdf: bytes
    signatures: tuple[SignatureFacts, ...]
    fields: frozenset[str]
    revisions: int

    def prefix_sha256(self, end: int) -> bytes:
        """Return SHA-256 of the first ``end`` bytes."""
        return sha256(self.pdf[:end])


def examine(
    pdf: bytes,
    *,
    signer_keys: Sequence[TrustKey],
    seal_keys: Sequence[TrustKey],
    tsa_keys: Sequence[TrustKey],
    seal_field: str,
) -> PdfFacts:
    """Return the facts of every signature in ``pdf``.

    Each certificate is judged at the time its signature's time stamp gives, against the keys of
    its own purpose only: a seal's CA vouches for no signer. Windows and revocations of the
    trusted keys themselves are the caller's. Raises MalformedPdf, or what Acta's attributes raise.
    """
    quiet_pyhanko()
    try:
        return asyncio.run(
            _examine(
                pdf,
                keys={False: tuple(signer_keys), True: tuple(seal_keys)},
                tsa_keys=tuple(tsa_keys),
                seal_field=seal_field,
            )
        )
    except AnchoringError:
        raise
    except Exception as reason:
        # pyHanko meets hostile files with many kinds of error; none of them is a valid PDF.
        raise MalformedPdf(
            f"expected a pdf whose signatures can be read, got {type(reason).__name__}: "
            f"{str(reason)[:200]}"
        ) from reason


async def _examine(
    pdf: bytes,
    *,
    keys: dict[bool, tuple[TrustKey, ...]],
    tsa_keys: tuple[TrustKey, ...],
    seal_field: str,
) -> PdfFacts:
    reader = PdfFileReader(io.BytesIO(pdf))
    if reader.encrypted:
        raise MalformedPdf("expected a pdf without encryption")
    fields = [name for name, _, _ in enumerate_sig_fields(reader)]
    filled = [name for name, _, _ in enumerate_sig_fields(reader, filled_status=True)]
    embedded = reader.embedded_signatures
    if len(set(fields)) != len(fields) or len(embedded) != len(filled):
        raise MalformedPdf("expected signature fields with one name each and known formats")
    if len(embedded) > MAX_SIGNATURES:
        raise MalformedPdf(f"expected at most {MAX_SIGNATURES} signatures, got {len(embedded)}")
    revocation = _revocation_data(reader)
    policy = StepwisePolicy()
    facts = []
    for signature in embedded:
        _check_contents(pdf, signature)
        if str(signature.sig_object_type) == "/DocTimeStamp":
            facts.append(await _time_stamp(signature, tsa_keys, revocation, policy))
        else:
            issuers = keys[signature.field_name == seal_field]
            facts.append(await _signature(signature, issuers, tsa_keys, revocation, policy))
    return PdfFacts(
        pdf=pdf,
        signatures=tuple(facts),
        fields=frozenset(fields),
        revisions=reader.xrefs.total_revisions,
    )


@dataclass(frozen=True)
class _Revocation:
    """CRLs and OCSP answers that the file itself carries; they can only take trust away."""

    certificates: tuple[x509.Certificate, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()

    def context(self, keys: Sequence[TrustKey], moment: datetime) -> ValidationContext:
        # An explicit manager: with no roots at all pyHanko would take the system's.
        roots = [x509.Certificate.load(key.certificate) for key in keys if key.certificate]
        return ValidationContext(
            trust_manager=SimpleTrustManager.build(trust_roots=roots),
            other_certs=self.certificates,
            crls=self.crls,
            ocsps=self.ocsps,
            moment=moment,
            allow_fetching=False,
            revocation_mode="soft-fail",
            # The answers in the file were given when it was sealed, after the signatures.
            retroactive_revinfo=True,
        )


def _revocation_data(reader: PdfFileReader) -> _Revocation:
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return _Revocation()
    return _Revocation(
        certificates=tuple(store.load_certs()),
        crls=tuple(reference.get_object().data for reference in store.crls),
        ocsps=tuple(reference.get_object().data for reference in store.ocsps),
    )


async def _signature(
    signature: EmbeddedPdfSignature,
    issuers: Sequence[TrustKey],
    tsa_keys: Sequence[TrustKey],
    revocation: _Revocation,
    policy: DiffPolicy,
) -> SignatureFacts:
    tokens = list(extract_tst_data_iter(signature.signer_info, signed=False))
    if len(tokens) > 1:
        raise MalformedPdf(f"expected one time stamp in {signature.field_name}, got several")
    moment = signature.self_reported_timestamp
    if tokens:
        moment = tokens[0]["encap_content_info"]["content"].parsed["gen_time"].native
    if moment is None or moment.tzinfo is None:
        raise MalformedPdf(f"expected a time in the signature of {signature.field_name}")
    status = await async_validate_pdf_signature(
        signature,
        signer_validation_context=revocation.context(issuers, moment),
        ts_validation_context=revocation.context(tsa_keys, moment),
        diff_policy=policy,
        key_usage_settings=KeyUsageConstraints(
            key_usage={"non_repudiation", "digital_signature"}, match_all_key_usages=False
        ),
    )
    time_stamp = None
    stamped = status.timestamp_validity
    if stamped is not None:
        time_stamp = TimeStampFacts(
            time=stamped.timestamp,
            intact=bool(stamped.intact and stamped.valid),
            certificate=_certificate(stamped, tsa_keys, tokens[0]["certificates"]),
        )
    attributes = signature.signer_info["signed_attrs"]
    later, problem = _later(signature.diff_result)
    return SignatureFacts(
        field=str(signature.field_name),
        is_time_stamp=False,
        revision=int(signature.signed_revision),
        covered_end=_covered_end(signature),
        whole_revision=signature.coverage >= SignatureCoverageLevel.ENTIRE_REVISION,
        intact=bool(status.intact and status.valid),
        sound=bool(status.bottom_line) and status.docmdp_ok is not False,
        later=later,
        later_problem=problem or (None if status.docmdp_ok else "changes that it forbids"),
        certificate=_certificate(status, issuers, signature.signed_data["certificates"]),
        time_stamp=time_stamp,
        statement_sha256=read_statement_attribute(attributes),
        seal=read_seal_attribute(attributes),
    )


async def _time_stamp(
    signature: EmbeddedPdfSignature,
    tsa_keys: Sequence[TrustKey],
    revocation: _Revocation,
    policy: DiffPolicy,
) -> SignatureFacts:
    token = signature.signed_data["encap_content_info"]["content"].parsed
    moment = token["gen_time"].native
    status = await async_validate_pdf_timestamp(
        signature,
        validation_context=revocation.context(tsa_keys, moment),
        diff_policy=policy,
    )
    intact = bool(status.intact and status.valid)
    certificate = _certificate(status, tsa_keys, signature.signed_data["certificates"])
    if certificate.state is CertificateState.TRUSTED:
        trusted = [key.certificate for key in tsa_keys if key.certificate]
        loose = token_problem(signature.signed_data, trusted=trusted)
        if loose is not None:
            raise MalformedPdf(f"expected a firm document time stamp, but {loose}")
    later, problem = _later(signature.diff_result)
    return SignatureFacts(
        field=str(signature.field_name),
        is_time_stamp=True,
        revision=int(signature.signed_revision),
        covered_end=_covered_end(signature),
        whole_revision=signature.coverage >= SignatureCoverageLevel.ENTIRE_REVISION,
        intact=intact,
        # A document time stamp's status has no bottom line of its own.
        sound=intact and bool(status.trusted) and problem is None,
        later=later,
        later_problem=problem,
        certificate=certificate,
        time_stamp=TimeStampFacts(time=moment, intact=intact, certificate=certificate),
    )


def _check_contents(pdf: bytes, signature: EmbeddedPdfSignature) -> None:
    _covered_end(signature)
    start, end = int(signature.byte_range[1]), int(signature.byte_range[2])
    problem = contents_problem(pdf[start:end])
    if problem is not None:
        raise MalformedPdf(f"expected {signature.field_name} in its own bytes, but {problem}")


def _covered_end(signature: EmbeddedPdfSignature) -> int:
    byte_range = [int(number) for number in signature.byte_range]
    if len(byte_range) != 4 or byte_range[0] != 0:
        raise MalformedPdf(f"expected one gap in the byte range of {signature.field_name}")
    return byte_range[2] + byte_range[3]


def _later(result: DiffResult | SuspiciousModification | None) -> tuple[str, str | None]:
    if isinstance(result, DiffResult):
        level = result.modification_level
        wrong = level == ModificationLevel.OTHER
        return level.name, "changes of an unknown kind" if wrong else None
    return ModificationLevel.OTHER.name, str(result)[:300]


def _certificate(
    status: SignatureStatus, keys: Sequence[TrustKey], carried: Iterable[object]
) -> CertificateFacts:
    certificate = status.signing_cert
    state, trust_key, reason = CertificateState.NOT_VALID, None, ""
    problem = status.trust_problem_indic
    if status.trusted and status.validation_path is not None:
        anchor = status.validation_path.first.dump()
        trust_key = next((key for key in keys if key.certificate == anchor), None)
        state = CertificateState.UNKNOWN_ISSUER if trust_key is None else CertificateState.TRUSTED
    elif problem is AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND or not _vouched_for(
        certificate.dump(), _certificates(carried), keys
    ):
        # Another platform's CA may bear the trusted one's name; then a path is found by name and
        # fails at the signature. That is a stranger, not a bad certificate of a trusted CA.
        state = CertificateState.UNKNOWN_ISSUER
    if state is not CertificateState.TRUSTED and problem is not None:
        reason = str(problem.standard_name)
    issuer = _issuer_certificate(certificate, carried)
    return CertificateFacts(
        state=state,
        reason=reason,
        trust_key=trust_key,
        spki_sha256=sha256(certificate.public_key.dump()),
        sha256=sha256(certificate.dump()),
        subject=str(certificate.subject.human_friendly)[:200],
        issuer=str(certificate.issuer.human_friendly)[:200],
        issuer_sha256=None if issuer is None else sha256(issuer.dump()),
        policies=_policies(certificate),
    )


def _policies(certificate: x509.Certificate) -> frozenset[str]:
    stated = certificate.certificate_policies_value
    return frozenset(one["policy_identifier"].dotted for one in stated or ())


def _certificates(carried: Iterable[object]) -> list[x509.Certificate]:
    found = [choice.chosen for choice in carried]  # type: ignore[attr-defined]
    return [one for one in found if isinstance(one, x509.Certificate)]


def _issuer_certificate(
    certificate: x509.Certificate, carried: Iterable[object]
) -> x509.Certificate | None:
    named = (one for one in _certificates(carried) if one.subject == certificate.issuer)
    return next(named, None)


def _vouched_for(
    der: bytes, carried: Sequence[x509.Certificate], keys: Sequence[TrustKey], depth: int = 4
) -> bool:
    """Say whether a trusted key signed the certificate, or one that signed it, and so on."""
    certificate = load_der_x509_certificate(der)
    if any(key.certificate and issued(certificate, key.certificate) for key in keys):
        return True
    issuers = [one.dump() for one in carried if issued(certificate, one.dump())] if depth else []
    return any(_vouched_for(one, carried, keys, depth - 1) for one in issuers if one != der)


def quiet_pyhanko() -> None:
    """Stop pyHanko from logging the tracebacks of what it refuses: here they are facts."""
    for name in ("pyhanko", "pyhanko_certvalidator"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
