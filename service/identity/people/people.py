"""Who is meant by a mailbox: one stable id for each person."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.clock import Clock
from service.database import new_id
from service.identity.people.models import Person
from service.keyring import Keyring
from service.notices import address_key

_EMAIL_PURPOSE = "identity/person-email"
_RECORD_PURPOSE = "identity/person-record"


class People:
    """Finds people by their mailboxes, which are kept encrypted, and seals what is theirs."""

    def __init__(self, *, keyring: Keyring, clock: Clock) -> None:
        self._keyring = keyring
        self._clock = clock

    def person_of(self, session: Session, email: str) -> str:
        """Return the id of whoever holds this mailbox, making one for a new one."""
        known = self.known(session, email)
        if known is not None:
            return known
        key = address_key(email, single_label=True)
        row = Person(
            id=new_id("per"),
            email_mac=self._mac(key),
            email_sealed=self._keyring.encrypt(key.encode(), purpose=_EMAIL_PURPOSE),
            created_at=self._clock.now(),
        )
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError:
            # The same person asked twice at once, and the other request made the row.
            other = self.known(session, email)
            if other is None:
                raise
            return other
        return row.id

    def known(self, session: Session, email: str) -> str | None:
        """Return the id of whoever holds this mailbox, None if nobody does."""
        mac = self._mac(address_key(email, single_label=True))
        return session.scalar(select(Person.id).where(Person.email_mac == mac))

    def email_of(self, session: Session, person_id: str) -> str:
        """Return the mailbox of a person, in lower case."""
        row = session.get_one(Person, person_id)
        return self._keyring.decrypt(row.email_sealed, purpose=_EMAIL_PURPOSE).decode()

    def seal(self, content: bytes) -> bytes:
        """Return a person's data encrypted."""
        return self._keyring.encrypt(content, purpose=_RECORD_PURPOSE)

    def unseal(self, sealed: bytes) -> bytes:
        """Return what ``seal`` was given."""
        return self._keyring.decrypt(sealed, purpose=_RECORD_PURPOSE)

    def _mac(self, key: str) -> bytes:
        return self._keyring.mac(key.encode(), purpose="identity/person")
