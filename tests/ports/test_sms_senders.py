"""Text messages through Apprise, with a gateway of this machine at the other end."""

import json
import logging
from urllib.parse import unquote

import pytest

from service.identity.phones.apprise_sms import AppriseSms
from service.identity.phones.errors import SmsNotSentError
from tests.local_server import LocalServer

PHONE = "+34612345678"


def sms(server: LocalServer) -> AppriseSms:
    return AppriseSms(server.url.replace("http://", "json://") + "/send/{to}", timeout_s=10)


def test_the_gateway_gets_number_and_text() -> None:
    with LocalServer(lambda *asked: (200, "text/plain", b"ok")) as server:
        sms(server).send(phone=PHONE, text="123456 es su clave")
    ((method, path, body),) = server.asked
    assert (method, unquote(path)) == ("POST", f"/send/{PHONE}")
    assert json.loads(body)["message"] == "123456 es su clave"


def test_what_the_gateway_refuses_is_not_sent(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with (
        LocalServer(lambda *asked: (500, "text/plain", b"no")) as server,
        pytest.raises(SmsNotSentError) as refused,
    ):
        sms(server).send(phone=PHONE, text="123456 es su clave")
    said = caplog.text + str(refused.value)
    assert PHONE not in said
    assert "123456" not in said


def test_a_gateway_that_is_away_is_said() -> None:
    with LocalServer(lambda *asked: (200, "text/plain", b"")) as server:
        sender = sms(server)
    with pytest.raises(SmsNotSentError):
        sender.send(phone=PHONE, text="x")


@pytest.mark.parametrize("url", ["json://localhost/", "nonsense://x/{to}", "twilio://x:y@z/{to}"])
def test_what_is_no_gateway_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(ValueError, match="Apprise URL") as refused:
        AppriseSms(url)
    assert url not in str(refused.value)
