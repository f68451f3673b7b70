"""The tables of what is in custody."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class AgreementKey(Base):
    """An agreement's own age recipient, and the envelope that wraps its identity.

    ``envelope_version`` grows with each replacement, so that stores with an older one are found.
    """

    __tablename__ = "custody_key"

    agreement_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    recipient: Mapped[str] = mapped_column(String(100))
    envelope: Mapped[bytes] = mapped_column(LargeBinary)
    envelope_version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class KeptObject(Base):
    """One ciphertext; its row is written before any store is given it."""

    __tablename__ = "custody_object"
    __table_args__ = (UniqueConstraint("agreement_id", "plaintext_sha256"),)

    cid: Mapped[str] = mapped_column(String(80), primary_key=True)
    agreement_id: Mapped[str] = mapped_column(ForeignKey("custody_key.agreement_id"), index=True)
    profile: Mapped[str] = mapped_column(String(40))
    plaintext_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    ciphertext_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    ciphertext_bytes: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    kept_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Copy(Base):
    """What is known of one object in one store.

    ``checked_at``: the last call about it, whatever came of it; ``verified_at``: it was last read
    whole, and was right; ``seen_at``: its size was last right. ``version``: which version of it is
    ours, in a store that keeps them all.
    """

    __tablename__ = "custody_copy"

    cid: Mapped[str] = mapped_column(ForeignKey("custody_object.cid"), primary_key=True)
    store: Mapped[str] = mapped_column(String(40), primary_key=True)
    state: Mapped[str] = mapped_column(String(16), index=True)
    envelope_version: Mapped[int] = mapped_column(default=0)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    version: Mapped[str] = mapped_column(String(200), default="")
    reason: Mapped[str] = mapped_column(String(40), default="")


class CustodyEvent(Base):
    """Something that went wrong with a copy or a store, or was put right again.

    It outlives what it is about: the report on custody counts it.
    """

    __tablename__ = "custody_event"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    store: Mapped[str] = mapped_column(String(40))
    cid: Mapped[str | None] = mapped_column(String(80), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(40), default="")
