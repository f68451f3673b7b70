"""Pictures of two real people, both in the public domain, and what a camera could make of them.

Eileen Collins from scikit-image's sample data, Grace Hopper from matplotlib's. Turns of the head
are made by moving pixels as a relief (an ellipsoid with a nose) would move them: no replacement
for people turning before a camera, but a picture that is not flat.
"""

import io
from functools import cache
from pathlib import Path

import cv2
import matplotlib as mpl
import numpy as np
from PIL import Image, ImageEnhance, ImageFilter
from skimage import data

# Left, top, right, bottom of the face in the frames below, in pixels.
_FACES = {"collins": (118, 118, 304, 304), "hopper": (77, 77, 262, 262)}


@cache
def collins() -> Image.Image:
    """Eileen Collins looking at the camera, 440 × 480 pixels."""
    return Image.fromarray(data.astronaut()).crop((120, 20, 340, 260)).resize((440, 480))


@cache
def hopper() -> Image.Image:
    """Grace Hopper looking at the camera, 340 × 370 pixels."""
    picture = Path(mpl.get_data_path()) / "sample_data" / "grace_hopper.jpg"
    return Image.open(picture).convert("RGB").crop((100, 60, 440, 430))


def id_photo(portrait: Image.Image) -> Image.Image:
    """A small, grey, soft and badly compressed version, as documents print them."""
    small = portrait.copy()
    small.thumbnail((220, 220))
    dull = ImageEnhance.Contrast(small.filter(ImageFilter.GaussianBlur(1))).enhance(0.8)
    out = io.BytesIO()
    dull.convert("L").save(out, "JPEG", quality=60)
    return Image.open(io.BytesIO(out.getvalue())).convert("RGB")


def turned(name: str, degrees: float) -> Image.Image:
    """Return the head turned to the picture's right (its own left) by ``degrees``."""
    portrait = {"collins": collins, "hopper": hopper}[name]()
    left, top, right, bottom = _FACES[name]
    pixels = np.asarray(portrait).astype(np.float32)
    height, width = pixels.shape[:2]
    centre_x, centre_y = (left + right) / 2, (top + bottom) / 2
    radius_x, radius_y = (right - left) * 0.62, (bottom - top) * 0.85
    across, down = np.meshgrid(
        np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    )
    sine, cosine = np.sin(np.radians(degrees)), np.cos(np.radians(degrees))
    source = across.copy()
    for _ in range(12):  # the inverse of the movement, by approximation
        inside = np.clip(
            1 - ((source - centre_x) / radius_x) ** 2 - ((down - centre_y) / radius_y) ** 2, 0, 1
        )
        nose = 0.28 * np.exp(
            -(((source - centre_x) / (0.16 * radius_x)) ** 2)
            - ((down - centre_y - 0.12 * (bottom - top)) / (0.22 * radius_x)) ** 2
        )
        depth = radius_x * (np.sqrt(inside) + nose)
        share = np.clip(inside * 4, 0, 1)
        moved = centre_x + (source - centre_x) * (1 - share + share * cosine)
        source -= (moved + depth * sine * share - across) * 0.6
    warped = cv2.remap(
        pixels, source.astype(np.float32), down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return Image.fromarray(np.clip(warped, 0, 255).astype(np.uint8))


def tilted(portrait: Image.Image, degrees: float, *, distance: float = 900) -> Image.Image:
    """Return a flat print of the portrait turned about its upright axis, in perspective."""
    pixels = np.asarray(portrait)
    height, width = pixels.shape[:2]
    angle = np.radians(degrees)
    corners = []
    for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        away = distance - x * width / 2 * np.sin(angle)
        corners.append(
            (
                x * width / 2 * np.cos(angle) * distance / away + width / 2,
                y * height / 2 * distance / away + height / 2,
            )
        )
    flat = np.array([(0, 0), (width, 0), (width, height), (0, height)], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(flat, np.array(corners, dtype=np.float32))
    tilted_pixels = cv2.warpPerspective(
        pixels, matrix, (width, height), borderValue=(180, 180, 180)
    )
    return Image.fromarray(tilted_pixels)


def side_by_side(one: Image.Image, other: Image.Image) -> Image.Image:
    """Return two people in one picture."""
    both = Image.new("RGB", (one.width + other.width, max(one.height, other.height)), "gray")
    both.paste(one, (0, 0))
    both.paste(other, (one.width, 0))
    return both


def as_jpeg(picture: Image.Image, *, quality: int = 92) -> bytes:
    """Return a picture as a camera's file."""
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=quality)
    return out.getvalue()
