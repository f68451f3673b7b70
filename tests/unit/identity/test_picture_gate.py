"""Hostile uploads are refused by their structure, before anything decodes them."""

import io
import struct
import subprocess
import sys
import zlib

import pytest
from PIL import Image

from service.identity.pictures.cleaning import clean_pictures
from service.identity.pictures.errors import (
    PictureDamagedError,
    PictureHidesFileError,
    PictureKindError,
    PictureRefusedError,
    PictureTooLargeError,
    PictureTooSmallError,
)
from service.identity.pictures.gate import MAX_BYTES, check_picture


def picture(kind: str = "JPEG", size: tuple[int, int] = (320, 240), **options: object) -> bytes:
    out = io.BytesIO()
    Image.effect_mandelbrot(size, (-2, -1.2, 0.6, 1.2), 20).convert("RGB").save(
        out, kind, **options
    )
    return out.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    crc = struct.pack(">I", zlib.crc32(name + body))
    return struct.pack(">I", len(body)) + name + body + crc


def png_of(width: int, height: int, *more: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(more) + pixels + chunk(b"IEND", b"")


ZIP_END = b"PK\x05\x06" + bytes(18)
HOSTILE = {
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', PictureKindError),
    "gif": (b"GIF89a" + bytes(100), PictureKindError),
    "pdf": (b"%PDF-1.7\n" + bytes(100), PictureKindError),
    "nothing": (b"", PictureKindError),
    "too many bytes": (picture() + bytes(MAX_BYTES), PictureTooLargeError),
    "a bomb": (png_of(60_000, 60_000), PictureTooLargeError),
    "too small": (png_of(100, 400), PictureTooSmallError),
    "cut off": (picture()[:-300], PictureDamagedError),
    "a cut png": (picture("PNG")[:-30], PictureDamagedError),
    "two sizes": (picture()[:-2] + picture()[2:], PictureDamagedError),
    "animated": (png_of(200, 200, chunk(b"acTL", bytes(8))), PictureDamagedError),
    "a zip behind": (picture() + ZIP_END, PictureHidesFileError),
    "a zip in a comment": (picture(comment=b"x")[:-2] + ZIP_END, PictureHidesFileError),
    "a page behind": (picture() + b"<script>alert(1)</script>", PictureHidesFileError),
    "a png with more": (picture("PNG") + b"#!/bin/sh", PictureHidesFileError),
    "a pdf in the comment": (picture(comment=b"%PDF-1.4 x"), PictureHidesFileError),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_plain_picture_is_refused(name: str) -> None:
    upload, error = HOSTILE[name]
    with pytest.raises(error):
        check_picture(upload)


def test_only_what_draws_the_picture_is_kept() -> None:
    exif = Image.Exif()
    exif[0x010E] = "a secret"
    gps = picture(exif=exif, comment=b"a second secret")
    assert b"second secret" in gps
    sound = check_picture(gps)
    assert b"second secret" not in sound.data
    assert (sound.kind, sound.width, sound.height) == ("JPEG", 320, 240)
    png = check_picture(png_of(200, 300, chunk(b"tEXt", b"a secret"), chunk(b"iCCP", b"x")))
    assert b"secret" not in png.data
    assert b"iCCP" not in png.data


def test_a_second_picture_behind_the_first_is_cut_off() -> None:
    first, second = picture(), picture(size=(200, 200))
    assert check_picture(first + second).data == check_picture(first).data


def test_pictures_are_redrawn_upright_and_without_their_data() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side
    exif[0x010E] = "a secret"
    uploads = [picture(size=(2400, 1200), exif=exif), picture("PNG")]
    turned, plain = clean_pictures(uploads, kept_px=800, pixels_px=100)
    with Image.open(io.BytesIO(turned.jpeg)) as kept:
        assert kept.size == (400, 800)
        assert not kept.getexif()
    assert (turned.pixels.width, turned.pixels.height) == (50, 100)
    assert (plain.pixels.width, plain.pixels.height) == (100, 75)
    assert b"secret" not in turned.jpeg


@pytest.mark.parametrize(
    "upload",
    [
        png_of(400, 400, chunk(b"PLTE", bytes(3 * 256))),  # too few pixels for its size
        png_of(6000, 6000),
        picture().replace(b"\xff\xc4", b"\xff\xdb"),  # no tables
    ],
)
def test_what_cannot_be_drawn_is_refused_by_the_process_that_tries(upload: bytes) -> None:
    with pytest.raises(PictureRefusedError):
        clean_pictures([upload], kept_px=800, pixels_px=100)


def test_the_sandbox_loads_neither_database_nor_face_models() -> None:
    code = (
        "import sys; import service.identity.sandbox.redrawing; "
        "print(sorted({'sqlalchemy', 'deepface', 'dlib', 'limits', 'cv2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
