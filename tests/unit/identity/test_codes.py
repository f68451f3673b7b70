"""Codes by e-mail: who types one in time reads that mailbox; nobody guesses one."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from service.identity import (
    CodeExpiredError,
    CodeRules,
    Confirmed,
    TooManyRequestsError,
    TooManyTriesError,
    WrongCodeError,
)
from service.notices import InvalidAddressError
from tests.parts import NOON
from tests.unit.identity.conftest import Desk


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_the_code_proves_the_mailbox(desk: Desk) -> None:
    challenge = desk.ask(purpose="signing", subject="agr_1/2", title="Venta de la finca")
    code = desk.read_code(challenge)
    assert desk.confirm(challenge, code, purpose="signing", subject="agr_1/2") == Confirmed(
        email="ana@example.org", confirmed_at=NOON, purpose="signing", subject="agr_1/2"
    )
    (mail,) = desk.mailbox.messages()
    assert mail.to == "Ana@example.org"
    assert "«Venta de la finca»" in mail.text


def test_a_code_works_once(desk: Desk) -> None:
    challenge = desk.ask()
    code = desk.read_code(challenge)
    desk.confirm(challenge, code)
    with pytest.raises(CodeExpiredError):
        desk.confirm(challenge, code)


@pytest.mark.parametrize("typed", ["{} ", " {}", "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}"])
def test_blanks_are_forgiven(desk: Desk, typed: str) -> None:
    challenge = desk.ask()
    desk.confirm(challenge, typed.format(desk.read_code(challenge)))


def test_wrong_tries_are_counted_and_end_the_code(desk: Desk) -> None:
    challenge = desk.ask()
    code = desk.read_code(challenge)
    for left in (4, 3, 2, 1):
        with pytest.raises(WrongCodeError) as wrong:
            desk.confirm(challenge, other_than(code))
        assert wrong.value.facts == {"tries_left": left}
    for typed in (other_than(code), code):
        with pytest.raises(TooManyTriesError):
            desk.confirm(challenge, typed)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦"])
def test_what_is_no_code_costs_no_try(desk: Desk, typed: str) -> None:
    challenge = desk.ask()
    code = desk.read_code(challenge)
    for _ in range(6):
        with pytest.raises(WrongCodeError) as wrong:
            desk.confirm(challenge, typed)
        assert wrong.value.facts == {"tries_left": 5}
    desk.confirm(challenge, code)


def test_a_code_lives_five_minutes(desk: Desk) -> None:
    early, late = desk.ask("ana@example.org"), desk.ask("eva@example.org")
    codes = {challenge: desk.read_code(challenge) for challenge in (early, late)}
    desk.clock.advance(minutes=5)
    desk.confirm(early, codes[early])
    desk.clock.advance(seconds=1)
    with pytest.raises(CodeExpiredError):
        desk.confirm(late, codes[late])


def test_a_code_is_bound_to_what_it_was_asked_for(desk: Desk) -> None:
    challenge = desk.ask(purpose="signing", subject="agr_1/2")
    code = desk.read_code(challenge)
    for bound in (
        {"purpose": "sign-in", "subject": "agr_1/2"},
        {"purpose": "signing", "subject": "agr_1/3"},
        {},
    ):
        with pytest.raises(CodeExpiredError):
            desk.confirm(challenge, code, **bound)
    desk.confirm(challenge, code, purpose="signing", subject="agr_1/2")


def test_anothers_code_does_not_fit(desk: Desk) -> None:
    mine, hers = desk.ask("eva@example.org"), desk.ask("ana@example.org")
    my_code, her_code = desk.read_code(mine), desk.read_code(hers)
    if my_code == her_code:  # one time in a million
        return
    with pytest.raises(WrongCodeError):
        desk.confirm(hers, my_code)


@pytest.mark.parametrize("challenge", ["", "chl_" + "a" * 26, "x" * 10_000, "chl_\x00"])
def test_an_unknown_challenge_has_no_code(desk: Desk, challenge: str) -> None:
    with pytest.raises(CodeExpiredError):
        desk.confirm(challenge, "123456")


def test_what_belongs_to_the_code_happens_exactly_with_it(desk: Desk) -> None:
    challenge = desk.ask()
    code = desk.read_code(challenge)

    def fail(_session: Session, _confirmed: Confirmed) -> None:
        raise RuntimeError("signing in failed")

    def sign_in(session: Session, confirmed: Confirmed) -> None:
        tokens.append(
            desk.sessions.create(
                session, email=confirmed.email, confirmed_at=confirmed.confirmed_at, lang="es"
            )
        )

    tokens: list[str] = []
    with pytest.raises(RuntimeError):
        desk.codes.confirm_code(challenge, code, purpose="sign-in", subject="", also=fail)
    with pytest.raises(WrongCodeError):
        desk.codes.confirm_code(
            challenge, other_than(code), purpose="sign-in", subject="", also=sign_in
        )
    assert tokens == []
    desk.codes.confirm_code(challenge, code, purpose="sign-in", subject="", also=sign_in)
    (token,) = tokens
    view = desk.sessions.lookup(token)
    assert view is not None
    assert view.email == "ana@example.org"


def test_a_request_that_is_undone_sends_nothing(desk: Desk) -> None:
    def ask_and_fail() -> None:
        with desk.database.transaction() as session:
            desk.codes.request_code(
                session,
                purpose="sign-in",
                subject="",
                email="ana@example.org",
                lang="es",
                remote="192.0.2.1",
            )
            raise RuntimeError("the caller failed")

    with pytest.raises(RuntimeError):
        ask_and_fail()
    assert desk.outbox.deliver_pending().delivered == 0
    desk.ask()  # and no limit was used up


def test_nothing_readable_is_kept(desk: Desk) -> None:
    challenge = desk.ask()
    code = desk.read_code(challenge)
    kept = desk.stored()
    assert challenge.encode() in kept
    assert code.encode() not in kept
    assert b"xample.org" not in kept.replace(b"acta.example", b"")


# Limits.


def test_a_second_code_has_to_wait_a_little(desk: Desk) -> None:
    first = desk.ask()
    desk.clock.advance(seconds=5)
    with pytest.raises(TooManyRequestsError) as refusal:
        desk.ask("ANA@example.org")
    assert refusal.value.facts == {"retry_after_s": 16}
    desk.ask(purpose="signing")
    desk.ask("eva@example.org")
    code = desk.read_code(first)
    desk.confirm(first, code)
    desk.ask()  # the first was used, so nobody is waiting for it


def test_the_hourly_limit_survives_a_restart(desk: Desk) -> None:
    rules = CodeRules(per_hour=3)
    desk.use_rules(rules)
    for _ in range(3):
        desk.ask()
        desk.clock.advance(minutes=10)
    desk.use_rules(rules)
    with pytest.raises(TooManyRequestsError) as refusal:
        desk.ask()
    assert refusal.value.facts == {"retry_after_s": 30 * 60 + 1}
    desk.ask("eva@example.org")
    desk.clock.advance(minutes=30, seconds=1)
    desk.ask()


def test_the_daily_limit(desk: Desk) -> None:
    desk.use_rules(CodeRules(per_hour=2, per_day=3))
    for _ in range(3):
        desk.ask()
        desk.clock.advance(minutes=50)
    with pytest.raises(TooManyRequestsError):
        desk.ask()
    desk.clock.advance(days=1)
    desk.ask()


def test_many_codes_do_not_add_up_to_many_tries(desk: Desk) -> None:
    desk.use_rules(CodeRules(wrong_per_day=12, per_hour=100, per_day=100))
    wrong = 0
    for _ in range(10):
        try:
            challenge = desk.ask()
        except TooManyRequestsError:
            break
        code = desk.read_code(challenge)
        for _ in range(5):
            with pytest.raises((WrongCodeError, TooManyTriesError)):
                desk.confirm(challenge, other_than(code))
            wrong += 1
        desk.clock.advance(minutes=6)
    assert wrong == 10


def test_codes_that_still_work_count_with_all_their_tries(desk: Desk) -> None:
    desk.use_rules(CodeRules(wrong_per_day=12, resend_after=timedelta(0)))
    desk.ask()
    desk.ask()
    with pytest.raises(TooManyRequestsError):
        desk.ask()


def test_one_network_address_cannot_ask_for_everybody(desk: Desk) -> None:
    desk.use_rules(CodeRules(per_address="2/hour"))
    desk.ask("a@example.org")
    desk.ask("b@example.org")
    with pytest.raises(TooManyRequestsError) as refusal:
        desk.ask("c@example.org")
    wait = refusal.value.facts["retry_after_s"]
    assert isinstance(wait, int)
    assert 3000 < wait <= 3601
    desk.ask("c@example.org", remote="192.0.2.2")


def test_old_challenges_are_forgotten(desk: Desk) -> None:
    desk.ask()
    desk.clock.advance(hours=23)
    desk.ask()
    desk.clock.advance(hours=2)
    with desk.database.transaction() as session:
        assert desk.codes.forget_old(session) == 1
        assert desk.codes.forget_old(session) == 0


def test_what_cannot_be_asked(desk: Desk) -> None:
    with pytest.raises(InvalidAddressError):
        desk.ask("ana")
    with pytest.raises(ValueError, match="purpose"):
        desk.ask(purpose="Sign in")


def test_of_many_who_type_the_code_at_once_one_gets_in(desk: Desk) -> None:
    def type_it(_number: int) -> bool:
        try:
            desk.confirm(challenge, code)
        except CodeExpiredError:
            return False
        return True

    challenge = desk.ask()
    code = desk.read_code(challenge)
    with ThreadPoolExecutor(6) as people:
        assert sum(people.map(type_it, range(6))) == 1


def test_many_wrong_tries_at_once_are_all_counted(desk: Desk) -> None:
    def guess(_number: int) -> int | None:
        try:
            desk.confirm(challenge, other_than(code))
        except WrongCodeError as wrong:
            left = wrong.facts["tries_left"]
            assert isinstance(left, int)
            return left
        except TooManyTriesError:
            return None
        raise AssertionError("a wrong code was taken")

    challenge = desk.ask()
    code = desk.read_code(challenge)
    with ThreadPoolExecutor(8) as people:
        answers = Counter(people.map(guess, range(8)))
    assert answers == {4: 1, 3: 1, 2: 1, 1: 1, None: 4}


def test_many_requests_at_once_stay_within_the_limit(desk: Desk) -> None:
    def ask(_number: int) -> bool:
        try:
            desk.ask()
        except TooManyRequestsError:
            return False
        return True

    with ThreadPoolExecutor(6) as people:
        assert sum(people.map(ask, range(6))) == 1
