"""All stores at once: placing an object in those that lack it, and reading it from the nearest."""

import hashlib
import queue
import time
from collections.abc import Iterator, Sequence

import structlog

from service.clock import Clock
from service.custody.copies import CopyState, Parcel, Placed
from service.custody.errors import NoGoodCopyError, ObjectMissingError, StoreFailedError
from service.custody.ledger import EventKind, KnownCopy, Ledger
from service.custody.models import KeptObject
from service.custody.spool import Spool
from service.custody.store import Store
from service.custody.watched_store import Outcome, StorePlan, WatchedStore, ask_all

_log = structlog.get_logger(__name__)

# How long the other stores are waited for once enough have it: most are nearly done by then.
_PATIENCE_S = 2.0
# The next store is asked as well when the nearest took this part of its time without an answer.
_HURRY = 0.2
# Stores whose answers take about the same time stay in the order of the settings.
_ABOUT_THE_SAME_S = 0.05


class Panel:
    """The stores of one installation, and what their answers mean for the rows."""

    def __init__(
        self, plans: Sequence[StorePlan], *, ledger: Ledger, clock: Clock, spool: Spool
    ) -> None:
        self.stores = [WatchedStore(plan, clock) for plan in plans]
        self._ledger = ledger
        self._spool = spool
        self._down: set[str] = set()

    def place(
        self, kept: KeptObject, *, envelope: bytes, envelope_version: int, need: int | None
    ) -> tuple[int, int]:
        """Give the object and its envelope to every store that lacks one of them.

        With ``need`` it ends soon after so many stores have the object, and asks those that rest
        only when it takes them; without it every store has its full time. Returns how many have
        everything now that had not, and how many still lack something. Raises NoGoodCopyError.
        """
        copies = self._ledger.copies(kept.cid)
        lacking = [
            watched
            for watched in self.stores
            if not _complete(copies.get(watched.name), envelope_version)
        ]
        if not lacking:
            return 0, 0
        ours = {watched.name for watched in self.stores}
        has = {
            one.store: one.version
            for one in copies.values()
            if one.state is CopyState.KEPT and one.store in ours
        }
        whole = all(watched.name in has for watched in lacking)
        parcel = Parcel(
            cid=kept.cid,
            sha256=kept.ciphertext_sha256,
            ciphertext=b"" if whole else self.ciphertext(kept),
            envelope=envelope,
        )
        placed = 0
        tried: set[str] = set()
        awake = [watched for watched in lacking if not watched.resting]
        for turn in (awake, [watched for watched in lacking if watched not in awake]):
            missing = None if need is None else max(0, need - len(has) - placed)
            if turn and (turn is awake or missing):
                placed += self._give(turn, parcel, has, envelope_version, enough=missing)
                tried |= {watched.name for watched in turn}
        for watched in lacking:
            if watched.name not in tried:
                self._ledger.not_answered(kept.cid, watched.name, reason="resting")
        self.note_conditions()
        return placed, len(lacking) - placed

    def ciphertext(self, kept: KeptObject) -> bytes:
        """Return the object's bytes, whole, from the spool or the nearest store that has them.

        Raises NoGoodCopyError.
        """
        spooled = self._spool.get(kept.cid, sha256=kept.ciphertext_sha256)
        if spooled is not None:
            return spooled
        copies = self._ledger.copies(kept.cid)
        found: bytes | None = None
        for outcome in self._one_after_another(kept, copies):
            known = copies.get(outcome.watched.name)
            if outcome.value is not None:
                if hashlib.sha256(outcome.value).digest() == kept.ciphertext_sha256:
                    found = outcome.value
                    break
                self.bad(kept.cid, outcome.watched.name, CopyState.ROTTEN, "hash-differs")
            elif isinstance(outcome.failure, ObjectMissingError):
                if known is not None:
                    self.bad(kept.cid, outcome.watched.name, CopyState.MISSING, "not-there")
            elif isinstance(outcome.failure, StoreFailedError):
                self._ledger.not_answered(
                    kept.cid, outcome.watched.name, reason=str(outcome.failure.facts["reason"])
                )
        self.note_conditions()
        if found is None:
            raise NoGoodCopyError("no store has a whole copy at present; check the stores")
        return found

    def bad(self, cid: str, store: str, state: CopyState, reason: str) -> None:
        """Remember a copy that is missing or wrong."""
        self._ledger.placed(cid, store, Placed(state=state, reason=reason), envelope_version=0)
        _log.warning("copy-not-good", cid=cid, store=store, reason=reason)

    def note_conditions(self) -> None:
        """Write down which stores went to rest, and which came back."""
        for watched in self.stores:
            condition = watched.condition
            down = condition.resting_since is not None
            if down == (watched.name in self._down):
                continue
            kind = EventKind.DOWN if down else EventKind.BACK
            self._ledger.store_event(kind, watched.name, reason=condition.reason)
            (self._down.add if down else self._down.discard)(watched.name)
            _log.warning(f"store-{kind}", store=watched.name, reason=condition.reason)

    def _give(
        self,
        stores: Sequence[WatchedStore],
        parcel: Parcel,
        has: dict[str, str],
        envelope_version: int,
        *,
        enough: int | None,
    ) -> int:
        def place(store: Store) -> Placed:
            return parcel.place(store, has=has.get(store.name))

        def are_enough(outcomes: Sequence[Outcome[Placed]]) -> bool:
            return enough is not None and sum(map(_is_good, outcomes)) >= enough

        outcomes = ask_all(
            stores,
            place,
            # Up, and back once more to be compared.
            size=2 * (len(parcel.ciphertext) + len(parcel.envelope)),
            enough=are_enough,
            patience_s=_PATIENCE_S,
        )
        # A crash here places the same bytes once more.
        for outcome in outcomes:
            name = outcome.watched.name
            if outcome.value is not None:
                self._note_placed(parcel.cid, name, outcome.value, envelope_version, name in has)
            elif outcome.failure is not None:
                reason = str(outcome.failure.facts.get("reason", "not-there"))
                self._ledger.not_answered(parcel.cid, name, reason=reason)
                _log.warning("copy-not-kept", cid=parcel.cid, store=name, reason=reason)
        return sum(map(_is_good, outcomes))

    def _note_placed(
        self, cid: str, store: str, placed: Placed, envelope_version: int, had: bool
    ) -> None:
        good = placed.state is CopyState.KEPT
        self._ledger.placed(cid, store, placed, envelope_version=envelope_version if good else 0)
        if not good:
            _log.warning("copy-not-kept", cid=cid, store=store, reason=placed.reason, had=had)

    def _one_after_another(
        self, kept: KeptObject, copies: dict[str, KnownCopy]
    ) -> Iterator[Outcome[bytes]]:
        """Read from store after store, the next one early when the last is slow to answer."""

        def read(store: Store) -> bytes:
            known = copies.get(store.name)
            return store.get(kept.cid, version="" if known is None else known.version)

        tell: queue.SimpleQueue[Outcome[bytes]] = queue.SimpleQueue()
        waiting: dict[str, tuple[WatchedStore, float]] = {}
        others = self._nearest_first(copies)
        next_at = 0.0
        while others or waiting:
            now = time.monotonic()
            if others and (not waiting or now >= next_at):
                watched = others.pop(0)
                most_s = watched.limits.seconds_for(kept.ciphertext_bytes)
                waiting[watched.name] = (watched, now + most_s)
                next_at = now + most_s * _HURRY
                watched.begin(read, tell)
            wake_at = min(until for _, until in waiting.values())
            wake_at = min(wake_at, next_at) if others else wake_at
            try:
                outcome = tell.get(timeout=max(0.0, wake_at - time.monotonic()))
            except queue.Empty:
                late = [one for one, until in waiting.values() if time.monotonic() >= until]
                for watched in late:
                    del waiting[watched.name]
                    yield Outcome(watched, failure=watched.failure("timeout")).counted()
                continue
            if outcome.end is not None:
                raise outcome.end
            if waiting.pop(outcome.watched.name, None) is not None:
                yield outcome.counted()

    def _nearest_first(self, copies: dict[str, KnownCopy]) -> list[WatchedStore]:
        def place(watched: WatchedStore) -> tuple[bool, bool, int, int]:
            known = copies.get(watched.name)
            return (
                known is None or known.state is not CopyState.KEPT,
                watched.resting,
                watched.preference,
                int((watched.condition.latency_s or 0.0) / _ABOUT_THE_SAME_S),
            )

        return sorted(self.stores, key=place)


def _complete(known: KnownCopy | None, envelope_version: int) -> bool:
    return (
        known is not None
        and known.state is CopyState.KEPT
        and known.envelope_version == envelope_version
    )


def _is_good(outcome: Outcome[Placed]) -> bool:
    return outcome.value is not None and outcome.value.state is CopyState.KEPT
