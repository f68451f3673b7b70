"""The step about the status: in force, voided or superseded, and as of when (rules 9 and 13).

A void is never undone. So whoever shows one is right about it, and whoever shows none may only
be behind; but a change that is not final, or that nodes disagree about, decides nothing.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from anchoring.chain_proof import ProvedState
from anchoring.chain_view import NodeView, StatusSlot
from anchoring.report import Finding, Outcome, block_time, failed, ok, unchecked
from anchoring.verify_context import Context, need
from anchoring.witnesses import Witnesses

VOIDED, SUPERSEDED = 1, 2
IN_FORCE_IN_BLOCK = "status/ok-in-block"
"""In force as of a block that the reader trusts; no node said anything newer."""


@dataclass(frozen=True)
class _InForce:
    """Neither ended nor forked, as of a final block, or of one that the reader trusts."""

    time: datetime
    block: int
    code: str


def check_status(context: Context) -> list[Finding]:
    """The document is in force at its home, and the log's operator never forked the log."""
    leaf = need(context.document_leaf, "log").leaf
    witnesses = need(context.witnesses, "chain")
    by_block, by_nodes = _by_block(witnesses.proved), _by_nodes(witnesses)
    told = [one for one in (by_block, by_nodes) if one is not None]
    if not told:
        return [unchecked("step/blocked")]
    findings = [one for one in told if isinstance(one, Finding)]
    for finding in findings:
        if finding.outcome is Outcome.FAILED:
            return [finding]
    if isinstance(by_nodes, Finding):
        return [by_nodes]
    holding = [one for one in told if isinstance(one, _InForce)]
    if not holding:
        return findings
    newest = max(holding, key=lambda one: one.time)
    oldest = context.options.max_status_age
    if oldest is not None and context.options.now - newest.time > oldest:
        return [unchecked("status/old", time=newest.time)]
    return [ok(newest.code, time=newest.time, block=newest.block, leaf=leaf)]


def _by_block(proved: ProvedState | None) -> _InForce | Finding | None:
    """Return what a trusted block shows, None without one."""
    if proved is None:
        return None
    if proved.forked:
        return failed("status/forked")
    if proved.status is None or proved.forked is None:
        return unchecked("status/unproved", block=proved.block.number)
    if proved.status.code != 0:
        return _ended(proved.status)
    return _InForce(block_time(proved.block.time), proved.block.number, IN_FORCE_IN_BLOCK)


def _by_nodes(witnesses: Witnesses) -> _InForce | Finding | None:
    """Return what most nodes show, None where none may say anything."""
    heard = witnesses.current
    if not heard:
        return None
    forked = [view for view in heard if view.forked]
    if forked:
        return failed("status/forked") if 2 * len(forked) > len(heard) else _disagree(heard)
    told = [view.status for view in heard if view.status is not None]
    if len(told) < len(heard):
        return unchecked("step/blocked")
    status, count = Counter(told).most_common(1)[0]
    if any(one.code != 0 for one in told):
        if 2 * count <= len(heard) or status.code == 0:
            return _disagree(heard)
        final = max(view.finalized.number for view in heard if view.finalized is not None)
        if status.block > final:
            return unchecked("status/not-final", time=block_time(status.time), block=status.block)
        return _ended(status)
    newest = max(
        (view.finalized for view in heard if view.finalized is not None),
        key=lambda block: block.time,
    )
    return _InForce(block_time(newest.time), newest.number, "status/ok")


def _ended(status: StatusSlot) -> Finding:
    facts = {"time": block_time(status.time), "block": status.block}
    if status.code == VOIDED:
        return failed("status/voided", **facts)
    if status.code == SUPERSEDED:
        return failed("status/superseded", successor=status.successor, **facts)
    return unchecked("status/unknown-code", status=status.code, **facts)


def _disagree(heard: Sequence[NodeView]) -> Finding:
    return unchecked("status/nodes-disagree", nodes=len(heard))
