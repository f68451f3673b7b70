"""Small PDFs set by typst from our own templates, with its built-in fonts only."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import typst

_EPOCH = 0


@cache
def _template(name: str) -> bytes:
    return (files("service.signing") / "templates" / name).read_bytes()


@cache
def _fonts() -> typst.Fonts:
    # The machine's own fonts would make the same agreement look different elsewhere.
    return typst.Fonts(include_system_fonts=False)


def typeset(
    template: str,
    data: Mapping[str, Any],
    *,
    standard: Literal["a-3b"] | None = None,
    timestamp: int = _EPOCH,
) -> bytes:
    """Return the PDF that ``template`` makes of ``data``; texts are data, never markup.

    ``standard``: a PDF standard to keep to; ``timestamp``: Unix seconds.
    """
    made = typst.Compiler(
        _template(template), font_paths=_fonts(), sys_inputs={"data": json.dumps(data)}
    ).compile(
        format="pdf",
        pdf_tags=False,
        timestamp=timestamp,
        pdf_standards=[] if standard is None else [standard],
    )
    if not isinstance(made, bytes):
        raise TypeError(f"expected one pdf from {template}, got {type(made).__name__}")
    return made


def fitting_size(text: str, *, width: float, largest: float, smallest: float) -> float:
    """Return a font size in points at which ``text`` fits ``width`` on one line, or nearly.

    Libertinus Serif takes about half its size a letter; wide letters and capitals a bit more.
    """
    letters = sum(0.68 if letter.isupper() or ord(letter) > 0x2E80 else 0.5 for letter in text)
    return max(smallest, min(largest, width / max(letters, 1)))
