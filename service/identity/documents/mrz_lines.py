"""From what text recognition returns to lines of the right length."""

import re
from collections.abc import Sequence

# Lines and characters of TD1, TD2 and TD3.
_SHAPES = ((3, 30), (2, 44), (2, 36))
# How many characters of filling recognition may lose or invent in a line.
_SLACK = 6
_NOT_MRZ = re.compile(r"[^A-Z0-9<]")
# Two fillers part family from given names; after three no name follows (ICAO 9303 part 3 §4.6).
_TAIL = re.compile(r"<<<.*$")
_FILLER = re.compile(r"<+")


def clean_line(text: str) -> str:
    """Return a recognised line with nothing but characters of a machine-readable zone."""
    return _NOT_MRZ.sub("", text.upper().replace("«", "<<").replace("(", "<"))


def shaped_lines(texts: Sequence[str]) -> list[tuple[str, ...]]:
    """Return every way to read ``texts`` as the lines of a document, likeliest first.

    Filling (``<``) is what recognition miscounts, so a line's length is put right there and
    nowhere else; a line that has none must have the exact length.
    """
    lines = [line for text in texts if len(line := clean_line(text)) >= 30 - _SLACK]
    found = []
    for count, width in _SHAPES:
        for start in range(len(lines) - count + 1):
            fitted = [
                _fitted(line, width, names=number == _names_at(count))
                for number, line in enumerate(lines[start : start + count])
            ]
            if all(fitted):
                slack = sum(abs(len(line) - width) for line in lines[start : start + count])
                found.append((slack, tuple(one or "" for one in fitted)))
    return [shaped for _, shaped in sorted(found, key=lambda one: one[0])]


def _names_at(count: int) -> int:
    return 2 if count == 3 else 0


def _fitted(line: str, width: int, *, names: bool) -> str | None:
    if abs(len(line) - width) > _SLACK:
        return None
    if names:
        line = _TAIL.sub(lambda tail: "<" * len(tail[0]), line)
    missing = width - len(line)
    if missing == 0:
        return line
    runs = [run for run in _FILLER.finditer(line) if len(run[0]) > 1]
    if not runs:
        return None
    longest = max(runs, key=lambda run: len(run[0]))
    if len(longest[0]) + missing < 1:
        return None
    return line[: longest.start()] + "<" * (len(longest[0]) + missing) + line[longest.end() :]
