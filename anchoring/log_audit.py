"""Auditing a log from its public files: what an outsider can find out, and remember.

Everything is computed anew: leaf hashes from entries, the tree from leaf hashes, each anchored
root from the tree. What remains to be trusted is the reader's own trust file and memory, and the
nodes for what the chain holds.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from anchoring.audit_chain import HomeAudit, ask_homes, check_anchors, check_delays
from anchoring.audit_state import AuditState, default_path, read_state, write_state
from anchoring.checkpoint import MAX_NOTE, Checkpoint, open_checkpoint, read_unverified
from anchoring.errors import BadCheckpoint, UntrustedLogKey
from anchoring.http_fetch import NotThere, Unreachable
from anchoring.log_replay import Edge, Gap, Replay, replay
from anchoring.log_source import LogSource, open_source
from anchoring.report import (
    Finding,
    Outcome,
    Report,
    Verdict,
    conclude,
    failed,
    make_step,
    note,
    ok,
    unchecked,
)
from anchoring.tile_layout import CHECKPOINT
from anchoring.trust import TrustFile
from anchoring.wording import label

STEPS = (
    "audit-trust",
    "audit-checkpoint",
    "audit-entries",
    "audit-root",
    "audit-since",
    "audit-chain",
    "audit-anchors",
    "audit-delay",
)
FindTrust = Callable[[str], TrustFile | None]
"""Returns the reader's own trust file for a log's origin, None if they have none."""

_SHOWN = 10
_REMEMBERED = 1_000


@dataclass(frozen=True)
class AuditReport(Report):
    """A whole audit; ``audited``: origin, size, root, the checkpoint and the one seen before."""

    audited: Mapping[str, object] = field(default_factory=dict)

    def summary_in(self, lang: str) -> str:
        """Return the verdict's reason in ``es`` or ``en``."""
        if self.verdict is Verdict.VALID:
            return label("summary/audit", lang)
        return super().summary_in(lang)

    def to_json(self, lang: str = "en") -> dict[str, Any]:
        """Return the report as plain JSON data."""
        whole = super().to_json(lang)
        kept = ("verdict", "exitCode", "reason", "summary", "steps")
        return {
            "acta": "audit/1",
            **{name: whole[name] for name in kept},
            **{name: _shown(value) for name, value in self.audited.items()},
        }


@dataclass
class _Run:
    """One audit under way."""

    source: LogSource
    trust: TrustFile | None = None
    state: AuditState | None = None
    findings: dict[str, list[Finding]] = field(default_factory=lambda: {name: [] for name in STEPS})
    note: str = ""
    checkpoint: Checkpoint | None = None
    is_signed: bool = False
    facts: dict[str, object] = field(default_factory=dict)

    def add(self, step: str, *found: Finding) -> None:
        self.findings[step] += found


def audit_log(
    place: str,
    *,
    find_trust: FindTrust,
    now: datetime,
    rpc: Sequence[str] | None = None,
    state_path: Path | None = None,
    from_start: bool = False,
) -> AuditReport:
    """Audit the log whose files are under ``place``, a URL or a folder.

    ``find_trust`` gives the reader's trust file for an origin; ``rpc``: nodes to ask instead of
    its own; ``state_path``: the auditor's memory instead of the usual one; ``from_start``: hash
    every entry again, not only what is new.
    Raises MalformedState, OSError for the auditor's own files.
    """
    run = _Run(source=open_source(place))
    _read_checkpoint(run, find_trust)
    if run.checkpoint is not None:
        path = state_path or default_path(run.checkpoint.origin, place)
        run.state = read_state(path)
        _audit(run, run.checkpoint, rpc=rpc, now=now, path=path, from_start=from_start)
    steps = [
        make_step(number, name, run.findings[name]) for number, name in enumerate(STEPS, start=1)
    ]
    verdict, reason = conclude(steps)
    return AuditReport(
        steps=tuple(steps),
        verdict=verdict,
        reason_code=reason.code,
        summary=reason.sentence(),
        facts=reason.facts,
        audited=run.facts,
    )


