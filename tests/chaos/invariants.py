"""What must hold once the faults are over, whatever they were; the chain is read directly."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from anchoring.checkpoint import open_checkpoint
from anchoring.hashing import ZERO32, keccak256, leaf_hash
from anchoring.tile_layout import CHECKPOINT, tiles_between, unpack_entries
from anchoring.tlog_proof import parse_tlog_proof
from anchoring.tree import root, verify_inclusion
from service.notary.models import Anchor, Leaf, SignedCheckpoint
from tests.chaos.subject import Subject, every_checkpoint
from tests.chaos.truth import ChainTruth


class Broken(AssertionError):  # noqa: N818  what it is called in reports
    """Something that must hold does not."""


def hold(condition: object, what: str) -> None:
    """Raise Broken unless ``condition`` is true."""
    if not condition:
        raise Broken(what)


def check_everything(
    subject: Subject,
    truths: Sequence[ChainTruth],
    accepted: Collection[bytes],
    attempted: Collection[bytes],
) -> None:
    """Check the whole log against itself, its mirrors and the real chains, the home first.

    ``accepted``: the entries that the notary said it took; ``attempted``: also those of which it
    is not known, because the process ended before it could say.
    """
    hashes = _check_places(subject, accepted, attempted)
    _check_signed(subject, hashes)
    _check_mirrors(subject, hashes)
    check_anchors(subject, truths)
    _check_proofs(subject, truths[0], hashes)


def check_final_rows(rows: Sequence[Anchor], truth: ChainTruth, known: set[int]) -> None:
    """Check what the table calls final, at the moment it does; ``known`` were checked before."""
    fresh = [row for row in rows if row.state == "final" and row.size not in known]
    if not fresh:
        return
    final = truth.node.final_height()
    for row in fresh:
        hold(row.block_number is not None, f"the final anchor of {row.size} has no block")
        hold(
            truth.anchored_size(row.root, final) == row.size,
            f"the anchor of {row.size} is called final (block {row.block_number}), and the real "
            f"chain does not have it at its final block {final}",
        )
        known.add(row.size)


def _check_places(
    subject: Subject, accepted: Collection[bytes], attempted: Collection[bytes]
) -> list[bytes]:
    """Every accepted leaf has exactly one place, and the places are 0, 1, 2 …"""
    with subject.database.reading() as session:
        leaves = session.scalars(select(Leaf).order_by(Leaf.log_index)).all()
    entries = [leaf.entry for leaf in leaves]
    hold(
        [leaf.log_index for leaf in leaves] == list(range(len(leaves))),
        f"expected indices 0 to {len(leaves) - 1}, got {[leaf.log_index for leaf in leaves]}",
    )
    hold(len(set(entries)) == len(entries), "an entry has two places")
    hold(set(accepted) <= set(entries), "an accepted entry is not in the log")
    hold(set(entries) <= set(attempted), "an entry is in the log that nobody gave it")
    hashes = [leaf.leaf_hash for leaf in leaves]
    hold(hashes == [leaf_hash(entry) for entry in entries], "a leaf hash is not its entry's")
    return hashes


def _check_signed(subject: Subject, hashes: list[bytes]) -> None:
    """Whatever was ever signed is a beginning of this very log."""
    vkey = subject.notary.identity.vkey
    with subject.database.reading() as session:
        rows = session.scalars(select(SignedCheckpoint).order_by(SignedCheckpoint.size)).all()
    for note in [*(row.note for row in rows), *every_checkpoint(subject.setting.folder)]:
        signed = open_checkpoint(note, [vkey])
        hold(signed.size <= len(hashes), f"{signed.size} leaves were signed, {len(hashes)} exist")
        hold(
            root(hashes[: signed.size]) == signed.root,
            f"fork: the signed checkpoint of {signed.size} leaves has another root than the log",
        )
    sizes = [row.size for row in rows]
    for row in rows:
        hold(open_checkpoint(row.note, [vkey]).size == row.size, "a note stands at another size")
    hold(not hashes or sizes[-1] == len(hashes), f"{len(hashes)} leaves, signed only {sizes}")


def _check_mirrors(subject: Subject, hashes: list[bytes]) -> None:
    """Both mirrors hold the whole log, as anyone's tools would read it."""
    shown = subject.notary.public_file(CHECKPOINT)
    for mirror in subject.mirrors:
        hold(mirror.get(CHECKPOINT) == shown, f"mirror {mirror.name} shows another checkpoint")
        held: list[bytes] = []
        for tile in tiles_between(0, len(hashes)):
            content = mirror.get(tile.path)
            hold(content is not None, f"mirror {mirror.name} lacks {tile.path}")
            hold(content == subject.notary.public_file(tile.path), f"{tile.path} differs")
            if tile.level is None:
                held += unpack_entries(content or b"")
        hold([leaf_hash(entry) for entry in held] == hashes, f"mirror {mirror.name} has others")


