"""What an AnchorLog held as of one block, proved by the evidence alone (SPEC.md §13).

Header, account and slots hang together by hashes, so all of it is as true as one value: the
block's hash, and that comes from the reader. No node is asked. What this cannot show: that the
block is on the chain the reader means, that it is final, and what came after it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from anchoring import rlp
from anchoring.chain_view import (
    FORKED,
    STATUS,
    SUCCESSOR,
    AnchorSlot,
    Block,
    StatusSlot,
    anchor_slot,
    decode_anchor,
    decode_status,
    mapping_slot,
)
from anchoring.errors import BadStateProof
from anchoring.evidence_lists import AnchorRecord
from anchoring.hashing import ZERO32, keccak256
from anchoring.state_trie import value_at

_PARENT_TO_NONCE = 15
"""Header fields since the first block; later forks only ever appended more."""
_STATE_ROOT, _NUMBER, _TIMESTAMP = 3, 8, 11
NO_CODE = keccak256(b"")


@dataclass(frozen=True)
class ProvedState:
    """The contract's slots under one block's state root.

    ``block``: number, hash, Unix seconds, all from the header. ``anchors``: by root; a slot of
    size 0 is proved absent. ``status`` and ``forked``: None where the evidence does not prove
    them. ``code_hash``: Keccak-256 of the contract's code, for whoever wants to compare it.
    """

    block: Block
    code_hash: bytes
    anchors: Mapping[bytes, AnchorSlot]
    status: StatusSlot | None
    forked: bool | None


@dataclass(frozen=True)
class Header:
    """A block and the root of the state after it."""

    block: Block
    state_root: bytes


def prove_state(record: AnchorRecord, *, leaf_hash: bytes | None) -> ProvedState | None:
    """Return what the record proves of its contract, None where it holds no proof at all.

    ``leaf_hash``: the document's, whose status the record proves. Raises BadStateProof: a proof
    that is there must hold, whoever believes in its block.
    """
    if record.header is None:
        if any(proof is not None for proof in record.proofs) or record.other_proofs:
            raise BadStateProof("expected a block header beside state proofs")
        return None
    header = read_header(record.header)
    if header.block.number < record.block_number:
        raise BadStateProof("expected the header of the anchor's block or of a later one")
    if header.block.number == record.block_number and (
        (header.block.hash, header.block.time) != (record.block_hash, record.block_time)
    ):
        raise BadStateProof("expected the header of the block that the evidence names")
    if record.account_proof is None or record.anchor_proof is None:
        raise BadStateProof("expected the account's and the anchor's proof beside a header")
    storage_root, code_hash = account_at(
        header.state_root, contract=record.contract, nodes=record.account_proof
    )

    def slot(position: bytes, nodes: Sequence[bytes]) -> bytes:
        return storage_word(storage_root, slot=position, nodes=nodes)

    anchors = {
        root: decode_anchor(slot(anchor_slot(record.log_id, root), nodes))
        for root, nodes in {**record.other_proofs, record.root: record.anchor_proof}.items()
    }
    status = None
    if leaf_hash is not None and record.status_proof is not None:
        key = keccak256(record.log_id + leaf_hash)
        successor = ZERO32
        if record.successor_proof is not None:
            successor = slot(mapping_slot(key, SUCCESSOR), record.successor_proof)
        status = decode_status(
            slot(mapping_slot(key, STATUS), record.status_proof), successor=successor
        )
    forked = None
    if record.forked_proof is not None:
        forked = slot(mapping_slot(record.log_id, FORKED), record.forked_proof) != ZERO32
    return ProvedState(header.block, code_hash, anchors, status, forked)


def read_header(raw: bytes) -> Header:
    """Read a block header's RLP; its hash is that of the bytes, whatever fields they end with."""
    items = rlp.decode_list(raw)
    if len(items) < _PARENT_TO_NONCE:
        raise BadStateProof(f"expected a header of 15 fields or more, got {len(items)}")
    block = Block(
        number=rlp.integer(items[_NUMBER], size=8),
        hash=keccak256(raw),
        time=rlp.integer(items[_TIMESTAMP], size=8),
    )
    return Header(block, rlp.word(items[_STATE_ROOT]))


def account_at(
    state_root: bytes, *, contract: bytes, nodes: Sequence[bytes]
) -> tuple[bytes, bytes]:
    """Return storage root and code hash of a contract; BadStateProof where there is none."""
    raw = value_at(state_root, contract, nodes)
    if raw is None:
        raise BadStateProof("expected the contract's account in this state, got none")
    items = rlp.decode_list(raw)
    if len(items) != 4:
        raise BadStateProof(f"expected an account of 4 fields, got {len(items)}")
    rlp.integer(items[0])
    rlp.integer(items[1])
    storage_root, code_hash = rlp.word(items[2]), rlp.word(items[3])
    if code_hash == NO_CODE:
        raise BadStateProof("expected a contract at this address, got an account without code")
    return storage_root, code_hash


def storage_word(storage_root: bytes, *, slot: bytes, nodes: Sequence[bytes]) -> bytes:
    """Return a storage word, 32 bytes; zero where the proof shows that it was never written."""
    raw = value_at(storage_root, slot, nodes)
    if raw is None:
        return ZERO32
    value = rlp.integer(rlp.decode(raw))
    if value == 0:
        raise BadStateProof("expected no zero in storage: its absence stands for it")
    return value.to_bytes(32, "big")
