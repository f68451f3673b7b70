"""The steps about the chain: what nodes say, and how many of them must say so (rule 13).

A node is heard only when it is on the home's chain: same chain id, same genesis block. It may
deny a root only when it is final at or past the evidence's block and has that very block. One
denial is doubt; a majority of the nodes given is INVALID.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from anchoring.chain_view import AnchorSlot, NodeView, Question, StatusSlot, observe_all
from anchoring.checkpoint import Checkpoint
from anchoring.errors import ProofError
from anchoring.http_fetch import Unreachable
from anchoring.log_tiles import TileReader
from anchoring.report import Finding, failed, note, ok, unchecked
from anchoring.tree import consistency_path_at, root_at, verify_consistency
from anchoring.verify_context import Context, NotReached, block_time, need, or_ok

VOIDED, SUPERSEDED = 1, 2


@dataclass(frozen=True)
class AnchoredRoot:
    """A root that nodes confirm, with its slot."""

    slot: AnchorSlot

    @property
    def time(self) -> datetime:
        """The block time of its anchor."""
        return block_time(self.slot.time)


def load_views(context: Context) -> Context:
    """Ask every node, once, for all that the following steps need."""
    home = need(context.home, "home")
    roots = [checkpoint.root for checkpoint in _checkpoints(context)]
    roots += [size_root[1] for size_root in after_roots(context)]
    leaf = context.document_leaf
    record = context.evidence.anchors.get(home.chain_id)
    if record is not None:
        roots.append(record.root)
    question = Question(
        contract=home.contract,
        log_id=home.log_id,
        roots=tuple(dict.fromkeys(roots)),
        leaf_hash=None if leaf is None else leaf.leaf,
        block_number=None if record is None else record.block_number,
    )
    return replace(context, views=observe_all(tuple(dict.fromkeys(context.urls)), question))


def check_chain(context: Context) -> list[Finding]:
    """At least one node answers, and it is on the chain that the trust file names."""
    views = need(context.views, "chain")
    home = need(context.home, "home")
    if not views:
        return [unchecked("chain/no-nodes", chain=home.chain_id)]
    heard = usable(context)
    if not heard:
        if all(view.problem is not None for view in views):
            reason = "; ".join(f"{view.url}: {view.problem}" for view in views)
            return [unchecked("chain/unreachable", nodes=len(views), reason=reason)]
        return [unchecked("chain/other-chain", chain=home.chain_id)]
    if not any(view.has_code for view in heard):
        return [unchecked("chain/no-contract", contract=home.contract)]
    return [ok("chain/ok", chain=home.chain_id, heard=len(heard), given=len(views))]


def check_anchor(context: Context) -> list[Finding]:
    """The contract holds the checkpoint's root, in the block the evidence names, and is final."""
    if need(context.locator, "locator").chain_id not in context.evidence.anchors:
        return [unchecked("anchor/none")]
    record = context.anchor
    home = need(context.home, "home")
    if (record.contract, record.log_id) != (home.contract, home.log_id):
        return [failed("anchor/other-place")]
    if not usable(context):
        return [unchecked("step/blocked")]
    expected = AnchorSlot(record.size, record.block_time, record.block_number, 0)
    weighed = _weigh(context, record.root, expected)
    if isinstance(weighed, Finding):
        return [weighed]
    findings: list[Finding] = []
    for checkpoint in _checkpoints(context):
        if checkpoint.root == record.root:
            continue
        other = anchored(context, size=checkpoint.size, root=checkpoint.root)
        if isinstance(other, Finding):
            findings.append(other)
    return or_ok(
        findings,
        "anchor/ok",
        block=record.block_number,
        time=weighed.time,
        hash=record.block_hash,
    )


def check_status(context: Context) -> list[Finding]:
    """The document is in force at its home, and the log's operator never forked the log."""
    leaf = need(context.document_leaf, "log")
    heard = [view for view in usable(context) if _is_current(context, view)]
    if not heard:
        return [unchecked("step/blocked")]
    if any(view.forked for view in heard):
        return _agreed(heard, [view for view in heard if view.forked], failed("status/forked"))
    ended = [view for view in heard if view.status is not None and view.status.code != 0]
    if ended:
        return _agreed(heard, ended, _ended(ended, need(ended[0].status, "status")))
    if any(view.status is None for view in heard):
        return [unchecked("step/blocked")]
    as_of = max(block_time(view.finalized.time) for view in heard if view.finalized is not None)
    oldest = context.options.max_status_age
    if oldest is not None and context.options.now - as_of > oldest:
        return [unchecked("status/old", time=as_of)]
    return [ok("status/ok", time=as_of, leaf=leaf.leaf)]


def check_consistency(context: Context) -> list[Finding]:
    """The newest anchored tree begins with the one that holds the document (rule 10).

    Needs the log's public tiles; without them it is a note, since the contract itself never
    lets a root be rewritten and anyone can prove a fork there.
    """
    proved = need(context.document_leaf, "log").checkpoint
    sizes = [view.log.size for view in usable(context) if view.log is not None]
    if not sizes:
        return [note("consistency/not-possible")]
    newest = max(sizes)
    if newest == proved.size:
        return [ok("consistency/newest", size=newest)]
    if newest < proved.size:
        return [note("consistency/not-possible")]
    tiles = () if context.trust is None else context.trust.current.log
    for url in tiles:
        try:
            finding = _consistent(context, TileReader(url, newest), proved, newest)
        except Unreachable:
            continue
        if finding is not None:
            return [finding]
    return [note("consistency/no-tiles", size=newest)]


