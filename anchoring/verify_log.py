"""The steps about the log: each leaf's way to a checkpoint that a trusted log key signed."""

from collections.abc import Sequence
from dataclasses import replace

from anchoring.chain_view import VERIFY_INCLUSION, checksum_address, inclusion_calldata
from anchoring.checkpoint import Checkpoint, open_checkpoint
from anchoring.errors import IncompleteEvidence
from anchoring.hashing import content_commitment, document_entry, home, leaf_hash
from anchoring.report import ChainCall, Finding, failed, unchecked
from anchoring.tlog_proof import parse_tlog_proof
from anchoring.tree import verify_inclusion
from anchoring.verify_context import Context, LoggedLeaf, need, or_ok
from anchoring.verify_document import subject_of


def load_document_leaf(context: Context) -> Context:
    """Make the document's leaf from the PDF itself, and follow its proof to a checkpoint."""
    text = context.evidence.document_proof
    if text is None:
        raise IncompleteEvidence("expected proofs/document.tlog-proof; it comes with the anchor")
    entry = entry_of_document(context)
    proved = _prove(leaf_hash(entry), text, _log_keys(context))
    return replace(context, document_leaf=replace(proved, entry_hash=entry))


def entry_of_document(context: Context) -> bytes:
    """Return the log entry that the PDF up to its seal gives (rule 2), 32 bytes."""
    locator, seal = need(context.locator, "locator"), context.seal
    binding = need(seal.seal, "seal")
    covered = need(context.document, "document").prefix_sha256(seal.covered_end)
    return document_entry(
        content=content_commitment(doc_salt=locator.doc_salt, covered_sha256=covered),
        agreement_ref=subject_of(context),
        parties_root=binding.parties_root,
        transcript=binding.transcript,
        home=home(chain_id=locator.chain_id, contract=locator.contract, log_id=locator.log_id),
    )


def check_document_leaf(context: Context) -> list[Finding]:
    """The document's leaf is in the log, where its seal said to search, and under its anchor."""
    proved = need(context.document_leaf, "log")
    findings = _of_this_log(context, proved)
    binding = need(context.seal.seal, "seal")
    if proved.proof.index < binding.search_from:
        findings.append(failed("log/before-search", index=proved.proof.index))
    record = context.evidence.anchors.get(need(context.locator, "locator").chain_id)
    if record is None:
        findings.append(unchecked("anchor/none"))
    elif (record.size, record.root) != (proved.checkpoint.size, proved.checkpoint.root):
        findings.append(failed("log/other-anchor"))
    return or_ok(findings, "log/ok", index=proved.proof.index, size=proved.checkpoint.size)


def load_statement_leaves(context: Context) -> Context:
    """Follow every statement's proof; they mostly share one checkpoint, which is opened once."""
    keys = _log_keys(context)
    opened: dict[str, Checkpoint] = {}
    leaves: dict[bytes, LoggedLeaf] = {}
    for opening in context.evidence.openings:
        text = context.evidence.statement_proofs.get(opening.leaf)
        if text is not None:
            leaves[opening.leaf] = _prove(opening.leaf, text, keys, opened)
    return replace(context, statement_leaves=leaves)


def check_statement_leaves(context: Context) -> list[Finding]:
    """Every statement of the transcript is in the log, in this order, before the document."""
    leaves = need(context.statement_leaves, "log")
    document_index = need(context.document_leaf, "log").proof.index
    findings: list[Finding] = []
    for opening in context.evidence.openings:
        proved = leaves.get(opening.leaf)
        facts = {"leaf": opening.leaf}
        if proved is None:
            findings.append(unchecked("log/no-proof", **facts))
            continue
        findings += _of_this_log(context, proved)
        if proved.proof.index != opening.index:
            findings.append(failed("log/other-index", **facts))
        if opening.index >= document_index:
            findings.append(failed("log/after-document", **facts))
    return or_ok(findings, "log/statements-ok", count=len(leaves))


def chain_call(context: Context) -> ChainCall | None:
    """Return the view call that asks the chain for the document's leaf."""
    proved = context.document_leaf
    if proved is None or proved.entry_hash is None or context.locator is None:
        return None
    locator, checkpoint = context.locator, proved.checkpoint
    data = inclusion_calldata(
        log_id=locator.log_id,
        size=checkpoint.size,
        root=checkpoint.root,
        entry=proved.entry_hash,
        index=proved.proof.index,
        path=proved.proof.path,
    )
    return ChainCall(
        chain_id=locator.chain_id,
        contract=checksum_address(locator.contract),
        function=VERIFY_INCLUSION,
        arguments={
            "logId": "0x" + locator.log_id.hex(),
            "size": checkpoint.size,
            "root": "0x" + checkpoint.root.hex(),
            "entry": "0x" + proved.entry_hash.hex(),
            "index": proved.proof.index,
            "path": ["0x" + node.hex() for node in proved.proof.path],
        },
        calldata="0x" + data.hex(),
    )


def _log_keys(context: Context) -> tuple[str, ...]:
    """Return the log keys in force at the anchor's block time, all of them before an anchor."""
    moment = context.anchor_time
    return tuple(
        key.vkey
        for key in context.keys("log")
        if key.vkey is not None and (moment is None or key.covers(moment))
    )


def _prove(
    leaf: bytes,
    text: str,
    keys: Sequence[str],
    opened: dict[str, Checkpoint] | None = None,
) -> LoggedLeaf:
    proof = parse_tlog_proof(text)
    checkpoint = None if opened is None else opened.get(proof.checkpoint)
    if checkpoint is None:
        checkpoint = open_checkpoint(proof.checkpoint, keys)
        if opened is not None:
            opened[proof.checkpoint] = checkpoint
    verify_inclusion(
        leaf_hash=leaf,
        index=proof.index,
        size=checkpoint.size,
        path=proof.path,
        root=checkpoint.root,
    )
    return LoggedLeaf(leaf=leaf, entry_hash=None, proof=proof, checkpoint=checkpoint)


def _of_this_log(context: Context, proved: LoggedLeaf) -> list[Finding]:
    origin = need(context.locator, "locator").origin
    if proved.checkpoint.origin == origin:
        return []
    return [failed("log/other-origin", origin=proved.checkpoint.origin)]
