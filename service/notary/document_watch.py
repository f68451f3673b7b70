"""Notices which documents their parties have voided or superseded at their home."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import structlog
from sqlalchemy import select

from service.database import Database, insert_unless_there
from service.notary.anchor_desk import ChainPost
from service.notary.anchor_proofs import DOCUMENT
from service.notary.cadence import newest_size
from service.notary.errors import ChainDownError, ChainRefusedError
from service.notary.models import AnchorState, EndedDocument, Leaf

_log = structlog.get_logger(__name__)

# One question's worth for a node, and how many questions a look asks.
_AT_ONCE = 200
_QUESTIONS = 50
_WORDS: dict[int, Literal["voided", "superseded"]] = {1: "voided", 2: "superseded"}


@dataclass(frozen=True)
class EndedView:
    """That a document is no longer in force, since the time of the block that says so."""

    how: Literal["voided", "superseded"]
    since: datetime
    successor: bytes | None


class DocumentWatch:
    """Asks the home for the status of documents, as of a final block, and keeps what ended.

    Only the contract at the home decides (protocol rule 9); this is a copy of its word, so that
    pages can show it. Many documents go into one question, and a look takes a bounded number:
    the next one goes on where it ended.
    """

    def __init__(self, *, database: Database, home: ChainPost) -> None:
        self._database = database
        self._home = home
        self._position = 0

    def look(self) -> None:
        """Take the next documents; a chain that gives no answer is asked again next time."""
        try:
            final = self._home.plan.chain.final_block().number
            for _ in range(_QUESTIONS):
                leaves = self._next()
                if not leaves:
                    self._position = 0
                    return
                self._keep([leaf for _, leaf in leaves], final)
                self._position = leaves[-1][0] + 1
        except (ChainDownError, ChainRefusedError) as error:
            _log.warning("documents-not-watched", chain=self._home.name, reason=str(error))

    def ended(self, leaf_hash: bytes) -> EndedView | None:
        """Return how a document ended, None while it is in force as far as is known."""
        with self._database.reading() as session:
            row = session.get(EndedDocument, leaf_hash)
            if row is None or row.code not in _WORDS:
                return None
            return EndedView(_WORDS[row.code], datetime.fromtimestamp(row.time, UTC), row.successor)

    def _next(self) -> Sequence[tuple[int, bytes]]:
        """Return (index, leaf hash) of the next anchored documents that have not ended."""
        with self._database.reading() as session:
            anchored = newest_size(session, self._home.keeper.known_chain_id(), AnchorState.FINAL)
            rows = session.execute(
                select(Leaf.log_index, Leaf.leaf_hash)
                .where(
                    Leaf.kind == DOCUMENT,
                    Leaf.log_index >= self._position,
                    Leaf.log_index < anchored,
                    Leaf.leaf_hash.not_in(select(EndedDocument.leaf_hash)),
                )
                .order_by(Leaf.log_index)
                .limit(_AT_ONCE)
            )
            return [(row.log_index, row.leaf_hash) for row in rows]

    def _keep(self, leaves: Sequence[bytes], final: int) -> None:
        log_id = self._home.keeper.place().log_id
        found = self._home.plan.chain.endings(log_id, leaves, final)
        if not found:
            return
        with self._database.transaction() as session:
            for leaf_hash, ending in found.items():
                insert_unless_there(
                    session,
                    EndedDocument,
                    {
                        "leaf_hash": leaf_hash,
                        "code": ending.code,
                        "time": ending.time,
                        "successor": ending.successor,
                    },
                )
        _log.warning("documents-ended", count=len(found))
