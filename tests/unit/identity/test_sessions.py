"""Sessions: opaque, bounded in time, and ended by the server."""

from datetime import timedelta

import pytest

from service.identity import Confirmed, OtherPersonError, SessionView
from tests.parts import NOON
from tests.unit.identity.conftest import EMAIL, Desk


def sign_in(desk: Desk, email: str = EMAIL) -> str:
    with desk.database.transaction() as session:
        return desk.sessions.create(session, email=email, confirmed_at=desk.clock.now(), lang="es")


def look(desk: Desk, token: str) -> SessionView:
    view = desk.sessions.lookup(token)
    assert view is not None
    return view


def test_the_token_leads_to_the_person(desk: Desk) -> None:
    token = sign_in(desk)
    view = look(desk, token)
    assert (view.email, view.confirmed_at, view.lang) == ("ana@example.org", NOON, "es")
    assert look(desk, token) == view
    assert len(token) == 43


@pytest.mark.parametrize("token", ["", "x" * 43, "x" * 100_000, "\x00", "\ud800"])
def test_what_is_no_token_is_nobody(desk: Desk, token: str) -> None:
    sign_in(desk)
    assert desk.sessions.lookup(token) is None


def test_a_session_ends_twelve_hours_after_its_last_use(desk: Desk) -> None:
    used, unused = sign_in(desk), sign_in(desk)
    desk.clock.advance(hours=11, minutes=59)
    look(desk, used)
    desk.clock.advance(minutes=1)
    assert desk.sessions.lookup(unused) is None
    look(desk, used)


def test_a_session_ends_after_seven_days_however_used(desk: Desk) -> None:
    token = sign_in(desk)
    for _ in range(7 * 24 - 1):
        desk.clock.advance(hours=1)
        look(desk, token)
    desk.clock.advance(hours=1)
    assert desk.sessions.lookup(token) is None


def test_looking_writes_only_now_and_then(desk: Desk) -> None:
    def seen() -> object:
        with desk.database.engine.connect() as connection:
            return connection.exec_driver_sql("SELECT seen_at FROM identity_session").scalar()

    token = sign_in(desk)
    first = seen()
    desk.clock.advance(minutes=4)
    look(desk, token)
    assert seen() == first
    desk.clock.advance(minutes=1)
    look(desk, token)
    assert seen() != first


def test_signing_out_here_and_everywhere(desk: Desk) -> None:
    phone, desktop, elsewhere = sign_in(desk), sign_in(desk, "ANA@example.org"), sign_in(desk)
    hers = sign_in(desk, "eva@example.org")
    with desk.database.transaction() as session:
        desk.sessions.revoke(session, look(desk, phone).id)
    assert desk.sessions.lookup(phone) is None
    look(desk, desktop)
    with desk.database.transaction() as session:
        desk.sessions.revoke_all(session, EMAIL)
    assert desk.sessions.lookup(desktop) is None
    assert desk.sessions.lookup(elsewhere) is None
    look(desk, hers)


def test_confirming_again_is_for_the_same_person(desk: Desk) -> None:
    token = sign_in(desk)
    view = look(desk, token)
    desk.clock.advance(hours=1)
    later = desk.clock.now()

    def confirm(email: str, session_id: str = view.id) -> None:
        confirmed = Confirmed(email=email, confirmed_at=later, purpose="signing", subject="x")
        with desk.database.transaction() as session:
            desk.sessions.confirm_again(session, session_id, confirmed=confirmed)

    for email, session_id in (("eva@example.org", view.id), ("ana@example.org", "ses_none")):
        with pytest.raises(OtherPersonError):
            confirm(email, session_id)
    assert look(desk, token).confirmed_at == NOON
    confirm("ana@example.org")
    assert look(desk, token).confirmed_at == NOON + timedelta(hours=1)


def test_forms_carry_the_sessions_own_token(desk: Desk) -> None:
    mine, hers = look(desk, sign_in(desk)), look(desk, sign_in(desk, "eva@example.org"))
    assert len(mine.csrf) == 43
    assert mine.csrf_matches(mine.csrf)
    for wrong in (hers.csrf, "", mine.csrf[:-1], "ñ\ud800"):
        assert not mine.csrf_matches(wrong)


def test_the_language_is_remembered(desk: Desk) -> None:
    token = sign_in(desk)
    with desk.database.transaction() as session:
        desk.sessions.set_lang(session, look(desk, token).id, "en")
    assert look(desk, token).lang == "en"


def test_sessions_that_are_over_are_forgotten(desk: Desk) -> None:
    sign_in(desk)
    desk.clock.advance(hours=6)
    token = sign_in(desk)
    desk.clock.advance(hours=6)
    with desk.database.transaction() as session:
        desk.sessions.forget_old(session)
    with desk.database.engine.connect() as connection:
        left = connection.exec_driver_sql("SELECT count(*) FROM identity_session").scalar()
    assert left == 1
    look(desk, token)


def test_nothing_readable_is_kept(desk: Desk) -> None:
    token = sign_in(desk)
    kept = desk.stored()
    assert look(desk, token).id.encode() in kept
    for secret in (token, look(desk, token).csrf, "ana@example.org"):
        assert secret.encode() not in kept