def check_anchors(subject: Subject, truths: Sequence[ChainTruth]) -> None:
    """Check that the anchors' table is the contract's state, and that no size was skipped."""
    with subject.database.reading() as session:
        hashes = list(session.scalars(select(Leaf.leaf_hash).order_by(Leaf.log_index)))
    for truth in truths:
        _check_chain(subject, truth, hashes)


def _check_chain(subject: Subject, truth: ChainTruth, hashes: list[bytes]) -> None:
    on_chain = truth.anchors()
    rows = subject.anchors(truth.chain_id)
    count, size, operator = truth.head()
    sizes = [anchor.size for anchor in on_chain]
    hold(operator.hex() == subject.address[2:].lower(), "the log has another operator")
    hold(count == len(on_chain), f"the contract counts {count} anchors, its events {sizes}")
    hold(sizes == sorted(set(sizes)), f"sizes do not grow on chain: {sizes}")
    hold(size == (sizes[-1] if sizes else 0), f"the contract's size is {size}, anchored {sizes}")
    hold(size == len(hashes), f"{len(hashes)} leaves, and the chain ends at {size}")
    for anchor in on_chain:
        hold(root(hashes[: anchor.size]) == anchor.root, f"fork on chain at {anchor.size}")
        hold(truth.anchored_size(anchor.root) == anchor.size, f"slot of {anchor.size} differs")
    states = {row.size: row.state for row in rows}
    hold(set(states.values()) <= {"final"}, f"not every anchor is final: {states}")
    hold(sorted(states) == sizes, f"the table has {sorted(states)}, the contract {sizes}")
    for row, anchor in zip(rows, on_chain, strict=True):
        expected = (anchor.root, anchor.block, anchor.block_hash, anchor.time)
        hold(
            (row.root, row.block_number, row.block_hash, row.block_time) == expected,
            f"the anchor of {row.size} says block {row.block_number}, the chain {anchor.block}",
        )
        hold(
            row.transaction in (None, anchor.transaction),
            f"the anchor of {row.size} names {row.transaction}, the chain {anchor.transaction}",
        )


def _check_proofs(subject: Subject, truth: ChainTruth, hashes: list[bytes]) -> None:
    """Every leaf is final and proves against a checkpoint that is on the real chain."""
    vkey = subject.notary.identity.vkey
    statuses = subject.notary.leaf_statuses(hashes)
    words = {statuses[leaf].status for leaf in hashes}
    hold(words <= {"final"}, f"expected every leaf to be final, got {sorted(words)}")
    anchored: set[bytes] = set()
    for index, leaf in enumerate(hashes):
        proof = parse_tlog_proof(subject.notary.proof(leaf))
        checkpoint = open_checkpoint(proof.checkpoint, [vkey])
        hold(proof.index == index, f"leaf {index} proves at {proof.index}")
        verify_inclusion(
            leaf_hash=leaf,
            index=index,
            size=checkpoint.size,
            path=proof.path,
            root=checkpoint.root,
        )
        if checkpoint.root not in anchored:
            hold(
                truth.anchored_size(checkpoint.root) == checkpoint.size,
                f"leaf {index} proves against {checkpoint.size} leaves, which are not anchored",
            )
            anchored.add(checkpoint.root)
            _check_record(subject, truth, leaf, checkpoint.size)


def _check_record(subject: Subject, truth: ChainTruth, leaf: bytes, size: int) -> None:
    """What is kept for evidence is of the block that the anchor is really in."""
    record = subject.notary.covering_anchor([leaf]).record
    hold(record["size"] == size, f"the record of {size} leaves is of {record['size']}")
    block = truth.node.ask("eth_getBlockByNumber", hex(record["block"]["number"]), False)
    hold(block["hash"] == "0x" + record["block"]["hash"], f"record of {size}: another block")
    if record["header"] is not None:
        header = bytes.fromhex(record["header"])
        hold(keccak256(header).hex() == record["block"]["hash"], "the header is another block's")
        state = keccak256(bytes.fromhex(record["accountProof"][0]))
        hold("0x" + state.hex() == block["stateRoot"], "the account proof is another state's")
    hold(record["root"] != ZERO32.hex(), "a record without a root")
