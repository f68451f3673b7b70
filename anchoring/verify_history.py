"""The steps about the log as a whole: its newest anchored tree, and its anchors elsewhere."""

from anchoring.chain_proof import prove_state
from anchoring.chain_view import AnchorSlot, Question, observe_all
from anchoring.checkpoint import Checkpoint
from anchoring.errors import ProofError
from anchoring.evidence_lists import AnchorRecord
from anchoring.http_fetch import Unreachable
from anchoring.log_tiles import TileReader
from anchoring.report import Finding, failed, note, ok
from anchoring.tree import consistency_path_at, root_at, verify_consistency
from anchoring.trust import Home
from anchoring.verify_context import Context, LoggedLeaf, need, or_ok
from anchoring.witnesses import Witnesses


def check_consistency(context: Context) -> list[Finding]:
    """The newest anchored tree begins with the one that holds the document (rule 10).

    Needs the log's public tiles; without them it is a note, since the contract itself never
    lets a root be rewritten and anyone can prove a fork there.
    """
    proved = need(context.document_leaf, "log").checkpoint
    heard = need(context.witnesses, "chain").heard
    sizes = [view.log.size for view in heard if view.log is not None]
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


def check_other_chains(context: Context) -> list[Finding]:
    """What the log's anchors on other chains prove: that it all existed by their block's time.

    They say nothing of the status, and a chain that is out of reach takes nothing from what the
    home proves: so they are only ever reported.
    """
    home, document = need(context.locator, "locator").chain_id, need(context.document_leaf, "log")
    findings = [
        _elsewhere(context, record, document)
        for chain_id, record in sorted(context.evidence.anchors.items())
        if chain_id != home
    ]
    return or_ok(findings, "others/none")


def _elsewhere(context: Context, record: AnchorRecord, document: LoggedLeaf) -> Finding:
    proof = prove_state(record, leaf_hash=None)
    facts = {"chain": record.chain_id}
    home = _home_of(context, record)
    if home is None:
        return note("others/untrusted", **facts)
    if not _same_tree(record, document.checkpoint) or document.proof.index >= record.size:
        return note("others/unrelated", **facts)
    trusted = proof is not None and context.options.trusts(
        proof.block.hash, record.chain_id, at_home=False
    )
    question = Question(home.contract, home.log_id, (record.root,), None, record.block_number)
    views = observe_all(tuple(dict.fromkeys(context.urls)), question)
    witnesses = Witnesses(home, record, views, proof, trusted)
    if not witnesses.heard and not trusted:
        return note("others/not-asked", **facts)
    expected = AnchorSlot(record.size, record.block_time, record.block_number, 0)
    weighed = witnesses.anchored(record.root, expected)
    if isinstance(weighed, Finding):
        return note("others/unconfirmed", code_of=weighed.code, **facts)
    return ok("others/ok", block=record.block_number, time=weighed.time, **facts)


def _home_of(context: Context, record: AnchorRecord) -> Home | None:
    place = (record.chain_id, record.contract, record.log_id)
    homes = () if context.trust is None else context.trust.homes
    return next((h for h in homes if (h.chain_id, h.contract, h.log_id) == place), None)


def _same_tree(record: AnchorRecord, checkpoint: Checkpoint) -> bool:
    """Say whether the record's tree and the checkpoint's are one, the smaller a prefix."""
    here, there = (checkpoint.size, checkpoint.root), (record.size, record.root)
    if here == there:
        return True
    (size1, root1), (size2, root2) = sorted((here, there))
    try:
        verify_consistency(
            size1=size1, root1=root1, size2=size2, root2=root2, path=record.consistency or ()
        )
    except ProofError:
        return False
    return True


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
    urls = [view.url for view in need(context.witnesses, "chain").heard]
    views = [view for view in observe_all(urls, question) if view.problem is None]
    return bool(views) and all(view.anchors[root].size == size for view in views)
