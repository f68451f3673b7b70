"""The drawn signature, as the signing page sends it."""

import base64
import binascii
import io
from typing import Final

from PIL import Image, UnidentifiedImageError

from service.portal.errors import BadDrawingError, EmptyDrawingError

_PREFIX: Final = "data:image/png;base64,"
_LARGEST_TEXT: Final = 600_000
_LARGEST_SIDE: Final = 1600
_MARGIN: Final = 4


def read_drawing(data_url: str) -> bytes:
    """Return the drawing as a new PNG, cropped to its ink, transparent around it.

    ``data_url`` is what a canvas gives. The picture is drawn anew, so that nothing but its pixels
    goes further. Raises EmptyDrawingError, BadDrawingError.
    """
    if not data_url:
        raise EmptyDrawingError("expected a drawing, got none")
    if not data_url.startswith(_PREFIX) or len(data_url) > _LARGEST_TEXT:
        raise BadDrawingError(f"expected a PNG data URL of at most {_LARGEST_TEXT} characters")
    try:
        raw = base64.b64decode(data_url.removeprefix(_PREFIX), validate=True)
        with Image.open(io.BytesIO(raw), formats=["PNG"]) as opened:
            # Before any pixel is unpacked: a small file can name a huge picture.
            if max(opened.size) > _LARGEST_SIDE:
                raise BadDrawingError(
                    f"expected at most {_LARGEST_SIDE} pixels a side, got {max(opened.size)}"
                )
            picture = opened.convert("RGBA")
    except (binascii.Error, UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise BadDrawingError("expected a PNG picture, got something else") from error
    ink = picture.getchannel("A").getbbox()
    if ink is None:
        raise EmptyDrawingError("expected a drawing, got an empty picture")
    left, top, right, bottom = ink
    cropped = picture.crop(
        (
            max(0, left - _MARGIN),
            max(0, top - _MARGIN),
            min(picture.width, right + _MARGIN),
            min(picture.height, bottom + _MARGIN),
        )
    )
    written = io.BytesIO()
    cropped.save(written, format="PNG")
    return written.getvalue()
