"""several chains."""

import sqlalchemy as sa
from alembic import op

import service.database

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "notary_alarm",
        sa.Column("chain", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("since", service.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", service.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("chain", "kind"),
    )
    op.create_table(
        "notary_anchor_attempt",
        sa.Column("chain_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("transaction", sa.String(length=80), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", service.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("chain_id", "transaction"),
    )
    with op.batch_alter_table("notary_anchor_attempt", schema=None) as batch_op:
        batch_op.create_index("notary_anchor_attempt_size", ["chain_id", "size"], unique=False)

    op.create_table(
        "notary_chain",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("chain_id", sa.BigInteger(), nullable=True),
        sa.Column("genesis_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("silent_since", service.database.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "notary_ended_document",
        sa.Column("leaf_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("successor", sa.LargeBinary(length=32), nullable=True),
        sa.PrimaryKeyConstraint("leaf_hash"),
    )
    with op.batch_alter_table("agreements", schema=None) as batch_op:
        batch_op.add_column(sa.Column("evidence_anchors", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("agreements", schema=None) as batch_op:
        batch_op.drop_column("evidence_anchors")
    op.drop_table("notary_ended_document")
    op.drop_table("notary_chain")
    op.drop_table("notary_anchor_attempt")
    op.drop_table("notary_alarm")
