"""Codes by text message: bound, counted, limited by telephone, account and address."""

import re
from dataclasses import dataclass, field

import pytest

from service.identity import (
    CodeExpiredError,
    CodeRules,
    RateLimits,
    TooManyRequestsError,
    TooManyTriesError,
    WrongCodeError,
)
from service.identity.phones.codes import PhoneCodes, PhoneRules
from service.identity.phones.errors import PhoneNumberError, SmsNotSentError
from service.identity.phones.mailbox_sms import MailboxSms
from service.identity.phones.sms import SmsSender
from tests.unit.identity.conftest import Desk

PHONE = "+34612345678"
HASH = "ab" * 32


@dataclass
class BrokenGateway(SmsSender):
    asked: list[str] = field(default_factory=list)

    def send(self, *, phone: str, text: str) -> None:
        self.asked.append(phone)
        raise SmsNotSentError("down")


@dataclass
class Telephone:
    """Codes by text message into the local mailbox, which is where the telephone is."""

    desk: Desk
    rules: PhoneRules = field(default_factory=PhoneRules)
    sender: SmsSender | None = None

    def __post_init__(self) -> None:
        self.codes = PhoneCodes(
            database=self.desk.database,
            keyring=self.desk.keyring,
            clock=self.desk.clock,
            sender=self.sender or MailboxSms(self.desk.mailbox, clock=self.desk.clock),
            rate_limits=RateLimits(keyring=self.desk.keyring),
            platform="Acta",
            rules=self.rules,
        )

    def ask(self, phone: str = PHONE, *, account: str = "per_1", remote: str = "192.0.2.1") -> str:
        return self.codes.request_code(
            purpose="signing", subject=HASH, phone=phone, account=account, lang="es", remote=remote
        )

    def read(self) -> str:
        found = re.match(r"([0-9]{6}) es su clave de Acta", self.desk.mailbox.messages()[0].text)
        assert found is not None
        return found[1]

    def wait(self) -> None:
        self.desk.clock.advance(seconds=46)


@pytest.fixture
def telephone(desk: Desk) -> Telephone:
    return Telephone(desk)


def test_the_code_proves_the_telephone_once(telephone: Telephone) -> None:
    challenge = telephone.ask("612 345 678")
    message = telephone.desk.mailbox.messages()[0]
    assert message.to == "34612345678@sms.localhost"
    assert len(message.text) <= 160
    seen: list[str] = []
    confirmed = telephone.codes.confirm_code(
        challenge,
        telephone.read(),
        purpose="signing",
        subject=HASH,
        also=lambda session, one: seen.append(one.phone),
    )
    assert (confirmed.phone, seen) == (PHONE, [PHONE])
    with pytest.raises(CodeExpiredError):
        telephone.codes.confirm_code(challenge, telephone.read(), purpose="signing", subject=HASH)


def test_a_code_for_one_statement_confirms_no_other(telephone: Telephone) -> None:
    challenge = telephone.ask()
    for purpose, subject in (("signing", "cd" * 32), ("sign-in", HASH)):
        with pytest.raises(CodeExpiredError):
            telephone.codes.confirm_code(
                challenge, telephone.read(), purpose=purpose, subject=subject
            )


def test_wrong_codes_are_counted(telephone: Telephone) -> None:
    challenge = telephone.ask()
    wrong = f"{(int(telephone.read()) + 1) % 1_000_000:06d}"
    for left in (4, 3, 2, 1):
        with pytest.raises(WrongCodeError) as refused:
            telephone.codes.confirm_code(challenge, wrong, purpose="signing", subject=HASH)
        assert refused.value.facts["tries_left"] == left
    for code in (wrong, telephone.read()):
        with pytest.raises(TooManyTriesError):
            telephone.codes.confirm_code(challenge, code, purpose="signing", subject=HASH)


def test_a_code_is_over_after_five_minutes(telephone: Telephone) -> None:
    challenge = telephone.ask()
    telephone.desk.clock.advance(minutes=5, seconds=1)
    with pytest.raises(CodeExpiredError):
        telephone.codes.confirm_code(challenge, telephone.read(), purpose="signing", subject=HASH)


def test_one_telephone_is_not_asked_too_often(telephone: Telephone) -> None:
    telephone.ask()
    with pytest.raises(TooManyRequestsError):
        telephone.ask(account="per_2", remote="192.0.2.9")
    for _ in range(4):
        telephone.wait()
        telephone.ask()
    telephone.wait()
    with pytest.raises(TooManyRequestsError):
        telephone.ask()


def test_one_account_and_one_address_are_limited_over_all_telephones(desk: Desk) -> None:
    rules = PhoneRules(codes=CodeRules(per_address="4/hour"), per_account_day=3)
    telephone = Telephone(desk, rules)
    for number in range(3):
        telephone.ask(f"+3461234567{number}")
    with pytest.raises(TooManyRequestsError):
        telephone.ask("+34612345675")
    with pytest.raises(TooManyRequestsError):
        telephone.ask("+34612345676", account="per_2")
    telephone.ask("+34612345677", account="per_2", remote="192.0.2.2")


def test_numbers_are_looked_at_before_anything_is_sent(telephone: Telephone) -> None:
    with pytest.raises(PhoneNumberError):
        telephone.ask("803 123 456")
    assert telephone.desk.mailbox.messages() == []


def test_a_broken_gateway_is_said_and_still_counted(desk: Desk) -> None:
    gateway = BrokenGateway()
    telephone = Telephone(desk, sender=gateway)
    for _ in range(5):
        with pytest.raises(SmsNotSentError):
            telephone.ask()
    with pytest.raises(TooManyRequestsError):
        telephone.ask()
    assert gateway.asked == [PHONE] * 5


def test_neither_telephone_nor_code_nor_account_is_kept_readable(telephone: Telephone) -> None:
    telephone.ask(account="somebody@example.org")
    kept = telephone.desk.stored()
    for secret in (PHONE, PHONE[1:], telephone.read(), "somebody@"):
        assert secret.encode() not in kept


def test_old_challenges_are_forgotten(telephone: Telephone) -> None:
    telephone.ask()
    telephone.desk.clock.advance(hours=25)
    with telephone.desk.database.transaction() as session:
        assert telephone.codes.forget_old(session) == 1
