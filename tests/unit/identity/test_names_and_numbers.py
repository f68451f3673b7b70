"""National numbers, names and how documents transcribe them, registered numbers, telephones."""

from datetime import date

import pytest

from service.identity.companies.errors import CompanyNumberError
from service.identity.companies.numbers import KINDS, check_company_number
from service.identity.documents.errors import NationalNumberError
from service.identity.documents.mrz import parse_mrz
from service.identity.documents.names import names_agree
from service.identity.documents.national_numbers import (
    check_national_number,
    national_number_of,
)
from service.identity.phones.errors import PhoneCountryError, PhoneNumberError
from service.identity.phones.numbers import clean_phone
from tests.id_documents import Holder, card_lines

TODAY = date(2026, 1, 31)


@pytest.mark.parametrize(
    ("typed", "kind", "number"),
    [
        ("12345678Z", "NIF", "12345678Z"),
        ("12.345.678-z", "NIF", "12345678Z"),
        ("X1234567L", "NIE", "X1234567L"),
    ],
)
def test_spanish_numbers_are_checked(typed: str, kind: str, number: str) -> None:
    checked = check_national_number("ESP", typed)
    assert (checked.kind, checked.number, checked.checked) == (kind, number, True)


@pytest.mark.parametrize("typed", ["12345678A", "1234567Z", "A28015865", "", "x" * 50])
def test_wrong_spanish_numbers_are_refused(typed: str) -> None:
    with pytest.raises(NationalNumberError) as refused:
        check_national_number("ESP", typed)
    assert not typed or typed not in str(refused.value)


def test_a_number_of_an_unknown_country_is_taken_and_marked() -> None:
    assert not check_national_number("UTO", "ab 123").checked


def test_the_number_is_found_in_the_issuers_own_field() -> None:
    found = national_number_of(parse_mrz(card_lines(Holder()), today=TODAY))
    assert found is not None
    assert (found.kind, found.number) == ("NIF", "99999999R")
    none = card_lines(Holder(national="1234"))
    assert national_number_of(parse_mrz(none, today=TODAY)) is None


@pytest.mark.parametrize(
    ("read", "written", "cut", "agree"),
    [
        (("GARCIA LOPEZ", "MARIA CARMEN"), ("García López", "María del Carmen"), False, False),
        (("GARCIA LOPEZ", "MARIA CARMEN"), ("García  López", "María Carmen"), False, True),
        (("MUNOZ", "INIGO"), ("Muñoz", "Íñigo"), False, True),
        (("MUNXXOZ", "I"), ("Muñoz", "I"), False, True),
        (("MUELLER", "JOERG"), ("Müller", "Jörg"), False, True),
        (("O CONNOR", "SEAN"), ("O’Connor", "Seán"), False, True),
        (("GARCIA", "EVA"), ("Garcia", "Ana"), False, False),
        (("FERNANDEZ DE CORDOVA", "MAR"), ("Fernández de Córdova", "María"), True, True),
        (("FERNANDEZ DE CORDOVA", "MAR"), ("Fernández de Córdova", "Ana"), True, False),
    ],
)
def test_names_agree_but_for_their_transcription(
    read: tuple[str, str], written: tuple[str, str], cut: bool, agree: bool
) -> None:
    assert (
        names_agree(
            read_family=read[0], read_given=read[1], cut=cut, family=written[0], given=written[1]
        )
        == agree
    )


@pytest.mark.parametrize(
    ("kind", "typed", "number"),
    [
        ("es-nif", "A-28015865", "A28015865"),
        ("lei", "5493001KJTIIGC8Y1R12", "5493001KJTIIGC8Y1R12"),
        ("eu-vat", "ES A28015865", "ESA28015865"),
        ("mx-rfc", "GODE561231GR8", "GODE561231GR8"),
        ("cl-rut", "76086428-5", "760864285"),
        ("pe-ruc", "20512333797", "20512333797"),
        ("ar-cuit", "20-05536168-2", "20055361682"),
        ("co-nit", "213.123.432-1", "2131234321"),
        ("cn-uscc", "91110000600037341L", "91110000600037341L"),
    ],
)
def test_registered_numbers_are_checked(kind: str, typed: str, number: str) -> None:
    assert check_company_number(kind, typed).number == number


@pytest.mark.parametrize("kind", [*KINDS, "unknown"])
def test_wrong_registered_numbers_are_refused(kind: str) -> None:
    for typed in ("", "0", "A28015866", "x" * 100):
        with pytest.raises(CompanyNumberError):
            check_company_number(kind, typed)


def test_telephones_are_written_one_way() -> None:
    assert clean_phone("612 34 56 78", region="ES") == "+34612345678"
    assert clean_phone("+44 7400 123456", region="ES") == "+447400123456"


@pytest.mark.parametrize("typed", ["", "12", "912 345 678", "803 123 456", "x" * 100, "+999 1"])
def test_what_receives_no_text_messages_is_refused(typed: str) -> None:
    with pytest.raises(PhoneNumberError):
        clean_phone(typed, region="ES")


def test_countries_may_be_limited() -> None:
    with pytest.raises(PhoneCountryError):
        clean_phone("+44 7400 123456", region="ES", allowed={"ES"})
