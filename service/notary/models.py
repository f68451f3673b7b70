"""The tables of the log, its checkpoints and their anchors.

Hashes are 32 bytes; sizes and indices count leaves; ``chain_id`` is in every anchor's key, so
that a further chain is only further rows.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime

# SQLite numbers rows by itself only where the key's type is exactly INTEGER.
_Counter = BigInteger().with_variant(Integer, "sqlite")


class AnchorState(StrEnum):
    """How far an anchor is; ``queued`` is written down before the chain hears of it."""

    QUEUED = "queued"
    BROADCAST = "broadcast"
    INCLUDED = "included"
    FINAL = "final"
    FAILED = "failed"


class LogHome(Base):
    """Which log this database holds and where it is anchored: one row, never changed."""

    __tablename__ = "notary_home"

    id: Mapped[int] = mapped_column(primary_key=True)
    origin: Mapped[str] = mapped_column(String(255))
    chain_id: Mapped[int] = mapped_column(BigInteger)
    contract: Mapped[bytes] = mapped_column(LargeBinary(20))
    opener: Mapped[bytes] = mapped_column(LargeBinary(20))
    genesis_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    vkey: Mapped[str] = mapped_column(String(400))


class SequencingRound(Base):
    """Counts the batches that were given their indices: one row.

    Whoever accepts a leaf holds it shared until commit, whoever places leaves holds it alone, so
    every leaf accepted in a round is placed by the batch that ends it, or by an earlier one.
    """

    __tablename__ = "notary_round"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)


class Leaf(Base):
    """One accepted entry; ``log_index`` is null until it is placed, and then never changes."""

    __tablename__ = "notary_leaf"
    __table_args__ = (
        Index(
            "notary_leaf_pending",
            "sequence",
            sqlite_where=text("log_index IS NULL"),
            postgresql_where=text("log_index IS NULL"),
        ),
    )

    sequence: Mapped[int] = mapped_column(_Counter, primary_key=True)
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    entry: Mapped[bytes] = mapped_column(LargeBinary(32))
    kind: Mapped[str] = mapped_column(String(16))
    subject: Mapped[bytes] = mapped_column(LargeBinary(32))
    # Unique: two sequencers, whatever else failed, cannot give one place to two leaves.
    log_index: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    accepted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Node(Base):
    """A complete node above the leaves (``anchoring.tree``); written once."""

    __tablename__ = "notary_node"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class SignedCheckpoint(Base):
    """A checkpoint that was signed and is on enough mirrors; ``note`` is its signed text."""

    __tablename__ = "notary_checkpoint"

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    note: Mapped[str] = mapped_column(Text)
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Anchor(Base):
    """One checkpoint on its way into the contract, or there; times are Unix seconds."""

    __tablename__ = "notary_anchor"

    chain_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    state: Mapped[str] = mapped_column(String(16))
    transaction: Mapped[str | None] = mapped_column(String(80))
    block_number: Mapped[int | None] = mapped_column(BigInteger)
    block_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    block_time: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str | None] = mapped_column(String(80))


class AnchorProof(Base):
    """Proof material of an anchor, as the chain gave it once.

    ``leaf_hash`` is the document whose status it also proves, or zero.
    """

    __tablename__ = "notary_anchor_proof"

    chain_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    material: Mapped[dict[str, Any]] = mapped_column(JSON)


class AnchorRequest(Base):
    """A caller's hash, wrapped with a salt into an entry of the log's own form."""

    __tablename__ = "notary_anchor_request"
    __table_args__ = (UniqueConstraint("owner", "idempotency_key"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    owner: Mapped[str] = mapped_column(String(64))
    idempotency_key: Mapped[str | None] = mapped_column(String(200))
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    salt: Mapped[bytes] = mapped_column(LargeBinary(32))
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
