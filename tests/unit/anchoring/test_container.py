"""The evidence container: one reading of every zip, or none."""

import io
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable

import pytest

from anchoring import container
from anchoring.container import read_container, write_container
from anchoring.errors import MalformedEvidence, UnsupportedContainer
from anchoring.evidence import MIMETYPE, read_evidence
from tests.unit.anchoring.evidence_samples import ARCHIVE, MEMBERS, PDF, packed


class Pipe(io.RawIOBase):
    """Takes bytes that cannot be gone back to, so that zip writers stream."""

    def __init__(self) -> None:
        super().__init__()
        self.written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self.written += bytes(data)  # type: ignore[call-overload]
        return len(bytes(data))  # type: ignore[call-overload]


def test_other_tools_read_the_container() -> None:
    with zipfile.ZipFile(io.BytesIO(ARCHIVE)) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[:3] == ["mimetype", "manifest.json", "document.pdf"]
        assert {name: archive.read(name) for name in archive.namelist()[1:]} == MEMBERS
    # The media type stands at byte 38, where file(1) and validators look for it.
    assert ARCHIVE[38 : 38 + len(MIMETYPE)] == MIMETYPE


def other_tool(
    method: int = zipfile.ZIP_DEFLATED, change: Callable[[zipfile.ZipInfo], None] | None = None
) -> bytes:
    """Return the same members as Python's own zip writer packs them."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", method) as archive:
        for name, data in {"mimetype": MIMETYPE, **MEMBERS}.items():
            info = zipfile.ZipInfo(name, (2026, 1, 31, 12, 0, 0))
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else method
            if change is not None:
                change(info)
            archive.writestr(info, data)
    return output.getvalue()


def test_a_mirror_may_deflate() -> None:
    assert read_evidence(other_tool()).members == read_evidence(ARCHIVE).members


def test_features_outside_the_profile_cannot_be_checked() -> None:
    def extra(info: zipfile.ZipInfo) -> None:
        info.extra = b"\x55\x54\x00\x00"

    def comment(info: zipfile.ZipInfo) -> None:
        info.comment = b"seen by the registry"

    streamed = Pipe()
    with zipfile.ZipFile(streamed, "w") as archive:
        archive.writestr("mimetype", MIMETYPE)
    for foreign in (
        other_tool(zipfile.ZIP_BZIP2),
        other_tool(change=extra),
        other_tool(change=comment),
        bytes(streamed.written),
        _both_headers(ARCHIVE, 1, 0x0001),
    ):
        with pytest.raises(UnsupportedContainer):
            read_evidence(foreign)
    many = bytearray(ARCHIVE)
    many[-14:-10] = b"\xff\xff\xff\xff"
    with pytest.raises(UnsupportedContainer, match="zip64"):
        read_evidence(bytes(many))


def _both_headers(archive: bytes, field: int, value: int) -> bytes:
    """Return the archive with one 16-bit field changed in both headers of its first member."""
    start = struct.unpack_from("<L", archive, len(archive) - 6)[0]
    changed = bytearray(archive)
    struct.pack_into("<H", changed, 4 + 2 * field, value)
    struct.pack_into("<H", changed, start + 6 + 2 * field, value)
    return bytes(changed)


def test_a_zip_with_a_second_reading_is_refused() -> None:
    start = struct.unpack_from("<L", ARCHIVE, len(ARCHIVE) - 6)[0]
    body, directory, end = ARCHIVE[:start], ARCHIVE[start:-22], ARCHIVE[-22:]
    shifted = bytearray(end)
    struct.pack_into("<L", shifted, 16, start + 4)
    two = bytearray(end)
    struct.pack_into("<L", two, 16, start + len(directory))
    commented = bytearray(end)
    struct.pack_into("<H", commented, 20, 3)
    renamed = ARCHIVE.replace(b"document.pdf", b"document.pdg", 1)
    with zipfile.ZipFile(io.BytesIO(ARCHIVE)) as archive:
        offset = archive.getinfo("document.pdf").header_offset
    second = ARCHIVE.index(b"PK\x01\x02", start + 4)
    overlapped = bytearray(ARCHIVE)
    struct.pack_into("<L", overlapped, second + 42, 0)
    assert offset > 0
    for archive_bytes in (
        b"#!/bin/sh\n" + ARCHIVE,
        ARCHIVE + b"\n",
        ARCHIVE + ARCHIVE,
        ARCHIVE[:-1],
        body + b"gap!" + directory + bytes(shifted),
        body + directory + directory + bytes(two),
        body + directory + bytes(commented) + b"abc",
        renamed,
        bytes(overlapped),
        b"PK\x05\x06" + bytes(18),
        b"",
        b"%PDF-1.7",
    ):
        with pytest.raises(MalformedEvidence):
            read_evidence(archive_bytes)


def test_a_name_stands_once() -> None:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), MIMETYPE)
        archive.writestr(zipfile.ZipInfo("document.pdf"), b"one")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr(zipfile.ZipInfo("document.pdf"), b"two")
    with pytest.raises(MalformedEvidence, match=r"document\.pdf once"):
        read_evidence(output.getvalue())


def deflated(name: str, data: bytes, announced: int | None = None) -> bytes:
    """Return a container with one deflated member that may announce another size."""
    deflater = zlib.compressobj(9, wbits=-15)
    packed_data = deflater.compress(data) + deflater.flush()
    size = len(data) if announced is None else announced
    shared = (20, 0, 8, 0, 33, zlib.crc32(data), len(packed_data), size)
    encoded = name.encode()
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", *shared, len(encoded), 0) + encoded
    central = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, *shared, len(encoded), 0, 0, 0, 0, 0, 0)
    body = local + packed_data
    tail = central + encoded
    return body + tail + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(tail), len(body), 0)


@pytest.mark.parametrize(
    ("size", "announced"),
    [(60_000_000, None), (60_000_000, 100), (200_000_000, None), (60_000_000, 2**32 - 2)],
)
def test_bombs_are_refused_without_being_unpacked(size: int, announced: int | None) -> None:
    bomb = deflated("document.pdf", bytes(size), announced)
    tracemalloc.start()
    with pytest.raises(MalformedEvidence):
        read_container(bomb, limit_of=lambda _name: 64 * 1024 * 1024)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


def test_a_deflated_member_ends_where_it_says() -> None:
    good = deflated("document.pdf", PDF)
    assert read_container(good, limit_of=lambda _name: 1000) == {"document.pdf": PDF}
    for announced in (len(PDF) - 1, len(PDF) + 1):
        with pytest.raises(MalformedEvidence):
            read_container(deflated("document.pdf", PDF, announced), limit_of=lambda _name: 1000)


def test_limits_hold_for_each_member_and_the_whole() -> None:
    with pytest.raises(MalformedEvidence, match="more than allowed"):
        read_evidence(packed({**MEMBERS, "statements/" + "0" * 64 + ".json": bytes(65537)}))
    with pytest.raises(MalformedEvidence, match="at most"):
        write_container({str(number): b"" for number in range(container.MAX_MEMBERS + 1)})
