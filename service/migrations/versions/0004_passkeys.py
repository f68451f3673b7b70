"""passkeys, and the challenges to them."""

import sqlalchemy as sa
from alembic import op

import service.database

revision = "0004"
down_revision = "0009"
branch_labels = None
depends_on = None

_MOMENT = service.database.UtcDateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "identity_passkey",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("email_mac", sa.LargeBinary(length=32), nullable=False),
        sa.Column("email_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("mailbox_at", _MOMENT, nullable=False),
        sa.Column("good_from", _MOMENT, nullable=False),
        sa.Column("used_at", _MOMENT, nullable=True),
        sa.Column("copied_at", _MOMENT, nullable=True),
        sa.Column("removed_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("credential_id"),
    )
    op.create_index("ix_identity_passkey_email_mac", "identity_passkey", ["email_mac"])
    op.create_table(
        "identity_passkey_challenge",
        sa.Column("challenge_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=254), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("used_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("challenge_hash"),
    )
    op.create_index(
        "ix_identity_passkey_challenge_expires_at", "identity_passkey_challenge", ["expires_at"]
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("identity_passkey_challenge")
    op.drop_table("identity_passkey")
