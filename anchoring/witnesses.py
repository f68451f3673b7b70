"""Who says what of one log's anchors on one chain, and how much of that is believed (rule 13).

A node is heard only when it is on the home's chain: same chain id, same genesis block. It may
deny a root only when it is final at or past the evidence's block and has that very block. One
denial is doubt; a majority of the nodes given is INVALID. A block whose hash the reader trusts
needs no majority: what is proved under it holds, and nodes that deny it make CANNOT CHECK.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from anchoring.chain_proof import ProvedState
from anchoring.chain_view import AnchorSlot, Block, NodeView
from anchoring.evidence_lists import AnchorRecord
from anchoring.report import Finding, Outcome, block_time, failed, unchecked
from anchoring.trust import Home


@dataclass(frozen=True)
class AnchoredRoot:
    """A root that is anchored, with its slot; ``proved_at``: the trusted block that shows it,
    None where nodes confirm it."""

    slot: AnchorSlot
    proved_at: Block | None = None

    @property
    def time(self) -> datetime:
        """The block time of its anchor."""
        return block_time(self.slot.time)


@dataclass(frozen=True)
class Witnesses:
    """What was asked and proved about ``home``.

    ``record``: the evidence's anchor there. ``views``: one for each node given. ``proof``: what
    the record proves; it counts only where ``trusted``, under a block hash of the reader's.
    """

    home: Home
    record: AnchorRecord | None
    views: tuple[NodeView, ...]
    proof: ProvedState | None
    trusted: bool

    @property
    def heard(self) -> list[NodeView]:
        """The views of nodes that answered and are on the home's chain."""
        return [
            view
            for view in self.views
            if view.problem is None
            and view.chain_id == self.home.chain_id
            and view.genesis == self.home.genesis_block
        ]

    @property
    def current(self) -> list[NodeView]:
        """The heard nodes that may confirm or deny: final at the record's block, which they
        have."""
        record = self.record
        if record is None:
            return []
        return [
            view
            for view in self.heard
            if view.finalized is not None
            and view.finalized.number >= record.block_number
            and view.named is not None
            and view.named.hash == record.block_hash
        ]

    @property
    def proved(self) -> ProvedState | None:
        """What holds under a block that the reader trusts."""
        return self.proof if self.trusted else None

    def anchored(self, root: bytes, expected: AnchorSlot) -> AnchoredRoot | Finding:
        """Return a root's anchor, or why that cannot be said.

        ``expected`` has a size, and zeros for time and block where any will do.
        """
        by_nodes = self._by_nodes(root, expected) if self.heard else None
        by_block = self._by_block(root, expected)
        if by_block is None:
            if by_nodes is not None:
                return by_nodes
            unproved = self.proved is not None
            return unchecked("anchor/unproved" if unproved else "step/blocked", root=root)
        agree = isinstance(by_nodes, AnchoredRoot) == isinstance(by_block, AnchoredRoot)
        decided = isinstance(by_nodes, AnchoredRoot) or (
            by_nodes is not None and by_nodes.outcome is Outcome.FAILED
        )
        if decided and not agree:
            return unchecked("anchor/nodes-against-block", root=root)
        return by_nodes if by_nodes is not None and decided else by_block

    def _by_block(self, root: bytes, expected: AnchorSlot) -> AnchoredRoot | Finding | None:
        proved = self.proved
        slot = None if proved is None else proved.anchors.get(root)
        if proved is None or slot is None:
            return None
        if matches(slot, expected):
            return AnchoredRoot(slot, proved.block)
        code = "anchor/differs" if slot.size else "anchor/absent"
        return failed(f"{code}-in-block", root=root, block=proved.block.number)

    def _by_nodes(self, root: bytes, expected: AnchorSlot) -> AnchoredRoot | Finding:
        current = self.current
        if not current:
            return self._why_not_current()
        confirming, denying, pending = [], [], []
        for view in current:
            slot = view.anchors.get(root)
            if slot is None:
                # Nobody asked about it: silence must not pass for a denial.
                return unchecked("step/blocked", needs="anchor")
            if not matches(slot, expected):
                denying.append(view)
            elif view.finalized is None or slot.block > view.finalized.number:
                pending.append(view)
            else:
                confirming.append(view)
        facts = {"root": root, "nodes": len(self.views)}
        if 2 * len(denying) > len(self.views):
            there = any(view.anchors[root].size for view in denying)
            return failed("anchor/differs" if there else "anchor/absent", **facts)
        if denying:
            return unchecked("anchor/nodes-disagree", denying=len(denying), **facts)
        if not confirming:
            block = pending[0].anchors[root].block
            return unchecked("anchor/not-final", block=block, final=_newest_final(pending))
        return AnchoredRoot(confirming[0].anchors[root])

    def _why_not_current(self) -> Finding:
        if self.record is None:
            return unchecked("anchor/none")
        final, number = _newest_final(self.heard), self.record.block_number
        if final < number:
            return unchecked("anchor/not-final", block=number, final=final)
        return unchecked("anchor/other-block", block=number)


def matches(slot: AnchorSlot, expected: AnchorSlot) -> bool:
    """Say whether a slot is the expected anchor's."""
    if slot.size == 0 or slot.size != expected.size:
        return False
    return expected.block == 0 or (slot.time, slot.block) == (expected.time, expected.block)


def _newest_final(views: Sequence[NodeView]) -> int:
    return max((view.finalized.number for view in views if view.finalized is not None), default=0)
