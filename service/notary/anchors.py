"""Takes signed checkpoints onto the chain: queued → broadcast → included → final."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchoring.tree import root_at
from service.database import Database
from service.notary.anchor_proofs import AnchorProofs
from service.notary.chain import AnchorChain, ChainAnchor, ChainHead
from service.notary.errors import ChainDownError, ChainRefusedError, LogForkRefused
from service.notary.home import HomeKeeper
from service.notary.log_reader import newest_checkpoint, newest_final, node_reader, placed_size
from service.notary.models import Anchor, AnchorState
from service.notary.sequencer import Sequencer
from service.notary.single_writer import SingleWriter

_log = structlog.get_logger(__name__)

LOST_BY_CHAIN = "lost-by-chain"
_IN_FLIGHT = (AnchorState.QUEUED, AnchorState.BROADCAST, AnchorState.INCLUDED)


@dataclass(frozen=True)
class AnchorProgress:
    """What is left to do: ``idle`` nothing, else the state of the anchor in flight.

    ``pending``: a checkpoint waits for its turn. ``size`` and ``reason`` are those of the anchor
    in flight, or of the newest one that failed for good.
    """

    state: Literal["idle", "pending", "queued", "broadcast", "included"]
    size: int | None = None
    reason: str | None = None


class Anchorer:
    """The one that submits anchors; one at a time, each covering everything signed by then.

    An anchor's row is written before the chain hears of it and its state only follows what the
    chain says, so every method may be repeated at any moment. The next anchor waits until the
    last one is final: sizes then go up by themselves, which the contract demands for ever, and
    a busy log is batched.
    """

    def __init__(
        self,
        *,
        database: Database,
        chain: AnchorChain,
        home: HomeKeeper,
        sequencer: Sequencer,
        proofs: AnchorProofs,
    ) -> None:
        self._database = database
        self._chain = chain
        self._home = home
        self._sequencer = sequencer
        self._proofs = proofs
        self._writer = SingleWriter(database, "anchors")
        self._greeted = False

    def meet(self) -> None:
        """Compare the log with the chain, opening it there if need be.

        The caller holds neither writer. Raises ChainDownError, LogForkRefused, OtherHomeError.
        """
        with self._writer.held():
            self._greeted = False
            self._compare()
            self._retry_failed()

    def submit(self) -> str | None:
        """Send the anchor in flight, or start one for the newest checkpoint if it is not on chain.

        Returns its transaction, None if there is nothing to anchor. Raises ChainDownError,
        ChainRefusedError, LogForkRefused.
        """
        with self._writer.held():
            head = self._compare()
            self._queue_newest(head)
            waiting = self._in_flight()
            if waiting is None:
                return None
            if waiting.state == AnchorState.INCLUDED:
                return waiting.transaction
            return self._send(waiting)

    def confirm(self) -> AnchorProgress:
        """Look how far the anchor in flight is, and write that down. Raises ChainDownError."""
        with self._writer.held():
            waiting = self._in_flight()
            if waiting is not None and waiting.state != AnchorState.QUEUED:
                self._look(waiting)
            return self._progress()

    def _compare(self) -> ChainHead:
        """Return the chain's head of the log, after checking it against the log itself."""
        try:
            if not self._greeted:
                self._home.check_chain()
            identity = self._home.identity()
            head = self._chain.head(identity.log_id)
            if not head.is_open:
                self._chain.open_log(identity.origin)
                head = self._chain.head(identity.log_id)
            self._check_head(head)
            self._requeue_lost(head)
        except ChainDownError:
            # It may come back as another chain.
            self._greeted = False
            raise
        self._greeted = True
        return head

    def _check_head(self, head: ChainHead) -> None:
        """Raise LogForkRefused unless the newest anchor on chain is of this very log."""
        if head.size == 0:
            return
        chain_id = self._home.identity().chain_id
        with self._database.reading() as session:
            row = session.get(Anchor, (chain_id, head.size))
            known = row is not None and row.state in {AnchorState.INCLUDED, AnchorState.FINAL}
            size = placed_size(session)
            if not known and head.size <= size:
                root = root_at(node_reader(session), head.size)
        if known:
            return
        if head.size > size:
            raise LogForkRefused(
                f"the chain has an anchor of {head.size} leaves, the database has {size}; it was "
                "restored from an old copy: put a mirror beside it that has them all",
                anchored=head.size,
                size=size,
            )
        made = self._anchored(root)
        if made is None or made.size != head.size:
            raise LogForkRefused(
                f"the chain's anchor of {head.size} leaves has another root than the database; "
                "one of them belongs to another history",
                anchored=head.size,
            )
        # Anchored by this log: just now, or in a past that the database was restored to before.
        note = self._sequencer.sign(head.size, root)
        with self._database.transaction() as session:
            self._sequencer.add_checkpoint(session, head.size, root, note)
            row = session.get(Anchor, (chain_id, head.size))
            if row is None:
                row = Anchor(chain_id=chain_id, size=head.size, root=root)
                session.add(row)
            row.state, row.reason = AnchorState.BROADCAST, None

    def _requeue_lost(self, head: ChainHead) -> None:
        """Queue again what the chain had and lost, for the contract takes no size but the next."""
        with self._database.reading() as session:
            rows = self._rows(session, AnchorState.INCLUDED, AnchorState.FINAL)
        lost = [row for row in rows if row.size > head.size]
        if not lost:
            return
        for row in lost:
            if row.state == AnchorState.FINAL and not self._is_gone(row):
                raise ChainDownError(
                    f"expected a node that knows the final anchor of {row.size} leaves, got one "
                    f"that ends at {head.size}; it lags behind"
                )
        _log.warning("anchors-lost", first=lost[0].size, last=lost[-1].size, head=head.size)
        with self._database.transaction() as session:
            for row in lost:
                kept = session.get_one(Anchor, (row.chain_id, row.size))
                kept.state, kept.reason = AnchorState.QUEUED, LOST_BY_CHAIN
                kept.transaction = kept.block_number = kept.block_time = kept.block_hash = None

    def _is_gone(self, row: Anchor) -> bool:
        """Whether the block of a final anchor is not in the chain any more, and not only unseen."""
        if self._chain.is_our_own or row.block_number is None:
            return True
        block = self._chain.block(row.block_number)
        return block is not None and block.hash != row.block_hash

    def _queue_newest(self, head: ChainHead) -> None:
        """Write down the anchor of the newest checkpoint, if none is in flight and it is new."""
        chain_id = self._home.identity().chain_id
        with self._database.transaction() as session:
            if self._rows(session, *_IN_FLIGHT):
                return
            newest = newest_checkpoint(session)
            if newest is None or newest.size <= head.size:
                return
            if session.get(Anchor, (chain_id, newest.size)) is None:
                session.add(
                    Anchor(
                        chain_id=chain_id,
                        size=newest.size,
                        root=newest.root,
                        state=AnchorState.QUEUED,
                    )
                )

    def _send(self, row: Anchor) -> str | None:
        # Crash point: a queued row that the chain has not heard of. The next run sends it.
        log_id = self._home.identity().log_id
        try:
            transaction = self._chain.submit(log_id, row.size, row.root)
        except ChainRefusedError as error:
            state = AnchorState.FAILED if error.permanent else AnchorState.QUEUED
            self._update(row, state=state, reason=error.reason)
            raise
        # Crash point: a transaction no row names. The next run's submit finds or repeats it.
        self._update(row, state=AnchorState.BROADCAST, transaction=transaction or None, reason=None)
        return transaction or None

    def _look(self, row: Anchor) -> None:
        log_id = self._home.identity().log_id
        if self._anchored(row.root) is None:
            self._chase(row)
            return
        # On a chain of our own, "included" is true only of what it would not forget.
        self._chain.settle()
        # The final block is read first: what the newer state then has at or below it is final.
        final = self._chain.final_block()
        made = self._anchored(row.root)
        block = None if made is None else self._chain.block(made.block)
        if made is None or block is None:
            return  # reorganised between two questions; the next look sees where it ends
        transaction = row.transaction
        if row.block_hash != block.hash:
            # The one we sent last need not be the one that was mined, if it was repriced.
            transaction = self._chain.submit(log_id, row.size, row.root) or None
            self._proofs.gather(
                size=row.size, root=row.root, block=block.number, block_hash=block.hash
            )
            # Crash point: kept proofs of an anchor that no row calls included. The next look
            # keeps them again.
        self._update(
            row,
            state=AnchorState.FINAL if made.block <= final.number else AnchorState.INCLUDED,
            transaction=transaction,
            block=(block.number, block.hash, block.time),
            reason=None,
        )

    def _chase(self, row: Anchor) -> None:
        """Follow a transaction whose anchor is not in the contract."""
        found = None if row.transaction is None else self._chain.transaction(row.transaction)
        if found is not None and found.state == "failed":
            self._update(row, state=AnchorState.QUEUED, reason=found.reason or "reverted")
        elif found is None or found.state == "unknown":
            self._update(row, state=AnchorState.QUEUED, reason=LOST_BY_CHAIN)
        elif row.state == AnchorState.INCLUDED:
            # A short reorganisation: it went back to the pool, or is just being mined again.
            self._update(row, state=AnchorState.BROADCAST, reason=None)

    def _progress(self) -> AnchorProgress:
        with self._database.reading() as session:
            flying = self._rows(session, *_IN_FLIGHT)
            newest = newest_checkpoint(session)
            chain_id = self._home.identity().chain_id
            final = newest_final(session, chain_id)
            if flying:
                state: Literal["queued", "broadcast", "included"] = "queued"
                if flying[0].state == AnchorState.BROADCAST:
                    state = "broadcast"
                elif flying[0].state == AnchorState.INCLUDED:
                    state = "included"
                return AnchorProgress(state, flying[0].size, flying[0].reason)
            if newest is None or (final is not None and final.size >= newest.size):
                return AnchorProgress("idle")
            failed = session.get(Anchor, (chain_id, newest.size))
            if failed is not None:
                # Refused for good: only a later checkpoint, or a restart, tries anything new.
                return AnchorProgress("idle", failed.size, failed.reason)
            return AnchorProgress("pending", newest.size)

    def _retry_failed(self) -> None:
        """Give what was refused for good another try: somebody may have mended the cause."""
        with self._database.transaction() as session:
            for row in self._rows(session, AnchorState.FAILED):
                session.delete(row)

    def _in_flight(self) -> Anchor | None:
        """Return the anchor whose turn it is: of those not final, the one with the least size."""
        with self._database.reading() as session:
            return next(iter(self._rows(session, *_IN_FLIGHT)), None)

    def _rows(self, session: Session, *states: AnchorState) -> Sequence[Anchor]:
        return session.scalars(
            select(Anchor)
            .where(
                Anchor.chain_id == self._home.identity().chain_id,
                Anchor.state.in_([str(state) for state in states]),
            )
            .order_by(Anchor.size)
        ).all()

    def _anchored(self, root: bytes) -> ChainAnchor | None:
        return self._chain.anchored(self._home.identity().log_id, root)

    def _update(
        self,
        row: Anchor,
        *,
        state: AnchorState,
        reason: str | None,
        transaction: str | None = None,
        block: tuple[int, bytes, int] | None = None,
    ) -> None:
        with self._database.transaction() as session:
            kept = session.get_one(Anchor, (row.chain_id, row.size))
            kept.state, kept.reason = state, reason
            kept.transaction = transaction or kept.transaction
            kept.block_number, kept.block_hash, kept.block_time = block or (None, None, None)
