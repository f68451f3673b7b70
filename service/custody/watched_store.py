"""A store with somebody watching: time limits for each size, rest after failures, how it is."""

import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from service.clock import Clock
from service.custody.errors import ObjectMissingError, StoreFailedError
from service.custody.store import Store

T = TypeVar("T")

_FAILURES_BEFORE_REST = 3
_FIRST_REST = timedelta(seconds=5)
_LONGEST_REST = timedelta(minutes=5)
# Calls to one store that may be under way at once; what hangs for ever fills no more than these.
_MOST_CALLS = 8
_NEWEST_COUNTS = 0.3


@dataclass(frozen=True, kw_only=True)
class TimeLimits:
    """How long a call may take: ``base_s``, and the time of its bytes at ``least_bytes_s``."""

    base_s: float = 10.0
    least_bytes_s: float = 1_000_000.0

    def seconds_for(self, size: int) -> float:
        """Return the most seconds that moving ``size`` bytes may take."""
        return self.base_s + size / self.least_bytes_s


@dataclass(frozen=True, kw_only=True)
class StorePlan:
    """A store and how it is used: those of the lowest ``preference`` are read first."""

    store: Store
    kind: str
    preference: int = 0
    limits: TimeLimits = TimeLimits()


@dataclass(frozen=True, kw_only=True)
class Condition:
    """How a store is: ``resting_since`` while it is left alone after failures."""

    resting_since: datetime | None
    reason: str
    latency_s: float | None


class WatchedStore:
    """Calls one store in threads of its own, waits no longer than the limits, and remembers.

    After three failures in a row the store rests, five seconds at first and ever longer up to
    five minutes; then one call tries it again. Only silence, refusal and errors are failures: an
    object that is missing or wrong is an answer. A call that is given up goes on in its thread
    until the adapter ends it, and its outcome is nobody's.
    """

    def __init__(self, plan: StorePlan, clock: Clock) -> None:
        self.store = plan.store
        self.kind = plan.kind
        self.preference = plan.preference
        self.limits = plan.limits
        self._clock = clock
        self._lock = threading.Lock()
        self._free = threading.BoundedSemaphore(_MOST_CALLS)
        self._failures = 0
        self._rest_until: datetime | None = None
        self._resting_since: datetime | None = None
        self._reason = ""
        self._latency_s: float | None = None

    @property
    def name(self) -> str:
        """Return the store's name."""
        return self.store.name

    @property
    def condition(self) -> Condition:
        """Return how the store is."""
        with self._lock:
            return Condition(
                resting_since=self._resting_since, reason=self._reason, latency_s=self._latency_s
            )

    @property
    def resting(self) -> bool:
        """Return whether it is left alone at this moment."""
        with self._lock:
            return self._rest_until is not None and self._clock.now() < self._rest_until

    def failed(self, reason: str) -> None:
        """Count a failure."""
        with self._lock:
            self._failures += 1
            self._reason = reason
            if self._failures >= _FAILURES_BEFORE_REST:
                now = self._clock.now()
                turn = min(self._failures - _FAILURES_BEFORE_REST, 10)
                self._rest_until = now + min(_FIRST_REST * 2**turn, _LONGEST_REST)
                self._resting_since = self._resting_since or now

    def answered(self, seconds: float) -> None:
        """Count an answer, which ends a rest."""
        with self._lock:
            self._failures = 0
            self._reason = ""
            self._rest_until = self._resting_since = None
            self._latency_s = (
                seconds
                if self._latency_s is None
                else self._latency_s + _NEWEST_COUNTS * (seconds - self._latency_s)
            )

    def begin(self, work: Callable[[Store], T], tell: "queue.SimpleQueue[Outcome[T]]") -> None:
        """Start ``work`` in a thread, and put its outcome into ``tell`` when it ends."""
        if not self._free.acquire(blocking=False):
            tell.put(Outcome(self, failure=self.busy()))
            return
        threading.Thread(
            target=self._run, args=(work, tell), name=f"store-{self.name}", daemon=True
        ).start()

    def busy(self) -> StoreFailedError:
        """Return the failure of a store whose every call hangs."""
        return self.failure("busy")

    def failure(self, reason: str) -> StoreFailedError:
        """Return a failure of this store."""
        return StoreFailedError(
            f"store {self.name!r} failed: {reason}", store=self.name, reason=reason
        )

    def _run(self, work: Callable[[Store], T], tell: "queue.SimpleQueue[Outcome[T]]") -> None:
        began = time.monotonic()
        outcome: Outcome[T]
        try:
            outcome = Outcome(self, value=work(self.store))
        except (StoreFailedError, ObjectMissingError) as error:
            outcome = Outcome(self, failure=error)
        except Exception as error:  # noqa: BLE001  no adapter's defect may hold a signer up
            outcome = Outcome(self, failure=self.failure(f"defect-{type(error).__name__}"))
        except BaseException as error:  # noqa: BLE001  told to whoever waits
            outcome = Outcome(self, end=error)
        finally:
            self._free.release()
        outcome.seconds = time.monotonic() - began
        tell.put(outcome)


