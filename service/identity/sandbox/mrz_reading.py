"""Reading a document: its zone is found, recognised by tesseract, and checked by its digits."""

import itertools
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import cv2
import numpy as np

from service.identity.documents.errors import DocumentRefusedError
from service.identity.documents.mrz import parse_mrz
from service.identity.documents.mrz_lines import shaped_lines
from service.identity.sandbox.mrz_finding import (
    block_picture,
    has_upright_stroke,
    line_pictures,
    zone_pictures,
)
from service.identity.sandbox.redrawing import draw

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<"
_READ_PX = 1800
_MOST_ZONES = 5
_K_BY_FILLER = re.compile(r"K(?=<)|(?<=<)K")
_LINE_SECONDS = 8


def read_document(
    picture: bytes, *, kind: str, today: str, tesseract: str
) -> dict[str, list[str] | bool]:
    """Return lines that two readings agree on, or none and whether any looked like lines.

    One reading is not enough: one wrong reading in ten fits its check digit.
    """
    rgb = np.asarray(draw(picture, kind=kind, longest=_READ_PX))
    day = date.fromisoformat(today)
    looked_like_lines = False
    readings: Counter[tuple[str, ...]] = Counter()
    for zone in itertools.islice(zone_pictures(rgb), _MOST_ZONES):
        for texts in _texts(zone, tesseract):
            for shaped in shaped_lines(texts):
                looked_like_lines = True
                lines = _with_filler(shaped, zone)
                try:
                    read = parse_mrz(lines, today=day).lines
                except DocumentRefusedError:
                    continue
                readings[read] += 1
                if readings[read] == 2:
                    return {"lines": list(read), "looked_like_lines": True}
                break
            if not looked_like_lines:
                break
    return {"lines": [], "looked_like_lines": looked_like_lines}


def _texts(zone: Any, tesseract: str) -> Iterator[list[str]]:
    """Yield the zone's text, read as a block and line by line, at the sizes that read best."""
    for height in (32, 38, 26, 35, 29):
        yield _recognise(block_picture(zone, text_height=height), tesseract, layout=6)
    for height, count in ((32, 2), (26, 2), (32, 3), (26, 3)):
        yield [
            " ".join(_recognise(line, tesseract, layout=7))
            for line in line_pictures(zone, count, text_height=height)
        ]


def _with_filler(lines: tuple[str, ...], zone: Any) -> tuple[str, ...]:
    """Return the lines with every K beside filling looked at again: K and ``<`` weigh the same in
    every check digit, so none of them tells.
    """
    if not any(_K_BY_FILLER.search(line) for line in lines):
        return lines
    pictures = line_pictures(zone, len(lines), text_height=38)
    if len(pictures) != len(lines):
        return lines
    return tuple(
        _K_BY_FILLER.sub(
            lambda found, picture=picture, line=line: (  # type: ignore[misc]
                "K" if has_upright_stroke(picture, found.start(), len(line)) else "<"
            ),
            line,
        )
        for line, picture in zip(lines, pictures, strict=True)
    )


def _recognise(grey: Any, tesseract: str, *, layout: int) -> list[str]:
    encoded = cv2.imencode(".pgm", grey)[1].tobytes()
    done = subprocess.run(
        [
            tesseract, "stdin", "stdout", "-l", "eng", "--oem", "1", "--psm", str(layout),
            "-c", f"tessedit_char_whitelist={_ALPHABET}",
            # Names and numbers are no English words.
            "-c", "load_system_dawg=0", "-c", "load_freq_dawg=0",
        ],
        input=encoded,
        capture_output=True,
        timeout=_LINE_SECONDS,
        check=False,
    )  # fmt: skip
    return [line for line in done.stdout.decode(errors="replace").splitlines() if line.strip()]
