"""The rows of custody: what is kept, which copies are good, and what happened to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, UnaryExpression, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from service.clock import Clock
from service.custody.copies import CopyState, CopyView, Placed
from service.custody.errors import NothingKeptError
from service.custody.models import AgreementKey, Copy, CustodyEvent, KeptObject
from service.database import Database


class EventKind(StrEnum):
    """What may happen to a copy, or to a store as a whole (down, back)."""

    NOT_PLACED = "not-placed"
    MISSING = "missing"
    ROTTEN = "rotten"
    MENDED = "mended"
    LOST = "lost"
    DOWN = "down"
    BACK = "back"


@dataclass(frozen=True, kw_only=True)
class KnownCopy:
    """A copy as its row has it, with what its object is.

    ``envelope``: what stands beside it, None where an older one does or none.
    """

    cid: str
    store: str
    state: CopyState
    version: str
    envelope_version: int
    sha256: bytes
    size: int
    envelope: bytes | None


class Ledger:
    """Reads and writes what is known; each call is a transaction of its own."""

    def __init__(self, database: Database, clock: Clock, *, stores: Sequence[str]) -> None:
        self._database = database
        self._clock = clock
        self._stores = list(stores)

    def find(self, agreement_id: str, plaintext_sha256: bytes) -> KeptObject | None:
        """Return the object of this content, None if it was never kept."""
        with self._database.reading() as session:
            return session.scalar(same_content(agreement_id, plaintext_sha256))

    def newest(self, agreement_id: str) -> KeptObject:
        """Return what was kept last for an agreement; raises NothingKeptError."""
        query = (
            select(KeptObject)
            .where(KeptObject.agreement_id == agreement_id)
            .order_by(KeptObject.created_at.desc(), KeptObject.cid)
            .limit(1)
        )
        with self._database.reading() as session:
            row = session.scalar(query)
        if row is None:
            raise NothingKeptError("nothing of this agreement is in custody")
        return row

    def envelope(self, agreement_id: str) -> tuple[bytes, int]:
        """Return an agreement's present envelope and its version."""
        with self._database.reading() as session:
            row = session.get_one(AgreementKey, agreement_id)
            return row.envelope, row.envelope_version

    def is_known(self, cid: str) -> bool:
        """Return whether an object of this CID is kept."""
        with self._database.reading() as session:
            return session.get(KeptObject, cid) is not None

    def views(self, cid: str) -> list[CopyView]:
        """Return what is known of each copy, by the stores' names."""
        with self._database.reading() as session:
            rows = session.scalars(select(Copy).where(Copy.cid == cid).order_by(Copy.store))
            return [
                CopyView(
                    store=row.store,
                    state=CopyState(row.state),
                    checked_at=row.checked_at,
                    reason=row.reason,
                )
                for row in rows
            ]

    def copies(self, cid: str) -> dict[str, KnownCopy]:
        """Return the copies of an object by the stores' names."""
        with self._database.reading() as session:
            return {one.store: one for one in _known(session, Copy.cid == cid)}

    def settle(self, cid: str, *, quorum: int) -> None:
        """Note the moment since which enough stores have had the object."""
        with self._database.transaction() as session:
            good = session.scalar(
                select(func.count())
                .select_from(Copy)
                .where(
                    Copy.cid == cid,
                    Copy.state == CopyState.KEPT,
                    Copy.store.in_(self._stores),
                )
            )
            row = session.get_one(KeptObject, cid)
            if (good or 0) >= quorum and row.kept_at is None:
                row.kept_at = self._clock.now()

    # What was seen of a copy.

    def placed(self, cid: str, store: str, placed: Placed, *, envelope_version: int) -> None:
        """Note how placing a copy ended, or what reading it showed; a good one was read whole."""
        with self._database.transaction() as session:
            row, now = copy_row(session, cid, store), self._clock.now()
            before, first = CopyState(row.state), row.checked_at is None
            row.state = placed.state
            row.reason = placed.reason[:40]
            row.checked_at = now
            if placed.state is CopyState.KEPT:
                lacked = before is not CopyState.KEPT or not row.envelope_version
                row.version = placed.version
                row.envelope_version = envelope_version
                row.verified_at = row.seen_at = now
                if lacked and not first:
                    self._add(session, EventKind.MENDED, store, cid)
            else:
                row.envelope_version = 0
                if before is CopyState.KEPT or placed.state is CopyState.ROTTEN:
                    kind = _FOUND[placed.state]
                else:
                    kind = EventKind.NOT_PLACED
                if before is not placed.state or first:
                    self._add(session, kind, store, cid, placed.reason)

    def verified(self, cid: str, store: str, *, envelope_reason: str) -> None:
        """Note that an object was read whole and is right.

        ``envelope_reason`` says what is wrong with the envelope beside it, which is then put
        anew; empty where nothing is.
        """
        with self._database.transaction() as session:
            row = copy_row(session, cid, store)
            row.verified_at = row.seen_at = row.checked_at = self._clock.now()
            row.reason = envelope_reason[:40]
            if envelope_reason:
                row.envelope_version = 0
                self._add(session, EventKind.ROTTEN, store, cid, envelope_reason)

    def not_answered(self, cid: str, store: str, *, reason: str) -> None:
        """Note that a store said nothing: not answering is not having lost."""
        with self._database.transaction() as session:
            row = copy_row(session, cid, store)
            if row.checked_at is None:
                self._add(session, EventKind.NOT_PLACED, store, cid, reason)
            row.reason = reason[:40]
            row.checked_at = self._clock.now()

    def seen(self, cid: str, store: str) -> None:
        """Note that a copy is there in its right size."""
        with self._database.transaction() as session:
            row = copy_row(session, cid, store)
            row.seen_at = row.checked_at = self._clock.now()
            if row.envelope_version:
                row.reason = ""

    def lost(self, cid: str) -> None:
        """Note that no store has a good copy, once until one was mended."""
        with self._database.transaction() as session:
            newest = session.scalar(
                select(CustodyEvent.kind)
                .where(
                    CustodyEvent.cid == cid,
                    CustodyEvent.kind.in_([EventKind.LOST, EventKind.MENDED]),
                )
                .order_by(CustodyEvent.id.desc())
                .limit(1)
            )
            if newest != EventKind.LOST:
                self._add(session, EventKind.LOST, "", cid)

    def store_event(self, kind: EventKind, store: str, *, reason: str = "") -> None:
        """Note that a store went down, or came back."""
        with self._database.transaction() as session:
            self._add(session, kind, store, None, reason)

    # What is to be done.

    def incomplete(self, limit: int) -> Sequence[KeptObject]:
        """Return objects that some store lacks, or whose envelope it lacks; longest ago first."""
        complete = (
            select(func.count())
            .select_from(Copy)
            .where(
                Copy.cid == KeptObject.cid,
                Copy.store.in_(self._stores),
                Copy.state == CopyState.KEPT,
                Copy.envelope_version == AgreementKey.envelope_version,
            )
            .correlate(KeptObject, AgreementKey)
            .scalar_subquery()
        )
        last_tried = (
            select(func.max(Copy.checked_at)).where(Copy.cid == KeptObject.cid).scalar_subquery()
        )
        query = (
            select(KeptObject)
            .join(AgreementKey, AgreementKey.agreement_id == KeptObject.agreement_id)
            .where(complete < len(self._stores))
            .order_by(last_tried.is_not(None), last_tried, KeptObject.created_at)
            .limit(limit)
        )
        with self._database.reading() as session:
            return session.scalars(query).all()

    def to_verify(self, store: str, *, before: datetime, limit: int) -> list[KnownCopy]:
        """Return good copies that were last read whole before a moment; longest ago first."""
        return self._due(Copy.verified_at, store, before, limit)

    def to_see(self, store: str, *, before: datetime, limit: int) -> list[KnownCopy]:
        """Return good copies that were last looked at before a moment; longest ago first."""
        return self._due(Copy.seen_at, store, before, limit)

    def _due(
        self,
        column: InstrumentedAttribute[datetime | None],
        store: str,
        before: datetime,
        limit: int,
    ) -> list[KnownCopy]:
        due = and_(
            Copy.store == store,
            Copy.state == CopyState.KEPT,
            or_(column.is_(None), column < before),
        )
        with self._database.reading() as session:
            return _known(session, due, order=(column.is_not(None), column.asc()), limit=limit)

    def _add(
        self, session: Session, kind: EventKind, store: str, cid: str | None, reason: str = ""
    ) -> None:
        session.add(
            CustodyEvent(at=self._clock.now(), store=store, cid=cid, kind=kind, reason=reason[:40])
        )


