"""A mailbox inside the service, for the embedded profile: no mail leaves the machine."""

from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from service.clock import Clock
from service.database import Database, new_id
from service.keyring import Keyring
from service.notices.addresses import address_key
from service.notices.errors import UnknownMailError
from service.notices.mail import OutgoingMail, pack_content, unpack_content
from service.notices.models import MailboxMessage

_PURPOSE = "notices/mailbox"
_MAX_LISTED = 200

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class StoredMail:
    """A mail as the local mailbox shows it."""

    id: str
    message_id: str
    to: str
    subject: str
    text: str
    html: str | None
    received_at: datetime


class LocalMailbox:
    """The MailSender that keeps mail in the database, encrypted, each Message-ID exactly once.

    Whoever may read this mailbox reads every code in it: never for production.
    """

    def __init__(self, *, database: Database, keyring: Keyring, clock: Clock) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        _log.warning("local-mailbox", hint="mail stays on this machine; set ACTA_SMTP_URL to send")

    def send(self, mail: OutgoingMail) -> None:
        """Keep ``mail``; one of the same Message-ID that is there already stands."""
        content = pack_content(to=mail.to, subject=mail.subject, text=mail.text, html=mail.html)
        row = MailboxMessage(
            id=new_id("msg"),
            message_id=mail.message_id,
            to_mac=self._mac(mail.to),
            received_at=self._clock.now(),
            sealed=self._keyring.encrypt(content, purpose=_PURPOSE),
        )
        same = select(MailboxMessage.id).where(MailboxMessage.message_id == mail.message_id)
        with self._database.transaction() as session:
            if session.scalar(same) is not None:
                return
            try:
                with session.begin_nested():
                    session.add(row)
            except IntegrityError:
                # Another worker delivered the same mail at the same moment.
                if session.scalar(same) is None:
                    raise

    def messages(self, to: str | None = None) -> list[StoredMail]:
        """Return the newest 200 mails, newest first; only those to one address if ``to``."""
        query = select(MailboxMessage).order_by(
            MailboxMessage.received_at.desc(), MailboxMessage.id
        )
        if to is not None:
            query = query.where(MailboxMessage.to_mac == self._mac(to))
        with self._database.reading() as session:
            return [self._open(row) for row in session.scalars(query.limit(_MAX_LISTED))]

    def message(self, message: str) -> StoredMail:
        """Return the mail with this ``id``; raises UnknownMailError."""
        with self._database.reading() as session:
            row = session.get(MailboxMessage, message)
            if row is None:
                raise UnknownMailError("no such mail in the local mailbox")
            return self._open(row)

    def _mac(self, address: str) -> bytes:
        return self._keyring.mac(address_key(address).encode(), purpose="notices/mailbox-to")

    def _open(self, row: MailboxMessage) -> StoredMail:
        content = self._keyring.decrypt(row.sealed, purpose=_PURPOSE)
        mail = unpack_content(content, message_id=row.message_id, date=row.received_at)
        return StoredMail(
            id=row.id,
            message_id=row.message_id,
            to=mail.to,
            subject=mail.subject,
            text=mail.text,
            html=mail.html,
            received_at=row.received_at,
        )
