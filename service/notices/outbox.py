"""Mail that is queued with the rows it belongs to, and delivered afterwards."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.clock import Clock
from service.database import Database, Enqueue
from service.keyring import Keyring
from service.notices.errors import MailNotSentError, MailRefusedError, UnknownMailError
from service.notices.mail import MailSender, message_id_for, pack_content, unpack_content
from service.notices.models import QueuedMail

DELIVER_MAIL: Final = "deliver-mail"
_PURPOSE = "notices/mail"
# No @: a key stands in logs and workflow ids, so it may not hold an address.
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/-]{2,179}")

_log = structlog.get_logger(__name__)


class MailState(StrEnum):
    """Where a queued mail stands; only a queued one still has its content."""

    QUEUED = "queued"
    DELIVERED = "delivered"
    REFUSED = "refused"
    LAPSED = "lapsed"


class MailQueue:
    """Writes mail into the caller's transaction, so that it exists exactly if its cause does."""

    def __init__(
        self, *, keyring: Keyring, clock: Clock, origin_host: str, enqueue: Enqueue
    ) -> None:
        if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", origin_host):
            raise ValueError(f"expected a host name such as acta.example, got {origin_host!r}")
        self._keyring = keyring
        self._clock = clock
        self._origin_host = origin_host.lower()
        self._enqueue = enqueue

    def queue_mail(
        self,
        session: Session,
        *,
        message_key: str,
        to: str,
        subject: str,
        text: str,
        html: str | None = None,
        useless_after: datetime | None = None,
    ) -> None:
        """Queue one mail and the durable work that delivers it.

        ``message_key`` names the cause (``invite/agr_…/2``): queued again, nothing happens and
        the first content stands. A mail not delivered by ``useless_after`` is dropped. Raises
        InvalidAddressError, UnsafeHeaderError.
        """
        if not _KEY.fullmatch(message_key):
            raise ValueError("expected a key of 3 to 180 letters, digits and _.:/-")
        content = pack_content(to=to, subject=subject, text=text, html=html)
        if session.get(QueuedMail, message_key) is not None:
            return
        row = QueuedMail(
            message_key=message_key,
            message_id=message_id_for(message_key, origin_host=self._origin_host),
            state=MailState.QUEUED,
            queued_at=self._clock.now(),
            useless_after=useless_after,
            sealed=self._keyring.encrypt(content, purpose=_PURPOSE),
        )
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError:
            # Another transaction queued the same cause first, and its row stands.
            if session.get(QueuedMail, message_key) is None:
                raise
            return
        self._enqueue(session, DELIVER_MAIL, f"{DELIVER_MAIL}:{message_key}", (message_key,), 0.0)


def mail_state(session: Session, message_key: str) -> MailState | None:
    """Return where the mail of this key stands, None if none was queued."""
    row = session.get(QueuedMail, message_key)
    return None if row is None else MailState(row.state)


@dataclass(frozen=True, kw_only=True)
class PendingReport:
    """How many of the waiting mails went which way."""

    delivered: int = 0
    refused: int = 0
    lapsed: int = 0
    failed: int = 0


class Outbox:
    """Delivers queued mail at least once, and erases what it said as soon as it is gone."""

    def __init__(
        self, *, database: Database, keyring: Keyring, clock: Clock, sender: MailSender
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._sender = sender

    def deliver(self, message_key: str) -> MailState:
        """Deliver one mail unless it is already closed; return where it stands then.

        Raises MailNotSentError if it is worth another try: the mail stays queued. Blocks for as
        long as the sender does.
        """
        with self._database.reading() as session:
            row = session.get(QueuedMail, message_key)
            if row is None:
                raise UnknownMailError(f"no mail is queued as {message_key!r}")
            if row.sealed is None:
                return MailState(row.state)
            sealed, message_id, queued_at = row.sealed, row.message_id, row.queued_at
            useless_after = row.useless_after
        if useless_after is not None and self._clock.now() > useless_after:
            return self._close(message_key, MailState.LAPSED)
        content = self._keyring.decrypt(sealed, purpose=_PURPOSE)
        mail = unpack_content(content, message_id=message_id, date=queued_at)
        try:
            self._sender.send(mail)
        except MailRefusedError as error:
            return self._close(message_key, MailState.REFUSED, reason=str(error.facts["reason"]))
        except MailNotSentError as error:
            self._note_failure(message_key, reason=str(error.facts["reason"]))
            raise
        # A crash here sends the mail once more, under the same Message-ID.
        return self._close(message_key, MailState.DELIVERED)

    def deliver_pending(self, *, limit: int = 100) -> PendingReport:
        """Try every waiting mail once, oldest first, up to ``limit``; one failing stops none."""
        with self._database.reading() as session:
            keys = session.scalars(
                select(QueuedMail.message_key)
                .where(QueuedMail.state == MailState.QUEUED)
                .order_by(QueuedMail.attempts, QueuedMail.queued_at)
                .limit(limit)
            ).all()
        outcomes = []
        failed = 0
        for key in keys:
            try:
                outcomes.append(self.deliver(key))
            except MailNotSentError:
                failed += 1  # its row says why
        return PendingReport(
            delivered=outcomes.count(MailState.DELIVERED),
            refused=outcomes.count(MailState.REFUSED),
            lapsed=outcomes.count(MailState.LAPSED),
            failed=failed,
        )

    def _close(self, message_key: str, state: MailState, *, reason: str | None = None) -> MailState:
        with self._database.transaction() as session:
            row = session.get_one(QueuedMail, message_key, with_for_update=True)
            if row.sealed is None:
                return MailState(row.state)  # another worker closed it meanwhile
            row.state = state
            row.sealed = None
            row.closed_at = self._clock.now()
            row.attempts += state is not MailState.LAPSED
            row.last_failure = reason
            message_id = row.message_id
        _log.info("mail-closed", message_id=message_id, state=str(state), reason=reason)
        return state

    def _note_failure(self, message_key: str, *, reason: str) -> None:
        with self._database.transaction() as session:
            row = session.get_one(QueuedMail, message_key, with_for_update=True)
            row.attempts += 1
            row.last_failure = reason[:40]
            message_id, attempts = row.message_id, row.attempts
        _log.warning("mail-not-sent", message_id=message_id, reason=reason, attempts=attempts)
