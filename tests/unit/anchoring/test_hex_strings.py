"""Reading hexadecimal strings in one go gives what pyHanko reads digit by digit."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyhanko.pdf_utils.generic import ByteStringObject, TextStringObject

from anchoring import hex_strings
from anchoring.hex_strings import read_hex_string

_LIKELY = st.text("0123456789abcdefABCDEF \n\t\x00>xyz<", max_size=700)


def outcome(read: object, content: bytes) -> tuple[object, ...]:
    stream = io.BytesIO(content)
    try:
        made = read(stream)  # type: ignore[operator]
    except Exception as error:  # noqa: BLE001  whatever the one raises, the other must
        return type(error), str(error)
    assert isinstance(made, ByteStringObject | TextStringObject)
    return type(made), made.original_bytes, stream.tell()


@given(inside=_LIKELY, after=_LIKELY)
def test_the_same_as_digit_by_digit(inside: str, after: str) -> None:
    content = f"<{inside}>{after}".encode("latin-1")
    assert outcome(read_hex_string, content) == outcome(hex_strings._digit_by_digit, content)


@pytest.mark.parametrize("content", [b"<", b"<00", b"<0g>", b"<" + b"0" * 99_999, b"<>", b"<0>"])
def test_the_same_where_something_is_missing(content: bytes) -> None:
    assert outcome(read_hex_string, content) == outcome(hex_strings._digit_by_digit, content)


def test_a_signatures_gap_is_read_whole() -> None:
    content = b"<" + b"30AF" * 50_000 + b">rest"
    stream = io.BytesIO(content)
    assert read_hex_string(stream).original_bytes == bytes.fromhex("30AF" * 50_000)
    assert stream.read() == b"rest"
