"""Ethereum's state made from plain values: tries, accounts and headers, and proofs of them."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from anchoring.hashing import keccak256

Item: TypeAlias = "bytes | Sequence[Item]"
Path = tuple[int, ...]


def encode(item: Item) -> bytes:
    """Return the RLP of bytes or of nested lists of them."""
    if not isinstance(item, bytes):
        body = b"".join(encode(one) for one in item)
        return _length(len(body), 0xC0) + body
    if len(item) == 1 and item[0] < 0x80:
        return item
    return _length(len(item), 0x80) + item


def number(value: int) -> bytes:
    """Return an integer without leading zeros, as RLP wants it."""
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


class Trie:
    """A trie of hashed keys; ``values`` are what its leaves hold."""

    def __init__(self, values: Mapping[bytes, bytes]) -> None:
        self._items = {_nibbles(keccak256(key)): value for key, value in values.items()}
        self.root = keccak256(encode(_node(self._items)))

    def prove(self, key: bytes) -> list[bytes]:
        """Return the nodes that are named by hash on the way to ``key``, from the root down."""
        items, path, listed = self._items, _nibbles(keccak256(key)), []
        while items:
            raw = encode(_node(items))
            if not listed or len(raw) >= 32:
                listed.append(raw)
            shared = _shared(items)
            if len(items) == 1 or path[: len(shared)] != shared:
                break
            cut = len(shared) + (0 if shared else 1)
            ahead = path[:cut]
            items = {way[cut:]: value for way, value in items.items() if way[:cut] == ahead}
            path = path[cut:]
        return listed


def account(storage: Trie, *, code_hash: bytes) -> bytes:
    """Return a contract's account as its leaf in the state holds it."""
    return encode([number(1), b"", storage.root, code_hash])


def header(state: Trie, *, block: int, time: int, more: Sequence[Item] = (b"\x07",)) -> bytes:
    """Return a header's RLP; ``more``: fields of forks that nobody knows yet."""
    fields: list[Item] = [bytes([n]) * 32 for n in range(15)]
    fields[2] = bytes(20)
    fields[3] = state.root
    fields[6] = bytes(256)
    fields[7] = b""
    fields[8], fields[9], fields[10], fields[11] = map(number, (block, 30_000_000, 21_000, time))
    fields[12], fields[14] = b"", bytes(8)
    return encode([*fields, *more])


def _node(items: Mapping[Path, bytes]) -> Item:
    if not items:
        return b""
    if len(items) == 1:
        ((path, value),) = items.items()
        return [_hex_prefix(path, leaf=True), value]
    shared = _shared(items)
    if shared:
        below = {path[len(shared) :]: value for path, value in items.items()}
        return [_hex_prefix(shared, leaf=False), _reference(_node(below))]
    children: list[Item] = []
    for nibble in range(16):
        below = {path[1:]: value for path, value in items.items() if path[0] == nibble}
        children.append(_reference(_node(below)))
    return [*children, b""]


def _reference(node: Item) -> Item:
    raw = encode(node)
    return node if len(raw) < 32 else keccak256(raw)


def _shared(items: Mapping[Path, bytes]) -> Path:
    first, last = min(items), max(items)
    same = 0
    while same < len(first) and first[same] == last[same]:
        same += 1
    return first[:same]


def _hex_prefix(path: Path, *, leaf: bool) -> bytes:
    flag = 2 if leaf else 0
    nibbles = (flag + 1, *path) if len(path) % 2 else (flag, 0, *path)
    return bytes(high << 4 | low for high, low in zip(nibbles[::2], nibbles[1::2], strict=True))


def _nibbles(data: bytes) -> Path:
    return tuple(nibble for byte in data for nibble in (byte >> 4, byte & 15))


def _length(size: int, offset: int) -> bytes:
    if size < 56:
        return bytes([offset + size])
    digits = number(size)
    return bytes([offset + 55 + len(digits)]) + digits
