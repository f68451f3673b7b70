"""Codes sent by text message: whoever types one holds that telephone, and nothing more is proved.

The operator of the telephone network, and whoever takes over a number, can read them.
"""

from collections.abc import Callable, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.clock import Clock
from service.database import Database
from service.identity.one_time_codes import (
    DAY,
    CodeRules,
    ConfirmedCode,
    OneTimeCodes,
    check_purpose,
    hold,
    refuse_over,
)
from service.identity.phones.errors import SmsNotSentError
from service.identity.phones.models import PhoneChallenge
from service.identity.phones.numbers import clean_phone
from service.identity.phones.sms import SmsSender
from service.identity.rate_limits import RateLimits
from service.keyring import Keyring

# One part of 160 characters each, all of them in the GSM alphabet, which has no "ó": a message
# in another alphabet is cut at 70, and each part is paid for.
_TEXTS = {
    "es": "{code} es su clave de {platform}. Vale {minutes} minutos. No se la diga a nadie.",
    "en": "{code} is your {platform} code. Valid for {minutes} minutes. Tell it to nobody.",
}


@dataclass(frozen=True, kw_only=True)
class PhoneRules:
    """The rules of codes, tighter since each message costs money, and where they may go.

    ``per_account_day`` counts all codes that one account asks for, whatever the number;
    ``countries`` are ISO 3166-1 codes, all if None.
    """

    codes: CodeRules = field(
        default_factory=lambda: CodeRules(
            resend_after=timedelta(seconds=45),
            per_hour=5,
            per_day=10,
            wrong_per_day=25,
            per_address="30/hour",
        )
    )
    per_account_day: int = 15
    home_region: str = "ES"
    countries: Set[str] | None = None


@dataclass(frozen=True, kw_only=True)
class ConfirmedPhone:
    """Somebody typed the code in time; ``phone`` is the number (E.164)."""

    phone: str
    confirmed_at: datetime
    purpose: str
    subject: str


class PhoneCodes:
    """Sends codes of 6 digits by text message."""

    def __init__(
        self,
        *,
        database: Database,
        keyring: Keyring,
        clock: Clock,
        sender: SmsSender,
        rate_limits: RateLimits,
        platform: str,
        rules: PhoneRules | None = None,
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._sender = sender
        self._rate_limits = rate_limits
        self._platform = platform
        self._rules = rules or PhoneRules()
        self._codes = OneTimeCodes(
            table=PhoneChallenge,
            channel="phone",
            database=database,
            keyring=keyring,
            clock=clock,
            rules=self._rules.codes,
        )

    def request_code(
        self, *, purpose: str, subject: str, phone: str, account: str, lang: str, remote: str
    ) -> str:
        """Text a new code to ``phone`` and return the id of the challenge it answers.

        ``subject`` is what the code is for (the hash of the statement, when signing) and must be
        named again; ``account`` is who asks, ``remote`` their network address. Works in a
        transaction of its own and then waits for the gateway: not to be called inside another
        transaction. Raises PhoneNumberError, PhoneCountryError, TooManyRequestsError,
        SmsNotSentError.
        """
        check_purpose(purpose, subject)
        rules = self._rules
        number = clean_phone(phone, region=rules.home_region, allowed=rules.countries)
        self._rate_limits.hit(rules.codes.per_address, "sms", remote)
        account_mac = self._keyring.mac(account.encode(), purpose="identity/sms-account")
        with self._database.transaction() as session:
            hold(session, account_mac)
            self._refuse_busy_account(session, account_mac)
            issued = self._codes.issue(
                session,
                purpose=purpose,
                subject=subject,
                recipient=number,
                columns={"account_mac": account_mac},
            )
        # Crash point: the code is counted and was never sent; its owner asks for another.
        text = _TEXTS.get(lang, _TEXTS["en"]).format(
            code=issued.code,
            platform=self._platform,
            minutes=round(rules.codes.lifetime.total_seconds() / 60),
        )
        try:
            self._sender.send(phone=number, text=text)
        except SmsNotSentError:
            self._withdraw(issued.challenge_id)
            raise
        return issued.challenge_id

    def confirm_code(
        self,
        challenge_id: str,
        code: str,
        *,
        purpose: str,
        subject: str,
        also: Callable[[Session, ConfirmedPhone], None] | None = None,
    ) -> ConfirmedPhone:
        """Use up the code and return whose telephone it proves (``OneTimeCodes.confirm``).

        Must not be called inside another transaction; ``also`` runs in the one that uses up the
        code. Raises WrongCodeError, CodeExpiredError, TooManyTriesError.
        """

        def also_phone(session: Session, confirmed: ConfirmedCode) -> None:
            if also is not None:
                also(session, _phone(confirmed))

        return _phone(
            self._codes.confirm(
                challenge_id, code, purpose=purpose, subject=subject, also=also_phone
            )
        )

    def forget_old(self, session: Session) -> int:
        """Delete challenges of over a day ago, which no bound counts any more; return how many."""
        return self._codes.forget_old(session)

    def _refuse_busy_account(self, session: Session, account_mac: bytes) -> None:
        now = self._clock.now()
        moments = session.scalars(
            select(PhoneChallenge.created_at)
            .where(PhoneChallenge.account_mac == account_mac, PhoneChallenge.created_at > now - DAY)
            .order_by(PhoneChallenge.created_at)
        ).all()
        refuse_over(moments, self._rules.per_account_day, DAY, now)

    def _withdraw(self, challenge_id: str) -> None:
        # Still counted against the limits, or a broken gateway could be asked without end; but
        # used up, so that the next request need not wait for it.
        with self._database.transaction() as session:
            row = session.get_one(PhoneChallenge, challenge_id, with_for_update=True)
            row.used_at = self._clock.now()


def _phone(confirmed: ConfirmedCode) -> ConfirmedPhone:
    return ConfirmedPhone(
        phone=confirmed.recipient,
        confirmed_at=confirmed.confirmed_at,
        purpose=confirmed.purpose,
        subject=confirmed.subject,
    )
