"""Pictures of people and documents at rest: encrypted, each with the day on which it goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import LargeBinary, String, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.clock import Clock
from service.database import Base, UtcDateTime, new_id
from service.keyring import Keyring


class KeptPicture(Base):
    """One encrypted file; ``owner`` is the identification or the power that it belongs to."""

    __tablename__ = "identity_picture"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    owner: Mapped[str] = mapped_column(String(40), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    position: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(40))
    upload_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    kept_until: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


@dataclass(frozen=True, kw_only=True)
class OpenedPicture:
    """A picture as it was kept, and SHA-256 (32 bytes) of what had been uploaded."""

    id: str
    kind: str
    position: int
    media_type: str
    upload_sha256: bytes
    content: bytes

    def __repr__(self) -> str:
        return f"OpenedPicture(id={self.id!r}, kind={self.kind!r})"


class KeptPictures:
    """Keeps pictures in the database, in their cause's transaction, under the keyring.

    A picture is sealed for its own row: moved to another one it does not open.
    """

    def __init__(self, *, keyring: Keyring, clock: Clock) -> None:
        self._keyring = keyring
        self._clock = clock

    def keep(
        self,
        session: Session,
        *,
        owner: str,
        kind: str,
        position: int,
        content: bytes,
        upload_sha256: bytes,
        until: datetime,
        media_type: str = "image/jpeg",
    ) -> str:
        """Keep one picture until a day and return its id."""
        picture_id = new_id("pic")
        session.add(
            KeptPicture(
                id=picture_id,
                owner=owner,
                kind=kind,
                position=position,
                media_type=media_type,
                upload_sha256=upload_sha256,
                sealed=self._keyring.encrypt(content, purpose=_purpose(picture_id)),
                kept_until=until,
            )
        )
        return picture_id

    def of(self, session: Session, owner: str) -> list[OpenedPicture]:
        """Return everything that is still kept for ``owner``, by kind and position."""
        rows = session.scalars(
            select(KeptPicture)
            .where(KeptPicture.owner == owner)
            .order_by(KeptPicture.kind, KeptPicture.position)
        )
        return [
            OpenedPicture(
                id=row.id,
                kind=row.kind,
                position=row.position,
                media_type=row.media_type,
                upload_sha256=row.upload_sha256,
                content=self._keyring.decrypt(row.sealed, purpose=_purpose(row.id)),
            )
            for row in rows
        ]

    def count(self, session: Session, owner: str) -> int:
        """Return how many pictures are kept for ``owner``, opening none."""
        query = select(func.count()).where(KeptPicture.owner == owner)
        return session.scalar(query) or 0

    def keep_until(self, session: Session, owner: str, until: datetime) -> None:
        """Set the day on which everything of ``owner`` goes."""
        session.execute(
            update(KeptPicture).where(KeptPicture.owner == owner).values(kept_until=until)
        )

    def forget(self, session: Session, owner: str, *, kinds: Sequence[str] | None = None) -> None:
        """Delete what is kept for ``owner``, or only pictures of some kinds."""
        query = delete(KeptPicture).where(KeptPicture.owner == owner)
        if kinds is not None:
            query = query.where(KeptPicture.kind.in_(kinds))
        session.execute(query)

    def forget_old(self, session: Session) -> None:
        """Delete every picture whose day has come."""
        session.execute(delete(KeptPicture).where(KeptPicture.kept_until <= self._clock.now()))


def _purpose(picture_id: str) -> str:
    return f"identity/picture/{picture_id}"
