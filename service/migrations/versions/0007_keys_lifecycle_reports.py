"""people's recovery keys, retention and erasure, custody reports."""

import sqlalchemy as sa
from alembic import op

import service.database

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_HASH = sa.LargeBinary(length=32)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, service.database.UtcDateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Apply."""
    op.add_column("custody_key", sa.Column("recipients", sa.JSON(), nullable=True))
    op.create_table(
        "custody_recovery_key",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("owner", sa.String(length=254), nullable=False),
        sa.Column("recipient", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("credential", sa.LargeBinary(), nullable=True),
        _moment("created_at"),
        _moment("ended_at", nullable=True),
        _moment("wrapped_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("owner", "recipient"),
    )
    op.create_index("ix_custody_recovery_key_owner", "custody_recovery_key", ["owner"])
    op.create_table(
        "custody_lifecycle",
        sa.Column("agreement_id", sa.String(length=40), nullable=False),
        sa.Column("retention", sa.String(length=40), nullable=False),
        _moment("retain_until", nullable=True),
        sa.Column("hold_reason", sa.String(length=300), nullable=True),
        _moment("held_at", nullable=True),
        _moment("erasing_since", nullable=True),
        _moment("second_look_at", nullable=True),
        sa.Column("left", sa.JSON(), nullable=True),
        _moment("erased_at", nullable=True),
        sa.PrimaryKeyConstraint("agreement_id"),
    )
    op.create_table(
        "custody_statement",
        sa.Column("leaf_hash", _HASH, nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("agreement_id", sa.String(length=40), nullable=True),
        _moment("at"),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("leaf_hash"),
    )
    op.create_index("ix_custody_statement_agreement_id", "custody_statement", ["agreement_id"])
    op.create_table(
        "custody_report",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        _moment("at"),
        sa.Column("leaf_hash", _HASH, nullable=False),
        sa.Column("lines", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )


def downgrade() -> None:
    """Undo; people's keys are forgotten, and the envelopes made for them stay."""
    for table in (
        "custody_report",
        "custody_statement",
        "custody_lifecycle",
        "custody_recovery_key",
    ):
        op.drop_table(table)
    op.drop_column("custody_key", "recipients")
