"""Gathers what proves an anchor and a status off line: a header and three Merkle proofs."""

from typing import Any

from contracts_chain.contract_calls import anchor_slot, keccak256, status_slot
from contracts_chain.errors import AnchorRefused, NodeError
from contracts_chain.rpc import Rpc, block_id, block_ref

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
        _quantity(raw_block[name]) if kind == _NUMBER else bytes.fromhex(raw_block[name][2:])
        for name, kind in _HEADER
        if raw_block.get(name) is not None
    ]
    body = b"".join(_rlp_string(field) for field in fields)
    header = _rlp_prefix(len(body), 0xC0) + body
    if keccak256(header) != block_ref(raw_block).hash:
        raise AnchorRefused(
            "state-unavailable", "this chain's block headers have a form that is not known here"
        )
    return header


def gather_proof(
    rpc: Rpc, contract: str, *, log_id: bytes, root: bytes, leaf_hash: bytes, block: int
) -> dict[str, Any]:
    """Return header and proofs of an anchor and a document's status, as of ``block``.

    JSON-ready, lowercase hex without 0x: ``block`` {number, hash, time}, ``header`` (RLP),
    ``accountProof``, ``anchorProof``, ``statusProof`` (trie nodes from the root down, EIP-1186).
    Raises AnchorRefused: ``state-unavailable`` if the node keeps no state of that block any more,
    ``not-anchored`` if the root is not anchored in that state.
    """
    raw = rpc.raw_block(block)
    slots = [
        anchor_slot(log_id=log_id, root=root),
        status_slot(log_id=log_id, leaf_hash=leaf_hash),
    ]
    wanted = ["0x" + slot.hex() for slot in slots]
    try:
        proof = rpc.call("eth_getProof", contract, wanted, block_id(block))
    except NodeError as error:
        raise AnchorRefused("state-unavailable", f"no proof at block {block}: {error}") from error
    account_proof = _nodes(proof["accountProof"])
    anchor_proof, status_proof = (_nodes(entry["proof"]) for entry in proof["storageProof"])
    # A node that has lost the state of an old block may answer from a newer one.
    if keccak256(account_proof[0]) != bytes.fromhex(raw["stateRoot"][2:]):
        raise AnchorRefused("state-unavailable", f"the node keeps no state of block {block}")
    if int(proof["storageProof"][0]["value"], 16) == 0:
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
        "statusProof": [node.hex() for node in status_proof],
    }


def _nodes(nodes: list[str]) -> list[bytes]:
    return [bytes.fromhex(node[2:]) for node in nodes]


def _quantity(value: str) -> bytes:
    number = int(value, 16)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _rlp_string(text: bytes) -> bytes:
    if len(text) == 1 and text[0] < 0x80:
        return text
    return _rlp_prefix(len(text), 0x80) + text


def _rlp_prefix(length: int, offset: int) -> bytes:
    if length < 56:
        return bytes([offset + length])
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([offset + 55 + len(size)]) + size
