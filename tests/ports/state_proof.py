"""A Merkle Patricia trie reader for tests, from the Yellow Paper (appendix D), on `rlp`."""

from collections.abc import Sequence
from typing import Any

import rlp
from eth_utils import keccak


def trie_value(root: bytes, key: bytes, nodes: Sequence[bytes]) -> bytes | None:
    """Return the value under keccak256(key) that ``nodes`` prove, None if they prove absence."""
    known = {keccak(node): node for node in nodes}
    path = [nibble for byte in keccak(key) for nibble in (byte >> 4, byte & 15)]
    node: Any = rlp.decode(known[root])
    while True:
        if len(node) == 17:
            if not path:
                return bytes(node[16]) or None
            child, path = node[path[0]], path[1:]
        else:
            prefix = [nibble for byte in node[0] for nibble in (byte >> 4, byte & 15)]
            is_leaf = prefix[0] >= 2
            prefix = prefix[1:] if prefix[0] % 2 else prefix[2:]
            if path[: len(prefix)] != prefix:
                return None
            path = path[len(prefix) :]
            if is_leaf:
                return bytes(node[1]) if not path else None
            child = node[1]
        if child == b"":
            return None
        node = child if isinstance(child, list) else rlp.decode(known[child])
