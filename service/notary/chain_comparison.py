"""Compares one chain's head of the log with the log itself, before anything is anchored there."""

from typing import Protocol

import structlog
from sqlalchemy.orm import Session

from service.database import Database
from service.notary.anchor_rows import AnchorRows
from service.notary.chain import AnchorChain, ChainHead
from service.notary.errors import ChainDownError, LogForkRefused, OtherHomeError
from service.notary.home import PlaceKeeper
from service.notary.log_reader import placed_size
from service.notary.models import Anchor, AnchorState
from service.notary.node_store import read_root

_log = structlog.get_logger(__name__)

LOST_BY_CHAIN = "lost-by-chain"


class CheckpointSigner(Protocol):
    """What signs a checkpoint that the chain knows and the database does not (Sequencer)."""

    def sign(self, size: int, root: bytes) -> str:
        """Return the signed note."""
        ...

    def add_checkpoint(self, session: Session, size: int, root: bytes, note: str) -> None:
        """Remember a signed checkpoint, once."""
        ...


class ChainComparison:
    """Sees that a chain is the one met first, holds this log and no other, and kept its anchors."""

    def __init__(
        self,
        *,
        database: Database,
        chain: AnchorChain,
        keeper: PlaceKeeper,
        rows: AnchorRows,
        signer: CheckpointSigner,
    ) -> None:
        self._database = database
        self._chain = chain
        self._keeper = keeper
        self._rows = rows
        self._signer = signer
        self._greeted = False

    def forget(self) -> None:
        """Greet the chain anew at the next comparison."""
        self._greeted = False

    def head(self) -> ChainHead:
        """Return the chain's head of the log, after checking it; opens the log if it is not open.

        Raises ChainDownError, ChainRefusedError, LogForkRefused, OtherHomeError.
        """
        try:
            if not self._greeted:
                self._keeper.check_chain()
            place = self._keeper.place()
            head = self._chain.head(place.log_id)
            if not head.is_open:
                head = self._opened()
            if head.operator != self._chain.operator:
                raise OtherHomeError(
                    f"expected the key of 0x{head.operator.hex()}, the log's operator on this "
                    f"chain, got that of 0x{self._chain.operator.hex()}; use that key, or hand "
                    "the log over to this one first"
                )
            self._check(head)
            self._requeue_lost(head)
        except ChainDownError:
            # It may come back as another chain.
            self._greeted = False
            raise
        self._greeted = True
        return head

    def _opened(self) -> ChainHead:
        """Open the log and return its head; only its opener's key can, since the id names it."""
        place = self._keeper.place()
        if place.opener != self._chain.operator:
            raise OtherHomeError(
                f"expected the log to be open on this chain, or the key of its opener "
                f"0x{place.opener.hex()}, got that of 0x{self._chain.operator.hex()}; open it "
                "with the opener's key, then hand it over"
            )
        self._chain.open_log(place.origin)
        head = self._chain.head(place.log_id)
        if not head.is_open:
            raise ChainDownError(
                "expected a node that knows the log that was just opened, got one that does not "
                "yet; it lags behind"
            )
        return head

    def _check(self, head: ChainHead) -> None:
        """Raise LogForkRefused unless the newest anchor on chain is of this very log."""
        if head.size == 0:
            return
        with self._database.reading() as session:
            row = self._rows.get(session, head.size)
            known = row is not None and row.state in {AnchorState.INCLUDED, AnchorState.FINAL}
            size = placed_size(session)
            if not known and head.size <= size:
                root = read_root(session, head.size)
        if known:
            return
        if head.size > size:
            raise LogForkRefused(
                f"the chain has an anchor of {head.size} leaves, the database has {size}; it was "
                "restored from an old copy: put a mirror beside it that has them all",
                anchored=head.size,
                size=size,
            )
        log_id = self._keeper.place().log_id
        made = self._chain.anchored(log_id, root)
        seen = made is not None and made.size == head.size
        # A root not found may only be unseen yet, by a node behind the one that told the size. So
        # a refusal rests on both as of one block.
        if not seen and not self._chain.newest_is(log_id, head.size, root):
            raise LogForkRefused(
                f"the chain's anchor of {head.size} leaves has another root than the database; "
                "one of them belongs to another history",
                anchored=head.size,
            )
        # Anchored by this log: just now, or in a past that the database was restored to before.
        note = self._signer.sign(head.size, root)
        with self._database.transaction() as session:
            self._signer.add_checkpoint(session, head.size, root, note)
            self._rows.add(session, head.size, root, AnchorState.BROADCAST)

    def _requeue_lost(self, head: ChainHead) -> None:
        """Queue again what the chain had and lost, for the contract takes no size but the next."""
        with self._database.reading() as session:
            rows = self._rows.of(session, AnchorState.INCLUDED, AnchorState.FINAL)
        lost = [row for row in rows if row.size > head.size]
        if not lost:
            return
        for row in lost:
            if self._is_unseen(row):
                raise ChainDownError(
                    f"expected a node that knows the {row.state} anchor of {row.size} leaves, got "
                    f"one that ends at {head.size}; it lags behind"
                )
        _log.warning("anchors-lost", first=lost[0].size, last=lost[-1].size, head=head.size)
        self._rows.requeue(lost, LOST_BY_CHAIN)

    def _is_unseen(self, row: Anchor) -> bool:
        """Whether an anchor is only unseen: its block is in the chain, or not known to be gone.

        What is in a block stays in it, so a head without it came from a node that is behind. A
        block that is not final and nobody has may be gone for good, on a chain that went back.
        """
        if self._chain.is_our_own or row.block_number is None:
            return False
        block = self._chain.block(row.block_number)
        if block is None:
            return row.state == AnchorState.FINAL
        return block.hash == row.block_hash