@dataclass
class Outcome(Generic[T]):
    """How one call ended: with a value, or with a failure; ``end`` is the process's own end."""

    watched: WatchedStore
    value: T | None = None
    failure: StoreFailedError | ObjectMissingError | None = None
    end: BaseException | None = None
    seconds: float = 0.0

    def counted(self) -> "Outcome[T]":
        """Count it as a failure or an answer of the store, and return it."""
        if isinstance(self.failure, StoreFailedError):
            self.watched.failed(str(self.failure.facts["reason"]))
        else:
            self.watched.answered(self.seconds)
        return self


def ask(watched: WatchedStore, work: Callable[[Store], T], *, size: int) -> T:
    """Do ``work`` at one store within the limit for ``size`` bytes.

    Raises StoreFailedError, also where the store rests; ObjectMissingError.
    """
    if watched.resting:
        raise watched.failure("resting")
    (outcome,) = ask_all([watched], work, size=size)
    if outcome.failure is not None:
        raise outcome.failure
    return outcome.value  # type: ignore[return-value]  # no failure, so there is one


def ask_all(
    stores: Sequence[WatchedStore],
    work: Callable[[Store], T],
    *,
    size: int,
    enough: Callable[[Sequence[Outcome[T]]], bool] | None = None,
    patience_s: float = 0.0,
) -> list[Outcome[T]]:
    """Do ``work`` at all ``stores`` at once, each within its own limit for ``size`` bytes.

    Once ``enough`` says so of the outcomes, the others have ``patience_s`` seconds left; who is
    then not done is ``slow``, which is no failure. Returns one outcome a store.
    """
    tell: queue.SimpleQueue[Outcome[T]] = queue.SimpleQueue()
    began = time.monotonic()
    for watched in stores:
        watched.begin(work, tell)
    until = {watched.name: began + watched.limits.seconds_for(size) for watched in stores}
    waiting = {watched.name: watched for watched in stores}
    outcomes: list[Outcome[T]] = []
    given_until: float | None = None
    while waiting:
        if given_until is None and enough is not None and enough(outcomes):
            given_until = time.monotonic() + patience_s
        limit = min(until[name] for name in waiting)
        limit = limit if given_until is None else min(limit, given_until)
        try:
            outcome = tell.get(timeout=max(0.0, limit - time.monotonic()))
        except queue.Empty:
            now = time.monotonic()
            if given_until is not None and now >= given_until:
                outcomes.extend(_slow(waiting.values()))
                break
            for name in [name for name in waiting if now >= until[name]]:
                outcomes.append(_late(waiting.pop(name)).counted())
            continue
        if outcome.end is not None:
            raise outcome.end
        if waiting.pop(outcome.watched.name, None) is not None:
            outcomes.append(outcome.counted())
    return outcomes


def _slow(stores: Iterable[WatchedStore]) -> list[Outcome[T]]:
    return [Outcome(watched, failure=watched.failure("slow")) for watched in stores]


def _late(watched: WatchedStore) -> Outcome[T]:
    return Outcome(watched, failure=watched.failure("timeout"))
