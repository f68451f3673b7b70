"""Recursive length prefix, Ethereum's encoding of byte strings and lists (Yellow Paper, app. B)."""

from collections.abc import Sequence
from typing import TypeAlias

Item: TypeAlias = "bytes | Sequence[Item]"


def encode(item: Item) -> bytes:
    """Return the RLP of a byte string, or of a list of such items."""
    if isinstance(item, bytes):
        if len(item) == 1 and item[0] < 0x80:
            return item
        return _prefix(len(item), 0x80) + item
    body = b"".join(encode(part) for part in item)
    return _prefix(len(body), 0xC0) + body


def quantity(number: int) -> bytes:
    """Return a number as RLP wants it: big-endian, without leading zeros, empty for 0."""
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _prefix(length: int, offset: int) -> bytes:
    if length < 56:
        return bytes([offset + length])
    size = quantity(length)
    return bytes([offset + 55 + len(size)]) + size
