"""The port that takes a text message to a telephone."""

from typing import Protocol


class SmsSender(Protocol):
    """Takes text messages to telephones.

    Durability: when ``send`` returns, a gateway has the message on its own responsibility; that
    it arrived is not known. Idempotence: none, each call is a message that may be charged.
    Retries: none by itself; a code lives minutes, and whoever waits for one asks again.
    Concurrency: any number of threads; blocks for at most its own time-out, so it is not for an
    event loop's thread. Errors: SmsNotSentError, whose message holds neither number nor text.
    """

    def send(self, *, phone: str, text: str) -> None:
        """Send ``text`` (at most 160 characters) to ``phone`` (E.164)."""
        ...
