"""The outsider's verification: numbered steps over evidence, and a report (SPEC.md §12).

It needs the evidence, the reader's trust file and any node of the home's chain. No step trusts
what the evidence says of itself, and no exception leaves ``verify_evidence``: bytes that break
a rule are INVALID, what this reader cannot decide is CANNOT CHECK, and so is a fault of its own.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from anchoring.errors import AnchoringError, CannotCheckError
from anchoring.evidence import Evidence, read_evidence
from anchoring.evidence_lists import parse_manifest
from anchoring.hashing import sha256
from anchoring.locator import Locator, read_locator
from anchoring.report import (
    BLOCKED,
    INTERNAL,
    ChainCall,
    Finding,
    Outcome,
    Report,
    SignerLine,
    Step,
    TimeBounds,
    Verdict,
    conclude,
    failed,
    make_step,
    unchecked,
)
from anchoring.trust import TrustFile
from anchoring.verify_binding import check_binding
from anchoring.verify_chain import check_anchor, check_chain, load_witnesses
from anchoring.verify_context import DEFAULT_SKEW, Context, NotReached, Options, TrustedBlock
from anchoring.verify_document import (
    check_container,
    check_home,
    check_revisions,
    check_seal,
    check_signatures,
    check_signers,
    check_time_stamp,
    load_document,
    load_home,
)
from anchoring.verify_history import check_consistency, check_other_chains
from anchoring.verify_log import (
    chain_call,
    check_document_leaf,
    check_statement_leaves,
    load_document_leaf,
    load_statement_leaves,
)
from anchoring.verify_parties import check_parties
from anchoring.verify_statements import (
    check_attestations,
    check_disclosures,
    check_statements,
    check_transcript,
    load_bound,
    load_statements,
    signer_lines,
)
from anchoring.verify_status import IN_FORCE_IN_BLOCK, check_status
from anchoring.verify_times import check_times, time_bounds, with_proved_times
from anchoring.verify_trusts import trusts_of

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class StepSpec:
    """A step: ``load`` adds its part to the context, ``check`` says what it found."""

    name: str
    check: Callable[[Context], list[Finding]]
    load: Callable[[Context], Context] | None = None


STEPS: tuple[StepSpec, ...] = (
    StepSpec("container", check_container),
    StepSpec("home", check_home, load_home),
    StepSpec("signatures", check_signatures, load_document),
    StepSpec("seal", check_seal),
    StepSpec("transcript", check_transcript),
    StepSpec("statements", check_statements, load_statements),
    StepSpec("revisions", check_revisions),
    StepSpec("signers", check_signers),
    StepSpec("time-stamp", check_time_stamp),
    StepSpec("binding", check_binding, load_bound),
    StepSpec("attestations", check_attestations),
    StepSpec("parties", check_parties),
    StepSpec("disclosures", check_disclosures),
    StepSpec("log", check_document_leaf, load_document_leaf),
    StepSpec("log-statements", check_statement_leaves, load_statement_leaves),
    StepSpec("chain", check_chain, load_witnesses),
    StepSpec("anchor", check_anchor),
    StepSpec("status", check_status),
    StepSpec("times", check_times),
    StepSpec("others", check_other_chains),
    StepSpec("consistency", check_consistency),
)


def verify_evidence(
    evidence: bytes,
    *,
    trust: TrustFile | None,
    rpc: Sequence[str] | None = None,
    now: datetime | None = None,
    pdf: bytes | None = None,
    skew: timedelta = DEFAULT_SKEW,
    max_status_age: timedelta | None = None,
    blocks: Sequence[TrustedBlock] = (),
) -> Report:
    """Verify ``.asice`` bytes, and ``pdf`` beside them if given, and report every step.

    ``rpc`` replaces the nodes of the trust file when given; nodes named by the evidence are never
    asked. ``blocks``: hashes that the reader knows otherwise; with one, no node is needed.
    ``now`` is aware; it only ages the status. Raises nothing on any input.
    """
    try:
        read = read_evidence(evidence)
    except AnchoringError as reason:
        return _unread(_finding(reason))
    except Exception as fault:  # noqa: BLE001  # see the module's docstring
        return _unread(_internal(fault))
    urls = tuple(rpc) if rpc else (() if trust is None else trust.current.rpc)
    context = Context(
        evidence=read,
        pdf=_document(read, pdf),
        given_pdf=pdf,
        trust=trust,
        urls=urls,
        options=Options(now or datetime.now(UTC), skew, max_status_age, tuple(blocks)),
    )
    return run(context)


def run(context: Context, steps: Sequence[StepSpec] = STEPS) -> Report:
    """Run ``steps`` in order over ``context`` and conclude."""
    done: list[Step] = []
    for number, spec in enumerate(steps, start=1):
        try:
            if spec.load is not None:
                context = spec.load(context)
            findings = spec.check(context)
        except NotReached as missing:
            findings = [unchecked(BLOCKED, needs=str(missing))]
        except AnchoringError as reason:
            findings = [_finding(reason)]
        except Exception as fault:  # noqa: BLE001  # see the module's docstring
            findings = [_internal(fault)]
        done.append(make_step(number, spec.name, findings))
    return _report(done, context)


def verify_pdf_alone(pdf: bytes, *, trust: TrustFile | None) -> Report:
    """Report what a PDF without evidence lacks: always CANNOT CHECK, or INVALID if unreadable."""
    findings: list[Finding]
    try:
        locator = read_locator(pdf)
        findings = [unchecked("evidence/none", **_place(locator, trust))]
    except AnchoringError as reason:
        findings = [_finding(reason)]
    return _unread(*findings)


def verify_without_trust_file(reason: AnchoringError) -> Report:
    """Report that the reader's own trust file cannot be used: CANNOT CHECK, whatever the evidence.

    It is the reader's file that is wrong, so nothing is said of the evidence.
    """
    return _unread(unchecked("trust/unusable", code_of=reason.code, reason=str(reason)))


def origin_of(evidence: bytes | None, pdf: bytes) -> str | None:
    """Return the log's origin that a document names, or None where it cannot be read."""
    try:
        inside = pdf if evidence is None else read_evidence(evidence).pdf
        return None if inside is None else read_locator(inside).origin
    except AnchoringError:
        return None