_FOUND = {CopyState.MISSING: EventKind.MISSING, CopyState.ROTTEN: EventKind.ROTTEN}


def same_content(agreement_id: str, plaintext_sha256: bytes) -> Select[KeptObject]:
    """Return the query for an agreement's object of one content."""
    return select(KeptObject).where(
        KeptObject.agreement_id == agreement_id,
        KeptObject.plaintext_sha256 == plaintext_sha256,
    )


def copy_row(session: Session, cid: str, store: str) -> Copy:
    """Return the row of a copy, locked; new where the store was added after the object."""
    row = session.get(Copy, (cid, store), with_for_update=True)
    if row is None:
        row = Copy(cid=cid, store=store, state=CopyState.MISSING)
        session.add(row)
        session.flush()
    return row


def _known(
    session: Session,
    which: ColumnElement[bool],
    *,
    order: Sequence[ColumnElement[Any] | UnaryExpression[Any]] = (),
    limit: int | None = None,
) -> list[KnownCopy]:
    query = (
        select(Copy, KeptObject, AgreementKey)
        .join(KeptObject, KeptObject.cid == Copy.cid)
        .join(AgreementKey, AgreementKey.agreement_id == KeptObject.agreement_id)
        .where(which)
        .order_by(*order)
        .limit(limit)
    )
    return [
        KnownCopy(
            cid=copy.cid,
            store=copy.store,
            state=CopyState(copy.state),
            version=copy.version,
            envelope_version=copy.envelope_version,
            sha256=kept.ciphertext_sha256,
            size=kept.ciphertext_bytes,
            envelope=key.envelope if copy.envelope_version == key.envelope_version else None,
        )
        for copy, kept, key in session.execute(query)
    ]
