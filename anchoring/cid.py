"""The content identifier that an IPFS node gives to a file, computed without a node.

CIDv1 of a UnixFS file: raw leaves of one size under a balanced tree of dag-pb nodes. Sources: the
IPFS specifications of CID, UnixFS and DAG-PB; the sizes of IPIP-499.
"""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_CID_VERSION = 1
_RAW, _DAG_PB = 0x55, 0x70  # multicodec
_SHA2_256 = bytes((0x12, 32))  # multihash: function, digest length
_UNIXFS_FILE = 2


@dataclass(frozen=True, kw_only=True)
class UnixfsProfile:
    """How a file is cut: bytes in a chunk, links in a node. Another profile, another CID."""

    name: str
    chunk_bytes: int
    links: int


UNIXFS_V1_2025: Final = UnixfsProfile(name="unixfs-v1-2025", chunk_bytes=1 << 20, links=1024)


@dataclass(frozen=True)
class _Subtree:
    cid: bytes
    file_bytes: int  # of the file, below this node
    dag_bytes: int  # of all blocks from this node down
    block: bytes | memoryview
    children: "tuple[_Subtree, ...]" = ()


def cid_v1(data: bytes, *, profile: UnixfsProfile = UNIXFS_V1_2025) -> str:
    """Return the CIDv1 of a file of these bytes, in lower-case base32 (``bafkrei…``, ``bafybei…``).

    A file of at most one chunk, the empty one too, is one raw leaf.
    """
    return cid_text(_tree(data, profile).cid)


def blocks_of(
    data: bytes, *, profile: UnixfsProfile = UNIXFS_V1_2025
) -> Iterator[tuple[str, bytes]]:
    """Yield CID and bytes of each block of the file, the root first, each node before its children.

    A block that comes again in the file is yielded once.
    """
    seen: set[bytes] = set()
    waiting = [_tree(data, profile)]
    while waiting:
        node = waiting.pop()
        if node.cid not in seen:
            seen.add(node.cid)
            yield cid_text(node.cid), bytes(node.block)
            waiting.extend(reversed(node.children))


def cid_text(cid: bytes) -> str:
    """Return a binary CID in multibase base32, lower case, as it is written everywhere."""
    return "b" + base64.b32encode(cid).decode().rstrip("=").lower()


def cid_bytes(text: str) -> bytes:
    """Return the binary form of a CIDv1 in base32; raises ValueError."""
    if not text.startswith("b"):
        raise ValueError(f"expected a CIDv1 in base32, got {text[:8]!r}")
    letters = text[1:].upper()
    return base64.b32decode(letters + "=" * (-len(letters) % 8))


def _tree(data: bytes, profile: UnixfsProfile) -> _Subtree:
    view = memoryview(data)
    level = [
        _leaf(view[start : start + profile.chunk_bytes])
        for start in range(0, max(len(data), 1), profile.chunk_bytes)
    ]
    while len(level) > 1:
        level = [
            _node(level[start : start + profile.links])
            for start in range(0, len(level), profile.links)
        ]
    return level[0]


def _leaf(chunk: memoryview) -> _Subtree:
    return _Subtree(_cid(_RAW, chunk), len(chunk), len(chunk), chunk)


def _node(children: list[_Subtree]) -> _Subtree:
    # UnixFS Data: Type (1), filesize (3), one blocksizes (4) for each link. PBNode: the links (2)
    # stand before the data (1), which is the one order that hashes alike everywhere.
    file_bytes = sum(child.file_bytes for child in children)
    unixfs = _number(1, _UNIXFS_FILE) + _number(3, file_bytes)
    unixfs += b"".join(_number(4, child.file_bytes) for child in children)
    block = b"".join(_bytes(2, _link(child)) for child in children) + _bytes(1, unixfs)
    dag_bytes = len(block) + sum(child.dag_bytes for child in children)
    return _Subtree(_cid(_DAG_PB, block), file_bytes, dag_bytes, block, tuple(children))


def _link(child: _Subtree) -> bytes:
    # Hash (1), Name (2, empty but present), Tsize (3).
    return _bytes(1, child.cid) + _bytes(2, b"") + _number(3, child.dag_bytes)


def _cid(codec: int, block: bytes | memoryview) -> bytes:
    return bytes((_CID_VERSION, codec)) + _SHA2_256 + hashlib.sha256(block).digest()


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value
