"""Codes of 6 digits, whichever way they travel: made, counted, judged, used once."""

import hmac
import json
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import delete, select
from sqlalchemy import func as sql
from sqlalchemy.orm import Session

from service.clock import Clock
from service.database import Database, new_id
from service.errors import ServiceError
from service.identity.errors import CodeExpiredError, TooManyTriesError, WrongCodeError
from service.identity.models import CodeColumns
from service.identity.rate_limits import too_many_requests
from service.keyring import Keyring

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
_PURPOSE = re.compile(r"[a-z][a-z-]{2,39}")
_CHALLENGE_ID = re.compile(r"chl_[a-z2-7]{26}")
_DIGITS = re.compile(r"[0-9]{6}")


@dataclass(frozen=True, kw_only=True)
class CodeRules:
    """How long codes live and how many there may be.

    With these numbers a stranger who keeps guessing at one mailbox has at most ``wrong_per_day``
    tries at 1 in 1,000,000 a day, over all codes to sign in; and as many, over all codes for
    one invitation, if they hold its link.
    """

    lifetime: timedelta = timedelta(minutes=5)
    tries: int = 5
    resend_after: timedelta = timedelta(seconds=20)
    per_hour: int = 10
    per_day: int = 40
    wrong_per_day: int = 40
    per_address: str = "120/hour"


@dataclass(frozen=True, kw_only=True)
class IssuedCode:
    """A code that is about to be sent, and the id of the challenge it answers."""

    challenge_id: str
    code: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"IssuedCode(challenge_id={self.challenge_id!r})"


@dataclass(frozen=True, kw_only=True)
class ConfirmedCode:
    """Somebody typed the code in time; ``recipient`` is where it had been sent."""

    recipient: str
    confirmed_at: datetime
    purpose: str
    subject: str


Row = TypeVar("Row", bound=CodeColumns)


