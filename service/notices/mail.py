"""A mail, and the port that takes one to its reader."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from typing import Protocol

from service.notices.addresses import clean_address
from service.notices.errors import UnsafeHeaderError

_MAX_SUBJECT = 200
# Controls, Unicode's own line breaks, and the marks that reorder text: none belongs in a header.
_NOT_IN_HEADERS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
# Without 8BITMIME anywhere on the way, 8-bit bodies arrive damaged.
_POLICY = SMTP.clone(cte_type="7bit")


@dataclass(frozen=True, kw_only=True)
class OutgoingMail:
    """One mail to one reader, ready to go; never logged and never shown in a message."""

    message_id: str
    to: str
    subject: str
    text: str
    html: str | None
    date: datetime

    def __repr__(self) -> str:
        return f"OutgoingMail(message_id={self.message_id!r})"


class MailSender(Protocol):
    """Takes mail to its readers.

    Durability: when ``send`` returns, the next hop has the mail on its own responsibility.
    Idempotence: the same ``message_id`` may be given again, after a failure or a crash. An
    adapter that can tell (the local mailbox) keeps it once; SMTP cannot, and sends it again under
    the same Message-ID, by which readers' programs fold the two into one.
    Concurrency: any number of threads may call it at once; it blocks, for at most its own
    time-out, so it is not for an event loop's thread.
    Errors: MailNotSentError where the same mail is worth another try (also when it is unknown
    whether it went out); MailRefusedError where it is not. It never tries again by itself.
    """

    def send(self, mail: OutgoingMail) -> None:
        """Hand ``mail`` to the next hop."""
        ...


def message_id_for(message_key: str, *, origin_host: str) -> str:
    """Return the Message-ID (RFC 5322 §3.6.4) that mail of this key always has."""
    return f"<{sha256(message_key.encode()).hexdigest()[:40]}@{origin_host}>"


def checked_subject(subject: str) -> str:
    """Return ``subject`` if it is one harmless line of 1 to 200 characters."""
    if not subject.strip() or len(subject) > _MAX_SUBJECT:
        raise UnsafeHeaderError(
            f"expected a subject of 1 to {_MAX_SUBJECT} characters, got {len(subject)}"
        )
    if _NOT_IN_HEADERS.search(subject):
        raise UnsafeHeaderError(
            "expected a subject on one line, got a control character; "
            "pass people's own words through one_line first"
        )
    return subject


def pack_content(*, to: str, subject: str, text: str, html: str | None) -> bytes:
    """Return what is to be encrypted of a mail, after checking what becomes a header."""
    content = {
        "to": clean_address(to),
        "subject": checked_subject(subject),
        "text": text,
        "html": html,
    }
    return json.dumps(content, ensure_ascii=False).encode()


def unpack_content(content: bytes, *, message_id: str, date: datetime) -> OutgoingMail:
    """Return the mail of which ``content`` was packed."""
    fields = json.loads(content)
    return OutgoingMail(
        message_id=message_id,
        to=fields["to"],
        subject=fields["subject"],
        text=fields["text"],
        html=fields["html"],
        date=date,
    )


def to_mime(mail: OutgoingMail, *, mail_from: str) -> EmailMessage:
    """Return ``mail`` as a MIME message (RFC 5322); the same mail gives the same bytes."""
    message = EmailMessage(policy=_POLICY)
    message["Message-ID"] = mail.message_id
    message["Date"] = format_datetime(mail.date)
    message["From"] = mail_from
    message["To"] = mail.to
    message["Subject"] = checked_subject(mail.subject)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: keeps holiday replies away
    message.set_content(mail.text)
    if mail.html is not None:
        message.add_alternative(mail.html, subtype="html")
        message.set_boundary(f"=_acta_{sha256(mail.message_id.encode()).hexdigest()[:32]}")
    return message
