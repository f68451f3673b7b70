"""Text messages by any gateway that Apprise knows."""

from urllib.parse import quote

from service.identity.phones.errors import SmsNotSentError
from service.isolated import WorkKilledError, WorkRefusedError, run_isolated

_MODULE = "service.identity.phones.apprise_process"
_PLACE = "{to}"
_MEMORY = 1024 * 1024**2
_CPU_SECONDS = 30
# To load the library, beside the time that the gateway has.
_START_S = 30.0


class AppriseSms:
    """The SmsSender over one Apprise URL in which ``{to}`` stands for the number.

    Such as ``twilio://SID:TOKEN@+15550100/{to}``. The URL is a secret: it reaches the sending
    process through a pipe, and is neither logged nor part of a message.
    """

    def __init__(self, url: str, *, timeout_s: float = 20.0) -> None:
        if _PLACE not in url:
            raise ValueError("expected an Apprise URL in which {to} stands for the number")
        self._url = url
        self._timeout_s = timeout_s
        if not self._ask("check", [self._address("+15555550100")]):
            raise ValueError("expected an Apprise URL, got one that no gateway of it understands")

    def send(self, *, phone: str, text: str) -> None:
        """Hand the message to the gateway, which has ``timeout_s`` seconds."""
        if not self._ask("send", [self._address(phone), text.encode()]):
            raise SmsNotSentError(
                "the gateway did not take the message; try again, or choose another way"
            )

    def _ask(self, work: str, parts: list[bytes]) -> bool:
        try:
            answer, _ = run_isolated(
                _MODULE,
                work,
                parts,
                memory=_MEMORY,
                cpu_seconds=_CPU_SECONDS,
                wall_seconds=self._timeout_s + _START_S,
                timeout_s=self._timeout_s,
            )
        except (WorkRefusedError, WorkKilledError):
            return False
        return bool(answer)

    def _address(self, phone: str) -> bytes:
        return self._url.replace(_PLACE, quote(phone, safe="")).encode()
