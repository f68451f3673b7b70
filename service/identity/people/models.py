"""The tables of people and their identifications: what is personal is encrypted."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class Step(StrEnum):
    """Where an identification stands."""

    DOCUMENT = "document"
    CONFIRM = "confirm"
    FACE = "face"
    REVIEW = "review"
    IDENTIFIED = "identified"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


OPEN_STEPS = frozenset({Step.DOCUMENT, Step.CONFIRM, Step.FACE})


class Person(Base):
    """Whoever holds one mailbox; companies and identifications refer to the id."""

    __tablename__ = "identity_person"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    email_mac: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    email_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Identification(Base):
    """One attempt to be identified.

    ``sealed`` holds the record (``people.record``) as encrypted JSON, None once erased. ``flags``
    are the reasons why a person has to look; ``scores`` the face check's numbers.
    """

    __tablename__ = "identity_identification"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("identity_person.id"), index=True)
    step: Mapped[Step] = mapped_column(String(16))
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    valid_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    face_attempts: Mapped[int] = mapped_column(default=0)
    flags: Mapped[list[str]] = mapped_column(JSON)
    scores: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    leaf_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