def _read_checkpoint(run: _Run, find_trust: FindTrust) -> None:
    step = "audit-checkpoint"
    try:
        run.note = run.source.get(CHECKPOINT, limit=MAX_NOTE).decode("utf-8")
    except NotThere:
        run.add(step, unchecked("audit/no-checkpoint", place=run.source.where))
    except Unreachable as reason:
        run.add(step, unchecked("audit/unreachable", place=run.source.where, reason=str(reason)))
    except UnicodeDecodeError:
        run.add(step, failed("audit/bad-checkpoint", reason="expected utf-8"))
    else:
        run.trust, run.checkpoint, findings = check_note(run.note, find_trust)
        run.add("audit-trust", findings[0])
        run.add(step, *findings[1:])
        run.is_signed = all(finding.outcome is Outcome.OK for finding in findings)
        if run.checkpoint is not None:
            claimed = run.checkpoint
            run.facts |= {"origin": claimed.origin, "size": claimed.size, "root": claimed.root}
            run.facts["checkpoint"] = run.note


def check_note(
    note_text: str, find_trust: FindTrust
) -> tuple[TrustFile | None, Checkpoint | None, list[Finding]]:
    """Return whom the reader trusts for a checkpoint, what it says, and findings on both.

    The first finding is about the trust file. The checkpoint is None if it is malformed, or of
    another log than the trust file's.
    """
    try:
        claimed = read_unverified(note_text)
    except BadCheckpoint as reason:
        bad = failed("audit/bad-checkpoint", reason=str(reason))
        return None, None, [unchecked("audit/no-trust"), bad]
    trust = find_trust(claimed.origin)
    if trust is None:
        return (
            None,
            claimed,
            [unchecked("audit/no-trust"), unchecked("audit/unsigned", size=claimed.size)],
        )
    trusted = ok("audit/trust", origin=trust.origin)
    if claimed.origin != trust.origin:
        other = failed("audit/other-origin", origin=claimed.origin, expected=trust.origin)
        return trust, None, [trusted, other]
    keys = [key.vkey for key in trust.current.keys_for("log") if key.vkey is not None]
    try:
        open_checkpoint(note_text, keys)
    except UntrustedLogKey as reason:
        return trust, claimed, [trusted, unchecked("audit/untrusted-key", reason=str(reason))]
    except BadCheckpoint as reason:
        return trust, None, [trusted, failed("audit/bad-checkpoint", reason=str(reason))]
    signed = ok("audit/checkpoint", size=claimed.size, root=claimed.root)
    return trust, claimed, [trusted, signed]


def _audit(
    run: _Run,
    checkpoint: Checkpoint,
    *,
    rpc: Sequence[str] | None,
    now: datetime,
    path: Path,
    from_start: bool,
) -> None:
    state, size = run.state, checkpoint.size
    start = Edge() if from_start or state is None or state.edge.size > size else state.edge
    homes: list[HomeAudit] = []
    if run.trust is not None:
        memories = {} if from_start or state is None else state.chains
        urls = run.trust.current.rpc if rpc is None else rpc
        homes = ask_homes(run.trust, urls, memories)
    anchored = {event.size for home in homes for event in home.events}
    wanted = anchored | {size} | ({state.size} if state is not None else set())
    found = replay(
        run.source,
        start=start,
        size=size,
        sizes=[one for one in wanted if start.size <= one <= size],
    )
    run.facts["entries"] = size - start.size
    _judge_files(run, found, start.size, size)
    root = found.roots.get(size)
    if root is None:
        run.add("audit-root", unchecked("audit/stopped", index=found.stopped_at))
    elif root != checkpoint.root:
        run.add("audit-root", failed("audit/root-differs", size=size, computed=root))
    else:
        run.add("audit-root", ok("audit/root", size=size))
    _judge_since(run, checkpoint, found.roots)
    for home in homes:
        run.add("audit-chain", *home.findings)
        run.add(
            "audit-anchors",
            *check_anchors(home, found.roots, place=run.source.where, start=start.size, size=size),
        )
    waiting = _judge_delay(run, checkpoint, homes, now)
    if _may_be_remembered(run, found) and (state is None or size >= state.size):
        memories = {} if state is None else dict(state.chains)
        memories |= {home.home.chain_id: kept for home in homes if (kept := home.memory())}
        write_state(
            path,
            AuditState(
                origin=checkpoint.origin,
                note=run.note,
                size=size,
                root=checkpoint.root,
                edge=found.edge,
                chains=memories,
                unanchored=waiting,
            ),
        )


