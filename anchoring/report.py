"""What a verification found: numbered steps, one verdict, and the reasons, as plain data.

A step that was never reached is NOT_CHECKED, and NOT_CHECKED is never OK: a report can only
become VALID when every step says so itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from anchoring.fields import format_time
from anchoring.wording import detail, summary_sentence

OK_CODE = "ok"
BLOCKED = "step/blocked"
"""The step needs what an earlier step could not give."""
INTERNAL = "verify/internal"
"""The verifier itself failed: nothing is decided."""
NO_LONGER_IN_FORCE = frozenset({"status/voided", "status/superseded"})
"""Genuine, but ended by its parties: exit code 1 with a reason of its own (rule 13)."""


class Outcome(Enum):
    """What one step found; a NOTE informs and decides nothing."""

    OK = "ok"
    FAILED = "failed"
    NOT_CHECKED = "not checked"
    NOTE = "note"


class Verdict(Enum):
    """The three answers, and never a fourth."""

    VALID = "VALID"
    INVALID = "INVALID"
    CANNOT_CHECK = "CANNOT CHECK"

    @property
    def exit_code(self) -> int:
        """0 VALID, 1 INVALID, 3 CANNOT CHECK."""
        return {Verdict.VALID: 0, Verdict.INVALID: 1, Verdict.CANNOT_CHECK: 3}[self]


@dataclass(frozen=True)
class Finding:
    """One thing a step found: ``code`` is stable and public, ``facts`` fill its sentence."""

    outcome: Outcome
    code: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def sentence(self, lang: str = "en") -> str:
        """Return the finding as one plain sentence."""
        return detail(self.code, self.facts, lang)


def ok(code: str, **facts: object) -> Finding:
    """Return what was checked and holds."""
    return Finding(Outcome.OK, code, facts)


def failed(code: str, **facts: object) -> Finding:
    """Return what was checked and is wrong (INVALID)."""
    return Finding(Outcome.FAILED, code, facts)


def unchecked(code: str, **facts: object) -> Finding:
    """Return what could not be decided (CANNOT CHECK)."""
    return Finding(Outcome.NOT_CHECKED, code, facts)


def note(code: str, **facts: object) -> Finding:
    """Return something worth knowing that decides nothing."""
    return Finding(Outcome.NOTE, code, facts)


def block_time(seconds: int) -> datetime:
    """Return a block's Unix seconds as a datetime; times past the year 9999 are cut there."""
    return datetime.fromtimestamp(min(seconds, 253402300799), UTC)


@dataclass(frozen=True)
class Step:
    """One numbered step: its worst outcome, and the sentence and code of what led to it."""

    number: int
    name: str
    outcome: Outcome
    detail: str
    code: str
    findings: tuple[Finding, ...] = ()

    def detail_in(self, lang: str) -> str:
        """Return the step's sentences in ``es`` or ``en``."""
        return " ".join(finding.sentence(lang) for finding in _shown(self.findings))


@dataclass(frozen=True)
class SignerLine:
    """One signer: whose word stands for them, how they signed, and when.

    ``proved_*`` are chain times.
    """

    party: int
    name: str | None
    assurance: str
    whose_word: str
    claimed_time: datetime | None
    method: str = "unknown"
    proved_after: datetime | None = None
    proved_before: datetime | None = None
    identified_as: str | None = None
    """Names and number of the identification, where they are disclosed."""
    company: str | None = None
    """Name and number of the company that is signed for, ``?`` where they are not disclosed."""


@dataclass(frozen=True)
class TimeBounds:
    """The proved interval: all of it happened before ``not_after``, the anchor's block time.

    ``not_before`` is the block time of the earliest ``after`` root; None: no lower bound.
    """

    not_before: datetime | None
    not_after: datetime | None


@dataclass(frozen=True)
class ChainCall:
    """The view call with which anybody asks the chain itself; addresses are checksummed."""

    chain_id: int
    contract: str
    function: str
    arguments: Mapping[str, object]
    calldata: str


