"""Reading the log from the database: sizes, checkpoints, tiles."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anchoring.tile_layout import Tile, pack_entries
from service.notary.errors import LogForkRefused
from service.notary.models import Anchor, AnchorState, Leaf, SignedCheckpoint
from service.notary.node_store import NodeReader

_HASH = 32


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


def tile_content(session: Session, tile: Tile) -> bytes:
    """Return the bytes of a tile or entry bundle, all of which must be in the log."""
    if tile.level is None:
        entries = session.scalars(
            select(Leaf.entry)
            .where(Leaf.log_index >= tile.first, Leaf.log_index < tile.first + tile.width)
            .order_by(Leaf.log_index)
        ).all()
        if len(entries) != tile.width:
            raise _damaged(tile.width, f"entries from {tile.first}", len(entries))
        return pack_entries(entries)
    hashes, _ = NodeReader(session).row(tile.level, tile.index)
    wanted = hashes[: tile.width * _HASH]
    if len(wanted) != tile.width * _HASH:
        raise _damaged(tile.width, f"hashes of {tile.path}", len(wanted) // _HASH)
    return wanted


def _damaged(expected: int, what: str, got: int) -> LogForkRefused:
    return LogForkRefused(
        f"expected {expected} {what} in the database, got {got}; "
        "the database is damaged: restore it, and the rest is refilled from a mirror"
    )
