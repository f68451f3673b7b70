"""Merkle Patricia proofs of Ethereum's state: what a root says of a key, absence included.

Keys are hashed (32 bytes), so a value never ends inside the trie and branches hold none.
Sources: Yellow Paper, appendices C (hex prefix) and D (trie); EIP-1186 (list of nodes).
"""

from collections.abc import Sequence

from anchoring.errors import BadStateProof
from anchoring.hashing import keccak256
from anchoring.rlp import Item, decode_list

EMPTY_TRIE = keccak256(b"\x80")
"""The root of a trie without any key."""


def value_at(root: bytes, key: bytes, nodes: Sequence[bytes]) -> bytes | None:
    """Return the value that ``nodes`` prove under keccak256(``key``), or None: proved absent.

    ``nodes``: RLP of the nodes that are named by hash, from the root down, and no others.
    Raises BadStateProof where they do not lead from ``root`` to an answer.
    """
    if root == EMPTY_TRIE:
        if list(nodes) not in ([], [b"\x80"]):
            raise BadStateProof("expected no nodes of an empty trie")
        return None
    way = _Way(nodes)
    value = _follow(way, way.named(root), _nibbles(keccak256(key)))
    way.end()
    return value


class _Way:
    """The listed nodes, each taken once and in order."""

    def __init__(self, nodes: Sequence[bytes]) -> None:
        self._nodes = nodes
        self._next = 0

    def named(self, digest: bytes) -> list[Item]:
        if self._next == len(self._nodes):
            raise BadStateProof("expected one more trie node, got the end of the proof")
        raw = self._nodes[self._next]
        self._next += 1
        if keccak256(raw) != digest:
            raise BadStateProof("expected the trie node that its parent names, got another")
        return decode_list(raw)

    def end(self) -> None:
        if self._next != len(self._nodes):
            raise BadStateProof("expected no trie nodes after the answer")


def _follow(way: _Way, node: list[Item], path: list[int]) -> bytes | None:
    while True:
        if len(node) == 17:
            if node[16] != b"":
                raise BadStateProof("expected no value in a branch of a trie of hashed keys")
            child, path = node[path[0]], path[1:]
        elif len(node) == 2:
            is_leaf, part = _hex_prefix(node[0])
            if len(part) > len(path) or (is_leaf != (len(part) == len(path))):
                raise BadStateProof("expected a trie path of 64 nibbles in all")
            child = node[1]
            if child == b"" or (is_leaf and not isinstance(child, bytes)):
                raise BadStateProof("expected a trie node of one path to lead somewhere")
            if part != path[: len(part)]:
                return None
            if is_leaf and isinstance(child, bytes):
                return child
            path = path[len(part) :]
        else:
            raise BadStateProof(f"expected a trie node of 2 or 17 items, got {len(node)}")
        if child == b"":
            return None
        # A node of less than 32 bytes stands inside its parent instead of its hash.
        node = child if isinstance(child, list) else way.named(child)


def _hex_prefix(item: Item) -> tuple[bool, list[int]]:
    """Return whether a node is a leaf, and its part of the path in nibbles."""
    if not isinstance(item, bytes) or not item or item[0] >> 4 > 3:
        raise BadStateProof("expected a hex-prefixed path in a trie node")
    flag, nibbles = item[0] >> 4, _nibbles(item)
    if flag & 1:
        return flag >= 2, nibbles[1:]
    if nibbles[1] != 0:
        raise BadStateProof("expected zero beside the flag of an even trie path")
    if flag < 2 and len(nibbles) == 2:
        raise BadStateProof("expected an extension of the trie to have a path")
    return flag >= 2, nibbles[2:]


def _nibbles(data: bytes) -> list[int]:
    return [nibble for byte in data for nibble in (byte >> 4, byte & 15)]
