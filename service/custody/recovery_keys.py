"""People's own keys: public halves only, and the envelopes that open for them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchoring.age_file import is_recipient
from service.clock import Clock
from service.custody.envelope import PlatformIdentity
from service.custody.errors import BadRecipientError, TooManyKeysError
from service.custody.models import AgreementKey
from service.custody.upkeep_models import RecoveryKey
from service.database import Database, new_id
from service.keyring import Keyring

MAX_KEYS = 10
_LONGEST_CREDENTIAL = 1023


class KeyKind(StrEnum):
    """Where the secret half is: on paper, or made again from a passkey."""

    PRINTED = "printed"
    PASSKEY = "passkey"


@dataclass(frozen=True, kw_only=True)
class RecoveryKeyView:
    """One key of a person; ``ready`` once every envelope of theirs opens for it."""

    id: str
    recipient: str
    kind: KeyKind
    credential: bytes | None
    created_at: datetime
    ready: bool


class RecoveryKeys:
    """Keeps people's public keys and wraps the keys of agreements for them.

    ``company``: recipients of every agreement, the keys of whoever runs this installation. A key
    that is added or ended leaves its owner ``unwrapped`` until ``settle``, so that a crash in
    between is made good by whoever asks ``unwrapped_owners`` next. Every call may be repeated.
    """

    def __init__(
        self, *, database: Database, keyring: Keyring, clock: Clock, company: Sequence[str] = ()
    ) -> None:
        self._database = database
        self._clock = clock
        self._company = tuple(checked_recipient(one) for one in company)
        self._platform = PlatformIdentity(keyring)

    def add(
        self,
        session: Session,
        *,
        owner: str,
        recipient: str,
        kind: KeyKind,
        credential: bytes | None = None,
    ) -> str:
        """Note a key of ``owner`` in the caller's transaction and return its id.

        The same key again is the same row. Raises BadRecipientError, TooManyKeysError.
        """
        checked_recipient(recipient)
        if credential is not None and not 1 <= len(credential) <= _LONGEST_CREDENTIAL:
            raise BadRecipientError(
                f"expected a credential of 1 to {_LONGEST_CREDENTIAL} bytes, got {len(credential)}"
            )
        rows = session.scalars(select(RecoveryKey).where(RecoveryKey.owner == owner)).all()
        row = next((one for one in rows if one.recipient == recipient), None)
        if row is not None and row.ended_at is None:
            return row.id
        if sum(one.ended_at is None for one in rows) >= MAX_KEYS:
            raise TooManyKeysError(f"expected at most {MAX_KEYS} keys, got one more; end one first")
        if row is not None:
            # A key that comes back is another one to its owner, who is told of it anew.
            session.delete(row)
            session.flush()
        row = RecoveryKey(
            id=new_id("key"),
            owner=owner,
            recipient=recipient,
            kind=kind,
            credential=credential,
            created_at=self._clock.now(),
        )
        session.add(row)
        session.flush()
        return row.id

    def end(self, session: Session, *, owner: str, key_id: str) -> bool:
        """Have no envelope open for a key any more; return whether that was news."""
        row = session.get(RecoveryKey, key_id, with_for_update=True)
        if row is None or row.owner != owner or row.ended_at is not None:
            return False
        row.ended_at = self._clock.now()
        row.wrapped_at = None
        return True

    def list_for(self, owner: str) -> list[RecoveryKeyView]:
        """Return the keys of a person that are in use, the oldest first."""
        with self._database.reading() as session:
            rows = session.scalars(
                select(RecoveryKey)
                .where(RecoveryKey.owner == owner, RecoveryKey.ended_at.is_(None))
                .order_by(RecoveryKey.created_at, RecoveryKey.id)
            )
            return [
                RecoveryKeyView(
                    id=row.id,
                    recipient=row.recipient,
                    kind=KeyKind(row.kind),
                    credential=row.credential,
                    created_at=row.created_at,
                    ready=row.wrapped_at is not None,
                )
                for row in rows
            ]

    def wrap(self, agreement_id: str, *, owners: Iterable[str]) -> bool:
        """Have an agreement's envelope open for the keys of ``owners`` and the company alone.

        Returns whether it had to be replaced; also False where nothing is in custody. The
        ciphertext and its CID stay. Raises CannotOpenError.
        """
        with self._database.transaction() as session:
            # Locked before the keys are read: of two that wrap at once, the later sees all.
            row = session.get(AgreementKey, agreement_id, with_for_update=True)
            if row is None:
                return False
            wanted = [*self._company, *self._recipients(session, owners)]
            if sorted(wanted) == sorted(row.recipients or []):
                return False
            row.envelope = self._platform.rewrap(row.envelope, recipients=wanted)
            row.recipients = wanted
            row.envelope_version += 1
            return True

    def opens_for(self, agreement_id: str, owner: str) -> bool:
        """Whether an agreement's envelope opens for at least one key of ``owner``."""
        with self._database.reading() as session:
            row = session.get(AgreementKey, agreement_id)
            if row is None:
                return False
            return bool(set(self._recipients(session, [owner])) & set(row.recipients or []))

    def unwrapped_owners(self, limit: int = 100) -> list[str]:
        """Return whose keys changed since their envelopes were last settled."""
        with self._database.reading() as session:
            return list(
                session.scalars(
                    select(RecoveryKey.owner)
                    .where(RecoveryKey.wrapped_at.is_(None))
                    .distinct()
                    .limit(limit)
                )
            )

    def unsettled(self, owner: str) -> list[str]:
        """Return the ids of this person's keys that some envelope may not follow yet."""
        with self._database.reading() as session:
            return list(
                session.scalars(
                    select(RecoveryKey.id).where(
                        RecoveryKey.owner == owner, RecoveryKey.wrapped_at.is_(None)
                    )
                )
            )

    def settle(self, owner: str, key_ids: Sequence[str], *, seen: datetime) -> None:
        """Note that every envelope of ``owner`` was wrapped after ``key_ids`` were read.

        A key that ended meanwhile (after ``seen``) stays unsettled.
        """
        with self._database.transaction() as session:
            for key_id in key_ids:
                row = session.get(RecoveryKey, key_id, with_for_update=True)
                ended_since = row is not None and row.ended_at is not None and row.ended_at > seen
                if row is not None and row.owner == owner and not ended_since:
                    row.wrapped_at = self._clock.now()

    def _recipients(self, session: Session, owners: Iterable[str]) -> list[str]:
        rows = session.scalars(
            select(RecoveryKey.recipient)
            .where(RecoveryKey.owner.in_(list(owners)), RecoveryKey.ended_at.is_(None))
            .order_by(RecoveryKey.created_at, RecoveryKey.id)
        )
        return list(dict.fromkeys(rows))


def checked_recipient(text: str) -> str:
    """Return a public age key as it is; raises BadRecipientError for anything else.

    A secret key that was sent by mistake is refused without being repeated.
    """
    if not is_recipient(text):
        raise BadRecipientError(
            f"expected a public key such as age1…, got {len(text)} other characters; never send "
            "the secret one"
        )
    return text
