"""Which uploads are pictures: judged by their structure alone, before anything decodes them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from service.identity.pictures.errors import (
    PictureDamagedError,
    PictureHidesFileError,
    PictureKindError,
    PictureTooLargeError,
    PictureTooSmallError,
)

MAX_BYTES = 12 * 1024 * 1024
MAX_PIXELS = 50_000_000
MIN_SIDE = 120
_JPEG = b"\xff\xd8\xff"
_PNG = b"\x89PNG\r\n\x1a\n"
# Real cameras write up to a dozen; each scan costs a pass over all pixels.
_MOST_SCANS = 40
_MOST_PARTS = 20_000
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_PIXEL_CHUNKS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
# ISO 32000-1, implementation note 13: readers take a PDF header within this many bytes.
_PDF_WINDOW = 1024


@dataclass(frozen=True, kw_only=True)
class SoundPicture:
    """A picture whose structure is whole; ``data`` holds its pixels and orientation only."""

    kind: Literal["JPEG", "PNG"]
    width: int
    height: int
    data: bytes


def check_picture(upload: bytes) -> SoundPicture:
    """Return the picture without all that is not needed to draw it.

    Kept of a JPEG: coding, Adobe's colour marker and Exif (for the orientation); of a PNG: the
    pixel chunks. A second picture after the first, as telephones append for depth and light, is
    cut off; anything else there is refused. Raises a PictureRefusedError subclass, whose message
    never repeats the upload.
    """
    if len(upload) > MAX_BYTES:
        raise PictureTooLargeError(
            f"expected at most {MAX_BYTES // 1024**2} MiB, got {len(upload) / 1024**2:.1f}",
            limit=MAX_BYTES,
        )
    if not upload.startswith((_JPEG, _PNG)):
        raise PictureKindError("expected a jpeg or png picture, got another kind of file")
    if b"%PDF-" in upload[:_PDF_WINDOW]:
        raise PictureHidesFileError("the file is a pdf at the same time")
    if _ends_as_zip(upload):
        raise PictureHidesFileError("the file is a zip archive at the same time")
    picture = _png(upload) if upload.startswith(_PNG) else _jpeg(upload)
    if picture.width * picture.height > MAX_PIXELS:
        raise PictureTooLargeError(
            f"expected at most {MAX_PIXELS} pixels, got {picture.width} × {picture.height}",
            limit=MAX_PIXELS,
        )
    if min(picture.width, picture.height) < MIN_SIDE:
        raise PictureTooSmallError(
            f"expected sides of at least {MIN_SIDE} pixels, got {picture.width} × {picture.height}"
        )
    return picture


def _png(upload: bytes) -> SoundPicture:
    kept = [_PNG]
    size: tuple[int, int] | None = None
    for name, whole, body in _chunks(upload):
        if (size is None) != (name == b"IHDR") or name == b"acTL":
            raise PictureDamagedError("expected one still png picture")
        if name == b"IHDR":
            size = int.from_bytes(body[:4], "big"), int.from_bytes(body[4:8], "big")
        if name in _PIXEL_CHUNKS:
            kept.append(whole)
    if size is None:
        raise PictureDamagedError("expected a png picture, got an empty one")
    return SoundPicture(kind="PNG", width=size[0], height=size[1], data=b"".join(kept))


def _chunks(upload: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    position = len(_PNG)
    for _ in range(_MOST_PARTS):
        length = int.from_bytes(upload[position : position + 4], "big")
        end = position + 12 + length
        name = upload[position + 4 : position + 8]
        if end > len(upload):
            raise PictureDamagedError("the picture's end is missing; upload the whole file")
        yield name, upload[position:end], upload[position + 8 : end - 4]
        if name == b"IEND":
            if upload[end:].strip(b"\x00"):
                raise PictureHidesFileError("the file goes on after the picture's end")
            return
        position = end
    raise PictureDamagedError("the picture consists of too many parts")


def _jpeg(upload: bytes) -> SoundPicture:
    kept = [upload[:2]]
    size: tuple[int, int] | None = None
    scans = 0
    position = 2
    has_exif = False
    for _ in range(_MOST_PARTS):
        while upload[position : position + 2] == b"\xff\xff":
            position += 1
        if position + 4 > len(upload) and upload[position : position + 2] != b"\xff\xd9":
            raise PictureDamagedError("the picture's end is missing; upload the whole file")
        if upload[position] != 0xFF:
            raise PictureDamagedError("expected a marker between the picture's parts")
        marker = upload[position + 1]
        if marker == 0xD9:
            if size is None or scans == 0:
                raise PictureDamagedError("the picture has no pixels")
            _check_tail(upload[position + 2 :])
            kept.append(b"\xff\xd9")
            return SoundPicture(kind="JPEG", width=size[0], height=size[1], data=b"".join(kept))
        end = position + 2 + int.from_bytes(upload[position + 2 : position + 4], "big")
        body = upload[position + 4 : end]
        if marker in {0xC0, 0xC1, 0xC2}:
            if size is not None:
                raise PictureDamagedError("the picture declares its size twice")
            size = int.from_bytes(body[3:5], "big"), int.from_bytes(body[1:3], "big")
        elif 0xC3 <= marker <= 0xCF and marker not in {0xC4, 0xC8}:
            raise PictureKindError("expected a common jpeg picture, got a rare coding")
        elif marker == 0xDA:
            scans += 1
            if scans > _MOST_SCANS:
                raise PictureDamagedError(f"expected at most {_MOST_SCANS} passes")
            following = _MARKER.search(upload, end)
            if following is None:
                raise PictureDamagedError("the picture's end is missing; upload the whole file")
            end = following.start()
        is_exif = marker == 0xE1 and body.startswith(b"Exif\0\0") and not has_exif
        has_exif = has_exif or is_exif
        # APP14 says how the colours are coded; the other application parts are not about pixels.
        if not (0xE0 <= marker <= 0xEF or marker == 0xFE) or marker == 0xEE or is_exif:
            kept.append(upload[position:end])
        position = end
    raise PictureDamagedError("the picture consists of too many parts")


def _check_tail(tail: bytes) -> None:
    rest = tail.lstrip(b"\x00")
    if rest and not rest.startswith(_JPEG):
        raise PictureHidesFileError("the file goes on after the picture's end")


def _ends_as_zip(data: bytes) -> bool:
    # A zip's end record may stand before a comment of up to 65,535 bytes.
    position = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    if position < 0:
        return False
    return position + 22 + int.from_bytes(data[position + 20 : position + 22], "little") == len(
        data
    )
