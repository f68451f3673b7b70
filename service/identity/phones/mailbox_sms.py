"""Text messages shown in the local mailbox: the embedded profile's stand-in for a telephone."""

import secrets

from service.clock import Clock
from service.identity.phones.errors import SmsNotSentError
from service.notices import MailNotSentError, MailRefusedError, MailSender, OutgoingMail


class MailboxSms:
    """The SmsSender that writes each message as a mail to ``<number>@sms.localhost``.

    For a first run and for tests: whoever reads that mailbox reads everybody's codes.
    """

    def __init__(self, mailbox: MailSender, *, clock: Clock) -> None:
        self._mailbox = mailbox
        self._clock = clock

    def send(self, *, phone: str, text: str) -> None:
        """Keep the message in the mailbox."""
        try:
            self._mailbox.send(
                OutgoingMail(
                    message_id=f"<{secrets.token_hex(20)}@sms.localhost>",
                    to=f"{phone.removeprefix('+')}@sms.localhost",
                    subject="SMS",
                    text=text,
                    html=None,
                    date=self._clock.now(),
                )
            )
        except (MailNotSentError, MailRefusedError) as error:
            raise SmsNotSentError("the local mailbox did not take the message") from error
