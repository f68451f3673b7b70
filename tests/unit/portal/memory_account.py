"""Passkeys and sessions in memory: an answer is the name of the passkey that gives it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from service.identity import (
    OpenSession,
    PasskeyFreshCodeError,
    PasskeyRefusedError,
    PasskeyUnknownError,
    PasskeyView,
    SessionView,
)
from service.portal import AccountPort
from tests.parts import ManualClock

if TYPE_CHECKING:
    from tests.unit.portal.rooms import MemoryIdentity

FRESH = timedelta(minutes=30)


@dataclass
class MemoryAccount(AccountPort):
    """Passkeys by owner."""

    clock: ManualClock
    identity: "MemoryIdentity"
    kept: dict[str, list[PasskeyView]] = field(default_factory=dict)
    refuses: bool = False

    def needs_code(self, person: SessionView, /) -> bool:
        return person.passkey is None and self.clock.now() - person.confirmed_at > FRESH

    def passkeys(self, email: str, /) -> Sequence[PasskeyView]:
        return self.kept.get(email, [])

    def registration_options(self, person: SessionView, /) -> str:
        self._expect_known(person)
        return '{"challenge": "AA"}'

    def register(self, person: SessionView, /, *, answer: str, name: str) -> PasskeyView:
        self._expect_known(person)
        if self.refuses:
            raise PasskeyRefusedError("expected an answer", rule="form")
        now = self.clock.now()
        made = PasskeyView(
            id=answer, name=name, created_at=now, used_at=None, good_from=now, copied=False
        )
        self.kept.setdefault(person.email, []).append(made)
        return made

    def rename(self, person: SessionView, /, *, passkey: str, name: str) -> None:
        self._expect_known(person)
        self._change(person.email, passkey, name=name)

    def remove(self, person: SessionView, /, *, passkey: str) -> None:
        self._expect_known(person)
        self._change(person.email, passkey)
        self.kept[person.email] = [one for one in self.kept[person.email] if one.id != passkey]

    def sign_in_options(self, *, remote: str) -> str:
        return '{"challenge": "AA"}'

    def sign_in(self, *, answer: str, lang: str) -> str:
        for email, held in self.kept.items():
            for one in held:
                if one.id == answer:
                    token = self.identity.create_session(
                        email=email, confirmed_at=one.created_at, lang=lang
                    )
                    view = self.identity.sessions[token]
                    self.identity.sessions[token] = replace(view, passkey=one.id)
                    return token
        raise PasskeyUnknownError("no such passkey")

    def open_sessions(self, email: str, /) -> Sequence[OpenSession]:
        now = self.clock.now()
        return [
            OpenSession(id=one.id, created_at=now, seen_at=now, by_passkey=one.passkey is not None)
            for one in self.identity.sessions.values()
            if one.email == email
        ]

    def end_session(self, email: str, session_id: str, /) -> None:
        self._end(lambda one: (one.email, one.id) == (email, session_id))

    def end_sessions(self, email: str, /) -> None:
        self._end(lambda one: one.email == email)

    def _end(self, is_over: Callable[[SessionView], bool]) -> None:
        sessions = self.identity.sessions
        self.identity.sessions = {t: one for t, one in sessions.items() if not is_over(one)}

    def _expect_known(self, person: SessionView) -> None:
        if self.needs_code(person):
            raise PasskeyFreshCodeError("expected a fresh code")

    def _change(self, email: str, passkey: str, **changes: str) -> None:
        held = self.passkeys(email)
        if passkey not in {one.id for one in held}:
            raise PasskeyUnknownError("no such passkey")
        self.kept[email] = [replace(one, **changes) if one.id == passkey else one for one in held]
