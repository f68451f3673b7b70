"""Validating again what was written, before anybody is told that it is signed."""

import io
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from asn1crypto import cms
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

from anchoring.assurance import COMPANY_POLICY_OID, POLICY_OF
from anchoring.cms_attributes import SealBinding, read_seal_attribute, read_statement_attribute
from anchoring.pdf_changes import RevisionStep, forbidden_changes
from service.clock import Clock
from service.signing.certificates import SEAL_POLICY_OID
from service.signing.cms_signer import wait_for
from service.signing.errors import SealCheckError
from service.signing.keys import PlatformKeys
from service.signing.layout import SEAL_FIELD

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

    Every open field must be signed, then comes the seal with exactly ``binding``, then one
    document time stamp over the whole file, and nothing else. ``statements``, if given, maps each
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
    if not parties or kinds != ["party"] * len(parties) + ["seal", "time stamp"]:
        raise SealCheckError(f"expected parties, seal, time stamp in this order, got {kinds}")
    names = sorted(str(signature.field_name) for signature in parties)
    if names != _expected_fields(reader) or len(set(names)) != len(names):
        raise SealCheckError("expected every party's field to be signed once")
    for signature in signatures:
        _check_gap(pdf, signature)
    for signature in parties:
        _check_party(signature, statements)
    seal = signatures[-2]
    if read_seal_attribute(seal.signer_info["signed_attrs"]) != binding:
        raise SealCheckError("the seal does not carry the binding it was given")
    _check_policy(seal, SEAL_POLICY_OID)
    specification = _specification(keys)
    timing = ValidationTimingInfo(
        validation_time=now, best_signature_time=now, point_in_time_validation=False
    )
    for signature in signatures[:-1]:
        # pyHanko would compare the revisions again for every pair of signatures; what is found
        # here stays with the signature and enters its status below.
        signature.compute_integrity_info()
    for signature in signatures[:-1]:
        _check_result(
            signature, await ades_lta_validation(signature, specification, timing_info=timing)
        )
    await _check_time_stamp(signatures[-1], keys, now=now)
    _check_changes(pdf, signatures[:-1], revisions=reader.xrefs.total_revisions)


def _check_changes(
    pdf: bytes, signatures: Sequence[EmbeddedPdfSignature], *, revisions: int
) -> None:
    """Require of each revision what the outsider's verifier will require of it."""
    steps = [
        RevisionStep(
            int(signature.signed_revision) - 1,
            int(signature.signed_revision),
            str(signature.field_name),
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
    fields = reader.root["/AcroForm"]["/Fields"]
    names = [str(field.get_object()["/T"]) for field in fields]
    return sorted(name for name in names if name.startswith(_PARTY_PREFIX))


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
    if not status.bottom_line:
        raise SealCheckError(f"the signature in {name} does not validate")


async def _check_time_stamp(
    signature: EmbeddedPdfSignature, keys: PlatformKeys, *, now: datetime
) -> None:
    # Nothing covers the certificates that travel in the outermost token: they must be ours.
    known = {certificate.dump() for certificate in keys.chain.values()}
    if not {entry.dump() for entry in signature.signed_data["certificates"]} <= known:
        raise SealCheckError("the document time stamp carries foreign certificates")
    context = ValidationContext(
        trust_roots=[keys.chain["tsa-ca"]],
        moment=now,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )
    status = await async_validate_pdf_timestamp(signature, context)
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    if not (status.intact and status.valid and status.trusted and whole):
        raise SealCheckError("the document time stamp does not validate over the whole file")


def _specification(keys: PlatformKeys) -> PdfSignatureValidationSpec:
    authorities = [keys.chain[name] for name in ("signer-ca", "seal-ca", "tsa-ca")]
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build([keys.chain["root"]]),
        # Our certificates name no address to ask: what there is to know lies in the file, and is
        # used where a certificate has expired since.
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
            # has expired since was valid. We issued both, so we know.
            local_knowledge=LocalKnowledge(
                known_poes=[
                    KnownPOE(
                        poe_type=POEType.PROVIDED,
                        digest=digest_for_poe(authority.dump()),
                        poe_time=authority.not_valid_before,
                        validation_object=ValidationObject(
                            ValidationObjectType.CERTIFICATE, authority
                        ),
                    )
                    for authority in authorities
                ]
            ),
        ),
        diff_policy=None,
    )
