"""Codes sent by e-mail: whoever types one can read that mailbox, and nothing more is proved."""

import hmac
import json
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from service.clock import Clock
from service.database import Database, new_id
from service.errors import ServiceError
from service.identity.errors import CodeExpiredError, TooManyTriesError, WrongCodeError
from service.identity.models import CodeChallenge
from service.identity.rate_limits import RateLimits, too_many_requests
from service.keyring import Keyring
from service.notices import MailQueue, address_key, clean_address, code_for_signing, sign_in_code

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_PURPOSE = re.compile(r"[a-z][a-z-]{2,39}")
_CHALLENGE_ID = re.compile(r"chl_[a-z2-7]{26}")
_DIGITS = re.compile(r"[0-9]{6}")
_EMAIL_PURPOSE = "identity/code-email"


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
class Confirmed:
    """Somebody typed the code in time; ``email`` is the mailbox in lower case."""

    email: str
    confirmed_at: datetime
    purpose: str
    subject: str


class EmailCodes:
    """Sends codes of 6 digits, kept only as a MAC over all that each was asked for."""

    def __init__(
        self,
        *,
        database: Database,
        keyring: Keyring,
        clock: Clock,
        mail_queue: MailQueue,
        rate_limits: RateLimits,
        rules: CodeRules | None = None,
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._mail_queue = mail_queue
        self._rate_limits = rate_limits
        self._rules = rules or CodeRules()

    def request_code(
        self,
        session: Session,
        *,
        purpose: str,
        subject: str,
        email: str,
        lang: str,
        remote: str,
        title: str | None = None,
    ) -> str:
        """Mail a new code to ``email`` and return the id of the challenge it answers.

        ``purpose`` (``sign-in``, ``signing``) and ``subject`` (what it is about, may be empty)
        must be named again to confirm it. With a ``title`` the mail speaks of signing that
        agreement. ``remote`` is the asking network address. Raises TooManyRequestsError,
        InvalidAddressError.
        """
        if not _PURPOSE.fullmatch(purpose) or len(subject) > 200:
            raise ValueError("expected a purpose such as sign-in and a subject of ≤ 200 characters")
        address, key = clean_address(email), address_key(email)
        self._rate_limits.hit(self._rules.per_address, "code", remote)
        email_mac = self._email_mac(key)
        now = self._clock.now()
        _hold(session, email_mac)
        self._refuse_too_many(session, email_mac, purpose=purpose, subject=subject, now=now)

        challenge_id = new_id("chl")
        code = f"{secrets.randbelow(1_000_000):06d}"
        session.add(
            CodeChallenge(
                id=challenge_id,
                purpose=purpose,
                subject=subject,
                email_mac=email_mac,
                email_sealed=self._keyring.encrypt(key.encode(), purpose=_EMAIL_PURPOSE),
                code_mac=self._code_mac(challenge_id, purpose, subject, key, code),
                created_at=now,
                expires_at=now + self._rules.lifetime,
                tries=0,
            )
        )
        minutes = round(self._rules.lifetime.total_seconds() / 60)
        mail = (
            sign_in_code(lang=lang, code=code, minutes=minutes)
            if title is None
            else code_for_signing(lang=lang, code=code, minutes=minutes, title=title)
        )
        self._mail_queue.queue_mail(
            session,
            message_key=f"code/{challenge_id}",
            to=address,
            subject=mail.subject,
            text=mail.text,
            html=mail.html,
            useless_after=now + self._rules.lifetime,
        )
        return challenge_id

    def confirm_code(
        self,
        challenge_id: str,
        code: str,
        *,
        purpose: str,
        subject: str,
        also: Callable[[Session, Confirmed], None] | None = None,
    ) -> Confirmed:
        """Use up the code and return whose mailbox it proves.

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
            row = session.get(CodeChallenge, challenge_id, with_for_update=True)
            outcome = self._judge(row, typed, purpose=purpose, subject=subject)
            if isinstance(outcome, Confirmed) and also is not None:
                also(session, outcome)
        if isinstance(outcome, ServiceError):
            raise outcome
        return outcome

    def forget_old(self, session: Session) -> int:
        """Delete challenges of over a day ago, which no bound counts any more; return how many."""
        old = select(CodeChallenge.id).where(CodeChallenge.created_at < self._clock.now() - _DAY)
        ids = session.scalars(old).all()
        session.execute(delete(CodeChallenge).where(CodeChallenge.id.in_(ids)))
        return len(ids)

    def _judge(
        self, row: CodeChallenge | None, typed: str, *, purpose: str, subject: str
    ) -> Confirmed | ServiceError:
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
        email = self._keyring.decrypt(row.email_sealed, purpose=_EMAIL_PURPOSE).decode()
        expected = self._code_mac(row.id, purpose, subject, email, typed)
        if not hmac.compare_digest(expected, row.code_mac):
            row.tries += 1
            if left == 1:
                return TooManyTriesError("wrong code typed too often; ask for a new one")
            return WrongCodeError("not the code that was sent", tries_left=left - 1)
        row.used_at = now
        return Confirmed(email=email, confirmed_at=now, purpose=purpose, subject=subject)

    def _refuse_too_many(
        self, session: Session, email_mac: bytes, *, purpose: str, subject: str, now: datetime
    ) -> None:
        # Counted for each purpose and subject apart: whoever guesses at the sign-in page must not
        # keep the mailbox's owner from signing by the link they were sent.
        recent = session.scalars(
            select(CodeChallenge)
            .where(
                CodeChallenge.email_mac == email_mac,
                CodeChallenge.created_at > now - _DAY,
                CodeChallenge.purpose == purpose,
                CodeChallenge.subject == subject,
            )
            .order_by(CodeChallenge.created_at)
        ).all()
        for row in recent:
            if row.used_at is None and now - row.created_at < self._rules.resend_after:
                wait = row.created_at + self._rules.resend_after - now
                raise too_many_requests(wait.total_seconds())
        hourly = [row.created_at for row in recent if row.created_at > now - _HOUR]
        _refuse_over(hourly, self._rules.per_hour, _HOUR, now)
        _refuse_over([row.created_at for row in recent], self._rules.per_day, _DAY, now)
        # Without this, many codes of few tries each would add up to many tries. A code that still
        # works counts with all the tries it may yet cost, the new one too.
        rules = self._rules
        tries = [
            row.created_at
            for row in recent
            for _ in range(rules.tries if _works(row, now) else row.tries)
        ]
        _refuse_over(tries, rules.wrong_per_day - rules.tries + 1, _DAY, now)

    def _email_mac(self, key: str) -> bytes:
        return self._keyring.mac(key.encode(), purpose="identity/email")

    def _code_mac(
        self, challenge_id: str, purpose: str, subject: str, key: str, code: str
    ) -> bytes:
        bound = json.dumps([challenge_id, purpose, subject, key, code]).encode()
        return self._keyring.mac(bound, purpose="identity/code")


def _works(row: CodeChallenge, now: datetime) -> bool:
    return row.used_at is None and now <= row.expires_at


def _unknown() -> CodeExpiredError:
    return CodeExpiredError("no such code is waiting; ask for a new one")


def _refuse_over(moments: Sequence[datetime], most: int, window: timedelta, now: datetime) -> None:
    if len(moments) >= most:
        # Oldest first: when this one leaves the window there is room again.
        free_at = moments[len(moments) - most] + window
        raise too_many_requests((free_at - now).total_seconds())


def _hold(session: Session, email_mac: bytes) -> None:
    # On PostgreSQL two requests could otherwise both count before either is written. SQLite's
    # write lock already keeps them apart.
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(email_mac[:8], "big", signed=True)
        session.execute(select(func.pg_advisory_xact_lock(number)))
