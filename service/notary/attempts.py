"""Every transaction ever sent for an anchor, kept so that each is looked at before another."""

from sqlalchemy import select

from service.clock import Clock
from service.database import Database
from service.notary.models import AnchorAttempt


class Attempts:
    """The durable list of attempts, chain by chain; transactions are hashes, 0x…."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def of(self, chain_id: int, size: int) -> list[str]:
        """Return the transactions that were sent for one anchor, newest first."""
        with self._database.reading() as session:
            return list(
                session.scalars(
                    select(AnchorAttempt.transaction)
                    .where(AnchorAttempt.chain_id == chain_id, AnchorAttempt.size == size)
                    .order_by(AnchorAttempt.sent_at.desc())
                )
            )

    def add(self, chain_id: int, size: int, transaction: str) -> None:
        """Note a transaction that was sent for the anchor of ``size``; "" names none."""
        if not transaction or transaction in self.of(chain_id, size):
            return
        with self._database.transaction() as session:
            session.merge(
                AnchorAttempt(
                    chain_id=chain_id,
                    transaction=transaction,
                    size=size,
                    sent_at=self._clock.now(),
                )
            )
