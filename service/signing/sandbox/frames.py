"""How a request and an answer travel through a pipe: one JSON header, then raw parts.

``4 bytes big-endian length ‖ JSON ‖ part…``; the header's ``parts`` lists the parts' lengths.
"""

import json
from collections.abc import Sequence
from typing import Any


def pack(header: dict[str, Any], parts: Sequence[bytes]) -> bytes:
    """Return the bytes of one message."""
    encoded = json.dumps({**header, "parts": [len(part) for part in parts]}).encode()
    return b"".join([len(encoded).to_bytes(4, "big"), encoded, *parts])


def unpack(message: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """Return header and parts; raises ValueError unless the lengths fit exactly."""
    start = 4 + int.from_bytes(message[:4], "big")
    header: dict[str, Any] = json.loads(message[4:start])
    parts: list[bytes] = []
    for size in header.pop("parts"):
        parts.append(message[start : start + size])
        start += size
    if start != len(message):
        raise ValueError(f"expected a message of {start} bytes, got {len(message)}")
    return header, parts
