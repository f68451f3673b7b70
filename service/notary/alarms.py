"""Alarms: what an operator must look at, told once, shown until it is over."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.clock import Clock
from service.database import Database
from service.notary.models import Alarm

_log = structlog.get_logger(__name__)


class AlarmKind(StrEnum):
    """What may be wrong with one chain.

    ``unreachable``: no answer for long; ``low-balance``: the operator's account runs dry;
    ``late``: accepted leaves were not anchored in time; ``disagreeing``: its nodes contradict
    each other; ``refused``: it answers, and says no to something that has to happen.
    """

    UNREACHABLE = "unreachable"
    LOW_BALANCE = "low-balance"
    LATE = "late"
    DISAGREEING = "disagreeing"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class AlarmView:
    """An alarm as anybody may see it.

    ``number`` counts how often this one has come up; ``reason`` is a stable word, or None.
    """

    chain: str
    kind: AlarmKind
    number: int
    since: datetime
    reason: str | None


# Tells people of an alarm that has just come up, in the transaction that writes it down.
TellAlarm = Callable[[Session, AlarmView], None]


class Alarms:
    """The alarms of every chain; each call may be repeated, and tells nothing twice."""

    def __init__(self, *, database: Database, clock: Clock, tell: TellAlarm) -> None:
        self._database = database
        self._clock = clock
        self._tell = tell

    def sound(self, chain: str, kind: AlarmKind, *, reason: str | None = None) -> None:
        """Raise an alarm, or leave it on; a new ``reason`` alone is no new alarm."""
        with self._database.reading() as session:
            row = session.get(Alarm, (chain, kind))
            if row is not None and row.cleared_at is None and row.reason == reason:
                return
        with self._database.transaction() as session:
            row = session.get(Alarm, (chain, kind), with_for_update=True)
            if row is not None and row.cleared_at is None:
                row.reason = reason
                return
            if row is None:
                row = Alarm(chain=chain, kind=kind, number=0)
                session.add(row)
            row.number += 1
            row.since, row.cleared_at, row.reason = self._clock.now(), None, reason
            view = _view(row)
            self._tell(session, view)
        _log.error("chain-alarm", chain=chain, kind=str(kind), number=view.number, reason=reason)

    def clear(self, chain: str, kind: AlarmKind) -> None:
        """End an alarm, if it is on."""
        with self._database.reading() as session:
            row = session.get(Alarm, (chain, kind))
            if row is None or row.cleared_at is not None:
                return
        with self._database.transaction() as session:
            row = session.get_one(Alarm, (chain, kind), with_for_update=True)
            row.cleared_at = self._clock.now()
        _log.warning("chain-alarm-over", chain=chain, kind=str(kind))

    def keep(self, chain: str, kind: AlarmKind, on: bool, *, reason: str | None = None) -> None:
        """Raise or end an alarm, as ``on`` says."""
        if on:
            self.sound(chain, kind, reason=reason)
        else:
            self.clear(chain, kind)


def alarms_on(session: Session) -> list[AlarmView]:
    """Return every alarm that is on, the oldest first."""
    rows = session.scalars(
        select(Alarm).where(Alarm.cleared_at.is_(None)).order_by(Alarm.since, Alarm.kind)
    )
    return [_view(row) for row in rows]


def _view(row: Alarm) -> AlarmView:
    return AlarmView(
        chain=row.chain,
        kind=AlarmKind(row.kind),
        number=row.number,
        since=row.since,
        reason=row.reason,
    )
