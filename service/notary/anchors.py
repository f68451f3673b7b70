"""Takes signed checkpoints onto one chain: queued → broadcast → included → final."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.orm import Session

from service.database import Database
from service.notary.anchor_proofs import AnchorProofs
from service.notary.anchor_rows import AnchorRows
from service.notary.attempts import Attempts
from service.notary.cadence import IN_FLIGHT
from service.notary.chain import AnchorChain, ChainAnchor, ChainHead, ChainTransaction
from service.notary.chain_comparison import LOST_BY_CHAIN, ChainComparison
from service.notary.errors import ChainRefusedError
from service.notary.home import PlaceKeeper
from service.notary.models import Anchor, AnchorState, SignedCheckpoint
from service.notary.single_writer import SingleWriter

# Gives the checkpoint that a chain should take next, None while none is due.
ChooseCheckpoint = Callable[[Session], SignedCheckpoint | None]


@dataclass(frozen=True)
class AnchorProgress:
    """What is left to do: ``idle`` nothing, else the state of the anchor in flight.

    ``pending``: a checkpoint waits for its turn. ``size`` and ``reason`` are those of the anchor
    in flight, or of the newest one that failed for good.
    """

    state: Literal["idle", "pending", "queued", "broadcast", "included"]
    size: int | None = None
    reason: str | None = None


class ChainAnchorer:
    """The one that submits anchors to one chain; one at a time, each covering all signed by then.

    An anchor's row is written before the chain hears of it and its state only follows what the
    chain says, so every method may be repeated at any moment. The next anchor waits until the
    last one is final: sizes then go up by themselves, which the contract demands for ever, and
    a busy log is batched. Nothing here waits for another chain.
    """

    def __init__(
        self,
        *,
        name: str,
        database: Database,
        chain: AnchorChain,
        keeper: PlaceKeeper,
        rows: AnchorRows,
        comparison: ChainComparison,
        attempts: Attempts,
        proofs: AnchorProofs,
        choose: ChooseCheckpoint,
    ) -> None:
        self._database = database
        self._chain = chain
        self._keeper = keeper
        self._rows = rows
        self._comparison = comparison
        self._attempts = attempts
        self._proofs = proofs
        self._choose = choose
        self._writer = SingleWriter(database, f"anchors-{name}")

    def meet(self) -> None:
        """Compare the log with the chain, opening it there if need be.

        The caller holds no anchor writer. Raises ChainDownError, ChainRefusedError,
        LogForkRefused, OtherHomeError.
        """
        with self._writer.held():
            self._comparison.forget()
            self._comparison.head()
            self._rows.forget_failed()

    def submit(self) -> str | None:
        """Send the anchor in flight, or start one for the checkpoint whose turn it is.

        Returns its transaction, None if there is nothing to anchor. Raises ChainDownError,
        ChainRefusedError, LogForkRefused, OtherHomeError.
        """
        with self._writer.held():
            self._queue_next(self._comparison.head())
            waiting = self._rows.in_flight()
            if waiting is None:
                return None
            if waiting.state == AnchorState.INCLUDED:
                return waiting.transaction
            return self._send(waiting)

    def confirm(self) -> AnchorProgress:
        """Look how far the anchor in flight is, and write that down. Raises ChainDownError."""
        with self._writer.held():
            waiting = self._rows.in_flight()
            if waiting is not None and waiting.state != AnchorState.QUEUED:
                self._look(waiting)
            return self._progress()

    def _queue_next(self, head: ChainHead) -> None:
        """Write down the anchor of the next checkpoint, if none is in flight and it is new."""
        with self._database.transaction() as session:
            if self._rows.of(session, *IN_FLIGHT):
                return
            chosen = self._choose(session)
            if chosen is None or chosen.size <= head.size:
                return
            if self._rows.get(session, chosen.size) is None:
                self._rows.add(session, chosen.size, chosen.root, AnchorState.QUEUED)

    def _send(self, row: Anchor) -> str | None:
        # Crash point: a queued row that the chain has not heard of. The next run sends it.
        log_id = self._keeper.place().log_id
        try:
            transaction = self._chain.submit(log_id, row.size, row.root)
        except ChainRefusedError as error:
            state = AnchorState.FAILED if error.permanent else AnchorState.QUEUED
            self._rows.update(row, state=state, reason=error.reason)
            raise
        # Crash point: a transaction no row names. The next run's submit finds or repeats it.
        self._attempts.add(row.chain_id, row.size, transaction)
        self._rows.update(
            row, state=AnchorState.BROADCAST, transaction=transaction or None, reason=None
        )
        return transaction or None

    def _look(self, row: Anchor) -> None:
        log_id = self._keeper.place().log_id
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
        self._rows.update(
            row,
            state=AnchorState.FINAL if made.block <= final.number else AnchorState.INCLUDED,
            transaction=transaction,
            block=(block.number, block.hash, block.time),
            reason=None,
        )

    def _chase(self, row: Anchor) -> None:
        """Follow what was sent for an anchor that is not in the contract (any more).

        Every transaction ever sent for it is looked at: one that is still on its way, or was
        taken back by a short reorganisation and is being mined again, makes a new one needless.
        """
        found = self._found(row)
        alive = next(
            (sent for sent, state in found if state.state in ("pending", "included")), None
        )
        if alive is not None:
            self._rows.update(row, state=AnchorState.BROADCAST, transaction=alive, reason=None)
            return
        reason = LOST_BY_CHAIN
        if found and found[0][1].state == "failed":
            reason = found[0][1].reason or "reverted"
        self._rows.update(row, state=AnchorState.QUEUED, reason=reason)

    def _found(self, row: Anchor) -> list[tuple[str, ChainTransaction]]:
        """Return every attempt at an anchor with what the chain says of it, newest first."""
        sent = self._attempts.of(row.chain_id, row.size)
        if row.transaction is not None and row.transaction not in sent:
            sent.insert(0, row.transaction)
        return [(one, self._chain.transaction(one)) for one in sent]

    def _progress(self) -> AnchorProgress:
        with self._database.reading() as session:
            flying = self._rows.of(session, *IN_FLIGHT)
            if flying:
                state: Literal["queued", "broadcast", "included"] = "queued"
                if flying[0].state == AnchorState.BROADCAST:
                    state = "broadcast"
                elif flying[0].state == AnchorState.INCLUDED:
                    state = "included"
                return AnchorProgress(state, flying[0].size, flying[0].reason)
            final = self._rows.newest_final(session)
            newest = self._choose(session)
            if newest is None or newest.size <= final:
                return AnchorProgress("idle")
            failed = self._rows.get(session, newest.size)
            if failed is not None:
                # Refused for good: only a later checkpoint, or a restart, tries anything new.
                return AnchorProgress("idle", failed.size, failed.reason)
            return AnchorProgress("pending", newest.size)

    def _anchored(self, root: bytes) -> ChainAnchor | None:
        return self._chain.anchored(self._keeper.place().log_id, root)
