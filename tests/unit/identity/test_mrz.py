"""Machine-readable lines: the samples of ICAO 9303, repairs, and what is refused."""

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.identity.documents.errors import MrzCheckDigitError, MrzNotFoundError
from service.identity.documents.mrz import check_digit, parse_mrz
from service.identity.documents.mrz_lines import clean_line, shaped_lines
from tests.id_documents import Holder, card_lines, digit, older_card_lines, passport_lines

TODAY = date(2026, 1, 31)
# ICAO 9303 parts 4, 5 and 6, the specimens of the State of Utopia.
PASSPORT = [
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
]
CARD = [
    "I<UTOD231458907<<<<<<<<<<<<<<<",
    "7408122F1204159UTO<<<<<<<<<<<6",
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
]
OLDER = [
    "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<",
    "D231458907UTO7408122F1204159<<<<<<<6",
]


@pytest.mark.parametrize(
    ("lines", "number", "optional"),
    [
        (PASSPORT, "L898902C3", ("ZE184226B",)),
        (CARD, "D23145890", ("", "")),
        (OLDER, "D23145890", ("",)),
    ],
)
def test_the_specimens_are_read(lines: list[str], number: str, optional: tuple[str, ...]) -> None:
    read = parse_mrz(lines, today=TODAY)
    assert (read.number, read.optional) == (number, optional)
    assert (read.issuer, read.nationality, read.sex) == ("UTO", "UTO", "F")
    assert (read.family_names, read.given_names) == ("ERIKSSON", "ANNA MARIA")
    assert (read.birth, read.expiry) == (date(1974, 8, 12), date(2012, 4, 15))
    assert (list(read.lines), read.repaired) == (lines, 0)


def test_a_number_too_long_for_its_field_goes_on_in_the_next() -> None:
    long = "D23145890734"
    # ICAO 9303 part 5 §4.2.2.1: "<" in place of the check digit, the rest and its digit behind.
    front = long[:9] + "<" + long[9:] + digit(long)
    front = front.ljust(25, "<")
    back = "7408122" + "F" + "1204159" + "UTO" + "<" * 11
    composite = digit(front + "7408122" + "1204159" + "<" * 11)
    read = parse_mrz([f"I<UTO{front}", back + composite, CARD[2]], today=TODAY)
    assert (read.number, read.optional[0]) == (long, "")


@pytest.mark.parametrize("lines", [PASSPORT, CARD, OLDER])
@pytest.mark.parametrize("swap", ["O0", "S5", "B8", "Z2", "I1"])
def test_digits_read_as_letters_are_put_right(lines: list[str], swap: str) -> None:
    letter, number = swap
    row = 1
    dates = slice(13, 28) if len(lines) == 2 else slice(0, 15)
    changed = list(lines)
    part = changed[row][dates]
    part = part[:7].replace(number, letter) + part[7] + part[8:].replace(number, letter)
    changed[row] = changed[row][: dates.start] + part + changed[row][dates.stop :]
    read = parse_mrz(changed, today=TODAY)
    assert list(read.lines) == lines
    assert (read.repaired > 0) == (changed != lines)


@pytest.mark.parametrize(
    "misread", ["BAAO00589", "BAAQ00589", "BAAOO0589", "8AAQ005B9", "BAA0OOS89"]
)
def test_a_number_is_put_right_to_the_plainest_that_fits(misread: str) -> None:
    # Two of these satisfy the check digit as they stand: a check digit is not enough.
    lines = card_lines(Holder())
    changed = [lines[0].replace("BAA000589", misread), *lines[1:]]
    read = parse_mrz(changed, today=TODAY)
    assert read.number == "BAA000589"
    assert read.repaired > 0


@pytest.mark.parametrize("made", [card_lines, older_card_lines, passport_lines])
def test_every_wrong_digit_in_the_dates_is_noticed(made: object) -> None:
    lines = made(Holder())  # type: ignore[operator]
    row, places = (1, [*range(6), *range(8, 14)]) if len(lines) == 3 else (1, range(13, 19))
    for place in places:
        wrong = str((int(lines[row][place]) + 1) % 10)
        changed = list(lines)
        changed[row] = changed[row][:place] + wrong + changed[row][place + 1 :]
        with pytest.raises(MrzCheckDigitError):
            parse_mrz(changed, today=TODAY)


@pytest.mark.parametrize(
    "lines", [[], ["x"], CARD[:2], [*CARD, CARD[0]], [one.lower() for one in CARD], ["<" * 44]]
)
def test_what_are_no_lines_of_a_document_is_refused(lines: list[str]) -> None:
    with pytest.raises(MrzNotFoundError):
        parse_mrz(lines, today=TODAY)


@given(st.lists(st.text("AO0<18B", min_size=30, max_size=44), max_size=3))
def test_nothing_but_its_own_errors_comes_out(lines: list[str]) -> None:
    with contextlib.suppress(MrzNotFoundError, MrzCheckDigitError):
        parse_mrz(lines, today=TODAY)


def test_a_birth_date_is_in_the_past_and_a_card_may_never_end() -> None:
    old = Holder(birth=date(1931, 3, 1), expiry=date(2099, 1, 1))
    read = parse_mrz(card_lines(old), today=TODAY)
    assert (read.birth, read.expiry) == (date(1931, 3, 1), None)


def test_filling_is_put_right_and_nothing_else() -> None:
    assert clean_line("Garcia « E (") == "GARCIA<<E<"
    (shaped,) = shaped_lines(
        ["noise", CARD[0] + "<<", CARD[1].replace("<<<<", "<<", 1), CARD[2][:-4]]
    )
    assert list(shaped) == CARD
    assert shaped_lines([CARD[0], CARD[1][:20]]) == []
    (cut,) = shaped_lines([PASSPORT[0][:-6] + "KKCC<K", PASSPORT[1]])
    assert list(cut) == PASSPORT
    initial = "P<UTOLEE<<E".ljust(44, "<")
    assert shaped_lines([initial, PASSPORT[1]]) == [(initial, PASSPORT[1])]


def test_check_digits_are_those_of_the_standard() -> None:
    assert check_digit("520727") == "3"
    assert check_digit("D23145890") == "7"
    assert check_digit("<" * 14) == "0"
