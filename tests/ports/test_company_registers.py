"""Public registers over HTTP, their answers replayed: unknown is never no."""

import hashlib
import json
from pathlib import Path

import pytest

from service.identity.companies.gleif_register import GleifRegister
from service.identity.companies.numbers import CompanyNumber, check_company_number
from service.identity.companies.registers import Answer
from service.identity.companies.vies_register import ViesRegister
from tests.local_server import LocalServer

RECORDINGS = Path(__file__).parent / "recordings"
LEI = check_company_number("lei", "529900T8BM49AURSDO55")
NIF = check_company_number("es-nif", "A28015865")
VAT = check_company_number("eu-vat", "ESA28015865")


def recorded(name: str) -> bytes:
    return (RECORDINGS / f"{name}.json").read_bytes()


def gleif(status: int, content: bytes, number: CompanyNumber = LEI) -> tuple[Answer, str, str]:
    with LocalServer(lambda *asked: (status, "application/vnd.api+json", content)) as server:
        answer = GleifRegister(base_url=server.url).look_up(number)
    assert server.asked[0][:2] == ("GET", f"/api/v1/lei-records/{number.number}")
    return answer.answer, answer.legal_name, answer.reason


def vies(status: int, content: bytes, number: CompanyNumber = NIF) -> tuple[Answer, str, str]:
    with LocalServer(lambda *asked: (status, "application/json", content)) as server:
        answer = ViesRegister(base_url=server.url).look_up(number)
    method, path, body = server.asked[0]
    assert (method, path) == ("POST", "/check-vat-number")
    assert json.loads(body) == {"countryCode": "ES", "vatNumber": "A28015865"}
    if answer.answer is Answer.YES:
        assert answer.sha256 == hashlib.sha256(content).hexdigest()
    return answer.answer, answer.legal_name, answer.reason


@pytest.mark.parametrize(
    ("status", "name", "answer"),
    [
        (200, "gleif-active", (Answer.YES, "Example Oil Mill GmbH", "")),
        (200, "gleif-lapsed", (Answer.UNKNOWN, "Example Oil Mill GmbH", "registration-lapsed")),
        (200, "gleif-inactive", (Answer.NO, "Example Oil Mill GmbH", "")),
        (404, "gleif-not-found", (Answer.NO, "", "")),
        (503, "gleif-active", (Answer.UNKNOWN, "", "http-503")),
        (429, "gleif-not-found", (Answer.UNKNOWN, "", "http-429")),
    ],
)
def test_gleif(status: int, name: str, answer: tuple[Answer, str, str]) -> None:
    assert gleif(status, recorded(name)) == answer


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b"{}", b'{"data": null}'])
def test_gleif_talking_nonsense_is_unknown(content: bytes) -> None:
    assert gleif(200, content) == (Answer.UNKNOWN, "", "unreadable")


def test_gleif_answering_about_another_company_is_unknown() -> None:
    other = check_company_number("lei", "5493001KJTIIGC8Y1R12")
    assert gleif(200, recorded("gleif-active"), other) == (Answer.UNKNOWN, "", "other-record")


@pytest.mark.parametrize(
    ("name", "number", "answer"),
    [
        ("vies-valid", NIF, (Answer.YES, "EXAMPLE SA", "")),
        ("vies-name-withheld", VAT, (Answer.YES, "", "")),
        ("vies-invalid", NIF, (Answer.UNKNOWN, "", "not-in-vies")),
        ("vies-invalid", VAT, (Answer.NO, "", "")),
        ("vies-member-state-away", VAT, (Answer.UNKNOWN, "", "ms_unavailable")),
    ],
)
def test_vies(name: str, number: CompanyNumber, answer: tuple[Answer, str, str]) -> None:
    assert vies(200, recorded(name), number) == answer


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"valid": "yes"}'])
def test_vies_talking_nonsense_is_unknown(content: bytes) -> None:
    assert vies(200, content)[0] is Answer.UNKNOWN


def test_a_register_that_is_down_or_slow_is_unknown() -> None:
    with LocalServer(lambda *asked: (200, "application/json", b"{}")) as server:
        url = server.url
    for register in (GleifRegister(base_url=url), ViesRegister(base_url=url)):
        number = LEI if register.knows(LEI) else NIF
        answer = register.look_up(number)
        assert (answer.answer, answer.reason) == (Answer.UNKNOWN, "down")


def test_each_register_is_asked_for_its_own_numbers() -> None:
    assert [GleifRegister().knows(one) for one in (LEI, NIF, VAT)] == [True, False, False]
    assert [ViesRegister().knows(one) for one in (LEI, NIF, VAT)] == [False, True, True]
