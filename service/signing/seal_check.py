"""Validating again what was written, before anybody is told that it is signed."""

import io
import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from asn1crypto import cms
from asn1crypto.crl import CertificateList
from asn1crypto.ocsp import OCSPResponse
from cryptography import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import EmbeddedPdfSignature
from pyhanko.sign.validation.ades import AdESLTAValidationResult, ades_lta_validation
from pyhanko.sign.validation.pdf_embedded import async_validate_pdf_timestamp
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator.context import CertValidationPolicySpec, ValidationContext
from pyhanko_certvalidator.ltv.poe import (
    KnownPOE,
    POEType,
    ValidationObject,
    ValidationObjectType,
    digest_for_poe,
)
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import (
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer

from anchoring.assurance import COMPANY_POLICY_OID, POLICY_OF
from anchoring.cms_attributes import SealBinding, read_seal_attribute, read_statement_attribute
from anchoring.pdf_changes import RevisionStep, forbidden_changes
from anchoring.signature_form import token_problem
from anchoring.stepwise_diff import StepwisePolicy
from service.clock import Clock
from service.signing.certificates import SEAL_POLICY_OID
from service.signing.coroutines import wait_for
from service.signing.errors import SealCheckError
from service.signing.keys import PlatformKeys
from service.signing.layout import SEAL_FIELD, VALUE_PREFIX, own_values

_PARTY_PREFIX = "acta-party-"

# pyHanko warns, with a traceback, of each certificate that has expired since: here that is every
# signer's, and what it means is decided below.
logging.getLogger("pyhanko.sign.validation").setLevel(logging.ERROR)


def check_sealed(
    pdf: bytes,
    keys: PlatformKeys,
    *,
    binding: SealBinding,
    clock: Clock,
    statements: Mapping[str, bytes] | None = None,
) -> None:
    """Return if the sealed PDF is PAdES B-LTA under our own authorities; else raise SealCheckError.

    Every open field must be signed, then comes the seal with exactly ``binding``, then document
    time stamps, the last over the whole file, and nothing else. ``statements``, if given, maps each
    party's field to the 32-byte hash its signature must carry. Uses pyHanko's validators, its
    difference analysis included; ``valid`` alone stays true after a flipped byte.
    """
    try:
        wait_for(_check(pdf, keys, binding=binding, now=clock.now(), statements=statements))
    except SealCheckError:
        raise
    except Exception as error:
        # Parsers and validators raise anything on a damaged file, and whatever it is, the file
        # must not count as signed.
        raise SealCheckError("the sealed pdf cannot be read back") from error


async def _check(
    pdf: bytes,
    keys: PlatformKeys,
    *,
    binding: SealBinding,
    now: datetime,
    statements: Mapping[str, bytes] | None,
) -> None:
    reader = PdfFileReader(io.BytesIO(pdf))
    signatures = list(reader.embedded_signatures)
    kinds = [_kind(signature) for signature in signatures]
    parties = [signature for signature in signatures if _kind(signature) == "party"]
    stamps = [signature for signature in signatures if _kind(signature) == "time stamp"]
    if (
        not parties
        or not stamps
        or kinds
        != [
            *["party"] * len(parties),
            "seal",
            *["time stamp"] * len(stamps),
        ]
    ):
        raise SealCheckError(f"expected parties, seal, time stamps in this order, got {kinds}")
    names = sorted(str(signature.field_name) for signature in parties)
    if names != _expected_fields(reader) or len(set(names)) != len(names):
        raise SealCheckError("expected every party's field to be signed once")
    for signature in signatures:
        _check_gap(pdf, signature)
    for signature in parties:
        _check_party(signature, statements)
    seal = signatures[len(parties)]
    if read_seal_attribute(seal.signer_info["signed_attrs"]) != binding:
        raise SealCheckError("the seal does not carry the binding it was given")
    _check_policy(seal, SEAL_POLICY_OID)
    specification = _specification(keys, now=now)
    timing = ValidationTimingInfo(
        validation_time=now, best_signature_time=now, point_in_time_validation=False
    )
    policy = StepwisePolicy()
    for signature in (*parties, seal):
        # pyHanko would compare the revisions again for every pair of signatures; what is found
        # here stays with the signature and enters its status below.
        signature.compute_integrity_info(policy)
    for signature in (*parties, seal):
        _check_result(
            signature, await ades_lta_validation(signature, specification, timing_info=timing)
        )
    # Each time stamp counts at the moment of the next one, which saw it; the last one now.
    moments = [*map(_stamped_at, stamps[1:]), now]
    for stamp, moment in zip(stamps, moments, strict=True):
        await _check_time_stamp(stamp, keys, now=moment, last=stamp is stamps[-1])
    _check_changes(
        pdf,
        (*parties, seal),
        fields=_field_names(reader),
        revisions=reader.xrefs.total_revisions,
    )


def _check_changes(
    pdf: bytes,
    signatures: Sequence[EmbeddedPdfSignature],
    *,
    fields: Iterable[str],
    revisions: int,
) -> None:
    """Require of each revision what the outsider's verifier will require of it."""
    values = [name for name in fields if name.startswith(VALUE_PREFIX)]
    steps = [
        RevisionStep(
            int(signature.signed_revision) - 1,
            int(signature.signed_revision),
            str(signature.field_name),
            frozenset(own_values(str(signature.field_name), values)),
        )
        for signature in signatures
    ]
    steps.append(RevisionStep(int(signatures[-1].signed_revision), revisions - 1))
    for step, change in zip(steps, forbidden_changes(pdf, steps), strict=True):
        if change is not None:
            raise SealCheckError(
                f"revision {step.new} changes what it may not: {change.where}",
            )


def _check_gap(pdf: bytes, signature: EmbeddedPdfSignature) -> None:
    """Require that what a signature does not cover is its own CMS and zeros, and nothing else."""
    start, length, resume, _ = (int(number) for number in signature.byte_range)
    encoded = cms.ContentInfo.load(bytes(signature.pkcs7_content)).dump().hex().upper().encode()
    padded = b"<" + encoded.ljust(resume - length - 2, b"0") + b">"
    if start != 0 or pdf[length:resume] != padded:
        raise SealCheckError(f"foreign bytes lie beside the signature in {signature.field_name}")


def _kind(signature: EmbeddedPdfSignature) -> str:
    if signature.sig_object_type == "/DocTimeStamp":
        return "time stamp"
    name = str(signature.field_name)
    if name == SEAL_FIELD:
        return "seal"
    return "party" if name.startswith(_PARTY_PREFIX) else name


def _expected_fields(reader: PdfFileReader) -> list[str]:
    return sorted(name for name in _field_names(reader) if name.startswith(_PARTY_PREFIX))


def _field_names(reader: PdfFileReader) -> list[str]:
    fields = reader.root["/AcroForm"]["/Fields"]
    return [str(field.get_object()["/T"]) for field in fields]


def _check_party(signature: EmbeddedPdfSignature, statements: Mapping[str, bytes] | None) -> None:
    name = str(signature.field_name)
    statement = read_statement_attribute(signature.signer_info["signed_attrs"])
    if statement is None or (statements is not None and statement != statements.get(name)):
        raise SealCheckError(f"the signature in {name} does not carry its statement")
    _check_policy(signature, *POLICY_OF.values(), beside=COMPANY_POLICY_OID)


def _check_policy(signature: EmbeddedPdfSignature, *oids: str, beside: str = "") -> None:
    """Require one of the policies, and no other than ``beside``."""
    certificate = x509.load_der_x509_certificate(signature.signer_cert.dump())
    policies = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    stated = [policy.policy_identifier.dotted_string for policy in policies]
    if [one for one in stated if one != beside] not in [[oid] for oid in oids]:
        raise SealCheckError(f"the certificate of {signature.field_name} has another policy")


def _check_result(signature: EmbeddedPdfSignature, result: AdESLTAValidationResult) -> None:
    name = signature.field_name
    status = result.api_status
    if not isinstance(status, PdfSignatureStatus) or not (status.intact and status.valid):
        raise SealCheckError(f"the signature in {name} is not intact")
    if result.ades_subindic != AdESPassed.OK:
        raise SealCheckError(f"the signature in {name} is {result.ades_subindic}")
    if not status.docmdp_ok or status.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        raise SealCheckError(f"the file was changed after the signature in {name}")
    allowed = (
        ModificationLevel.LTA_UPDATES if name == SEAL_FIELD else ModificationLevel.FORM_FILLING
    )
    if status.modification_level is None or status.modification_level > allowed:
        raise SealCheckError(f"more than signatures was added after the one in {name}")
    # Not ``bottom_line``: it looks at the time stamp's certificate today. What AdES says above has
    # looked at it when the next time stamp saw it.


async def _check_time_stamp(
    signature: EmbeddedPdfSignature, keys: PlatformKeys, *, now: datetime, last: bool
) -> None:
    # Nothing covers the certificates that travel in the outermost token.
    trusted = [one.dump() for one in keys.authority_certificates("tsa-ca")]
    loose = token_problem(signature.signed_data, trusted=trusted)
    if loose is not None:
        raise SealCheckError(f"expected a firm document time stamp, but {loose}")
    context = ValidationContext(
        trust_roots=keys.authority_certificates("tsa-ca"),
        moment=now,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )
    status = await async_validate_pdf_timestamp(signature, context)
    wanted = SignatureCoverageLevel.ENTIRE_FILE if last else SignatureCoverageLevel.ENTIRE_REVISION
    whole = status.coverage >= wanted
    if not (status.intact and status.valid and status.trusted and whole):
        raise SealCheckError("a document time stamp does not validate over the whole file")


def _stamped_at(stamp: EmbeddedPdfSignature) -> datetime:
    moment = stamp.signed_data["encap_content_info"]["content"].parsed["gen_time"].native
    if not isinstance(moment, datetime):
        raise SealCheckError("expected a document time stamp with a time")
    return moment


def binding_of(pdf: bytes) -> SealBinding:
    """Return what the seal of a PDF says it binds; raises SealCheckError."""
    try:
        for signature in PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures:
            if signature.field_name == SEAL_FIELD:
                binding = read_seal_attribute(signature.signer_info["signed_attrs"])
                if binding is not None:
                    return binding
    except Exception as error:
        raise SealCheckError("the sealed pdf cannot be read back") from error
    raise SealCheckError("expected a sealed pdf")


def weakens_at(pdf: bytes) -> tuple[datetime, datetime]:
    """Return when the newest document time stamp was made and when its certificate ends."""
    try:
        *_, stamp = PdfFileReader(io.BytesIO(pdf)).embedded_timestamp_signatures
        return _stamped_at(stamp), stamp.signer_cert.not_valid_after
    except Exception as error:
        raise SealCheckError("expected a pdf with a document time stamp") from error


def _specification(keys: PlatformKeys, *, now: datetime) -> PdfSignatureValidationSpec:
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build([keys.chain["root"], *keys.stamp_authorities]),
        # What there is to know lies in the file; nobody is asked.
        revinfo_policy=CertRevTrustPolicy(
            RevocationCheckingPolicy(
                ee_certificate_rule=RevocationCheckingRule.CHECK_IF_DECLARED,
                intermediate_ca_cert_rule=RevocationCheckingRule.CRL_REQUIRED,
            ),
            # The root's list is made at the sealing, perhaps days after a signature. We never
            # suspend: who is not revoked then was not revoked before.
            retroactive_revinfo=True,
        ),
    )
    return PdfSignatureValidationSpec(
        SignatureValidationSpec(
            cert_validation_policy=policy,
            revinfo_gathering_policy=RevocationInfoGatheringSpec(
                online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY
            ),
            # EN 319 102-1 §5.6.2.4 wants proof that the issuer existed while a certificate that
            # has expired since was valid. We issued them all, so we know.
            local_knowledge=LocalKnowledge(
                # What the file holds about the newest time stamp's certificate grows stale; who
                # reads it later fetches this, as its certificates say where.
                known_crls=[
                    CRLContainer(CertificateList.load(keys.revocation_list(now=now))),
                ],
                known_ocsps=[
                    container
                    for answer in keys.answers_for([], now=now)
                    for container in OCSPContainer.load_multi(OCSPResponse.load(answer))
                ],
                known_poes=[
                    KnownPOE(
                        poe_type=POEType.PROVIDED,
                        digest=digest_for_poe(certificate.dump()),
                        poe_time=certificate.not_valid_before,
                        validation_object=ValidationObject(
                            ValidationObjectType.CERTIFICATE, certificate
                        ),
                    )
                    for certificate in keys.certificates
                ],
            ),
        ),
        diff_policy=None,
    )
