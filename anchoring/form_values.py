"""What people fill into a document's form fields, and the one way each value is drawn.

A value that is stated, stored and shown must be the same thing three times. So a filled field's
appearance is a function of its value (SPEC.md §8): whoever verifies draws it anew and compares
bytes, and no field can say one thing to a program and show another to a person.
"""

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader

from anchoring.errors import InvalidError, MalformedStatement
from anchoring.fields import Fields
from anchoring.pdf_signatures import MalformedPdf

Value = str | bool

TEXT_KINDS: Final = frozenset({"text", "date", "initials"})
CHECKBOX: Final = "checkbox"
KINDS: Final = TEXT_KINDS | {CHECKBOX}
MAX_VALUE: Final = 200
MAX_FIELDS: Final = 200
"""In one agreement."""
FIELD_NAME = re.compile(r"acta-field-[1-9][0-9]{0,2}-[1-9][0-9]{0,2}")

_FONTS: Final = {"text": "Helvetica", "date": "Helvetica", "initials": "Times-Italic"}
_RESOURCE: Final = {"Helvetica": "/Helv", "Times-Italic": "/TiIt"}
_SMALLEST, _LARGEST = 4.0, {"text": 11.0, "date": 11.0, "initials": 18.0}
_MARGIN = 2.0
_INK = "0.086 0.208 0.478"
# Parts of the size. No letter of Helvetica or Times-Italic is wider than its class (AFM).
_NARROW, _NARROW_WIDTH = frozenset("iljtfrI.,:;'`!|()[]{}/\\- ¡"), 0.4
_WIDE, _WIDE_WIDTH = frozenset("mwMW@%&+<=>±×÷¬©®—…™ŒÆœæ‰½¼¾"), 1.02
_CAPITAL_WIDTH, _OTHER_WIDTH = 0.78, 0.62


class UnwritableValue(InvalidError):  # noqa: N818  # named after what is wrong, as its base says
    """A text that no field can show, or not in this size."""

    code = "pdf/unwritable-value"


@dataclass(frozen=True)
class ValueField:
    """One field as announced: its name in the PDF, its kind, whether it may stay empty."""

    field: str
    kind: str
    required: bool


def read_value_fields(fields: Fields) -> tuple[ValueField, ...]:
    """Read the member ``fields`` of a party in ``prepared``; raises MalformedStatement."""
    found = []
    for item in fields.items("fields", maximum=MAX_FIELDS):
        one = Fields(item, what="prepared field", error=MalformedStatement)
        found.append(
            ValueField(
                field=one.text("field", form=FIELD_NAME),
                kind=one.text("kind", maximum=16),
                required=one.boolean("required"),
            )
        )
        if found[-1].kind not in KINDS:
            raise MalformedStatement(
                f"expected a field of kind {', '.join(sorted(KINDS))}, got {found[-1].kind!r:.40}"
            )
    return tuple(found)


def default_appearance(kind: str) -> str:
    """Return the /DA of a text field of this kind."""
    return f"{_RESOURCE[_FONTS[kind]]} 0 Tf {_INK} rg"


def is_writable(value: str) -> bool:
    """Whether a text has only characters that a field can show (Windows-1252), on one line."""
    if len(value) > MAX_VALUE or any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in value):
        return False
    try:
        value.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def fits(kind: str, value: str, width: float, height: float) -> bool:
    """Whether a text is legible in a field of this size, in points."""
    return _size(kind, value, width, height) >= _SMALLEST


def drawn(kind: str, value: str, width: float, height: float) -> bytes:
    """Return the content stream that shows ``value`` in a field of this size, in points.

    Raises UnwritableValue.
    """
    if not value or not is_writable(value):
        raise UnwritableValue(
            f"expected 1 to {MAX_VALUE} characters of Windows-1252 on one line, got {value!r:.40}"
        )
    size = _size(kind, value, width, height)
    if size < _SMALLEST:
        raise UnwritableValue(
            f"expected a value legible in {width:.0f} x {height:.0f} points, got {value!r:.40}"
        )
    # The height of a capital is about 0.7 of the size: it stands in the middle.
    rise = (height - 0.7 * size) / 2
    letters = value.encode("cp1252").hex().upper()
    return (
        f"/Tx BMC q BT {_RESOURCE[_FONTS[kind]]} {size:.2f} Tf {_INK} rg "
        f"{_MARGIN:.2f} {rise:.2f} Td <{letters}> Tj ET Q EMC"
    ).encode("ascii")


def font_of(kind: str) -> generic.DictionaryObject:
    """Return the /Resources that ``drawn`` needs: a font that every viewer has."""
    name = _FONTS[kind]
    font = _dictionary(
        {
            "/Type": generic.NameObject("/Font"),
            "/Subtype": generic.NameObject("/Type1"),
            "/BaseFont": generic.NameObject(f"/{name}"),
            "/Encoding": generic.NameObject("/WinAnsiEncoding"),
        }
    )
    return _dictionary({"/Font": _dictionary({_RESOURCE[name]: font})})


