"""What custody can say of itself: how the stores are, and what was done in a stretch of time."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from service.custody.copies import CopyState
from service.custody.ledger import EventKind
from service.custody.models import AgreementKey, Copy, CustodyEvent, KeptObject
from service.custody.watched_store import WatchedStore
from service.database import Database


@dataclass(frozen=True, kw_only=True)
class StoreHealth:
    """One store: whether it answers, and what it has of what it should.

    ``resting_since``: it failed and is left alone, for ``reason``. ``lacking`` counts the objects
    of which it has no good copy, or not the present envelope. ``oldest_verified_at``: every good
    copy was read whole at that moment or later; None while one never was.
    """

    name: str
    kind: str
    resting_since: datetime | None
    reason: str
    latency_s: float | None
    kept: int
    lacking: int
    oldest_verified_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class CustodyHealth:
    """All stores; ``too_few`` counts the objects with fewer than ``quorum`` good copies."""

    quorum: int
    objects: int
    too_few: int
    stores: list[StoreHealth]


@dataclass(frozen=True, kw_only=True)
class StoreCare:
    """What was done at one store: copies read whole, found missing or rotten, not placed, mended.

    ``bytes``: of the copies it holds. ``outages``: how often it went down.
    """

    name: str
    kept: int
    bytes: int
    lacking: int
    verified: int
    seen: int
    oldest_verified_at: datetime | None
    found_missing: int
    found_rotten: int
    not_placed: int
    mended: int
    outages: int


@dataclass(frozen=True, kw_only=True)
class CareReport:
    """What happened to all copies after ``since`` and until ``until``.

    ``lost`` counts the objects of which no good copy was found in that time and none was mended
    since.
    """

    since: datetime
    until: datetime
    objects: int
    bytes: int
    quorum_reached: int
    lost: int
    stores: list[StoreCare]


def read_health(
    database: Database, stores: Sequence[WatchedStore], *, quorum: int
) -> CustodyHealth:
    """Return how the stores are and what they have."""
    names = [watched.name for watched in stores]
    good = (
        select(func.count())
        .select_from(Copy)
        .where(Copy.cid == KeptObject.cid, Copy.state == CopyState.KEPT, Copy.store.in_(names))
        .correlate(KeptObject)
        .scalar_subquery()
    )
    complete = (
        select(Copy.store, func.count())
        .join(KeptObject, KeptObject.cid == Copy.cid)
        .join(AgreementKey, AgreementKey.agreement_id == KeptObject.agreement_id)
        .where(Copy.state == CopyState.KEPT, Copy.envelope_version == AgreementKey.envelope_version)
        .group_by(Copy.store)
    )
    with database.reading() as session:
        objects = session.scalar(select(func.count()).select_from(KeptObject)) or 0
        too_few = session.scalar(select(func.count()).select_from(KeptObject).where(good < quorum))
        whole = _counts(session, complete)
    held = _held(database)
    healths = []
    for watched in stores:
        condition = watched.condition
        kept, _bytes, oldest = held.get(watched.name, (0, 0, None))
        healths.append(
            StoreHealth(
                name=watched.name,
                kind=watched.kind,
                resting_since=condition.resting_since,
                reason=condition.reason,
                latency_s=condition.latency_s,
                kept=kept,
                lacking=objects - whole.get(watched.name, 0),
                oldest_verified_at=oldest,
            )
        )
    return CustodyHealth(quorum=quorum, objects=objects, too_few=too_few or 0, stores=healths)


def read_care(
    database: Database, stores: Sequence[str], *, since: datetime, until: datetime
) -> CareReport:
    """Return what was done at the named stores after ``since``."""
    held = _held(database)
    with database.reading() as session:
        objects, size, reached = session.execute(
            select(
                func.count(),
                func.coalesce(func.sum(KeptObject.ciphertext_bytes), 0),
                func.count(KeptObject.kept_at),
            )
        ).one()
        verified, seen = (
            _counts(session, select(Copy.store, func.count()).where(column > since))
            for column in (Copy.verified_at, Copy.seen_at)
        )
        happened = Counter(
            {
                (store, EventKind(kind)): count
                for store, kind, count in session.execute(
                    select(CustodyEvent.store, CustodyEvent.kind, func.count())
                    .where(CustodyEvent.at > since, CustodyEvent.at <= until)
                    .group_by(CustodyEvent.store, CustodyEvent.kind)
                )
            }
        )
        newest: dict[str | None, str] = {}
        for cid, kind in session.execute(
            select(CustodyEvent.cid, CustodyEvent.kind)
            .where(
                CustodyEvent.at > since,
                CustodyEvent.kind.in_([EventKind.LOST, EventKind.MENDED]),
            )
            .order_by(CustodyEvent.id)
        ):
            newest[cid] = kind
    return CareReport(
        since=since,
        until=until,
        objects=objects,
        bytes=int(size),
        quorum_reached=reached,
        lost=sum(kind == EventKind.LOST for kind in newest.values()),
        stores=[
            StoreCare(
                name=name,
                kept=held.get(name, (0, 0, None))[0],
                bytes=held.get(name, (0, 0, None))[1],
                lacking=objects - held.get(name, (0, 0, None))[0],
                verified=verified.get(name, 0),
                seen=seen.get(name, 0),
                oldest_verified_at=held.get(name, (0, 0, None))[2],
                found_missing=happened[name, EventKind.MISSING],
                found_rotten=happened[name, EventKind.ROTTEN],
                not_placed=happened[name, EventKind.NOT_PLACED],
                mended=happened[name, EventKind.MENDED],
                outages=happened[name, EventKind.DOWN],
            )
            for name in stores
        ],
    )


def _counts(session: Session, query: Select[str, int]) -> dict[str, int]:
    return {store: count for store, count in session.execute(query.group_by(Copy.store))}  # noqa: C416  rows are no pairs to dict()


def _held(database: Database) -> dict[str, tuple[int, int, datetime | None]]:
    """Return for each store its good copies, their bytes, and since when all are verified."""
    query = (
        select(
            Copy.store,
            func.count(),
            func.coalesce(func.sum(KeptObject.ciphertext_bytes), 0),
            func.count(Copy.verified_at),
            func.min(Copy.verified_at),
        )
        .join(KeptObject, KeptObject.cid == Copy.cid)
        .where(Copy.state == CopyState.KEPT)
        .group_by(Copy.store)
    )
    with database.reading() as session:
        return {
            store: (count, int(size), oldest if verified == count else None)
            for store, count, size, verified, oldest in session.execute(query)
        }
