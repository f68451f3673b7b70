"""Codes sent by e-mail: whoever types one can read that mailbox, and nothing more is proved."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from service.clock import Clock
from service.database import Database
from service.identity.models import CodeChallenge
from service.identity.one_time_codes import CodeRules, ConfirmedCode, OneTimeCodes, check_purpose
from service.identity.rate_limits import RateLimits
from service.keyring import Keyring
from service.notices import MailQueue, address_key, clean_address, code_for_signing, sign_in_code


@dataclass(frozen=True, kw_only=True)
class Confirmed:
    """Somebody typed the code in time; ``email`` is the mailbox in lower case."""

    email: str
    confirmed_at: datetime
    purpose: str
    subject: str


class EmailCodes:
    """Sends codes of 6 digits by mail."""

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
        self._mail_queue = mail_queue
        self._rate_limits = rate_limits
        self._rules = rules or CodeRules()
        self._codes = OneTimeCodes(
            table=CodeChallenge,
            channel="email",
            database=database,
            keyring=keyring,
            clock=clock,
            rules=self._rules,
        )

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
        check_purpose(purpose, subject)
        address, key = clean_address(email), address_key(email)
        self._rate_limits.hit(self._rules.per_address, "code", remote)
        issued = self._codes.issue(session, purpose=purpose, subject=subject, recipient=key)
        minutes = round(self._rules.lifetime.total_seconds() / 60)
        mail = (
            sign_in_code(lang=lang, code=issued.code, minutes=minutes)
            if title is None
            else code_for_signing(lang=lang, code=issued.code, minutes=minutes, title=title)
        )
        self._mail_queue.queue_mail(
            session,
            message_key=f"code/{issued.challenge_id}",
            to=address,
            subject=mail.subject,
            text=mail.text,
            html=mail.html,
            useless_after=issued.expires_at,
        )
        return issued.challenge_id

    def confirm_code(
        self,
        challenge_id: str,
        code: str,
        *,
        purpose: str,
        subject: str,
        also: Callable[[Session, Confirmed], None] | None = None,
    ) -> Confirmed:
        """Use up the code and return whose mailbox it proves (``OneTimeCodes.confirm``).

        Must not be called inside another transaction; ``also`` runs in the one that uses up the
        code. Raises WrongCodeError, CodeExpiredError, TooManyTriesError.
        """

        def also_mailbox(session: Session, confirmed: ConfirmedCode) -> None:
            if also is not None:
                also(session, _mailbox(confirmed))

        return _mailbox(
            self._codes.confirm(
                challenge_id, code, purpose=purpose, subject=subject, also=also_mailbox
            )
        )

    def forget_old(self, session: Session) -> int:
        """Delete challenges of over a day ago, which no bound counts any more; return how many."""
        return self._codes.forget_old(session)


def _mailbox(confirmed: ConfirmedCode) -> Confirmed:
    return Confirmed(
        email=confirmed.recipient,
        confirmed_at=confirmed.confirmed_at,
        purpose=confirmed.purpose,
        subject=confirmed.subject,
    )
