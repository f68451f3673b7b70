"""What a node would prove of the local chain's contract, as members of an anchor record."""

from collections.abc import Sequence
from typing import Any

from anchoring.chain_view import FORKED, STATUS, SUCCESSOR, anchor_slot, mapping_slot
from anchoring.hashing import keccak256, sha256
from tests.unit.anchoring_verify.local_node import ChainState
from tests.unit.anchoring_verify.state_tries import Trie, account, encode, header, number

CODE_HASH = sha256(b"the contract's code")


def prove(
    chain: ChainState,
    *,
    log_id: bytes,
    root: bytes,
    leaf: bytes,
    others: Sequence[bytes],
    block: int,
    time: int,
) -> tuple[bytes, dict[str, Any]]:
    """Return a block's hash and the proofs under it, of the storage as it is now."""
    words = {slot: word for slot, word in chain.storage.items() if any(word)}
    values = {slot: encode(number(int.from_bytes(word, "big"))) for slot, word in words.items()}
    storage = Trie(values)
    neighbours = {
        bytes([n]) * 20: encode([b"", number(n), bytes(32), bytes(32)]) for n in range(40)
    }
    state = Trie({**neighbours, chain.contract: account(storage, code_hash=CODE_HASH)})
    raw = header(state, block=block, time=time)
    key = keccak256(log_id + leaf)

    def listed(trie: Trie, slot: bytes) -> list[str]:
        return [node.hex() for node in trie.prove(slot)]

    return keccak256(raw), {
        "header": raw.hex(),
        "accountProof": listed(state, chain.contract),
        "anchorProof": listed(storage, anchor_slot(log_id, root)),
        "statusProof": listed(storage, mapping_slot(key, STATUS)),
        "successorProof": listed(storage, mapping_slot(key, SUCCESSOR)),
        "forkedProof": listed(storage, mapping_slot(log_id, FORKED)),
        "otherProofs": [
            {"root": other.hex(), "proof": listed(storage, anchor_slot(log_id, other))}
            for other in others
        ],
    }
