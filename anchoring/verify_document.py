"""The steps about the container and the PDF: what was signed, by which keys, what came after."""

from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from anchoring.errors import IncompleteEvidence
from anchoring.hashing import agreement_ref
from anchoring.locator import read_locator
from anchoring.pdf_changes import RevisionStep, forbidden_changes
from anchoring.pdf_revisions import compare_revisions, prepared_end, revision_of_prefix
from anchoring.pdf_signatures import (
    CertificateFacts,
    CertificateState,
    SignatureFacts,
    examine,
)
from anchoring.report import Finding, failed, note, ok, unchecked
from anchoring.verify_context import SEAL_FIELD, Context, need, or_ok


def check_container(context: Context) -> list[Finding]:
    """The container has one reading, every member its listed hash, and the PDF is the one given."""
    evidence = context.evidence
    findings: list[Finding] = []
    if context.given_pdf is not None and context.pdf != context.given_pdf:
        findings.append(failed("container/other-pdf"))
    if context.pdf is None:
        findings.append(unchecked("container/no-pdf"))
    if not findings:
        findings.append(ok("container/ok", members=len(evidence.members)))
    if evidence.missing:
        findings.append(note("container/withheld", count=len(evidence.missing)))
    return findings


def load_locator(context: Context) -> Context:
    """Read the locator from the PDF."""
    if context.pdf is None:
        raise IncompleteEvidence("expected document.pdf in the evidence, or a pdf beside it")
    return replace(context, locator=read_locator(context.pdf))


def load_home(context: Context) -> Context:
    """Find the document's home among those of the reader's trust file."""
    context = load_locator(context)
    locator, trust = need(context.locator, "locator"), context.trust
    if trust is None or trust.origin != locator.origin:
        return context
    place = (locator.chain_id, locator.contract, locator.log_id)
    for home in trust.homes:
        if (home.chain_id, home.contract, home.log_id) == place:
            return replace(context, home=home)
    return context


def check_home(context: Context) -> list[Finding]:
    """The reader trusts this log, at this contract, on this chain (rule 14)."""
    locator, trust = need(context.locator, "locator"), context.trust
    named = {
        "origin": locator.origin,
        "chain": locator.chain_id,
        "contract": locator.contract,
        "log": locator.log_id,
    }
    if trust is None:
        return [unchecked("trust/none", **named)]
    if trust.origin != locator.origin:
        return [unchecked("trust/other-origin", trusted=trust.origin, **named)]
    if context.home is None:
        return [unchecked("trust/other-home", **named)]
    findings = [ok("trust/ok", **named)]
    if locator.supersedes is not None:
        findings.append(note("locator/supersedes", leaf=locator.supersedes))
    return findings


def load_document(context: Context) -> Context:
    """Let pyHanko look at every signature."""
    document = examine(
        need(context.pdf, "document"),
        signer_keys=context.keys("signer-ca"),
        seal_keys=context.keys("seal-ca"),
        tsa_keys=context.keys("tsa-ca"),
        seal_field=SEAL_FIELD,
    )
    return replace(context, document=document)


def check_signatures(context: Context) -> list[Finding]:
    """Each signature is intact, covers its whole revision, and allows what came later."""
    findings: list[Finding] = []
    document = need(context.document, "document")
    if not document.signatures:
        return [failed("signatures/none")]
    for signature in document.signatures:
        facts = {"field": signature.field}
        if not signature.intact:
            findings.append(failed("signatures/broken", **facts))
        elif not signature.whole_revision:
            findings.append(failed("signatures/partial", **facts))
        elif signature.later_problem is not None:
            findings.append(
                failed("signatures/changed-later", reason=signature.later_problem, **facts)
            )
    return or_ok(findings, "signatures/ok", count=len(document.signatures))


def check_seal(context: Context) -> list[Finding]:
    """The platform's seal ends the signing, and is by a trusted seal CA."""
    document = need(context.document, "document")
    seals = [signature for signature in document.signatures if signature.field == SEAL_FIELD]
    if len(seals) != 1 or seals[0].is_time_stamp:
        return [failed("seal/none")]
    seal = seals[0]
    if seal.seal is None or seal.statement_sha256 is not None:
        return [failed("seal/no-binding")]
    if not seal.only_archival_after:
        return [failed("seal/changed-later")]
    if any(signature.revision >= seal.revision for signature in context.signer_signatures):
        return [failed("seal/not-last")]
    locator = need(context.locator, "locator")
    if read_locator(document.pdf[: seal.covered_end]) != locator:
        return [failed("seal/other-locator")]
    step = RevisionStep(seal.revision, document.revisions - 1)
    for change in forbidden_changes(document.pdf, [step]):
        if change is not None:
            code = "seal/field-later" if change.shown else "seal/altered-later"
            return [failed(code, what=change.where)]
    findings = _certified(context, seal, "seal-ca")
    return or_ok(findings, "seal/ok", issuer=seal.certificate.issuer)


def check_signers(context: Context) -> list[Finding]:
    """Each signer's certificate led to a trusted CA when a trusted time stamp saw it used."""
    signatures = context.signer_signatures
    if not signatures:
        return [failed("signers/none")]
    findings: list[Finding] = []
    for signature in signatures:
        findings += _certified(context, signature, "signer-ca")
    return or_ok(findings, "signers/ok", count=len(signatures))


