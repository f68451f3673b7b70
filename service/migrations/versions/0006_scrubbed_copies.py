"""what was last verified of each copy, and what happened to copies."""

import sqlalchemy as sa
from alembic import op

import service.database

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TIME = service.database.UtcDateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("custody_copy") as copies:
        copies.add_column(sa.Column("verified_at", _TIME, nullable=True))
        copies.add_column(sa.Column("seen_at", _TIME, nullable=True))
        copies.add_column(
            sa.Column("version", sa.String(length=200), nullable=False, server_default="")
        )
        copies.create_index("ix_custody_copy_verified_at", ["verified_at"])
        copies.create_index("ix_custody_copy_seen_at", ["seen_at"])
    with op.batch_alter_table("custody_copy") as copies:
        copies.alter_column("version", server_default=None)
    op.create_table(
        "custody_event",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("store", sa.String(length=40), nullable=False),
        sa.Column("cid", sa.String(length=80), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_custody_event_at", "custody_event", ["at"])
    op.create_index("ix_custody_event_cid", "custody_event", ["cid"])


def downgrade() -> None:
    """Undo."""
    op.drop_table("custody_event")
    with op.batch_alter_table("custody_copy") as copies:
        copies.drop_index("ix_custody_copy_seen_at")
        copies.drop_index("ix_custody_copy_verified_at")
        copies.drop_column("version")
        copies.drop_column("seen_at")
        copies.drop_column("verified_at")
