"""Which texts are e-mail addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.notices import InvalidAddressError, address_key, clean_address


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("ana@example.org", "ana@example.org"),
        ("  Ana.Ruiz+acta@Example.ORG ", "Ana.Ruiz+acta@example.org"),
        ("jose@correo.españa.es", "jose@correo.xn--espaa-rta.es"),
        ("o'brien@example.ie", "o'brien@example.ie"),
    ],
)
def test_an_address_is_trimmed_and_its_domain_made_ascii(typed: str, cleaned: str) -> None:
    assert clean_address(typed) == cleaned


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ana",
        "@example.org",
        "ana@",
        "ana@localhost",
        "ana@example..org",
        "ana@-example.org",
        "ana@127.0.0.1",
        "ana@[127.0.0.1]",
        "ana..ruiz@example.org",
        ".ana@example.org",
        "ana@ruiz@example.org",
        '"ana ruiz"@example.org',
        "ana ruiz@example.org",
        "Ana <ana@example.org>",
        "ana@example.org, eva@example.org",
        "ana@example.org\r\nBcc: eva@example.org",
        "ana\n@example.org",
        "ana\x00@example.org",
        "añá@example.org",
        "a" * 65 + "@example.org",
        "a@" + "b" * 64 + ".org",
        "ana@" + "b." * 125 + "org",
    ],
)
def test_what_is_no_address_is_refused_without_being_repeated(typed: str) -> None:
    with pytest.raises(InvalidAddressError) as refusal:
        clean_address(typed)
    assert "ruiz" not in str(refusal.value)
    assert refusal.value.facts == {}


def test_a_single_label_is_only_for_our_own_sender() -> None:
    assert clean_address("acta@localhost", single_label=True) == "acta@localhost"


def test_two_spellings_of_one_mailbox_are_equal() -> None:
    assert address_key("Ana@EXAMPLE.org") == address_key("aNA@example.ORG") == "ana@example.org"


@given(st.text())
def test_whatever_is_accepted_is_one_harmless_line_and_stays_as_it_is(typed: str) -> None:
    try:
        cleaned = clean_address(typed)
    except InvalidAddressError:
        return
    assert cleaned.isascii()
    assert cleaned.isprintable()
    assert not set(cleaned) & set(' ,;<>"()[]\\')
    assert clean_address(cleaned) == cleaned