class OneTimeCodes(Generic[Row]):
    """The codes of one channel, kept only as a MAC over all that each was asked for.

    ``channel`` (``email``, ``phone``) sets the keys of one apart from another's; ``table`` holds
    the rows.
    """

    def __init__(
        self,
        *,
        table: type[Row],
        channel: str,
        database: Database,
        keyring: Keyring,
        clock: Clock,
        rules: CodeRules,
    ) -> None:
        self._table = table
        self._channel = channel
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._rules = rules

    def issue(
        self,
        session: Session,
        *,
        purpose: str,
        subject: str,
        recipient: str,
        columns: Mapping[str, Any] | None = None,
    ) -> IssuedCode:
        """Make a code for ``recipient`` and keep its MAC; raises TooManyRequestsError.

        ``columns`` fills what the channel's table has beyond the common ones.
        """
        check_purpose(purpose, subject)
        recipient_mac = self._keyring.mac(recipient.encode(), purpose=f"identity/{self._channel}")
        now = self._clock.now()
        hold(session, recipient_mac)
        self._refuse_too_many(session, recipient_mac, purpose=purpose, subject=subject, now=now)
        issued = IssuedCode(
            challenge_id=new_id("chl"),
            code=f"{secrets.randbelow(1_000_000):06d}",
            expires_at=now + self._rules.lifetime,
        )
        session.add(
            self._table(
                id=issued.challenge_id,
                purpose=purpose,
                subject=subject,
                recipient_mac=recipient_mac,
                recipient_sealed=self._keyring.encrypt(
                    recipient.encode(), purpose=self._sealing_purpose
                ),
                code_mac=self._code_mac(
                    issued.challenge_id, purpose, subject, recipient, issued.code
                ),
                created_at=now,
                expires_at=issued.expires_at,
                tries=0,
                **(columns or {}),
            )
        )
        return issued

    def confirm(
        self,
        challenge_id: str,
        code: str,
        *,
        purpose: str,
        subject: str,
        also: Callable[[Session, ConfirmedCode], None] | None = None,
    ) -> ConfirmedCode:
        """Use up the code and return where it had been sent.

        Works in a transaction of its own, so that a wrong try is counted whatever the caller does
        about the error; therefore it must not be called inside another transaction. What has to
        happen exactly if the code is used up (sign in, consume a link) goes into ``also``: if
        that raises, the code is as good as before. Raises WrongCodeError, CodeExpiredError,
        TooManyTriesError.
        """
        typed = re.sub(r"[\s\-]", "", code)
        if not _CHALLENGE_ID.fullmatch(challenge_id):
            raise _unknown()
        with self._database.transaction() as session:
            row = session.get(self._table, challenge_id, with_for_update=True)
            outcome = self._judge(row, typed, purpose=purpose, subject=subject)
            if isinstance(outcome, ConfirmedCode) and also is not None:
                also(session, outcome)
        if isinstance(outcome, ServiceError):
            raise outcome
        return outcome

    def forget_old(self, session: Session) -> int:
        """Delete challenges of over a day ago, which no bound counts any more; return how many."""
        old = select(self._table.id).where(self._table.created_at < self._clock.now() - DAY)
        ids = session.scalars(old).all()
        session.execute(delete(self._table).where(self._table.id.in_(ids)))
        return len(ids)

    def _judge(
        self, row: Row | None, typed: str, *, purpose: str, subject: str
    ) -> ConfirmedCode | ServiceError:
        now = self._clock.now()
        # A challenge for something else is answered like one that never was.
        if row is None or (row.purpose, row.subject) != (purpose, subject):
            return _unknown()
        if row.used_at is not None or now > row.expires_at:
            return CodeExpiredError("the code is too old or was used already; ask for a new one")
        if row.tries >= self._rules.tries:
            return TooManyTriesError("wrong code typed too often; ask for a new one")
        left = self._rules.tries - row.tries
        if not _DIGITS.fullmatch(typed):
            # A slip of the hand, and no guess: it costs no try.
            return WrongCodeError("expected a code of 6 digits", tries_left=left)
        recipient = self._keyring.decrypt(
            row.recipient_sealed, purpose=self._sealing_purpose
        ).decode()
        expected = self._code_mac(row.id, purpose, subject, recipient, typed)
        if not hmac.compare_digest(expected, row.code_mac):
            row.tries += 1
            if left == 1:
                return TooManyTriesError("wrong code typed too often; ask for a new one")
            return WrongCodeError("not the code that was sent", tries_left=left - 1)
        row.used_at = now
        return ConfirmedCode(
            recipient=recipient, confirmed_at=now, purpose=purpose, subject=subject
        )

    def _refuse_too_many(
        self, session: Session, recipient_mac: bytes, *, purpose: str, subject: str, now: datetime
    ) -> None:
        # Counted for each purpose and subject apart: whoever guesses at the sign-in page must not
        # keep the mailbox's owner from signing by the link they were sent.
        recent = session.scalars(
            select(self._table)
            .where(
                self._table.recipient_mac == recipient_mac,
                self._table.created_at > now - DAY,
                self._table.purpose == purpose,
                self._table.subject == subject,
            )
            .order_by(self._table.created_at)
        ).all()
        for row in recent:
            if row.used_at is None and now - row.created_at < self._rules.resend_after:
                wait = row.created_at + self._rules.resend_after - now
                raise too_many_requests(wait.total_seconds())
        hourly = [row.created_at for row in recent if row.created_at > now - HOUR]
        refuse_over(hourly, self._rules.per_hour, HOUR, now)
        refuse_over([row.created_at for row in recent], self._rules.per_day, DAY, now)
        # Without this, many codes of few tries each would add up to many tries. A code that still
        # works counts with all the tries it may yet cost, the new one too.
        rules = self._rules
        tries = [
            row.created_at
            for row in recent
            for _ in range(rules.tries if _works(row, now) else row.tries)
        ]
        refuse_over(tries, rules.wrong_per_day - rules.tries + 1, DAY, now)

    @property
    def _sealing_purpose(self) -> str:
        return f"identity/code-{self._channel}"

    def _code_mac(
        self, challenge_id: str, purpose: str, subject: str, recipient: str, code: str
    ) -> bytes:
        bound = json.dumps([challenge_id, purpose, subject, recipient, code]).encode()
        return self._keyring.mac(bound, purpose="identity/code")


def check_purpose(purpose: str, subject: str) -> None:
    """Raise ValueError unless both are what a challenge can be about."""
    if not _PURPOSE.fullmatch(purpose) or len(subject) > 200:
        raise ValueError("expected a purpose such as sign-in and a subject of ≤ 200 characters")


def refuse_over(moments: Sequence[datetime], most: int, window: timedelta, now: datetime) -> None:
    """Raise TooManyRequestsError if ``moments``, oldest first, fill their window."""
    if len(moments) >= most:
        # Oldest first: when this one leaves the window there is room again.
        free_at = moments[len(moments) - most] + window
        raise too_many_requests((free_at - now).total_seconds())


def hold(session: Session, mac: bytes) -> None:
    """Let nobody else count the same thing until this transaction ends.

    On PostgreSQL two requests could otherwise both count before either is written. SQLite's
    write lock already keeps them apart.
    """
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(mac[:8], "big", signed=True)
        session.execute(select(sql.pg_advisory_xact_lock(number)))


def _works(row: CodeColumns, now: datetime) -> bool:
    return row.used_at is None and now <= row.expires_at


def _unknown() -> CodeExpiredError:
    return CodeExpiredError("no such code is waiting; ask for a new one")