def _place(locator: Locator, trust: TrustFile | None) -> dict[str, object]:
    known = trust is not None and trust.origin == locator.origin
    return {"origin": locator.origin, "chain": locator.chain_id, "known": known}


def _document(evidence: Evidence, given: bytes | None) -> bytes | None:
    """Return the evidence's PDF, or the given one where it is listed but withheld."""
    if evidence.pdf is not None or given is None:
        return evidence.pdf
    listed = parse_manifest(evidence.members["manifest.json"]).members.get("document.pdf")
    return given if listed == sha256(given) else None


def _unread(*findings: Finding) -> Report:
    """Return a report whose first step ended everything."""
    steps = [make_step(1, STEPS[0].name, findings)]
    steps += [make_step(n, spec.name, ()) for n, spec in enumerate(STEPS[1:], start=2)]
    return _report(steps, None)


def _report(steps: Sequence[Step], context: Context | None) -> Report:
    extras = _Extras()
    if context is not None:
        try:
            extras = _extras(context)
        except Exception as fault:  # noqa: BLE001  # see the module's docstring
            # What is only shown must not stand in the way of a verdict, nor make one VALID.
            steps = [*steps, make_step(len(steps) + 1, "report", [_internal(fault)])]
    verdict, cause = conclude(steps)
    report = Report(
        steps=tuple(steps),
        verdict=verdict,
        reason_code=cause.code,
        summary="",
        signers=extras.signers,
        time_bounds=extras.bounds,
        chain_call=extras.call,
        facts=_as_of(steps) if verdict is Verdict.VALID else cause.facts,
        trusts=extras.trusts,
    )
    return Report(**{**vars(report), "summary": report.summary_in("en")})


_NO_BOUNDS = TimeBounds(None, None)


@dataclass(frozen=True)
class _Extras:
    """What a report shows beside its steps."""

    signers: tuple[SignerLine, ...] = ()
    bounds: TimeBounds = _NO_BOUNDS
    call: ChainCall | None = None
    trusts: tuple[Finding, ...] = ()


def _extras(context: Context) -> _Extras:
    try:
        lines = with_proved_times(context, signer_lines(context))
        trusts = trusts_of(context, lines)
        return _Extras(lines, time_bounds(context), chain_call(context), trusts)
    except AnchoringError:
        # A step has said why already; there is nothing to show.
        return _Extras()


def _as_of(steps: Sequence[Step]) -> Mapping[str, object]:
    """Return the block that a VALID verdict speaks of, nothing where nodes spoke of the present."""
    for step in steps:
        for finding in step.findings:
            if finding.code == IN_FORCE_IN_BLOCK:
                return finding.facts
    return {}


def _finding(reason: AnchoringError) -> Finding:
    if isinstance(reason, CannotCheckError):
        return unchecked(reason.code, reason=str(reason))
    return failed(reason.code, reason=str(reason))


def _internal(fault: Exception) -> Finding:
    _LOG.debug("a verification step failed by itself", exc_info=fault)
    return unchecked(INTERNAL, reason=type(fault).__name__)


__all__ = [
    "STEPS",
    "Outcome",
    "Report",
    "StepSpec",
    "origin_of",
    "run",
    "verify_evidence",
    "verify_pdf_alone",
    "verify_without_trust_file",
]