def usable(context: Context) -> list[NodeView]:
    """Return the views of nodes that answered and are on the home's chain."""
    home = need(context.home, "home")
    return [
        view
        for view in need(context.views, "chain")
        if view.problem is None
        and view.chain_id == home.chain_id
        and view.genesis == home.genesis_block
    ]


def anchored(context: Context, *, size: int, root: bytes) -> AnchoredRoot | Finding:
    """Return the anchor of any root as nodes confirm it, or why that cannot be said."""
    return _weigh(context, root, AnchorSlot(size, 0, 0, 0))


def after_roots(context: Context) -> list[tuple[int, bytes]]:
    """Return the (size, root) that statements name as the last anchored ones before them."""
    if context.entries is None:
        return []
    named = [entry.statement.after for entry in context.entries if entry.statement is not None]
    return list(dict.fromkeys((after.size, after.root) for after in named if after.size > 0))


def _checkpoints(context: Context) -> list[Checkpoint]:
    leaves = [] if context.document_leaf is None else [context.document_leaf]
    leaves += list((context.statement_leaves or {}).values())
    return list(dict.fromkeys(leaf.checkpoint for leaf in leaves))


def _is_current(context: Context, view: NodeView) -> bool:
    """Whether a node may confirm or deny: final at or past the evidence's block, and has it."""
    record = context.anchor
    return (
        view.finalized is not None
        and view.finalized.number >= record.block_number
        and view.named is not None
        and view.named.hash == record.block_hash
    )


def _weigh(context: Context, root: bytes, expected: AnchorSlot) -> AnchoredRoot | Finding:
    """Weigh what the nodes say of one root; ``expected`` has zeros where anything will do."""
    heard = usable(context)
    current = [view for view in heard if _is_current(context, view)]
    facts = {"root": root, "nodes": len(need(context.views, "chain"))}
    if not current:
        return _why_not_current(context, heard)
    confirming, denying, pending = [], [], []
    for view in current:
        slot = view.anchors.get(root)
        if slot is None:
            # Nobody asked about it: silence must not pass for a denial.
            raise NotReached("anchor")
        if not _matches(slot, expected):
            denying.append(view)
        elif view.finalized is None or slot.block > view.finalized.number:
            pending.append(view)
        else:
            confirming.append(view)
    if 2 * len(denying) > len(need(context.views, "chain")):
        there = any(view.anchors[root].size for view in denying)
        return failed("anchor/differs" if there else "anchor/absent", **facts)
    if denying:
        return unchecked("anchor/nodes-disagree", denying=len(denying), **facts)
    if not confirming:
        block = pending[0].anchors[root].block
        return unchecked("anchor/not-final", block=block, final=_newest_final(pending))
    return AnchoredRoot(confirming[0].anchors[root])


def _matches(slot: AnchorSlot, expected: AnchorSlot) -> bool:
    if slot.size == 0 or slot.size != expected.size:
        return False
    return expected.block == 0 or (slot.time, slot.block) == (expected.time, expected.block)


def _why_not_current(context: Context, heard: Sequence[NodeView]) -> Finding:
    record = context.anchor
    if not heard:
        return unchecked("step/blocked")
    final = _newest_final(heard)
    if final < record.block_number:
        return unchecked("anchor/not-final", block=record.block_number, final=final)
    return unchecked("anchor/other-block", block=record.block_number)


def _newest_final(views: Sequence[NodeView]) -> int:
    return max((view.finalized.number for view in views if view.finalized is not None), default=0)


def _ended(views: Sequence[NodeView], status: StatusSlot) -> Finding:
    facts = {"time": block_time(status.time), "block": status.block}
    final = any(
        view.finalized is not None and status.block <= view.finalized.number for view in views
    )
    if not final:
        return unchecked("status/not-final", **facts)
    if status.code == VOIDED:
        return failed("status/voided", **facts)
    if status.code == SUPERSEDED:
        return failed("status/superseded", successor=status.successor, **facts)
    return unchecked("status/unknown-code", status=status.code, **facts)


def _agreed(
    heard: Sequence[NodeView], saying: Sequence[NodeView], finding: Finding
) -> list[Finding]:
    """Return ``finding`` if most nodes say so, else that they disagree."""
    if 2 * len(saying) > len(heard):
        return [finding]
    return [unchecked("status/nodes-disagree", nodes=len(heard))]


def _consistent(
    context: Context, tiles: TileReader, proved: Checkpoint, newest: int
) -> Finding | None:
    """Compare with the newest anchored tree; None where the tiles are not that tree's."""
    newest_root = root_at(tiles.read, newest)
    if not _root_is_anchored(context, newest, newest_root):
        return None
    path = consistency_path_at(tiles.read, proved.size, newest)
    prefix = root_at(tiles.read, proved.size)
    try:
        verify_consistency(
            size1=proved.size, root1=prefix, size2=newest, root2=newest_root, path=path
        )
    except ProofError:
        return None
    # The tiles are proved to be the anchored tree's. If its prefix is another root than the
    # anchored one of that size, the operator signed two histories.
    if prefix != proved.root:
        return failed("consistency/forked", size=proved.size, newest=newest)
    return ok("consistency/ok", size=newest)


def _root_is_anchored(context: Context, size: int, root: bytes) -> bool:
    home = need(context.home, "home")
    question = Question(home.contract, home.log_id, (root,), None, None)
    urls = [view.url for view in usable(context)]
    views = [view for view in observe_all(urls, question) if view.problem is None]
    return bool(views) and all(view.anchors[root].size == size for view in views)