def _may_be_remembered(run: _Run, found: Replay) -> bool:
    """Whether everything about the log itself holds; what is wrong is found again next time."""
    wrong = any(
        finding.outcome is Outcome.FAILED
        for step, findings in run.findings.items()
        for finding in findings
        if step != "audit-delay"
    )
    return run.is_signed and not wrong and not found.gaps and found.stopped_at is None


def _judge_files(run: _Run, found: Replay, start: int, size: int) -> None:
    step = "audit-entries"
    for gap in found.gaps[:_SHOWN]:
        make = unchecked if gap.kind == "unreachable" else failed
        run.add(step, make(f"audit/file-{gap.kind}", path=gap.path))
    hidden = found.gaps[_SHOWN:]
    if hidden:
        run.add(step, _worst(hidden)("audit/more-files", count=len(hidden)))
    if not found.gaps and size == start:
        run.add(step, ok("audit/nothing-new", size=size))
    elif not found.gaps:
        run.add(step, ok("audit/entries", count=size - start, first=start))


def _worst(gaps: Sequence[Gap]) -> Any:
    return unchecked if all(gap.kind == "unreachable" for gap in gaps) else failed


def _judge_since(run: _Run, checkpoint: Checkpoint, roots: Mapping[int, bytes]) -> None:
    step, state, size = "audit-since", run.state, checkpoint.size
    if state is None:
        run.add(step, note("audit/first-time"))
        return
    run.facts["before"] = state.note
    facts = {"before": state.size, "size": size}
    if size < state.size:
        run.add(step, unchecked("audit/shrunk", **facts))
    elif _differs(state, checkpoint, roots):
        run.add(step, failed("audit/forked", **facts))
    elif state.size in roots:
        run.add(step, ok("audit/grew" if size > state.size else "audit/same", **facts))
    else:
        run.add(step, unchecked("audit/not-compared", **facts))


def _differs(state: AuditState, checkpoint: Checkpoint, roots: Mapping[int, bytes]) -> bool:
    """Whether a checkpoint seen before is of another history; two signed roots prove it."""
    if checkpoint.size == state.size and checkpoint.root != state.root:
        return True
    return roots.get(state.size, state.root) != state.root


def _judge_delay(
    run: _Run, checkpoint: Checkpoint, homes: Sequence[HomeAudit], now: datetime
) -> list[tuple[int, int]]:
    step, size = "audit-delay", checkpoint.size
    seen = [] if run.state is None else list(run.state.unanchored)
    heard = [home for home in homes if home.scans]
    if run.trust is None or not heard:
        return seen
    anchored = max(home.anchored for home in heard)
    if size > anchored and (not seen or seen[-1][0] < size) and len(seen) < _REMEMBERED:
        seen.append((size, int(now.timestamp())))
    findings, waiting = check_delays(heard, seen, now=now, max_delay=run.trust.current.max_delay)
    run.add(step, *findings)
    if size > anchored:
        run.add(step, note("audit/waiting", count=size - anchored, size=anchored))
    if not findings:
        run.add(step, ok("audit/in-time"))
    return waiting


def _shown(value: object) -> Any:
    return value.hex() if isinstance(value, bytes) else value
