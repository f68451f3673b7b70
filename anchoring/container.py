"""The evidence container: a zip with one reading, as ASiC-E asks and a little stricter.

A general zip may be read in several ways (names twice, two directories, bytes that no entry
owns, sizes that differ between headers). Here the archive must be exactly: entries one after
another from byte 0, the central directory, the end record, and nothing else. What breaks that
is MalformedEvidence (INVALID); a clean zip with features this profile leaves out is
UnsupportedContainer (CANNOT CHECK).

Sources: PKWARE APPNOTE 6.3 §4.3; ETSI EN 319 162-1 §A.1 (``mimetype`` first and stored).
"""

import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from anchoring.errors import MalformedEvidence, UnsupportedContainer

MAX_CONTAINER = 128 * 1024 * 1024
MAX_MEMBERS = 20_000
MAX_EXPANDED = 192 * 1024 * 1024
MAX_RATIO = 100
"""Deflate can reach 1032 to 1; what people sign stays far below this."""
_RATIO_FREE = 1024 * 1024

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_STORED, _DEFLATED = 0, 8
_UTF8_NAME = 0x0800
_DEFLATE_LEVEL = 0x0006
_VERSION = 20
_UNIX = 3 << 8
_FILE_MODE = 0o100644 << 16
_DOS_DATE = (0 << 9) | (1 << 5) | 1
"""1980-01-01, the first day a zip can hold: the same members give the same bytes."""


@dataclass(frozen=True)
class _Entry:
    name: str
    offset: int
    shared: tuple[int, ...]
    """Version needed, flags, method, time, date, CRC-32, both sizes: in both headers."""

    @property
    def method(self) -> int:
        return self.shared[2]

    @property
    def crc(self) -> int:
        return self.shared[5]

    @property
    def packed(self) -> int:
        return self.shared[6]

    @property
    def size(self) -> int:
        return self.shared[7]


def write_container(members: Mapping[str, bytes]) -> bytes:
    """Return a zip of ``members`` in their order, stored, without dates: a pure function.

    Nothing is compressed, since deflate's output differs between libraries.
    """
    body, directory = bytearray(), bytearray()
    for name, data in members.items():
        encoded = name.encode("ascii")
        shared = (_VERSION, 0, _STORED, 0, _DOS_DATE, zlib.crc32(data), len(data), len(data))
        directory += _CENTRAL.pack(
            *(b"PK\x01\x02", _UNIX | _VERSION, *shared),
            *(len(encoded), 0, 0, 0, 0, _FILE_MODE, len(body)),
        )
        directory += encoded
        body += _LOCAL.pack(b"PK\x03\x04", *shared, len(encoded), 0) + encoded + data
    count = len(members)
    end = _END.pack(b"PK\x05\x06", 0, 0, count, count, len(directory), len(body), 0)
    archive = bytes(body + directory + end)
    if len(archive) > MAX_CONTAINER or count > MAX_MEMBERS:
        raise MalformedEvidence(
            f"expected at most {MAX_MEMBERS} members and {MAX_CONTAINER} bytes, "
            f"got {count} and {len(archive)}"
        )
    return archive


def read_container(archive: bytes, *, limit_of: Callable[[str], int]) -> dict[str, bytes]:
    """Return every member by name, in archive order, with its CRC-32 checked.

    ``limit_of`` gives the greatest size in bytes for a name, or raises MalformedEvidence for a
    name that has no place; it is asked before anything is unpacked.
    """
    if len(archive) > MAX_CONTAINER:
        raise MalformedEvidence(f"expected at most {MAX_CONTAINER} bytes, got {len(archive)}")
    entries, directory_start = _read_directory(archive)
    total = 0
    for entry in entries:
        limit = limit_of(entry.name)
        total += entry.size
        if entry.size > limit or total > MAX_EXPANDED:
            raise MalformedEvidence(f"{entry.name} holds {entry.size} bytes, more than allowed")
        if entry.size > _RATIO_FREE and entry.size > MAX_RATIO * entry.packed:
            raise MalformedEvidence(f"{entry.name} expands more than {MAX_RATIO} times")
    members: dict[str, bytes] = {}
    position = 0
    for entry in entries:
        if entry.offset != position:
            raise MalformedEvidence(f"expected {entry.name} at byte {position} of the zip")
        start = _check_local_header(archive, entry, directory_start)
        position = start + entry.packed
        if position > directory_start:
            raise MalformedEvidence(f"{entry.name} reaches into the zip's directory")
        members[entry.name] = _unpack(entry, archive[start:position])
    if position != directory_start:
        raise MalformedEvidence("expected no bytes between the last member and the directory")
    return members


