"""Reading the log from the database: sizes, nodes, tiles."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anchoring.tree import ReadNode
from service.notary.errors import LogForkRefused
from service.notary.models import Anchor, AnchorState, Leaf, Node, SignedCheckpoint
from service.notary.tiles import Tile, pack_entries


def placed_size(session: Session) -> int:
    """Return how many leaves have an index, signed over or not."""
    newest = session.scalar(select(func.max(Leaf.log_index)))
    return 0 if newest is None else newest + 1


def newest_checkpoint(session: Session) -> SignedCheckpoint | None:
    """Return the newest signed checkpoint."""
    return session.scalar(select(SignedCheckpoint).order_by(SignedCheckpoint.size.desc()).limit(1))


def newest_final(session: Session, chain_id: int) -> Anchor | None:
    """Return the newest anchor that is final on this chain."""
    return session.scalar(
        select(Anchor)
        .where(Anchor.chain_id == chain_id, Anchor.state == AnchorState.FINAL)
        .order_by(Anchor.size.desc())
        .limit(1)
    )


def node_reader(session: Session) -> ReadNode:
    """Return the reader of complete nodes that ``anchoring.tree`` asks for."""

    def read(level: int, position: int) -> bytes:
        return _hashes(session, level, position, 1)[0]

    return read


def tile_content(session: Session, tile: Tile) -> bytes:
    """Return the bytes of a tile or entry bundle, all of which must be in the log."""
    if tile.level is None:
        entries = session.scalars(
            select(Leaf.entry)
            .where(Leaf.log_index >= tile.first, Leaf.log_index < tile.first + tile.width)
            .order_by(Leaf.log_index)
        ).all()
        return pack_entries(_all(entries, tile.width, f"entries from {tile.first}"))
    return b"".join(_hashes(session, tile.tree_level, tile.first, tile.width))


def _hashes(session: Session, level: int, first: int, count: int) -> Sequence[bytes]:
    if level == 0:
        query = (
            select(Leaf.leaf_hash)
            .where(Leaf.log_index >= first, Leaf.log_index < first + count)
            .order_by(Leaf.log_index)
        )
    else:
        query = (
            select(Node.hash)
            .where(Node.level == level, Node.position >= first, Node.position < first + count)
            .order_by(Node.position)
        )
    return _all(session.scalars(query).all(), count, f"nodes of level {level} from {first}")


def _all(rows: Sequence[bytes], count: int, what: str) -> Sequence[bytes]:
    if len(rows) != count:
        raise LogForkRefused(
            f"expected {count} {what} in the database, got {len(rows)}; "
            "the database is damaged: restore it, and the rest is refilled from a mirror"
        )
    return rows
