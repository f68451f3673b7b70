"""The tables of agreements, their parties and what happened to them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    JSON,
    Boolean,
    Double,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    false,
)
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
    APPROVED = "approved"
    WITNESSED = "witnessed"
    DECLINED = "declined"


class Role(StrEnum):
    """What a party is there for: only signers sign the PDF, and viewers need do nothing."""

    SIGNER = "signer"
    APPROVER = "approver"
    WITNESS = "witness"
    VIEWER = "viewer"


DONE = frozenset({PartyState.SIGNED, PartyState.APPROVED, PartyState.WITNESSED})


class Agreement(Base):
    """One agreement; ``revision`` names the newest PDF by SHA-256 (hex)."""

    __tablename__ = "agreements"
    __table_args__ = (Index("agreements_to_renew", "state", "renew_at"),)

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
    # The PDF as it was uploaded: placing fields prepares it anew.
    original_sha256: Mapped[str | None] = mapped_column(String(64))
    prepared_sha256: Mapped[str] = mapped_column(String(64))
    revision: Mapped[str] = mapped_column(String(64))
    sealed_sha256: Mapped[str | None] = mapped_column(String(64))
    document_leaf: Mapped[bytes | None] = mapped_column(LargeBinary)
    evidence_sha256: Mapped[str | None] = mapped_column(String(64))
    # How many chains beside the home have an anchor in the evidence file; null is none.
    evidence_anchors: Mapped[int | None]
    # How often the time stamp over the sealed PDF was renewed, when it is due next (null: nobody
    # has looked yet), and a renewed PDF that is not in custody yet.
    renewals: Mapped[int] = mapped_column(default=0, server_default="0")
    renew_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    renewed_sha256: Mapped[str | None] = mapped_column(String(64))
    decline_reason: Mapped[str | None] = mapped_column(String(1000))
    # Every signer signs with a passkey, and all together may void the agreement on chain.
    by_device: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())

    parties: Mapped[list["Party"]] = relationship(
        back_populates="agreement", order_by="Party.number", cascade="all, delete-orphan"
    )
    fields: Mapped[list["PlacedFieldRow"]] = relationship(
        order_by="PlacedFieldRow.position", cascade="all, delete-orphan"
    )
    statements: Mapped[list["StatementRow"]] = relationship(
        order_by="StatementRow.position", cascade="all, delete-orphan"
    )
    party_keys: Mapped[list["PartyKeyRow"]] = relationship(
        order_by="PartyKeyRow.party", cascade="all, delete-orphan"
    )
    pending_signatures: Mapped[list["PendingSignatureRow"]] = relationship(
        order_by="PendingSignatureRow.party", cascade="all, delete-orphan"
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

    @property
    def signs(self) -> bool:
        """Whether this party signs the PDF."""
        return self.role == Role.SIGNER

    @property
    def is_done(self) -> bool:
        """Whether nobody waits for this party any more: it did its part, or has none."""
        return self.state in DONE or self.role == Role.VIEWER


class PlacedFieldRow(Base):
    """A field that the sender placed on a page: to be filled in, or to sign in.

    ``page`` counts from 1; ``left``, ``top``, ``width`` and ``height`` are parts of the page as it
    is shown (0 to 1). ``name`` is the form field's, "" for where a signature goes.
    """

    __tablename__ = "agreement_fields"

    agreement_id: Mapped[str] = mapped_column(ForeignKey("agreements.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    party: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(40))
    label: Mapped[str] = mapped_column(String(100))
    required: Mapped[bool] = mapped_column(Boolean)
    page: Mapped[int]
    left: Mapped[float] = mapped_column(Double)
    top: Mapped[float] = mapped_column(Double)
    width: Mapped[float] = mapped_column(Double)
    height: Mapped[float] = mapped_column(Double)


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


class PartyKeyRow(Base):
    """The passkey that a party signed with: its point, and what its commitment is made of."""

    __tablename__ = "agreement_party_keys"

    agreement_id: Mapped[str] = mapped_column(ForeignKey("agreements.id"), primary_key=True)
    party: Mapped[int] = mapped_column(primary_key=True)
    key_salt: Mapped[bytes] = mapped_column(LargeBinary)
    rp_id_hash: Mapped[bytes] = mapped_column(LargeBinary)
    x: Mapped[bytes] = mapped_column(LargeBinary)
    y: Mapped[bytes] = mapped_column(LargeBinary)


class PendingSignatureRow(Base):
    """A signature that waits for its signer's passkey, for minutes, and serves once.

    ``sealed``: the draft under the keyring, with the one-use key. ``answer_sha256``: the answer
    that was taken for it, whatever became of it. ``attestation``: what that answer proved.
    """

    __tablename__ = "agreement_pending_signatures"

    agreement_id: Mapped[str] = mapped_column(ForeignKey("agreements.id"), primary_key=True)
    party: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[str] = mapped_column(String(40))
    passkey: Mapped[str] = mapped_column(String(40))
    revision: Mapped[str] = mapped_column(String(64))
    statement_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    answer_sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    attestation: Mapped[bytes | None] = mapped_column(LargeBinary)


class CertificateRow(Base):
    """The certificate of completion in one language, and the evidence it was made from."""

    __tablename__ = "agreement_certificates"

    agreement_id: Mapped[str] = mapped_column(ForeignKey("agreements.id"), primary_key=True)
    lang: Mapped[str] = mapped_column(String(2), primary_key=True)
    evidence_sha256: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64))


class TagRow(Base):
    """One person's word for one agreement."""

    __tablename__ = "agreement_tags"
    __table_args__ = (Index("tags_by_person", "email", "tag"),)

    agreement_id: Mapped[str] = mapped_column(ForeignKey("agreements.id"), primary_key=True)
    email: Mapped[str] = mapped_column(String(254), primary_key=True)
    tag: Mapped[str] = mapped_column(String(40), primary_key=True)


class Archived(Base):
    """That one person has put one agreement out of sight, for themselves alone."""

    __tablename__ = "agreement_archive"

    agreement_id: Mapped[str] = mapped_column(ForeignKey("agreements.id"), primary_key=True)
    email: Mapped[str] = mapped_column(String(254), primary_key=True)
    archived: Mapped[bool] = mapped_column(Boolean, default=True)
