"""RLP, read strictly: each value has one spelling, and nothing stands after it.

Source: Ethereum Yellow Paper, appendix B; the canonical form is that of "strict" decoders.
"""

from typing import TypeAlias

from anchoring.errors import BadStateProof

Item: TypeAlias = "bytes | list[Item]"
_MAX_DEPTH = 16


def decode(raw: bytes) -> Item:
    """Return bytes, or a list of such items; raises BadStateProof."""
    item, end = _item(raw, 0, len(raw), 0)
    if end != len(raw):
        raise BadStateProof(f"expected nothing after an rlp item, got {len(raw) - end} bytes")
    return item


def decode_list(raw: bytes) -> list[Item]:
    """Return the items of a list; raises BadStateProof for anything else."""
    item = decode(raw)
    if not isinstance(item, list):
        raise BadStateProof("expected an rlp list, got a string")
    return item


def integer(item: Item, *, size: int = 32) -> int:
    """Return an unsigned integer of up to ``size`` bytes without leading zeros."""
    if not isinstance(item, bytes) or len(item) > size or item[:1] == b"\x00":
        raise BadStateProof(f"expected an rlp integer of up to {size} bytes, got another item")
    return int.from_bytes(item, "big")


def word(item: Item) -> bytes:
    """Return exactly 32 bytes."""
    if not isinstance(item, bytes) or len(item) != 32:
        raise BadStateProof("expected 32 bytes in rlp, got another item")
    return item


def _item(raw: bytes, start: int, limit: int, depth: int) -> tuple[Item, int]:
    if start >= limit:
        raise BadStateProof("expected an rlp item, got the end")
    if depth > _MAX_DEPTH:
        raise BadStateProof(f"expected at most {_MAX_DEPTH} levels of rlp")
    first = raw[start]
    if first < 0x80:
        return raw[start : start + 1], start + 1
    body, end = _extent(raw, start, limit)
    if first < 0xC0:
        text = raw[body:end]
        if len(text) == 1 and text[0] < 0x80:
            raise BadStateProof("expected a small byte to stand for itself in rlp")
        return text, end
    items: list[Item] = []
    while body < end:
        item, body = _item(raw, body, end, depth + 1)
        items.append(item)
    return items, end


def _extent(raw: bytes, start: int, limit: int) -> tuple[int, int]:
    """Return where the payload of the item at ``start`` begins and ends."""
    code = raw[start] - (0xC0 if raw[start] >= 0xC0 else 0x80)
    body, length = start + 1, code
    if code > 55:
        size = code - 55
        body = start + 1 + size
        digits = raw[start + 1 : body]
        length = int.from_bytes(digits, "big")
        if body > limit or digits[0] == 0 or length < 56:
            raise BadStateProof("expected an rlp length in its shortest form")
    if body + length > limit:
        raise BadStateProof("expected an rlp item to end within its list")
    return body, body + length
