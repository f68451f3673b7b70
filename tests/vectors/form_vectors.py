"""Vectors of how a value that a party fills in is drawn (SPEC.md §8)."""

from typing import Any

from book import Book


def write(book: Book) -> None:
    """Add this module's vectors."""

    def vector(value: str, kind: str = "text", width: str = "200", height: str = "20") -> Any:
        return {"kind": kind, "value": value, "width": width, "height": height}

    good, bad = book.good, book.bad
    good("form_value/text", "letters of Spanish", **vector("Calle de la Peña, 3 — 2.º"))
    good("form_value/date", "a date is drawn as text is", **vector("28/11/2026", "date"))
    good("form_value/initials", "initials are slanted", **vector("ANS", "initials"))
    good("form_value/small", "as high as the field allows", **vector("La Vega", height="7.31"))
    good("form_value/narrow", "as wide as the field allows", **vector("La Vega", width="30.5"))
    good("form_value/longest", "200 characters", **vector("i" * 200, width="500"))
    bad("form_value/empty", "an empty value is not drawn", **vector(""))
    bad("form_value/too-long", "201 characters", **vector("i" * 201, width="500"))
    bad("form_value/too-wide", "illegible at this width", **vector("W" * 60, width="100"))
    bad("form_value/too-low", "illegible at this height", **vector("La Vega", height="4"))
    bad("form_value/other-letters", "no letter of Windows-1252", **vector("合同"))
    bad("form_value/line-break", "one line only", **vector("a\nb"))
    bad("form_value/direction-mark", "text that reads otherwise", **vector("\u202eagev"))
