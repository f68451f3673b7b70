"""Decoding a picture whose structure is sound, and drawing it anew."""

import io
import warnings

from PIL import Image, ImageOps

from service.identity.pictures.gate import MAX_PIXELS

_QUALITY = 90


def clean(
    pictures: list[bytes], *, kinds: list[str], kept_px: int, pixels_px: int
) -> tuple[list[tuple[int, int]], list[bytes]]:
    """Return sizes, and for each picture its JPEG and its raw pixels; raises on any fault."""
    sizes: list[tuple[int, int]] = []
    parts: list[bytes] = []
    for picture, kind in zip(pictures, kinds, strict=True):
        drawn = draw(picture, kind=kind, longest=kept_px)
        out = io.BytesIO()
        drawn.save(out, "JPEG", quality=_QUALITY, optimize=True)
        drawn.thumbnail((pixels_px, pixels_px), Image.Resampling.LANCZOS)
        sizes.append(drawn.size)
        parts += [out.getvalue(), drawn.tobytes()]
    return sizes, parts


def draw(picture: bytes, *, kind: str, longest: int) -> Image.Image:
    """Return the picture upright, as RGB on white, no side over ``longest`` pixels."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    with Image.open(io.BytesIO(picture), formats=[kind]) as opened:
        # JPEG can be decoded at a half, a quarter or an eighth, which saves memory and time.
        opened.draft("RGB", (longest, longest))
        upright = ImageOps.exif_transpose(opened)
        if upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info:
            ground = Image.new("RGBA", upright.size, "white")
            ground.alpha_composite(upright.convert("RGBA"))
            upright = ground
        drawn = upright.convert("RGB")
    drawn.info.clear()
    drawn.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return drawn
