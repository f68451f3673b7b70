"""when a sealed agreement's time stamp is to be renewed, and how often it was."""

import sqlalchemy as sa
from alembic import op

import service.database

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("agreements", schema=None) as batch_op:
        batch_op.add_column(sa.Column("renewals", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(
            sa.Column("renew_at", service.database.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(sa.Column("renewed_sha256", sa.String(length=64), nullable=True))
        batch_op.create_index("agreements_to_renew", ["state", "renew_at"], unique=False)
