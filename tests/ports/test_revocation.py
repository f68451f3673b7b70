"""Revocation over HTTP: OCSP first, then the list; what cannot be believed is unknown."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from cryptography import x509

from service.identity.companies.revocation import HttpRevocation, Revocation
from tests.local_server import LocalServer
from tests.parts import NOON
from tests.unit.identity.company_certificates import Authority


@dataclass
class Responder:
    """An authority's server, with an answer for each of its two services."""

    authority: Authority
    certificate: x509.Certificate
    ocsp: Callable[[bytes], tuple[int, bytes]] = field(init=False)
    crl: Callable[[], tuple[int, bytes]] = field(init=False)

    def __post_init__(self) -> None:
        self.ocsp = lambda asked: (200, self.authority.ocsp(asked, self.certificate))
        self.crl = lambda: (200, self.authority.crl())

    def check(self, *, later: timedelta = timedelta()) -> tuple[Revocation, str]:
        answer = HttpRevocation(timeout_s=5).check(
            self.certificate, self.authority.root, now=NOON + later
        )
        return answer.revocation, answer.source


@pytest.fixture
def responder() -> Iterator[Responder]:
    def reply(method: str, path: str, body: bytes) -> tuple[int, str, bytes]:
        status, content = made.ocsp(body) if path == "/ocsp" else made.crl()
        return status, "application/octet-stream", content

    with LocalServer(reply) as server:
        authority = Authority(url=server.url)
        made = Responder(authority, authority.issue().certificate)
        yield made


def down(*_asked: bytes) -> tuple[int, bytes]:
    return 503, b""


def test_ocsp_says_it(responder: Responder) -> None:
    assert responder.check() == (Revocation.GOOD, "ocsp")
    responder.authority.revoked.add(responder.certificate.serial_number)
    assert responder.check() == (Revocation.REVOKED, "ocsp")


def test_an_appointed_responder_is_believed(responder: Responder) -> None:
    responder.ocsp = lambda asked: (
        200,
        responder.authority.ocsp(asked, responder.certificate, delegate=True),
    )
    responder.crl = down
    assert responder.check() == (Revocation.GOOD, "ocsp")


def test_the_list_is_asked_when_ocsp_is_away(responder: Responder) -> None:
    responder.ocsp = down
    assert responder.check() == (Revocation.GOOD, "crl")
    responder.authority.revoked.add(responder.certificate.serial_number)
    assert responder.check() == (Revocation.REVOKED, "crl")


def test_nobody_to_ask_is_unknown(responder: Responder) -> None:
    responder.ocsp = responder.crl = down
    assert responder.check() == (Revocation.UNKNOWN, "")


def test_old_answers_are_not_believed(responder: Responder) -> None:
    assert responder.check(later=timedelta(hours=3)) == (Revocation.GOOD, "crl")
    assert responder.check(later=timedelta(days=3)) == (Revocation.UNKNOWN, "")


def test_answers_of_strangers_are_not_believed(responder: Responder) -> None:
    stranger = Authority(url=responder.authority.url)
    responder.ocsp = lambda asked: (200, stranger.ocsp(asked, responder.certificate))
    responder.crl = lambda: (200, stranger.crl())
    assert responder.check() == (Revocation.UNKNOWN, "")


def test_answers_about_others_and_nonsense_are_not_believed(responder: Responder) -> None:
    other = responder.authority.issue().certificate

    def about_another(asked: bytes) -> tuple[int, bytes]:
        return 200, responder.authority.ocsp(asked, other)

    responder.crl = down
    for answer in (about_another, lambda asked: (200, b"nonsense"), lambda asked: (200, b"")):
        responder.ocsp = answer
        assert responder.check() == (Revocation.UNKNOWN, "")
    responder.crl = lambda: (200, b"nonsense")
    assert responder.check() == (Revocation.UNKNOWN, "")
