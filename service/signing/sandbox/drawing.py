"""Pictures: pages as PNG, and drawn signatures made harmless."""

import io
import struct

import pypdfium2
from PIL import Image, ImageChops

from service.signing.sandbox.gate import Refusal

_MOST_PIXELS = 2000
_DRAWING = (900, 360)


def render(document: bytes, *, page: int, width_px: int) -> bytes:
    """Return page ``page`` (from 0) as a PNG ``width_px`` wide, signatures drawn.

    Neither side passes 2,000 pixels, whatever the page's shape. Raises Refusal.
    """
    pdf = pypdfium2.PdfDocument(document)
    try:
        if not 0 <= page < len(pdf):
            raise Refusal("page", f"expected a page from 0 to {len(pdf) - 1}, got {page}")
        pdf.init_forms()
        sheet = pdf[page]
        width, height = sheet.get_size()
        scale = min(width_px / width, _MOST_PIXELS / width, _MOST_PIXELS / height)
        picture = sheet.render(scale=scale, draw_annots=True, may_draw_forms=True).to_pil()
        return _png(picture.convert("RGB"))
    finally:
        pdf.close()


def clean_picture(picture: bytes, *, max_pixels: int) -> bytes:
    """Return a drawn signature as a small PNG cut to its strokes; raises Refusal.

    Only pixels survive: text, colour profiles and other chunks of the file do not.
    """
    if picture[:8] != b"\x89PNG\r\n\x1a\n" or len(picture) < 33:
        raise Refusal("picture", "expected a png picture")
    width, height = struct.unpack(">II", picture[16:24])
    if not 1 <= width * height <= max_pixels:
        raise Refusal("picture", f"expected at most {max_pixels} pixels, got {width * height}")
    with Image.open(io.BytesIO(picture), formats=["PNG"]) as opened:
        drawing = opened.convert("RGBA")
    strokes = _strokes(drawing)
    box = strokes.getbbox()
    if box is None:
        raise Refusal("picture", "expected a drawing, got an empty picture")
    drawing.putalpha(strokes)
    cut = drawing.crop(box)
    cut.thumbnail(_DRAWING)
    return _png(cut)


def _strokes(drawing: Image.Image) -> Image.Image:
    """Return where ink is: what is opaque and not white."""
    on_white = Image.new("RGBA", drawing.size, "white")
    on_white.alpha_composite(drawing)
    darkness = ImageChops.invert(on_white.convert("L"))
    return darkness.point(lambda value: 0 if value < 16 else min(255, value * 2))


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=6)
    return out.getvalue()
