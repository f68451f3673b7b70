"""Who is signed in: sessions kept by the server, of which the browser holds an opaque token."""

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from service.clock import Clock
from service.database import Database, new_id
from service.identity.codes import Confirmed
from service.identity.errors import OtherPersonError
from service.identity.models import PersonSession
from service.identity.tokens import new_token, token_hash
from service.keyring import Keyring
from service.notices import address_key

IDLE_LIFETIME = timedelta(hours=12)
ABSOLUTE_LIFETIME = timedelta(days=7)
# Seen is noted at most this often, so that looking at pages does not write each time.
_NOTE_SEEN_AFTER = timedelta(minutes=5)
_EMAIL_PURPOSE = "identity/session-email"


@dataclass(frozen=True, kw_only=True)
class SessionView:
    """Whoever is signed in; ``email`` is the mailbox in lower case, confirmed at that moment.

    ``passkey``: which one opened the session, None if a code did.
    """

    id: str
    email: str
    confirmed_at: datetime
    csrf: str
    lang: str
    passkey: str | None = None

    def csrf_matches(self, given: str) -> bool:
        """Return whether a form carries this session's token, in constant time."""
        return hmac.compare_digest(self.csrf.encode(), given.encode(errors="replace"))


@dataclass(frozen=True, kw_only=True)
class OpenSession:
    """A session as the list of its owner shows it."""

    id: str
    created_at: datetime
    seen_at: datetime
    by_passkey: bool


class Sessions:
    """Sessions that end 12 hours after they were last used, and 7 days after they began."""

    def __init__(self, *, database: Database, keyring: Keyring, clock: Clock) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock

    def create(
        self,
        session: Session,
        *,
        email: str,
        confirmed_at: datetime,
        lang: str,
        passkey: str | None = None,
    ) -> str:
        """Sign ``email`` in and return the token (43 characters) for the browser's cookie.

        ``confirmed_at``: when the mailbox was last confirmed by a code; a ``passkey`` that opens
        the session confirms no mailbox.
        """
        token = new_token()
        key = address_key(email)
        now = self._clock.now()
        session.add(
            PersonSession(
                id=new_id("ses"),
                token_hash=token_hash(token),
                email_mac=self._email_mac(key),
                email_sealed=self._keyring.encrypt(key.encode(), purpose=_EMAIL_PURPOSE),
                confirmed_at=confirmed_at,
                lang=lang,
                passkey=passkey,
                created_at=now,
                seen_at=now,
            )
        )
        return token

    def lookup(self, token: str) -> SessionView | None:
        """Return who is signed in with this token, None if nobody is.

        Prolongs the session now and then, in a transaction of its own: not to be called inside
        another one.
        """
        now = self._clock.now()
        with self._database.reading() as session:
            row = session.scalar(
                select(PersonSession).where(PersonSession.token_hash == token_hash(token))
            )
            if row is None or self._is_over(row, now):
                return None
            view = self._view(row)
            stale = now - row.seen_at >= _NOTE_SEEN_AFTER
        if stale:
            with self._database.transaction() as session:
                session.execute(
                    update(PersonSession)
                    .where(PersonSession.id == view.id, PersonSession.seen_at < now)
                    .values(seen_at=now)
                )
        return view

    def confirm_again(self, session: Session, session_id: str, *, confirmed: Confirmed) -> None:
        """Note that the person signed in has just typed another code.

        Raises OtherPersonError if the code was for another e-mail, or the session is over.
        """
        row = session.get(PersonSession, session_id, with_for_update=True)
        mac = self._email_mac(address_key(confirmed.email))
        if row is None or not hmac.compare_digest(row.email_mac, mac):
            raise OtherPersonError("the code was for another e-mail; sign out and in again")
        row.confirmed_at = max(row.confirmed_at, confirmed.confirmed_at)

    def set_lang(self, session: Session, session_id: str, lang: str) -> None:
        """Remember the language that this person reads."""
        session.execute(
            update(PersonSession).where(PersonSession.id == session_id).values(lang=lang)
        )

    def revoke(self, session: Session, session_id: str) -> None:
        """Sign one browser out; nothing happens if it is already."""
        session.execute(delete(PersonSession).where(PersonSession.id == session_id))

    def revoke_all(self, session: Session, email: str) -> None:
        """Sign a person out everywhere."""
        mac = self._email_mac(address_key(email))
        session.execute(delete(PersonSession).where(PersonSession.email_mac == mac))

    def revoke_own(self, session: Session, email: str, session_id: str) -> None:
        """Sign one browser of this person's out; nothing happens if it is not theirs."""
        mac = self._email_mac(address_key(email))
        session.execute(
            delete(PersonSession).where(
                PersonSession.id == session_id, PersonSession.email_mac == mac
            )
        )

    def revoke_opened_by(self, session: Session, passkey: str) -> None:
        """Sign every browser out that a passkey signed in."""
        session.execute(delete(PersonSession).where(PersonSession.passkey == passkey))

    def open_of(self, session: Session, email: str) -> list[OpenSession]:
        """Return a person's sessions that are not over, the one used last first."""
        mac, now = self._email_mac(address_key(email)), self._clock.now()
        rows = session.scalars(
            select(PersonSession)
            .where(PersonSession.email_mac == mac)
            .order_by(PersonSession.seen_at.desc())
        )
        return [
            OpenSession(
                id=row.id,
                created_at=row.created_at,
                seen_at=row.seen_at,
                by_passkey=row.passkey is not None,
            )
            for row in rows
            if not self._is_over(row, now)
        ]

    def forget_old(self, session: Session) -> None:
        """Delete the sessions that are over."""
        now = self._clock.now()
        session.execute(
            delete(PersonSession).where(
                or_(
                    PersonSession.seen_at <= now - IDLE_LIFETIME,
                    PersonSession.created_at <= now - ABSOLUTE_LIFETIME,
                )
            )
        )

    def _is_over(self, row: PersonSession, now: datetime) -> bool:
        return now >= row.seen_at + IDLE_LIFETIME or now >= row.created_at + ABSOLUTE_LIFETIME

    def _view(self, row: PersonSession) -> SessionView:
        mac = self._keyring.mac(row.token_hash, purpose="identity/csrf")
        return SessionView(
            id=row.id,
            email=self._keyring.decrypt(row.email_sealed, purpose=_EMAIL_PURPOSE).decode(),
            confirmed_at=row.confirmed_at,
            csrf=base64.urlsafe_b64encode(mac).decode().rstrip("="),
            lang=row.lang,
            passkey=row.passkey,
        )

    def _email_mac(self, key: str) -> bytes:
        return self._keyring.mac(key.encode(), purpose="identity/email")
