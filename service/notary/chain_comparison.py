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
                self._open()
                head = self._chain.head(place.log_id)
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

    def _open(self) -> None:
        """Open the log; only its opener's key can, since the log's id names it."""
        place = self._keeper.place()
        if place.opener != self._chain.operator:
            raise OtherHomeError(
                f"expected the log to be open on this chain, or the key of its opener "
                f"0x{place.opener.hex()}, got that of 0x{self._chain.operator.hex()}; open it "
                "with the opener's key, then hand it over"
            )
        self._chain.open_log(place.origin)

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
        made = self._chain.anchored(self._keeper.place().log_id, root)
        if made is None or made.size != head.size:
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
            if row.state == AnchorState.FINAL and not self._is_gone(row):
                raise ChainDownError(
                    f"expected a node that knows the final anchor of {row.size} leaves, got one "
                    f"that ends at {head.size}; it lags behind"
                )
        _log.warning("anchors-lost", first=lost[0].size, last=lost[-1].size, head=head.size)
        self._rows.requeue(lost, LOST_BY_CHAIN)

    def _is_gone(self, row: Anchor) -> bool:
        """Whether the block of a final anchor is not in the chain any more, and not only unseen."""
        if self._chain.is_our_own or row.block_number is None:
            return True
        block = self._chain.block(row.block_number)
        return block is not None and block.hash != row.block_hash
