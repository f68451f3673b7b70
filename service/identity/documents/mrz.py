"""Machine-readable zones of travel documents (ICAO 9303, parts 3 to 6): TD1, TD2 and TD3.

Characters that text recognition confuses are put right where the place says what they must be: a
digit cannot be an O. Where both are possible (a document's number), what was read stands if its
check digit fits and it holds none of O, Q and I, which issuers avoid; otherwise the plainest
number that the check digit allows is taken, and none if two are as plain. A check digit lets one
wrong reading in ten pass and does not cover names at all: a person confirms both.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from service.identity.documents.errors import MrzCheckDigitError, MrzNotFoundError

_TO_DIGIT = str.maketrans("OQDILZSBGT", "0001125867")
_TO_LETTER = str.maketrans("01258", "OIZSB")
# For places that may hold either. G and 6 weigh the same, so no check digit tells them apart, and
# they are left as they were read.
_SWAPS = {"O": "0", "Q": "0O", "0": "O", "I": "1", "1": "I", "Z": "2", "2": "Z"} | {
    "S": "5",
    "5": "S",
    "B": "8",
    "8": "B",
}
_RARE = frozenset("OQI")
_WEIGHTS = (7, 3, 1)
_MOST_SWAPS = 3
_LINE = re.compile(r"[A-Z0-9<]+")


class MrzFormat(StrEnum):
    """The three sizes: card, older card, passport."""

    TD1 = "TD1"
    TD2 = "TD2"
    TD3 = "TD3"


_SHAPES = {(3, 30): MrzFormat.TD1, (2, 36): MrzFormat.TD2, (2, 44): MrzFormat.TD3}


@dataclass(frozen=True, kw_only=True)
class Mrz:
    """What the lines say. Countries are ICAO codes (``ESP``); names are in capital letters.

    ``optional`` are the issuer's own fields, ``<`` removed: many hold a national number there.
    ``birth`` is None where the document leaves part of it open; ``expiry`` None if it never ends.
    ``repaired`` says how many characters were put right.
    """

    format: MrzFormat
    document_code: str
    issuer: str
    number: str
    nationality: str
    birth: date | None
    sex: str
    expiry: date | None
    family_names: str
    given_names: str
    names_cut: bool
    optional: tuple[str, ...]
    lines: tuple[str, ...]
    repaired: int


def check_digit(field: str) -> str:
    """Return the check digit of ``field`` (ICAO 9303 part 3 §4.9)."""
    total = sum(
        _value(character) * weight
        for character, weight in zip(field, itertools.cycle(_WEIGHTS), strict=False)
    )
    return str(total % 10)


def parse_mrz(lines: Sequence[str], *, today: date) -> Mrz:
    """Read two or three lines as recognised; ``today`` tells this century from the last.

    Raises MrzNotFoundError if they are not of one of the formats, MrzCheckDigitError if they are
    and a check digit fails. Neither message repeats what was read.
    """
    widths = {len(line) for line in lines}
    shape = _SHAPES.get((len(lines), widths.pop())) if len(widths) == 1 else None
    if shape is None or not all(_LINE.fullmatch(line) for line in lines):
        raise MrzNotFoundError("expected 3 lines of 30, or 2 lines of 36 or 44 characters")
    return _Reading(shape, tuple(lines)).result(today)


class _Reading:
    """One reading, field by field; it counts its repairs."""

    def __init__(self, shape: MrzFormat, lines: tuple[str, ...]) -> None:
        self._shape = shape
        self._lines = lines
        self._repaired = 0

    def result(self, today: date) -> Mrz:
        return self._card(today) if self._shape is MrzFormat.TD1 else self._two_lines(today)

    def _card(self, today: date) -> Mrz:
        first, second, third = self._lines
        number, optional_1 = self._long_number(first[5:14], first[14], first[15:30])
        birth = self._checked_digits(second[0:6], second[6])
        expiry = self._checked_digits(second[8:14], second[14])
        optional_2 = second[18:29]
        # The number's own letters and digits were settled above; the issuer's fields are open.
        fixed_front, fixed_back = number.field, birth + expiry
        optional_1, optional_2 = self._composite(
            (fixed_front, optional_1, fixed_back, optional_2), self._digits(second[29])
        )
        return self._mrz(
            today,
            code=first[0:2],
            issuer=first[2:5],
            number=number,
            nationality=second[15:18],
            birth=birth,
            sex=second[7],
            expiry=expiry,
            names=third,
            optional=(optional_1[number.used :], optional_2),
            lines=(
                self._letters(first[0:2]) + self._letters(first[2:5]) + number.field + optional_1,
                birth
                + second[7]
                + expiry
                + self._letters(second[15:18])
                + optional_2
                + self._digits(second[29]),
                self._letters(third),
            ),
        )

    def _two_lines(self, today: date) -> Mrz:
        first, second = self._lines
        passport = self._shape is MrzFormat.TD3
        end = 42 if passport else 35
        optional = second[28:end]
        if passport:
            number = _Number(text="", field=self._checked(second[0:9], second[9]), used=0)
            if set(optional) != {"<"} or second[42] not in "<0O":
                optional = self._checked(optional, second[42])[:-1]
            optional_digit = second[42] if second[42] == "<" else check_digit(optional)
        else:
            number, optional = self._long_number(second[0:9], second[9], optional)
            optional_digit = ""
        birth = self._checked_digits(second[13:19], second[19])
        expiry = self._checked_digits(second[21:27], second[27])
        composite = self._digits(second[-1])
        if passport:
            covered = number.field + birth + expiry + optional + optional_digit
            if check_digit(covered) != composite:
                raise _wrong("composite")
        else:
            (optional,) = self._composite((number.field + birth + expiry, optional), composite)
        return self._mrz(
            today,
            code=first[0:2],
            issuer=first[2:5],
            number=number,
            nationality=second[10:13],
            birth=birth,
            sex=second[20],
            expiry=expiry,
            names=first[5:],
            optional=(optional[number.used :],),
            lines=(
                self._letters(first),
                number.field
                + self._letters(second[10:13])
                + birth
                + second[20]
                + expiry
                + optional
                + optional_digit
                + composite,
            ),
        )

    def _long_number(self, field: str, digit: str, optional: str) -> tuple["_Number", str]:
        """Return the number with its check digit; a longer one goes on in the optional field."""
        if digit != "<":
            checked = self._checked(field, digit)
            return _Number(text="", field=checked, used=0), optional
        end = optional.find("<")
        if end < 2:
            raise _wrong("number")
        whole = self._checked(field + optional[: end - 1], optional[end - 1])
        return (
            _Number(text=whole[:-1], field=whole[:9] + "<", used=end),
            whole[9:] + optional[end:],
        )

    def _composite(self, parts: tuple[str, ...], digit: str) -> tuple[str, ...]:
        """Return the open parts (every second one) as the composite check digit wants them."""
        sizes = [len(part) for part in parts]
        whole = "".join(parts)
        is_open = [number % 2 == 1 for number, part in enumerate(parts) for _ in range(len(part))]
        repaired = self._repair(whole, digit, is_open, field="composite")
        starts = list(itertools.accumulate(sizes, initial=0))
        return tuple(
            repaired[starts[number] : starts[number] + sizes[number]]
            for number in range(1, len(parts), 2)
        )

    def _checked(self, field: str, digit: str) -> str:
        """Return a field of letters and digits with its check digit."""
        wanted = self._digits(digit)
        return self._repair(field, wanted, [True] * len(field), field="number") + wanted

    def _checked_digits(self, field: str, digit: str) -> str:
        digits = self._digits(field + digit)
        if check_digit(digits[:-1]) != digits[-1]:
            raise _wrong("date")
        return digits

    def _repair(self, text: str, digit: str, is_open: Sequence[bool], *, field: str) -> str:
        fits = check_digit(text) == digit
        if fits and not any(is_open[at] and one in _RARE for at, one in enumerate(text)):
            return text
        found = [
            (_strangeness(changed, is_open) + 0.4 * count, count, changed)
            for count in range(_MOST_SWAPS + 1)
            for changed in _swapped(text, is_open, count)
            if check_digit(changed) == digit
        ]
        found.sort()
        if not found or (len(found) > 1 and found[0][0] == found[1][0]):
            raise _wrong(field)  # none fits, or two do and to choose would be to guess
        _, count, plainest = found[0]
        self._repaired += count
        return plainest

    def _digits(self, field: str) -> str:
        return self._translated(field, _TO_DIGIT)

    def _letters(self, field: str) -> str:
        return self._translated(field, _TO_LETTER)

    def _translated(self, field: str, table: dict[int, int]) -> str:
        right = field.translate(table)
        self._repaired += sum(a != b for a, b in zip(field, right, strict=True))
        return right

    def _mrz(
        self,
        today: date,
        *,
        code: str,
        issuer: str,
        number: "_Number",
        nationality: str,
        birth: str,
        sex: str,
        expiry: str,
        names: str,
        optional: tuple[str, ...],
        lines: tuple[str, ...],
    ) -> Mrz:
        letters = self._letters(names)
        family, _, given = letters.partition("<<")
        issuing = self._letters(issuer).rstrip("<")
        return Mrz(
            format=self._shape,
            document_code=self._letters(code).rstrip("<"),
            issuer=issuing,
            number=(number.text or number.field[:9]).rstrip("<"),
            nationality=self._letters(nationality).rstrip("<"),
            birth=_past(birth[:6], today),
            sex=sex if sex in "MF" else "X",
            expiry=_expiry(expiry[:6], issuing),
            family_names=family.replace("<", " ").strip(),
            given_names=given.rstrip("<").replace("<", " ").strip(),
            names_cut=not letters.endswith("<"),
            optional=tuple(part.replace("<", "") for part in optional),
            lines=lines,
            repaired=self._repaired,
        )


@dataclass(frozen=True, kw_only=True)
class _Number:
    """``text`` is a number longer than nine characters; ``field`` nine and the check digit."""

    text: str
    field: str
    used: int


def _swapped(text: str, is_open: Sequence[bool], count: int) -> Iterator[str]:
    places = [at for at, one in enumerate(text) if is_open[at] and one in _SWAPS]
    for chosen in itertools.combinations(places, count):
        for signs in itertools.product(*(_SWAPS[text[at]] for at in chosen)):
            changed = list(text)
            for at, sign in zip(chosen, signs, strict=True):
                changed[at] = sign
            yield "".join(changed)


def _strangeness(text: str, is_open: Sequence[bool]) -> int:
    """Return how often letters and digits alternate, and how many letters look like digits."""
    signs = [one for at, one in enumerate(text) if is_open[at] and one != "<"]
    kinds = [one.isdigit() for one in signs]
    return sum(a != b for a, b in itertools.pairwise(kinds)) + sum(one in _RARE for one in signs)


def _value(character: str) -> int:
    if character.isdigit():
        return int(character)
    return 0 if character == "<" else ord(character) - 55


def _wrong(field: str) -> MrzCheckDigitError:
    return MrzCheckDigitError(
        f"the check digit of the {field} does not fit; take a sharper picture", field=field
    )


def _past(digits: str, today: date) -> date | None:
    if not digits.isdigit():
        return None
    century = today.year - today.year % 100
    for year in (century + int(digits[:2]), century - 100 + int(digits[:2])):
        try:
            day = date(year, int(digits[2:4]), int(digits[4:6]))
        except ValueError:
            continue
        if day <= today:
            return day
    return None


def _expiry(digits: str, issuer: str) -> date | None:
    if issuer == "ESP" and digits == "990101":
        return None  # Spanish cards of holders over seventy, 01 01 9999 on the front
    try:
        return date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        raise _wrong("date") from None
