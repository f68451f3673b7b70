"""The steps about the chain: the anchor, by nodes or by a block that the reader trusts."""

from dataclasses import replace

from anchoring.chain_proof import prove_state
from anchoring.chain_view import AnchorSlot, Question, observe_all
from anchoring.checkpoint import Checkpoint
from anchoring.report import Finding, block_time, failed, note, ok, unchecked
from anchoring.verify_context import Context, need, or_ok
from anchoring.witnesses import AnchoredRoot, Witnesses


def load_witnesses(context: Context) -> Context:
    """Ask every node, once, for all that the following steps need; follow the evidence's proof."""
    home = need(context.home, "home")
    record = context.evidence.anchors.get(home.chain_id)
    leaf = None if context.document_leaf is None else context.document_leaf.leaf
    proof, trusted = None, False
    if record is not None and (record.contract, record.log_id) == (home.contract, home.log_id):
        proof = prove_state(record, leaf_hash=leaf)
        trusted = proof is not None and context.options.trusts(
            proof.block.hash, home.chain_id, at_home=True
        )
    roots = [checkpoint.root for checkpoint in _checkpoints(context)]
    roots += [root for _, root in after_roots(context)]
    if record is not None:
        roots.append(record.root)
    question = Question(
        contract=home.contract,
        log_id=home.log_id,
        roots=tuple(dict.fromkeys(roots)),
        leaf_hash=leaf,
        block_number=None if record is None else record.block_number,
    )
    views = observe_all(tuple(dict.fromkeys(context.urls)), question)
    return replace(context, witnesses=Witnesses(home, record, views, proof, trusted))


def check_chain(context: Context) -> list[Finding]:
    """A node on the trusted chain answers, or the evidence proves a block of the reader's."""
    witnesses = need(context.witnesses, "chain")
    nodes, proof = _nodes(witnesses), witnesses.proof
    if witnesses.proved is not None:
        block = witnesses.proved.block
        found = ok(
            "block/ok",
            block=block.number,
            hash=block.hash,
            time=block_time(block.time),
            code_hash=witnesses.proved.code_hash,
        )
        return [*nodes, found] if witnesses.heard else [found, *_as_notes(nodes)]
    given = [
        one for one in context.options.blocks if one.chain_id in (None, witnesses.home.chain_id)
    ]
    if given:
        code = "block/no-proof" if proof is None else "block/other"
        facts = {} if proof is None else {"block": proof.block.number, "hash": proof.block.hash}
        make = note if witnesses.heard else unchecked
        return [*nodes, make(code, **facts)]
    if proof is not None:
        nodes.append(note("block/offered", block=proof.block.number, hash=proof.block.hash))
    return nodes


def check_anchor(context: Context) -> list[Finding]:
    """The contract holds the checkpoint's root, in the block the evidence names, and is final."""
    if need(context.locator, "locator").chain_id not in context.evidence.anchors:
        return [unchecked("anchor/none")]
    record = context.anchor
    home = need(context.home, "home")
    if (record.contract, record.log_id) != (home.contract, home.log_id):
        return [failed("anchor/other-place")]
    expected = AnchorSlot(record.size, record.block_time, record.block_number, 0)
    weighed = need(context.witnesses, "chain").anchored(record.root, expected)
    if isinstance(weighed, Finding):
        return [weighed]
    findings: list[Finding] = []
    for checkpoint in _checkpoints(context):
        if checkpoint.root == record.root:
            continue
        other = anchored(context, size=checkpoint.size, root=checkpoint.root)
        if isinstance(other, Finding):
            findings.append(other)
    facts = {"block": record.block_number, "time": weighed.time, "hash": record.block_hash}
    if weighed.proved_at is not None:
        return or_ok(findings, "anchor/ok-in-block", proved=weighed.proved_at.number, **facts)
    return or_ok(findings, "anchor/ok", **facts)


def anchored(context: Context, *, size: int, root: bytes) -> AnchoredRoot | Finding:
    """Return the anchor of any root, or why that cannot be said."""
    return need(context.witnesses, "chain").anchored(root, AnchorSlot(size, 0, 0, 0))


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


def _nodes(witnesses: Witnesses) -> list[Finding]:
    views, heard, home = witnesses.views, witnesses.heard, witnesses.home
    if not views:
        return [unchecked("chain/no-nodes", chain=home.chain_id)]
    if not heard:
        if all(view.problem is not None for view in views):
            reason = "; ".join(f"{view.url}: {view.problem}" for view in views)
            return [unchecked("chain/unreachable", nodes=len(views), reason=reason)]
        return [unchecked("chain/other-chain", chain=home.chain_id)]
    if not any(view.has_code for view in heard):
        return [unchecked("chain/no-contract", contract=home.contract)]
    return [ok("chain/ok", chain=home.chain_id, heard=len(heard), given=len(views))]


def _as_notes(findings: list[Finding]) -> list[Finding]:
    """Nobody was asked, or nobody answered: with a trusted block that decides nothing."""
    return [
        note(finding.code, **finding.facts)
        for finding in findings
        if finding.code != "chain/no-nodes"
    ]
