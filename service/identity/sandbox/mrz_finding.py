"""Finding the machine-readable zone in a picture of a document: dark, dense, wide lines."""

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np

_WORK_WIDTH = 1000
# Of the picture's width; people leave a margin around the document.
_LEAST_WIDTH = 0.35
_LEAST_ASPECT = 3.0
_BORDER = 20


def zone_pictures(rgb: Any) -> Iterator[Any]:
    """Yield grey cut-outs that may hold the zone, upright, the likeliest first."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    for turned in (grey, cv2.rotate(grey, cv2.ROTATE_180)):
        yield from _zones(turned)
    for way in (cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_90_COUNTERCLOCKWISE):
        yield from _zones(cv2.rotate(grey, way))


def line_pictures(zone: Any, count: int, *, text_height: int) -> list[Any]:
    """Return the zone's ``count`` lines of text as cut-outs, black on white."""
    dark = 255 - zone
    rows = dark.astype(np.float32).mean(axis=1)
    spread = np.convolve(rows, np.ones(5) / 5, mode="same")
    inked = np.nonzero(spread > spread.min() + 0.35 * (spread.max() - spread.min()))[0]
    if len(inked) == 0:
        return []
    top, bottom = int(inked[0]), int(inked[-1]) + 1
    step = (bottom - top) / count
    if step < 8:
        return []
    lines = []
    for number in range(count):
        margin = int(step * 0.22)
        start = max(0, int(top + number * step) - margin)
        end = min(zone.shape[0], int(top + (number + 1) * step) + margin)
        lines.append(_ready(zone[start:end], text_height / step))
    return lines


def block_picture(zone: Any, *, text_height: int) -> Any:
    """Return the whole zone, enlarged so that a line of three is ``text_height`` pixels high."""
    return _ready(zone, 3.6 * text_height / zone.shape[0])


def has_upright_stroke(line: Any, at: int, width: int) -> bool:
    """Return whether the sign at ``at`` of ``width`` begins with a stroke from top to bottom.

    All signs of a zone are equally wide, so a place in the line is a place in the picture: K has
    such a stroke and ``<`` has none, though recognition takes one for the other.
    """
    # The lines above and below reach into the margins.
    margin = _BORDER + int(0.14 * (line.shape[0] - 2 * _BORDER))
    ink = line[margin:-margin] < 0.5 * (float(line.min()) + 255)
    across = np.nonzero(ink.any(axis=0))[0]
    if len(across) == 0:
        return True
    left, right = int(across[0]), int(across[-1]) + 1
    pitch = (right - left) / (width - 0.25)
    strokes = [
        int(ink[:, int(left + place * pitch) : int(left + (place + 0.4) * pitch)].sum(axis=0).max())
        for place in range(width)
    ]
    return strokes[at] > 0.75 * max(strokes)


def _ready(grey: Any, scale: float) -> Any:
    scale = min(3.0, max(0.4, scale))
    large = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    # Uneven light: the paper's own brightness, taken from a wide surround, becomes white.
    paper = cv2.medianBlur(cv2.dilate(large, np.ones((15, 15), np.uint8)), 31)
    flat = 255 - cv2.absdiff(large, paper)
    flat = cv2.normalize(flat, flat, 0, 255, cv2.NORM_MINMAX)
    return cv2.copyMakeBorder(
        flat, _BORDER, _BORDER, _BORDER, _BORDER, cv2.BORDER_CONSTANT, value=255
    )


def _zones(grey: Any) -> Iterator[Any]:
    scale = _WORK_WIDTH / grey.shape[1]
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    letters = cv2.morphologyEx(
        cv2.GaussianBlur(small, (3, 3), 0),
        cv2.MORPH_BLACKHAT,
        cv2.getStructuringElement(cv2.MORPH_RECT, (25, 9)),
    )
    edges = cv2.convertScaleAbs(cv2.Sobel(letters, cv2.CV_32F, 1, 0, ksize=3))
    words = cv2.morphologyEx(
        edges, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_RECT, (27, 7))
    )
    _, ink = cv2.threshold(words, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    ink = cv2.morphologyEx(
        ink, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_RECT, (33, 27))
    )
    ink = cv2.erode(ink, np.ones((3, 3), np.uint8), iterations=3)
    contours, _ = cv2.findContours(ink, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    for contour in sorted(contours, key=cv2.contourArea, reverse=True)[:6]:
        centre, size, angle = cv2.minAreaRect(contour)
        if size[0] < size[1]:
            size, angle = (size[1], size[0]), angle - 90
        angle = (angle + 90) % 180 - 90
        if size[0] < _LEAST_WIDTH * _WORK_WIDTH or size[0] < _LEAST_ASPECT * size[1]:
            continue
        if abs(angle) > 30:
            continue
        # The closing lost three pixels at each side, and the outermost "<" are faint.
        wide, high = (size[0] + 60) / scale, (size[1] + 26) / scale
        middle = (centre[0] / scale, centre[1] / scale)
        matrix = cv2.getRotationMatrix2D(middle, angle, 1.0)
        matrix[0, 2] += wide / 2 - middle[0]
        matrix[1, 2] += high / 2 - middle[1]
        yield cv2.warpAffine(
            grey,
            matrix,
            (int(wide), int(high)),
            flags=cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )
