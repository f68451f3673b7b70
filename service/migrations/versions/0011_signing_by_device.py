"""signing with passkeys: signatures that wait, keys of parties, sessions that a passkey opened."""

import sqlalchemy as sa
from alembic import op

import service.database

revision = "0011"
down_revision = "0004"
branch_labels = None
depends_on = None

_MOMENT = service.database.UtcDateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "agreement_party_keys",
        sa.Column("agreement_id", sa.String(length=40), nullable=False),
        sa.Column("party", sa.Integer(), nullable=False),
        sa.Column("key_salt", sa.LargeBinary(), nullable=False),
        sa.Column("rp_id_hash", sa.LargeBinary(), nullable=False),
        sa.Column("x", sa.LargeBinary(), nullable=False),
        sa.Column("y", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreements.id"]),
        sa.PrimaryKeyConstraint("agreement_id", "party"),
    )
    op.create_table(
        "agreement_pending_signatures",
        sa.Column("agreement_id", sa.String(length=40), nullable=False),
        sa.Column("party", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("passkey", sa.String(length=40), nullable=False),
        sa.Column("revision", sa.String(length=64), nullable=False),
        sa.Column("statement_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("answer_sha256", sa.LargeBinary(), nullable=True),
        sa.Column("attestation", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreements.id"]),
        sa.PrimaryKeyConstraint("agreement_id", "party"),
    )
    op.create_index(
        "ix_agreement_pending_signatures_expires_at",
        "agreement_pending_signatures",
        ["expires_at"],
    )
    op.add_column(
        "agreements",
        sa.Column("by_device", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column("identity_session", sa.Column("passkey", sa.String(length=40), nullable=True))


def downgrade() -> None:
    """Undo."""
    op.drop_column("identity_session", "passkey")
    op.drop_column("agreements", "by_device")
    op.drop_table("agreement_pending_signatures")
    op.drop_table("agreement_party_keys")
