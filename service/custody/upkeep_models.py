"""The tables of people's keys, of retention and erasure, and of what custody says in the log."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class RecoveryKey(Base):
    """A public age key of one person; the secret half was never here.

    ``owner``: their mailbox. ``credential``: the passkey that the key is made from, if any.
    ``wrapped_at`` is null until every envelope of theirs says what this row does: opens for the
    key, or, once ``ended_at`` is set, no longer.
    """

    __tablename__ = "custody_recovery_key"
    __table_args__ = (UniqueConstraint("owner", "recipient"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    owner: Mapped[str] = mapped_column(String(254), index=True)
    recipient: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(16))
    credential: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    wrapped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Lifecycle(Base):
    """How long an agreement is kept, what forbids its erasure, and how far an erasure is.

    ``left``: what is still to be removed, and where; null before an erasure was asked for.
    ``second_look_at``: when everything is looked at once more, so that a copy which was on its
    way when the erasure began does not stay; null once nothing is left to look for.
    """

    __tablename__ = "custody_lifecycle"

    agreement_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    retention: Mapped[str] = mapped_column(String(40))
    retain_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    hold_reason: Mapped[str | None] = mapped_column(String(300))
    held_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    erasing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    second_look_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    left: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CustodyStatement(Base):
    """A statement that custody made: an erasure or a report; its salt opens the leaf."""

    __tablename__ = "custody_statement"

    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    type: Mapped[str] = mapped_column(String(32))
    agreement_id: Mapped[str | None] = mapped_column(String(40), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    subject: Mapped[bytes] = mapped_column(LargeBinary)


class CustodyReport(Base):
    """One report: ``lines`` is the list of objects, whose tree root the statement holds."""

    __tablename__ = "custody_report"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    lines: Mapped[bytes] = mapped_column(LargeBinary)
