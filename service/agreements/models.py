"""The tables of agreements, their parties and what happened to them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, Boolean, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.database import Base, UtcDateTime


class State(StrEnum):
    """Where an agreement stands."""

    DRAFT = "draft"
    READY = "ready"
    SENT = "sent"
    SEALING = "sealing"
    SEALED = "sealed"
    DECLINED = "declined"
    EXPIRED = "expired"


ENDED = frozenset({State.SEALED, State.DECLINED, State.EXPIRED})


class PartyState(StrEnum):
    """Where a party stands in its agreement."""

    WAITING = "waiting"
    INVITED = "invited"
    OPENED = "opened"
    SIGNED = "signed"
    DECLINED = "declined"


class Agreement(Base):
    """One agreement; ``revision`` names the newest PDF by SHA-256 (hex)."""

    __tablename__ = "agreements"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    state: Mapped[State] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(200))
    lang: Mapped[str] = mapped_column(String(2))
    filename: Mapped[str] = mapped_column(String(200))
    sender_email: Mapped[str] = mapped_column(String(254), index=True)
    sender_name: Mapped[str] = mapped_column(String(120))
    deadline: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    page_count: Mapped[int]
    doc_salt: Mapped[bytes] = mapped_column(LargeBinary)
    prepared_sha256: Mapped[str] = mapped_column(String(64))
    revision: Mapped[str] = mapped_column(String(64))
    sealed_sha256: Mapped[str | None] = mapped_column(String(64))
    document_leaf: Mapped[bytes | None] = mapped_column(LargeBinary)
    evidence_sha256: Mapped[str | None] = mapped_column(String(64))
    # How many chains beside the home have an anchor in the evidence file; null is none.
    evidence_anchors: Mapped[int | None]
    decline_reason: Mapped[str | None] = mapped_column(String(1000))

    parties: Mapped[list["Party"]] = relationship(
        back_populates="agreement", order_by="Party.number", cascade="all, delete-orphan"
    )
    statements: Mapped[list["StatementRow"]] = relationship(
        order_by="StatementRow.position", cascade="all, delete-orphan"
    )

    @property
    def prepared(self) -> bytes:
        """SHA-256 of the prepared PDF, 32 bytes."""
        return bytes.fromhex(self.prepared_sha256)


class Party(Base):
    """One party of one agreement, numbered from 1 in the order the sender gave."""

    __tablename__ = "agreement_parties"
    __table_args__ = (UniqueConstraint("agreement_id", "email"),)

    agreement_id: Mapped[str] = mapped_column(ForeignKey("agreements.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254), index=True)
    role: Mapped[str] = mapped_column(String(16))
    signing_order: Mapped[int]
    state: Mapped[PartyState] = mapped_column(String(16))
    invited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_revision: Mapped[str | None] = mapped_column(String(64))
    identity_leaf: Mapped[bytes | None] = mapped_column(LargeBinary)
    identified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # What the newest ``identified`` statement claims, such as ``mailbox``.
    identity_assurance: Mapped[str | None] = mapped_column(String(32))
    # For which company the party signs, and the leaf of the ``represented`` statement on it.
    company_id: Mapped[str | None] = mapped_column(String(40))
    company_leaf: Mapped[bytes | None] = mapped_column(LargeBinary)

    agreement: Mapped[Agreement] = relationship(back_populates="parties")

    @property
    def field(self) -> str:
        """The name of this party's signature field."""
        return f"acta-party-{self.number}"


class StatementRow(Base):
    """One statement, its salt and its attestation: what opens the leaf in the log."""

    __tablename__ = "agreement_statements"
    __table_args__ = (Index("statements_by_leaf", "leaf_hash", unique=True),)

    agreement_id: Mapped[str] = mapped_column(ForeignKey("agreements.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(String(32))
    party: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    subject: Mapped[bytes] = mapped_column(LargeBinary)
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary)
    attestation: Mapped[bytes | None] = mapped_column(LargeBinary)
    method: Mapped[str | None] = mapped_column(String(32))
    # [[party the disclosure belongs to, hex of the disclosure's bytes], …]
    disclosures: Mapped[list[list[int | str]]] = mapped_column(JSON)


class Archived(Base):
    """That one person has put one agreement out of sight, for themselves alone."""

    __tablename__ = "agreement_archive"

    agreement_id: Mapped[str] = mapped_column(ForeignKey("agreements.id"), primary_key=True)
    email: Mapped[str] = mapped_column(String(254), primary_key=True)
    archived: Mapped[bool] = mapped_column(Boolean, default=True)
