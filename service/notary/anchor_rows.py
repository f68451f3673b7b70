"""The rows of one chain's anchors, and which one's turn it is."""

from collections.abc import Callable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.database import Database
from service.notary.cadence import IN_FLIGHT, newest_size
from service.notary.models import Anchor, AnchorState


class AnchorRows:
    """Reads and writes the anchors of one chain; ``chain_id`` says which, once it is known."""

    def __init__(self, database: Database, chain_id: Callable[[], int]) -> None:
        self._database = database
        self._chain_id = chain_id

    def in_flight(self) -> Anchor | None:
        """Return the anchor whose turn it is: of those not final, the one with the least size."""
        with self._database.reading() as session:
            return next(iter(self.of(session, *IN_FLIGHT)), None)

    def of(self, session: Session, *states: AnchorState) -> Sequence[Anchor]:
        """Return the anchors in these states, in ascending size."""
        return session.scalars(
            select(Anchor)
            .where(
                Anchor.chain_id == self._chain_id(),
                Anchor.state.in_([str(state) for state in states]),
            )
            .order_by(Anchor.size)
        ).all()

    def newest_final(self, session: Session) -> int:
        """Return the size of the newest final anchor, 0 before any."""
        return newest_size(session, self._chain_id(), AnchorState.FINAL)

    def get(self, session: Session, size: int) -> Anchor | None:
        """Return the anchor of this size."""
        return session.get(Anchor, (self._chain_id(), size))

    def add(self, session: Session, size: int, root: bytes, state: AnchorState) -> Anchor:
        """Write an anchor down, or give one that is there another state."""
        row = self.get(session, size)
        if row is None:
            row = Anchor(chain_id=self._chain_id(), size=size, root=root)
            session.add(row)
        row.state, row.reason = state, None
        return row

    def requeue(self, rows: Sequence[Anchor], reason: str) -> None:
        """Take anchors back to where nothing is known of them on the chain."""
        with self._database.transaction() as session:
            for row in rows:
                kept = session.get_one(Anchor, (row.chain_id, row.size))
                kept.state, kept.reason = AnchorState.QUEUED, reason
                kept.transaction = kept.block_number = kept.block_time = kept.block_hash = None

    def forget_failed(self) -> None:
        """Forget what was refused for good, so that it may be tried once more."""
        with self._database.transaction() as session:
            for row in self.of(session, AnchorState.FAILED):
                session.delete(row)

    def update(
        self,
        row: Anchor,
        *,
        state: AnchorState,
        reason: str | None,
        transaction: str | None = None,
        block: tuple[int, bytes, int] | None = None,
    ) -> None:
        """Write down how far an anchor is; a transaction once known stays until another comes."""
        with self._database.transaction() as session:
            kept = session.get_one(Anchor, (row.chain_id, row.size))
            kept.state, kept.reason = state, reason
            kept.transaction = transaction or kept.transaction
            kept.block_number, kept.block_hash, kept.block_time = block or (None, None, None)
