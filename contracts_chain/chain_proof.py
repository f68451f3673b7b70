"""Gathers what proves an anchor and a status off line: a header and the Merkle proofs under it."""

from collections.abc import Sequence
from typing import Any

from contracts_chain import rlp
from contracts_chain.contract_calls import (
    anchor_slot,
    forked_slot,
    keccak256,
    status_slot,
    successor_slot,
)
from contracts_chain.errors import AnchorRefused, NodeError
from contracts_chain.quorum import Nodes, hex_bytes, quantity
from contracts_chain.rpc import block_id, block_ref

# Header fields in the order in which they are hashed; the later ones came with later forks.
# Hashes, addresses and the nonce keep their zeros; the numbers lose their leading ones.
_BYTES = "bytes"
_NUMBER = "number"
_HEADER = (
    ("parentHash", _BYTES),
    ("sha3Uncles", _BYTES),
    ("miner", _BYTES),
    ("stateRoot", _BYTES),
    ("transactionsRoot", _BYTES),
    ("receiptsRoot", _BYTES),
    ("logsBloom", _BYTES),
    ("difficulty", _NUMBER),
    ("number", _NUMBER),
    ("gasLimit", _NUMBER),
    ("gasUsed", _NUMBER),
    ("timestamp", _NUMBER),
    ("extraData", _BYTES),
    ("mixHash", _BYTES),
    ("nonce", _BYTES),
    ("baseFeePerGas", _NUMBER),
    ("withdrawalsRoot", _BYTES),
    ("blobGasUsed", _NUMBER),
    ("excessBlobGas", _NUMBER),
    ("parentBeaconBlockRoot", _BYTES),
    ("requestsHash", _BYTES),
)


def header_rlp(raw_block: dict[str, Any]) -> bytes:
    """Return the RLP of a block's header, whose Keccak-256 is the block's hash.

    Raises AnchorRefused (state-unavailable) if it is not: the chain's headers then have fields
    that this version does not know.
    """
    fields = [
        rlp.quantity(int(raw_block[name], 16)) if kind == _NUMBER else hex_bytes(raw_block[name])
        for name, kind in _HEADER
        if raw_block.get(name) is not None
    ]
    header = rlp.encode(fields)
    if keccak256(header) != block_ref(raw_block).hash:
        raise AnchorRefused(
            "state-unavailable", "this chain's block headers have a form that is not known here"
        )
    return header


def gather_proof(
    nodes: Nodes,
    contract: str,
    *,
    log_id: bytes,
    root: bytes,
    leaf_hash: bytes,
    block: int,
    others: Sequence[bytes] = (),
) -> dict[str, Any]:
    """Return header and proofs of an anchor and a document's status, as of ``block``.

    ``others``: further roots of the log, such as those that statements name; those anchored by
    then are proved too. JSON-ready, lowercase hex without 0x: ``block`` {number, hash, time},
    ``header`` (RLP), ``accountProof``, ``anchorProof``, ``statusProof``, ``successorProof``,
    ``forkedProof`` (trie nodes from the root down, EIP-1186), ``otherProofs`` [{root, proof}].
    Raises AnchorRefused: ``state-unavailable`` if the node keeps no state of that block any more,
    ``not-anchored`` if the root is not anchored in that state.
    """
    raw = dict(nodes.agreed("eth_getBlockByNumber", block_id(block), False, read=_header_fields))
    if not raw:
        raise AnchorRefused("block-missing", f"the node has no block {block}")
    slots = [
        anchor_slot(log_id=log_id, root=root),
        status_slot(log_id=log_id, leaf_hash=leaf_hash),
        successor_slot(log_id=log_id, leaf_hash=leaf_hash),
        forked_slot(log_id=log_id),
        *(anchor_slot(log_id=log_id, root=other) for other in others),
    ]
    wanted = ["0x" + slot.hex() for slot in slots]
    try:
        account_proof, slot_proofs = nodes.state(
            "eth_getProof", contract, wanted, read=_proofs, block=block
        )
    except NodeError as error:
        raise AnchorRefused("state-unavailable", f"no proof at block {block}: {error}") from error
    (anchor_value, anchor_proof), status, successor, forked, *other_proofs = slot_proofs
    # A node that has lost the state of an old block may answer from a newer one.
    if keccak256(account_proof[0]) != bytes.fromhex(raw["stateRoot"][2:]):
        raise AnchorRefused("state-unavailable", f"the node keeps no state of block {block}")
    if anchor_value == 0:
        raise AnchorRefused("not-anchored", f"root {root.hex()} is not anchored at block {block}")
    reference = block_ref(raw)
    return {
        "block": {
            "number": reference.number,
            "hash": reference.hash.hex(),
            "time": reference.time,
        },
        "header": header_rlp(raw).hex(),
        "accountProof": [node.hex() for node in account_proof],
        "anchorProof": [node.hex() for node in anchor_proof],
        "statusProof": [node.hex() for node in status[1]],
        "successorProof": [node.hex() for node in successor[1]],
        "forkedProof": [node.hex() for node in forked[1]],
        "otherProofs": [
            {"root": other.hex(), "proof": [node.hex() for node in proof]}
            for other, (size, proof) in zip(others, other_proofs, strict=True)
            if size != 0
        ],
    }


def _header_fields(raw: Any) -> tuple[tuple[str, str], ...]:
    """Return what a header's hash depends on, and the hash; nothing if there is no such block."""
    if raw is None:
        return ()
    names = ("hash", *(name for name, _ in _HEADER))
    return tuple((name, str(raw[name])) for name in names if raw.get(name) is not None)


def _proofs(raw: Any) -> tuple[tuple[bytes, ...], tuple[tuple[int, tuple[bytes, ...]], ...]]:
    """Return the account's proof, and each slot's value with its proof."""
    slots = [(quantity(slot["value"]), _trie_nodes(slot["proof"])) for slot in raw["storageProof"]]
    return _trie_nodes(raw["accountProof"]), tuple(slots)


def _trie_nodes(nodes: list[str]) -> tuple[bytes, ...]:
    """Return the nodes that are named by hash; some chains' nodes list embedded ones too."""
    listed = [hex_bytes(node) for node in nodes]
    return tuple(node for place, node in enumerate(listed) if place == 0 or len(node) >= 32)
