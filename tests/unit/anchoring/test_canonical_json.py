"""Canonical JSON: one spelling of every value, and nothing that hurts the reader."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anchoring.canonical_json import MAX_DEPTH, canonical_bytes, parse_canonical
from anchoring.errors import InvalidError, MalformedStatement
from anchoring.fields import Fields, format_time, parse_base64, parse_time

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SCALARS = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(TEXTS, VALUES, max_size=5)


def parse(raw: bytes, limit: int = 65536) -> object:
    return parse_canonical(raw, limit=limit, what="thing", error=MalformedStatement)


@given(OBJECTS)
def test_what_is_written_reads_back(value: dict[str, object]) -> None:
    raw = canonical_bytes(value)
    assert parse(raw) == value
    assert json.loads(raw) == value


@given(OBJECTS, st.data())
def test_a_changed_byte_never_reads_as_the_same_value(
    value: dict[str, object], data: st.DataObject
) -> None:
    raw = bytearray(canonical_bytes(value))
    position = data.draw(st.integers(0, len(raw) - 1))
    raw[position] ^= data.draw(st.integers(1, 255))
    try:
        changed = parse(bytes(raw))
    except MalformedStatement:
        return
    assert changed != value
    assert canonical_bytes(changed) == bytes(raw)


@given(st.binary(max_size=60) | st.text('{}[]",:\\ud0123456789eE+-.ntf', max_size=60))
def test_any_bytes_give_a_value_or_the_formats_own_error(data: bytes | str) -> None:
    raw = data if isinstance(data, bytes) else data.encode()
    try:
        value = parse(raw)
    except InvalidError:
        return
    assert canonical_bytes(value) == raw


def test_names_sort_by_utf_16_units() -> None:
    # RFC 8785 §3.2.3: an astral character sorts by its surrogates, before U+FB33.
    value = {"\ufb33": 1, "\U0001f602": 2, "€": 3, "1": 4}
    assert list(json.loads(canonical_bytes(value))) == ["1", "€", "\U0001f602", "\ufb33"]


@pytest.mark.parametrize(
    "bomb",
    [
        b"[" * 60000,
        b'{"a":' * 12000,
        b'"' * 60000,
        b'"\\' * 30000,
        b'{"a":"' + b"\\" * 60000,
        b'{"a":' + b"9" * 60000 + b"}",
        b'{"a":1e' + b"9" * 60000 + b"}",
        b"[" + b'"a",' * 15000,
    ],
    ids=["arrays", "objects", "quotes", "escapes", "backslashes", "digits", "exponent", "open"],
)
def test_bombs_are_refused_at_once(bomb: bytes) -> None:
    start = time.perf_counter()
    with pytest.raises(MalformedStatement):
        parse(bomb)
    assert time.perf_counter() - start < 2


def test_depth_counts_brackets_outside_texts_only() -> None:
    deepest: object = "[" * 100
    for _ in range(MAX_DEPTH):
        deepest = [deepest]
    assert parse(canonical_bytes(deepest)) == deepest
    with pytest.raises(MalformedStatement, match="levels"):
        parse(b"[" + canonical_bytes(deepest) + b"]")
    with pytest.raises(ValueError, match="levels"):
        canonical_bytes([deepest])


@pytest.mark.parametrize("value", [{"a": 0.5}, {"a": 2**53}, {"a": "\ud800"}, {"a": b"x"}])
def test_values_without_a_form_are_not_written(value: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        canonical_bytes(value)


def test_the_limit_comes_before_everything() -> None:
    with pytest.raises(MalformedStatement, match="at most 3 bytes"):
        parse(b'{"a":1}', limit=3)


@given(st.datetimes(timezones=st.timezones()))
def test_times_have_one_spelling(moment) -> None:  # type: ignore[no-untyped-def]
    try:
        text = format_time(moment)
    except OverflowError:
        return
    assert format_time(parse_time(text)) == text
    assert abs((parse_time(text) - moment).total_seconds()) < 0.001


@pytest.mark.parametrize("text", ["", "2026-01-31", "２026-01-31T12:00:00.123Z", "x" * 24])
def test_other_times_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a time"):
        parse_time(text)


@pytest.mark.parametrize("text", ["AA", "AA=", "AB==", "AA==\n", " AA==", "AA-_", "é"])
def test_base64_has_one_spelling(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        parse_base64(text)


def test_fields_name_what_is_wrong() -> None:
    fields = Fields({"n": True, "h": "AB"}, what="thing", error=MalformedStatement)
    with pytest.raises(MalformedStatement, match=r"thing\.n .* got True"):
        fields.integer("n")
    with pytest.raises(MalformedStatement, match=r"thing\.h"):
        fields.hex("h", 1)
    with pytest.raises(MalformedStatement, match="'n'"):
        fields.exactly("h")