def check_time_stamp(context: Context) -> list[Finding]:
    """A trusted document time stamp covers the seal, and nothing unstamped follows it."""
    seal = context.seal
    stamps = [s for s in need(context.document, "document").signatures if s.is_time_stamp]
    if any(stamp.revision <= seal.revision for stamp in stamps):
        return [failed("time-stamp/before-seal")]
    if not stamps:
        return [unchecked("time-stamp/none")]
    findings: list[Finding] = []
    for stamp in stamps:
        if not stamp.intact or not stamp.whole_revision or stamp.later_problem is not None:
            findings.append(failed("time-stamp/broken", field=stamp.field))
            continue
        findings += certificate_findings(context, stamp.certificate, "tsa-ca", stamp.field)
    document, last = need(context.document, "document"), stamps[-1]
    if last.revision + 1 < document.revisions:
        findings.append(unchecked("time-stamp/unstamped-revision", field=last.field))
    elif last.covered_end != len(document.pdf):
        findings.append(failed("time-stamp/bytes-after", field=last.field))
    first = stamps[0].time_stamp
    return or_ok(findings, "time-stamp/ok", time=None if first is None else first.time)


def check_revisions(context: Context) -> list[Finding]:
    """The prepared PDF is inside this one, and each revision filled in one announced field."""
    document, prepared, seal = need(context.document, "document"), context.prepared, context.seal
    prepared = need(prepared, "prepared")
    announced = [party.field for party in prepared.parties if party.field is not None]
    signatures = context.signer_signatures
    stamps = {s.field for s in document.signatures if s.is_time_stamp}
    expected = {*announced, SEAL_FIELD}
    if (document.fields - stamps) != expected:
        odd = sorted((document.fields - stamps) ^ expected)
        return [failed("revisions/other-fields", fields=", ".join(odd))]
    if unsigned := sorted(set(announced) - {signature.field for signature in signatures}):
        return [failed("revisions/unsigned", fields=", ".join(unsigned))]
    first_end = signatures[0].covered_end
    start = prepared_end(document.pdf, prepared_sha256=prepared.sha256, before=first_end)
    if start is None:
        return [failed("revisions/prepared-absent")]
    chain = [revision_of_prefix(document.pdf, start)]
    chain += [signature.revision for signature in (*signatures, seal)]
    fields = [signature.field for signature in (*signatures, seal)]
    own = {party.field: frozenset(one.field for one in party.values) for party in prepared.parties}
    steps = [
        RevisionStep(old, new, field, own.get(field, frozenset()))
        for field, (old, new) in zip(fields, pairwise(chain), strict=True)
    ]
    if any(step.new != step.old + 1 for step in steps):
        return [failed("revisions/between")]
    findings: list[Finding] = []
    for step, facts in zip(steps, compare_revisions(document.pdf, steps), strict=True):
        others = facts.changed_fields - {step.field} - step.values
        if facts.problem is not None:
            findings.append(failed("revisions/forbidden", field=step.field, reason=facts.problem))
        elif others or step.field not in facts.changed_fields:
            named = ", ".join(sorted(others))
            findings.append(failed("revisions/other-field", field=step.field, others=named or "-"))
    return or_ok(findings, "revisions/ok", count=len(steps))


def revision_before(context: Context, signature: SignatureFacts) -> bytes:
    """Return SHA-256 of the PDF as it was before ``signature``, 32 bytes."""
    document = need(context.document, "document")
    earlier = [s for s in document.signatures if s.revision < signature.revision]
    if not earlier:
        return need(context.prepared, "prepared").sha256
    return document.prefix_sha256(earlier[-1].covered_end)


def subject_of(context: Context) -> bytes:
    """Return the agreementRef that the locator's salt and the prepared PDF give, 32 bytes."""
    return agreement_ref(
        doc_salt=need(context.locator, "locator").doc_salt,
        prepared_sha256=need(context.prepared, "prepared").sha256,
    )


def _certified(context: Context, signature: SignatureFacts, purpose: str) -> list[Finding]:
    """Judge a signature's time stamp first, for the certificate is judged at its time."""
    stamp = signature.time_stamp
    if stamp is None:
        return [unchecked("certificate/no-time-stamp", field=signature.field)]
    if not stamp.intact:
        return [failed("certificate/broken-time-stamp", field=signature.field)]
    findings = certificate_findings(context, stamp.certificate, "tsa-ca", signature.field)
    findings += certificate_findings(context, signature.certificate, purpose, signature.field)
    if not findings and not signature.sound:
        # pyHanko's bottom line says no although nothing above found why: never let it pass.
        findings.append(failed("certificate/not-sound", field=signature.field))
    return findings


def certificate_findings(
    context: Context, certificate: CertificateFacts, purpose: str, field: str
) -> list[Finding]:
    """Return what is wrong with a certificate, its issuer, or the issuer's own window."""
    facts: dict[str, object] = {
        "field": field,
        "purpose": purpose,
        "issuer": certificate.issuer,
        "fingerprint": certificate.issuer_sha256,
    }
    if context.trust is None:
        return [unchecked("certificate/no-trust", **facts)]
    if certificate.state is CertificateState.NOT_VALID:
        return [failed("certificate/not-valid", reason=certificate.reason or "-", **facts)]
    if certificate.state is CertificateState.UNKNOWN_ISSUER or certificate.trust_key is None:
        return [unchecked("certificate/unknown-issuer", **facts)]
    used: datetime | None = context.anchor_time
    # Only block time can place the use of a key before its revocation (rule 14).
    if used is not None and not certificate.trust_key.covers(used):
        return [unchecked("certificate/issuer-not-in-force", time=used, **facts)]
    return []
