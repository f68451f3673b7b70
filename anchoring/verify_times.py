"""The step about time: claimed times lie between two block times (rule 11).

Only block times are independent of the operator. What is proved of a statement is that it was
made after the block of the root it names, and before the block of the anchor that covers it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from anchoring.report import Finding, SignerLine, TimeBounds, failed, unchecked
from anchoring.statement import After
from anchoring.verify_chain import after_roots, anchored
from anchoring.verify_context import Context, Entry, need, or_ok
from anchoring.witnesses import AnchoredRoot


def check_times(context: Context) -> list[Finding]:
    """No claimed time is before its ``after`` block or past its anchor, nor anchored late."""
    skew = context.options.skew
    findings: list[Finding] = []
    known = _after_times(context)
    findings += [found for found in known.values() if isinstance(found, Finding)]
    end = _anchor_time(context)
    if isinstance(end, Finding):
        return [*findings, end]
    claimed: list[datetime] = []
    for entry in need(context.entries, "statements"):
        if entry.statement is None:
            continue
        claimed.append(entry.statement.at)
        findings += _one(context, entry, known, skew)
    for signature in (*context.signer_signatures, context.seal):
        if signature.time_stamp is not None:
            claimed.append(signature.time_stamp.time)
            if signature.time_stamp.time > end + skew:
                findings.append(failed("times/stamp-after-anchor", field=signature.field))
    trust = need(context.trust, "trust")
    if claimed and end - max(claimed) > timedelta(seconds=trust.current.max_delay):
        hours = int((end - max(claimed)).total_seconds() // 3600)
        findings.append(unchecked("times/anchored-late", hours=hours, time=end))
    bounds = time_bounds(context)
    if bounds.not_before is None:
        return or_ok(findings, "times/ok-before", before=end)
    return or_ok(findings, "times/ok", after=bounds.not_before, before=end)


def time_bounds(context: Context) -> TimeBounds:
    """Return the interval that the chain confirms, empty where it does not."""
    if context.witnesses is None or context.home is None or context.document_leaf is None:
        return TimeBounds(None, None)
    if context.home.chain_id not in context.evidence.anchors:
        return TimeBounds(None, None)
    end = _anchor_time(context)
    if isinstance(end, Finding):
        return TimeBounds(None, None)
    starts = [one.time for one in _after_times(context).values() if not isinstance(one, Finding)]
    unbounded = any(
        entry.statement is not None and entry.statement.after.size == 0
        for entry in context.entries or ()
    )
    return TimeBounds(None if unbounded or not starts else min(starts), end)


def with_proved_times(context: Context, lines: Sequence[SignerLine]) -> tuple[SignerLine, ...]:
    """Return the signers' lines with the block times around each ``signed`` statement."""
    end = time_bounds(context).not_after
    if end is None:
        return tuple(lines)
    known = _after_times(context)
    bound = {one.party: one.statement.after for one in context.bound or ()}
    proved = []
    for line in lines:
        after = bound.get(line.party)
        start = None if after is None else known.get((after.size, after.root))
        proved.append(
            replace(
                line,
                proved_after=start.time if isinstance(start, AnchoredRoot) else None,
                proved_before=None if after is None else end,
            )
        )
    return tuple(proved)


def _one(
    context: Context,
    entry: Entry,
    known: dict[tuple[int, bytes], AnchoredRoot | Finding],
    skew: timedelta,
) -> list[Finding]:
    statement = need(entry.statement, "statements")
    after: After = statement.after
    facts = {"type": statement.type, "leaf": entry.opening.leaf}
    findings: list[Finding] = []
    start = known.get((after.size, after.root))
    if isinstance(start, AnchoredRoot) and start.time > statement.at + skew:
        findings.append(failed("times/before-after", **facts))
    leaf = need(context.statement_leaves, "log").get(entry.opening.leaf)
    if leaf is None:
        return findings
    end = anchored(context, size=leaf.checkpoint.size, root=leaf.checkpoint.root)
    # A root that is not anchored is the anchor step's finding already.
    if isinstance(end, AnchoredRoot) and statement.at > end.time + skew:
        findings.append(failed("times/later-than-anchor", **facts))
    return findings


def _after_times(context: Context) -> dict[tuple[int, bytes], AnchoredRoot | Finding]:
    return {
        (size, root): anchored(context, size=size, root=root) for size, root in after_roots(context)
    }


def _anchor_time(context: Context) -> datetime | Finding:
    checkpoint = need(context.document_leaf, "log").checkpoint
    found = anchored(context, size=checkpoint.size, root=checkpoint.root)
    return found if isinstance(found, Finding) else found.time