@dataclass(frozen=True)
class Report:
    """A whole verification."""

    steps: tuple[Step, ...]
    verdict: Verdict
    reason_code: str
    summary: str
    signers: tuple[SignerLine, ...] = ()
    time_bounds: TimeBounds = TimeBounds(None, None)
    chain_call: ChainCall | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    """Of the whole: whom one would have to trust, the sentence's values."""
    trusts: tuple[Finding, ...] = ()
    """What the verdict still rests on, one sentence each; mathematics is not among them."""

    @property
    def exit_code(self) -> int:
        """The process exit code of the verdict."""
        return self.verdict.exit_code

    def summary_in(self, lang: str) -> str:
        """Return the verdict's reason in ``es`` or ``en``."""
        return summary_sentence(self.verdict.value, self.reason_code, self.facts, lang)

    def to_json(self, lang: str = "en") -> dict[str, Any]:
        """Return the report as plain JSON data; names and codes do not depend on ``lang``."""
        return {
            "acta": "report/1",
            "verdict": self.verdict.value,
            "exitCode": self.exit_code,
            "reason": self.reason_code,
            "summary": self.summary_in(lang),
            "steps": [
                {
                    "number": step.number,
                    "name": step.name,
                    "outcome": step.outcome.value,
                    "code": step.code,
                    "detail": step.detail_in(lang),
                    "findings": [
                        {
                            "outcome": finding.outcome.value,
                            "code": finding.code,
                            "detail": finding.sentence(lang),
                            "facts": _plain(finding.facts),
                        }
                        for finding in step.findings
                    ],
                }
                for step in self.steps
            ],
            "signers": [
                {
                    "party": line.party,
                    "name": line.name,
                    "assurance": line.assurance,
                    "whoseWord": line.whose_word,
                    "method": line.method,
                    "claimedTime": _time(line.claimed_time),
                    "provedAfter": _time(line.proved_after),
                    "provedBefore": _time(line.proved_before),
                    "identifiedAs": line.identified_as,
                    "company": line.company,
                }
                for line in self.signers
            ],
            "trusts": [
                {"code": one.code, "detail": one.sentence(lang), "facts": _plain(one.facts)}
                for one in self.trusts
            ],
            "proved": {
                "notBefore": _time(self.time_bounds.not_before),
                "notAfter": _time(self.time_bounds.not_after),
            },
            "chainCall": None
            if self.chain_call is None
            else {
                "chainId": self.chain_call.chain_id,
                "contract": self.chain_call.contract,
                "function": self.chain_call.function,
                "arguments": _plain(self.chain_call.arguments),
                "calldata": self.chain_call.calldata,
            },
        }


def make_step(number: int, name: str, findings: Sequence[Finding]) -> Step:
    """Return the step whose outcome is the worst of ``findings``; none at all: NOT_CHECKED."""
    kept = tuple(findings) or (unchecked(BLOCKED),)
    for outcome in (Outcome.FAILED, Outcome.NOT_CHECKED, Outcome.OK, Outcome.NOTE):
        matching = [finding for finding in kept if finding.outcome is outcome]
        if matching:
            text = " ".join(finding.sentence() for finding in _shown(kept))
            return Step(number, name, outcome, text, matching[0].code, kept)
    raise AssertionError("every outcome is listed above")


def conclude(steps: Sequence[Step]) -> tuple[Verdict, Finding]:
    """Return the verdict and the finding that explains it.

    Any FAILED makes INVALID, else any NOT_CHECKED makes CANNOT CHECK, else, with at least one
    OK, VALID. A document that its parties ended is INVALID for that reason only when nothing
    else is wrong.
    """
    findings = [finding for step in steps for finding in step.findings]
    wrong = [finding for finding in findings if finding.outcome is Outcome.FAILED]
    if wrong:
        worse = [finding for finding in wrong if finding.code not in NO_LONGER_IN_FORCE]
        return Verdict.INVALID, (worse or wrong)[0]
    open_ = [finding for finding in findings if finding.outcome is Outcome.NOT_CHECKED]
    if open_:
        causes = [finding for finding in open_ if finding.code != BLOCKED]
        return Verdict.CANNOT_CHECK, (causes or open_)[0]
    if any(step.outcome is Outcome.OK for step in steps):
        return Verdict.VALID, ok(OK_CODE)
    return Verdict.CANNOT_CHECK, unchecked(BLOCKED)


def _shown(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings worth a sentence: the worst ones; notes only beside what holds."""
    kept = list(findings)
    for outcome in (Outcome.FAILED, Outcome.NOT_CHECKED):
        if worst := [finding for finding in kept if finding.outcome is outcome]:
            return worst
    return kept


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else format_time(moment)


def _plain(value: object) -> Any:
    """Return ``value`` as JSON holds it: bytes in lowercase hex, times as text."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(member) for name, member in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(member) for member in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    return str(value)
