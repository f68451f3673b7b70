"""tiles instead of nodes, and the mirrors that were ever used."""

import sqlalchemy as sa
from alembic import op

import service.database

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_WIDTH = 256
_LEAVES = sa.table("notary_leaf", sa.column("log_index"), sa.column("leaf_hash"))
_NODES = sa.table("notary_node", sa.column("level"), sa.column("position"), sa.column("hash"))
_TILES = sa.table(
    "notary_tile",
    sa.column("level"),
    sa.column("index"),
    sa.column("hashes"),
    sa.column("middle"),
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "notary_tile",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.Column("middle", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "index"),
    )
    op.create_table(
        "notary_mirror",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("added_at", service.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("retired_at", service.database.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    for level in range(8):
        index = 0
        while hashes := _nodes(8 * level, index * _WIDTH, _WIDTH):
            middle = _nodes(8 * level + 4, index * _WIDTH // 16, _WIDTH // 16)
            op.execute(
                sa.insert(_TILES).values(level=level, index=index, hashes=hashes, middle=middle)
            )
            index += 1
    op.drop_table("notary_node")


def downgrade() -> None:
    """Undo: the nodes are not written back, so an older Acta cannot go on with this log."""
    raise NotImplementedError("expected to go forward only; restore a backup from before")


def _nodes(level: int, first: int, width: int) -> bytes:
    """Return the hashes of up to ``width`` nodes of one level, one after the other."""
    if level == 0:
        place, value = _LEAVES.c.log_index, _LEAVES.c.leaf_hash
        query = sa.select(value).where(place >= first, place < first + width)
    else:
        place, value = _NODES.c.position, _NODES.c.hash
        query = sa.select(value).where(
            _NODES.c.level == level, place >= first, place < first + width
        )
    return b"".join(bytes(row[0]) for row in op.get_bind().execute(query.order_by(place)))
