"""CAR files: one object with all its blocks, which any IPFS node imports.

Source: the CARv1 specification of IPLD; header and links in DAG-CBOR and DAG-PB.
"""

import hashlib
from collections.abc import Iterator
from typing import Final

from anchoring.cid import (
    UNIXFS_V1_2025,
    UnixfsProfile,
    blocks_of,
    cid_bytes,
    cid_text,
    cid_v1,
)
from service.errors import ServiceError

_CID_BYTES = 36
# A file may name one block often: without a limit a small CAR file would be an endless file.
_MOST_BYTES = 1 << 30
_MOST_NODES = 1 << 20
_RAW, _DAG_PB = 0x55, 0x70
# {"roots": [CID], "version": 1}: a map of two, an array of one, tag 42 on 37 bytes after a zero.
_BEFORE_ROOT: Final = bytes.fromhex("a2 65 726f6f7473 81 d82a 5825 00")
_AFTER_ROOT: Final = bytes.fromhex("67 76657273696f6e 01")


class CarDamagedError(ServiceError):
    """A CAR file is cut off, holds a block that is not what its CID says, or lacks one."""

    code = "custody/car-damaged"
    http_hint = 400


def write_car(data: bytes, *, profile: UnixfsProfile = UNIXFS_V1_2025) -> bytes:
    """Return the CARv1 of a file of these bytes, as a node exports it."""
    root = cid_bytes(cid_v1(data, profile=profile))
    header = _BEFORE_ROOT + root + _AFTER_ROOT
    sections = [_sized(header)]
    for cid, block in blocks_of(data, profile=profile):
        sections.append(_sized(cid_bytes(cid) + block))
    return b"".join(sections)


def read_car(car: bytes) -> tuple[str, bytes]:
    """Return the root's CID and the file's bytes, every block checked against its CID.

    One root, a file of raw leaves and dag-pb nodes. Raises CarDamagedError.
    """
    sections = _sections(memoryview(car))
    header = bytes(next(sections, memoryview(b"")))
    root = header[len(_BEFORE_ROOT) : len(_BEFORE_ROOT) + _CID_BYTES]
    if header != _BEFORE_ROOT + root + _AFTER_ROOT or len(root) != _CID_BYTES:
        raise CarDamagedError("expected a CAR file of version 1 with one root, got another header")
    blocks: dict[bytes, memoryview] = {}
    for section in sections:
        cid, block = bytes(section[:_CID_BYTES]), section[_CID_BYTES:]
        if cid[:1] != b"\x01" or hashlib.sha256(block).digest() != cid[4:]:
            raise CarDamagedError(f"block {cid_text(cid)[:16]}… is not what its CID says")
        blocks[cid] = block
    return cid_text(root), b"".join(_file(root, blocks))


def _file(root: bytes, blocks: dict[bytes, memoryview]) -> Iterator[memoryview]:
    waiting, size, nodes = [root], 0, 0
    while waiting:
        cid = waiting.pop()
        block = blocks.get(cid)
        if block is None:
            raise CarDamagedError(f"block {cid_text(cid)[:16]}… is missing from the CAR file")
        nodes += 1
        if cid[1] == _RAW:
            size += len(block)
            yield block
        elif cid[1] == _DAG_PB:
            links = [bytes(_field(link, 1)) for number, link in _fields(block) if number == 2]
            waiting.extend(reversed(links))
        else:
            raise CarDamagedError(f"expected blocks of a file, got codec {cid[1]:#x}")
        if size > _MOST_BYTES or nodes + len(waiting) > _MOST_NODES:
            raise CarDamagedError(f"expected a file of at most {_MOST_BYTES} bytes")


def _sections(car: memoryview) -> Iterator[memoryview]:
    place = 0
    while place < len(car):
        size, place = _varint(car, place)
        if size > len(car) - place:
            raise CarDamagedError("the CAR file is cut off")
        yield car[place : place + size]
        place += size


def _fields(message: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Yield the fields of bytes in a Protocol Buffers message; numbers are passed over."""
    place = 0
    while place < len(message):
        tag, place = _varint(message, place)
        value, place = _varint(message, place)
        if tag & 7 == 2:
            if value > len(message) - place:
                raise CarDamagedError("a node of the CAR file is cut off")
            yield tag >> 3, message[place : place + value]
            place += value


def _field(message: memoryview, number: int) -> memoryview:
    for found, value in _fields(message):
        if found == number:
            return value
    raise CarDamagedError("a link of the CAR file names no block")


def _varint(data: memoryview, place: int) -> tuple[int, int]:
    number = shift = 0
    while place < len(data) and shift < 63:
        byte = data[place]
        number |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return number, place
    raise CarDamagedError("the CAR file is cut off")


def _sized(section: bytes) -> bytes:
    size, encoded = len(section), bytearray()
    while size > 0x7F:
        encoded.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes([*encoded, size]) + section
