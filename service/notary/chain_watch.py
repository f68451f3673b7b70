"""Watches the chains: which are silent, whose account runs dry, and what is late."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import structlog
from sqlalchemy import select

from service.clock import Clock
from service.database import Database
from service.notary.alarms import AlarmKind, Alarms
from service.notary.cadence import first_waiting, newest_size
from service.notary.chain import AnchorChain
from service.notary.errors import ChainDownError, ChainRefusedError
from service.notary.models import Anchor, AnchorState, KnownChain

_log = structlog.get_logger(__name__)

NO_FUNDS = "insufficient-funds"


@dataclass(frozen=True, kw_only=True)
class WatchedChain:
    """What is watched of one chain; ``chain_id`` gives its id once it was met."""

    name: str
    chain: AnchorChain
    chain_id: Callable[[], int | None]
    late_after_s: float


class ChainWatch:
    """Notes how each chain is and sounds its alarms; nothing here changes the log or an anchor.

    ``silent_after_s``: seconds without an answer from which a chain is called unreachable.
    """

    def __init__(
        self, *, database: Database, clock: Clock, alarms: Alarms, silent_after_s: float
    ) -> None:
        self._database = database
        self._clock = clock
        self._alarms = alarms
        self._silent_after = timedelta(seconds=silent_after_s)

    def look(self, chains: "list[WatchedChain]") -> None:
        """Ask every chain how it is, all at once, and keep the alarms true."""
        with ThreadPoolExecutor(len(chains), "watch-chain") as pool:
            for chain, outcome in zip(chains, pool.map(self._ask, chains), strict=True):
                if outcome is not None:
                    _log.warning("chain-not-watched", chain=chain.name, reason=outcome)
        for chain in chains:
            self._check_late(chain)

    def note_answer(self, name: str, *, failed: str | Literal[False] | None) -> None:
        """Note that a chain answered; ``failed``: why its newest anchor was refused, if it was."""
        self._note(name, silent=False)
        self._alarms.clear(name, AlarmKind.UNREACHABLE)
        if not failed:
            self._alarms.clear(name, AlarmKind.REFUSED)

    def note_silence(self, name: str) -> None:
        """Note that a chain gave no answer; an alarm once that has lasted."""
        row = self._note(name, silent=True)
        since = row.silent_since
        if since is not None and self._clock.now() - since >= self._silent_after:
            self._alarms.sound(name, AlarmKind.UNREACHABLE)

    def note_refusal(self, name: str, reason: str, *, permanent: bool) -> None:
        """Note that a chain answered no; one that only needs time or money may pass."""
        self._note(name, silent=False)
        self._alarms.clear(name, AlarmKind.UNREACHABLE)
        if reason == NO_FUNDS:
            self._alarms.sound(name, AlarmKind.LOW_BALANCE, reason=reason)
        elif permanent:
            self._alarms.sound(name, AlarmKind.REFUSED, reason=reason)

    def _ask(self, watched: WatchedChain) -> str | None:
        """Keep the alarms of one chain's nodes and account; return what went wrong, or None."""
        try:
            health = watched.chain.health()
        except ChainDownError as error:
            self.note_silence(watched.name)
            return str(error)
        except ChainRefusedError as error:
            return str(error)
        self._note(watched.name, silent=False)
        self._alarms.clear(watched.name, AlarmKind.UNREACHABLE)
        self._alarms.keep(watched.name, AlarmKind.DISAGREEING, health.disagreeing > 0)
        lacks_funds = self._lacks_funds(watched)
        self._alarms.keep(
            watched.name,
            AlarmKind.LOW_BALANCE,
            health.balance_is_low or lacks_funds,
            reason=NO_FUNDS if lacks_funds else None,
        )
        return None

    def _lacks_funds(self, watched: WatchedChain) -> bool:
        """Whether the anchor in flight waits for money."""
        with self._database.reading() as session:
            waiting = session.scalar(
                select(Anchor.size)
                .where(
                    Anchor.chain_id == watched.chain_id(),
                    Anchor.state == AnchorState.QUEUED,
                    Anchor.reason == NO_FUNDS,
                )
                .limit(1)
            )
        return waiting is not None

    def _check_late(self, watched: WatchedChain) -> None:
        with self._database.reading() as session:
            covered = newest_size(
                session, watched.chain_id(), AnchorState.INCLUDED, AnchorState.FINAL
            )
            since = first_waiting(session, covered)
        late = since is not None and self._clock.now() - since > timedelta(
            seconds=watched.late_after_s
        )
        self._alarms.keep(watched.name, AlarmKind.LATE, late)

    def _note(self, name: str, *, silent: bool) -> KnownChain:
        now = self._clock.now()
        with self._database.reading() as session:
            row = session.get_one(KnownChain, name)
        if (row.silent_since is not None) == silent:
            return row
        with self._database.transaction() as session:
            row = session.get_one(KnownChain, name, with_for_update=True)
            if not silent:
                row.silent_since = None
            elif row.silent_since is None:
                row.silent_since = now
        return row
