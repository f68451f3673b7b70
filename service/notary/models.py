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


class LogTile(Base):
    """Up to 256 complete nodes of one level of the tree (``anchoring.tree``): a tlog-tiles tile.

    Tile ``index`` of ``level`` begins at node index·256 of the tree's level 8·level. ``hashes``,
    32 bytes a node, only ever grows at its end, up to 8192 bytes. ``middle`` holds the complete
    nodes four levels higher, so that a node inside the tile takes 15 hashes at most, not 255.
    """

    __tablename__ = "notary_tile"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)
    middle: Mapped[bytes] = mapped_column(LargeBinary)


class KnownMirror(Base):
    """A mirror that was ever used; ``id`` stands in its marker, ``name`` is where it was last.

    Until ``retired_at`` it may hold a signed checkpoint that no other place has, so a start asks
    for it (``service.notary.mirror_roll``).
    """

    __tablename__ = "notary_mirror"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(400))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


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


class AnchorAttempt(Base):
    """One transaction (0x…) that was ever sent for an anchor of ``size`` leaves."""

    __tablename__ = "notary_anchor_attempt"
    __table_args__ = (Index("notary_anchor_attempt_size", "chain_id", "size"),)

    chain_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    transaction: Mapped[str] = mapped_column(String(80), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)


class KnownChain(Base):
    """One configured chain as it was last seen; ``name`` is its name in the settings.

    ``chain_id`` and ``genesis_hash`` are kept when it is first met, and never change after; the
    home's are in LogHome.
    ``silent_since`` is null while it answers.
    """

    __tablename__ = "notary_chain"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    chain_id: Mapped[int | None] = mapped_column(BigInteger)
    genesis_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    silent_since: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Alarm(Base):
    """Something an operator must look at; ``number`` counts how often it has come up.

    ``cleared_at`` is null while it lasts. ``reason`` is a stable word, fit to be shown to anybody.
    """

    __tablename__ = "notary_alarm"

    chain: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[int]
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    cleared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(String(80))


class EndedDocument(Base):
    """A document that its parties have voided (code 1) or superseded (2) at its home.

    Written once the block that says so is final; ``time`` is that block's, in Unix seconds.
    ``successor`` is the leaf hash of the document in its place.
    """

    __tablename__ = "notary_ended_document"

    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    code: Mapped[int]
    time: Mapped[int] = mapped_column(BigInteger)
    successor: Mapped[bytes | None] = mapped_column(LargeBinary(32))


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