def _read_directory(archive: bytes) -> tuple[list[_Entry], int]:
    if len(archive) < _END.size:
        raise MalformedEvidence("expected a zip, got less than its end record")
    end_start = len(archive) - _END.size
    end = _END.unpack_from(archive, end_start)
    signature, disk, directory_disk, count_here, count, size, start, comment = end
    if signature != b"PK\x05\x06" or comment:
        raise MalformedEvidence("expected the zip to finish with its end record and no comment")
    if 0xFFFF in (count, count_here) or 0xFFFFFFFF in (size, start):
        raise UnsupportedContainer("expected a zip without zip64; repack the evidence")
    if disk or directory_disk or count != count_here or start + size != end_start:
        raise MalformedEvidence("expected one zip directory that ends where the end record starts")
    if count > MAX_MEMBERS:
        raise MalformedEvidence(f"expected at most {MAX_MEMBERS} members, got {count}")
    entries: list[_Entry] = []
    names: set[str] = set()
    position = start
    for _ in range(count):
        if position + _CENTRAL.size > end_start:
            raise MalformedEvidence("expected as many directory entries as the end record says")
        (signature, _made_by, *numbers) = _CENTRAL.unpack_from(archive, position)
        shared, (name_size, extra, comment, disk, _, _, offset) = numbers[:8], numbers[8:]
        position += _CENTRAL.size + name_size
        if signature != b"PK\x01\x02" or disk or position > end_start:
            raise MalformedEvidence("expected a well formed zip directory entry")
        name = _name(archive[position - name_size : position])
        if extra or comment:
            raise UnsupportedContainer(
                f"expected {name} without extra field or comment; repack the evidence"
            )
        _check_profile(name, flags=shared[1], method=shared[2], needed=shared[0])
        if name in names:
            raise MalformedEvidence(f"expected {name} once in the zip, got it twice")
        names.add(name)
        entries.append(_Entry(name=name, offset=offset, shared=tuple(shared)))
    if position != end_start:
        raise MalformedEvidence("expected no bytes after the last directory entry")
    return entries, start


def _name(encoded: bytes) -> str:
    try:
        return encoded.decode("ascii")
    except UnicodeDecodeError as reason:
        raise MalformedEvidence("expected ascii names in the zip") from reason


def _check_profile(name: str, *, flags: int, method: int, needed: int) -> None:
    if flags & ~(_UTF8_NAME | _DEFLATE_LEVEL):
        raise UnsupportedContainer(
            f"expected {name} neither encrypted nor streamed; repack the evidence"
        )
    if method not in (_STORED, _DEFLATED) or needed & 0xFF > _VERSION:
        raise UnsupportedContainer(f"expected {name} stored or deflated; repack the evidence")


def _check_local_header(archive: bytes, entry: _Entry, directory_start: int) -> int:
    """Return where the member's data starts, having compared both of its headers."""
    start = entry.offset + _LOCAL.size
    if start > directory_start:
        raise MalformedEvidence(f"expected {entry.name} before the zip's directory")
    signature, *shared, name_size, extra = _LOCAL.unpack_from(archive, entry.offset)
    name = archive[start : start + name_size]
    if (
        signature != b"PK\x03\x04"
        or tuple(shared) != entry.shared
        or name != entry.name.encode("ascii")
    ):
        raise MalformedEvidence(f"expected both zip headers of {entry.name} to say the same")
    if extra:
        raise UnsupportedContainer(
            f"expected {entry.name} without extra field; repack the evidence"
        )
    return start + int(name_size)


def _unpack(entry: _Entry, packed: bytes) -> bytes:
    if entry.method == _STORED:
        data = packed
    else:
        inflater = zlib.decompressobj(wbits=-15)
        try:
            # One byte more than announced shows a stream that goes on.
            data = inflater.decompress(packed, entry.size + 1)
        except zlib.error as reason:
            raise MalformedEvidence(f"expected {entry.name} to be sound deflate") from reason
        if not inflater.eof or inflater.unused_data:
            raise MalformedEvidence(f"expected {entry.name} to end where its header says")
    if len(data) != entry.size or zlib.crc32(data) != entry.crc:
        raise MalformedEvidence(f"expected {entry.name} to have its announced size and crc-32")
    return data
