"""Passkeys and sessions of one person, as the portal's account page uses them."""

from datetime import timedelta
from typing import Final

from service.identity import OpenSession, PasskeyFreshCodeError, PasskeyView, SessionView
from service.rooms import Rooms

_OPTIONS_PER_ADDRESS: Final = "240/hour"


class PortalAccount:
    """The account of whoever is signed in: one transaction a call."""

    def __init__(self, rooms: Rooms) -> None:
        self._database = rooms.database
        self._room = rooms.identity
        self._clock = rooms.clock
        self._code_lifetime = timedelta(minutes=rooms.settings.code_session_minutes)

    def needs_code(self, person: SessionView) -> bool:
        is_fresh = self._clock.now() - person.confirmed_at <= self._code_lifetime
        return not is_fresh and not self._by_good_passkey(person)

    def passkeys(self, email: str) -> list[PasskeyView]:
        with self._database.reading() as session:
            return self._room.passkeys.of(session, email)

    def registration_options(self, person: SessionView) -> str:
        self._expect_known(person)
        with self._database.transaction() as session:
            return self._room.passkeys.registration_options(session, email=person.email)

    def register(self, person: SessionView, *, answer: str, name: str) -> PasskeyView:
        self._expect_known(person)
        return self._room.passkeys.register(
            answer,
            email=person.email,
            name=name,
            mailbox_at=person.confirmed_at,
            by_passkey=self._by_good_passkey(person),
        )

    def rename(self, person: SessionView, *, passkey: str, name: str) -> None:
        self._expect_known(person)
        with self._database.transaction() as session:
            self._room.passkeys.rename(session, email=person.email, passkey=passkey, name=name)

    def remove(self, person: SessionView, *, passkey: str) -> None:
        self._expect_known(person)
        with self._database.transaction() as session:
            self._room.passkeys.remove(session, email=person.email, passkey=passkey)
            # Whoever has the lost device must not stay signed in with it.
            if person.passkey != passkey:
                self._room.sessions.revoke_opened_by(session, passkey)

    def sign_in_options(self, *, remote: str) -> str:
        self._room.rate_limits.hit(_OPTIONS_PER_ADDRESS, "passkey-options", remote)
        with self._database.transaction() as session:
            return self._room.passkeys.sign_in_options(session)

    def sign_in(self, *, answer: str, lang: str) -> str:
        answered = self._room.passkeys.sign_in(answer)
        with self._database.transaction() as session:
            return self._room.sessions.create(
                session,
                email=answered.email,
                # The passkey confirms no mailbox: that is from when it was made.
                confirmed_at=answered.mailbox_at,
                lang=lang,
                passkey=answered.passkey,
            )

    def open_sessions(self, email: str) -> list[OpenSession]:
        with self._database.reading() as session:
            return self._room.sessions.open_of(session, email)

    def end_session(self, email: str, session_id: str) -> None:
        with self._database.transaction() as session:
            self._room.sessions.revoke_own(session, email, session_id)

    def end_sessions(self, email: str) -> None:
        with self._database.transaction() as session:
            self._room.sessions.revoke_all(session, email)

    def _expect_known(self, person: SessionView) -> None:
        if self.needs_code(person):
            raise PasskeyFreshCodeError(
                "expected a code confirmed just now, or a session that a passkey opened"
            )

    def _by_good_passkey(self, person: SessionView) -> bool:
        """Whether the session was opened by a passkey that may sign.

        One that waits out its time may not shorten it for another.
        """
        if person.passkey is None:
            return False
        now = self._clock.now()
        return any(
            one.id == person.passkey and not one.copied and one.good_from <= now
            for one in self.passkeys(person.email)
        )