def kind_of(field: Mapping[str, object]) -> str | None:
    """Return the kind that a form field was made as, None for a field of another make."""
    if field.get("/FT") == "/Btn":
        return CHECKBOX
    if field.get("/FT") != "/Tx":
        return None
    appearance = str(field.get("/DA"))
    # Text and date are alike to a PDF.
    return next((k for k in ("text", "initials") if default_appearance(k) == appearance), None)


def filled_problem(old: generic.DictionaryObject, new: generic.DictionaryObject) -> str | None:
    """Return what is wrong with how a field was filled in, None if it is as this format has it.

    Only /V, /AP and /AS may differ between ``old`` and ``new``; the caller sees to that.
    """
    kind = kind_of(old)
    if kind is None:
        return "is no field to fill in"
    if kind == CHECKBOX:
        if _raw(old, "/AP") != _raw(new, "/AP"):
            return "/AP"
        state = new.get("/V")
        return None if state in ("/Yes", "/Off") and new.get("/AS") == state else "/V"
    value = new.get("/V")
    if old.get("/AS") != new.get("/AS"):
        return "/AS"
    if not isinstance(value, str):
        return "/V"
    before, after = _normal(old), _normal(new)
    if before is None or after is None:
        return "/AP"
    free = {"/Length"}
    if set(after) - free != (set(before) | {"/Resources"}) - free:
        return "/AP"
    if any(_raw(before, key) != _raw(after, key) for key in set(before) - free - {"/Resources"}):
        return "/AP"
    width, height = (float(number) for number in list(before["/BBox"])[2:])
    if not _plain_equal(after["/Resources"], font_of(kind)):
        return "/Resources"
    try:
        expected = drawn(kind, str(value), width, height)
    except UnwritableValue:
        return "/V"
    return None if after.data == expected else "is drawn otherwise"


def values_in(pdf: bytes, revision: int, names: Iterable[str]) -> dict[str, Value]:
    """Return what fields hold in a revision, counted from 0; an empty text is "".

    Fields that are not there are left out. Raises MalformedPdf.
    """
    wanted = set(names)
    try:
        resolver = PdfFileReader(io.BytesIO(pdf)).get_historical_resolver(revision)
        return dict(_values(resolver, wanted))
    except Exception as reason:  # as in pdf_signatures.examine
        raise MalformedPdf("expected form fields that can be read") from reason


def _values(resolver: HistoricalResolver, wanted: set[str]) -> Iterable[tuple[str, Value]]:
    for reference in list.__iter__(resolver.root["/AcroForm"]["/Fields"]):
        field = resolver.get_object(reference.reference)
        name = str(field.get("/T"))
        if name in wanted:
            yield (
                name,
                field.get("/V") == "/Yes"
                if field.get("/FT") == "/Btn"
                else str(field.get("/V", "")),
            )


def letter_width(letter: str) -> float:
    """Return how wide a letter is taken to be, as a part of the size: never too little."""
    if letter in _NARROW:
        return _NARROW_WIDTH
    if letter in _WIDE:
        return _WIDE_WIDTH
    return _CAPITAL_WIDTH if letter.isupper() else _OTHER_WIDTH


def _size(kind: str, value: str, width: float, height: float) -> float:
    across = (width - 2 * _MARGIN) / sum(map(letter_width, value))
    return float(int(100 * min(_LARGEST[kind], 0.8 * height, across))) / 100


def _normal(field: generic.DictionaryObject) -> generic.StreamObject | None:
    appearance = field.get("/AP")
    if not isinstance(appearance, generic.DictionaryObject) or set(appearance) != {"/N"}:
        return None
    stream = appearance["/N"]
    return stream if isinstance(stream, generic.StreamObject) else None


def _raw(holder: generic.DictionaryObject, key: str) -> object:
    value = holder.raw_get(key) if key in holder else None
    return (value.idnum, value.generation) if isinstance(value, generic.IndirectObject) else value


def _plain_equal(one: object, other: object) -> bool:
    """Compare two structures of which no part is a reference."""
    if isinstance(one, generic.DictionaryObject) and isinstance(other, generic.DictionaryObject):
        return set(one) == set(other) and all(
            _plain_equal(one.raw_get(key), other.raw_get(key)) for key in one
        )
    return type(one) is type(other) and one == other


def _dictionary(items: Mapping[str, object]) -> generic.DictionaryObject:
    return generic.DictionaryObject(  # type: ignore[no-untyped-call]
        {generic.NameObject(key): value for key, value in items.items()}
    )
