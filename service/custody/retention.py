"""How long an agreement is kept, and what forbids its erasure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.clock import Clock, rfc3339
from service.custody.errors import ErasureRefusedError, UnknownRetentionError
from service.custody.models import KeptObject
from service.custody.upkeep_models import Lifecycle
from service.database import Database

_LONGEST_REASON = 300


@dataclass(frozen=True, kw_only=True)
class LifecycleView:
    """How an agreement is kept; ``retain_until`` is None before it is kept or without a limit."""

    retention: str
    retain_until: datetime | None
    hold_reason: str | None
    held_at: datetime | None
    erasing_since: datetime | None
    erased_at: datetime | None


class Retention:
    """Retention classes and holds; any process may call, and repeat, every method.

    ``classes``: for how many days each retention class keeps an agreement after it was put into
    custody; ``default`` is the class of whatever has none.
    """

    def __init__(
        self, *, database: Database, clock: Clock, classes: Mapping[str, int], default: str
    ) -> None:
        if default not in classes:
            raise ValueError(f"expected the default among {sorted(classes)}, got {default!r}")
        self._database = database
        self._clock = clock
        self._classes = dict(classes)
        self._default = default

    def view(self, agreement_id: str) -> LifecycleView:
        """Return how an agreement is kept; one of which nothing is known has the default."""
        with self._database.reading() as session:
            row = session.get(Lifecycle, agreement_id) or Lifecycle(retention=self._default)
            return LifecycleView(
                retention=row.retention,
                retain_until=row.retain_until or self._until(session, agreement_id, row.retention),
                hold_reason=row.hold_reason,
                held_at=row.held_at,
                erasing_since=row.erasing_since,
                erased_at=row.erased_at,
            )

    def retain(self, agreement_id: str, retention: str) -> datetime | None:
        """Keep an agreement by another class; returns until when. Never shortens.

        Raises UnknownRetentionError, ErasureRefusedError if it would be kept for less long.
        """
        if retention not in self._classes:
            raise UnknownRetentionError(
                f"expected a retention class of {', '.join(sorted(self._classes))}, "
                f"got {retention!r}"
            )
        with self._database.transaction() as session:
            row = self._row(session, agreement_id)
            before = row.retain_until or self._until(session, agreement_id, row.retention)
            after = self._until(session, agreement_id, retention)
            shorter = self._classes[retention] < self._classes.get(row.retention, 0)
            if shorter or (before is not None and after is not None and after < before):
                raise ErasureRefusedError(
                    "expected a class that keeps the agreement at least as long; retention is "
                    "never shortened",
                    until=None if before is None else rfc3339(before),
                )
            row.retention, row.retain_until = retention, after
            return after

    def hold(self, agreement_id: str, reason: str) -> None:
        """Forbid the erasure of an agreement until ``release``; a later reason replaces it."""
        reason = " ".join(reason.split())
        if not 1 <= len(reason) <= _LONGEST_REASON:
            raise ValueError(f"expected a reason of 1 to {_LONGEST_REASON} characters")
        with self._database.transaction() as session:
            row = self._row(session, agreement_id)
            if row.erasing_since is not None:
                raise ErasureRefusedError("expected an agreement that is not erased already")
            row.hold_reason, row.held_at = reason, self._clock.now()

    def release(self, agreement_id: str) -> bool:
        """End the hold; return whether there was one."""
        with self._database.transaction() as session:
            row = self._row(session, agreement_id)
            was, row.hold_reason, row.held_at = row.hold_reason is not None, None, None
            return was

    def expect_erasable(self, session: Session, agreement_id: str) -> None:
        """Raise ErasureRefusedError under a hold or before the retention ends.

        Locks the agreement's lifecycle until the caller's transaction ends.
        """
        row = self._row(session, agreement_id)
        if row.hold_reason is not None:
            raise ErasureRefusedError("this agreement is held and must not be erased", held=True)
        until = row.retain_until or self._until(session, agreement_id, row.retention)
        if until is not None and until > self._clock.now():
            raise ErasureRefusedError(
                f"this agreement must be kept until {rfc3339(until)}", until=rfc3339(until)
            )

    def request(self, agreement_id: str) -> None:
        """Ask for an erasure, which upkeep carries out; raises ErasureRefusedError."""
        with self._database.transaction() as session:
            self.expect_erasable(session, agreement_id)
            row = self._row(session, agreement_id)
            row.erasing_since = row.erasing_since or self._clock.now()

    def requested(self) -> list[str]:
        """Return the agreements whose erasure was asked for and is not begun."""
        with self._database.reading() as session:
            return list(
                session.scalars(
                    select(Lifecycle.agreement_id).where(
                        Lifecycle.erasing_since.is_not(None), Lifecycle.left.is_(None)
                    )
                )
            )

    def _row(self, session: Session, agreement_id: str) -> Lifecycle:
        row = session.get(Lifecycle, agreement_id, with_for_update=True)
        if row is None:
            row = Lifecycle(agreement_id=agreement_id, retention=self._default)
            session.add(row)
            session.flush()
        return row

    def _until(self, session: Session, agreement_id: str, retention: str) -> datetime | None:
        kept = session.scalar(
            select(func.min(KeptObject.created_at)).where(KeptObject.agreement_id == agreement_id)
        )
        days = self._classes.get(retention, 0)
        return None if kept is None or days == 0 else kept + timedelta(days=days)
