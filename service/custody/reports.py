"""The custody report: what copies there are and what befell them, said in the log.

A report names no person and no object: a party finds their own by its CID's digest in the list,
whose Merkle root (RFC 9162) the statement holds.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anchoring.canonical_json import canonical_bytes
from anchoring.hashing import leaf_hash
from anchoring.tree import root as root_of
from service.clock import Clock, rfc3339
from service.custody.account import CareReport, StoreCare
from service.custody.copies import CopyState
from service.custody.custody import Custody
from service.custody.log_statements import REPORT, CustodyStatements, LoggedStatement
from service.custody.models import Copy, KeptObject
from service.custody.upkeep_models import CustodyReport
from service.database import Database

_TAG = b"acta/custody-object/v1\n"


@dataclass(frozen=True, kw_only=True)
class ReportView:
    """One report; ``lines`` is the list behind its root, one canonical JSON a line."""

    number: int
    at: datetime
    statement: LoggedStatement
    lines: bytes


class CustodyReports:
    """Makes a report every so often, and shows those that were made."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        custody: Custody,
        statements: CustodyStatements,
        every: timedelta,
    ) -> None:
        self._database = database
        self._clock = clock
        self._custody = custody
        self._statements = statements
        self._every = every

    def report_when_due(self) -> int | None:
        """Make the next report if it is time, and return its number (upkeep).

        The first is due once something is in custody. Of several workers one makes it.
        """
        now = self._clock.now()
        with self._database.reading() as session:
            last = _last(session)
            first = session.scalar(select(func.min(KeptObject.created_at)))
        since = first if last is None else last.at
        if since is None or (last is not None and now < last.at + self._every):
            return None
        care = self._custody.report_since(since)
        with self._database.transaction() as session:
            lines = _lines(session)
            number = 1 if last is None else last.number + 1
            # Another worker that was quicker has this number: then this one has made none.
            if session.get(CustodyReport, number) is not None:
                return None
            leaf = self._statements.record(session, REPORT, _body(number, care, lines))
            session.add(
                CustodyReport(number=number, at=care.until, leaf_hash=leaf, lines=b"\n".join(lines))
            )
        return number

    def report(self, number: int | None = None) -> ReportView | None:
        """Return a report by its number, the newest if None; None if there is no such."""
        with self._database.reading() as session:
            row = _last(session) if number is None else session.get(CustodyReport, number)
        if row is None:
            return None
        statement = self._statements.find(row.leaf_hash)
        assert statement is not None  # written in one transaction
        return ReportView(number=row.number, at=row.at, statement=statement, lines=row.lines)


def object_digest(cid: str) -> str:
    """Return by which digest (hex) an object stands in a report's list."""
    return sha256(_TAG + cid.encode()).hexdigest()


def _last(session: Session) -> CustodyReport | None:
    return session.scalar(select(CustodyReport).order_by(CustodyReport.number.desc()).limit(1))


def _lines(session: Session) -> list[bytes]:
    copies: dict[str, list[dict[str, object]]] = {}
    for cid, store, state, verified_at in session.execute(
        select(Copy.cid, Copy.store, Copy.state, Copy.verified_at).order_by(Copy.cid, Copy.store)
    ):
        copies.setdefault(cid, []).append(
            {
                "store": store,
                "whole": state == CopyState.KEPT,
                "verified": None if verified_at is None else rfc3339(verified_at),
            }
        )
    lines = [
        canonical_bytes({"object": object_digest(cid), "copies": found})
        for cid, found in copies.items()
    ]
    return sorted(lines)


def _body(number: int, care: CareReport, lines: list[bytes]) -> dict[str, object]:
    return {
        "number": number,
        "since": rfc3339(care.since),
        "until": rfc3339(care.until),
        "objects": care.objects,
        "atQuorum": care.quorum_reached,
        "lost": care.lost,
        "list": {
            "count": len(lines),
            "root": root_of([leaf_hash(sha256(line).digest()) for line in lines]).hex(),
        },
        "stores": [_store(one) for one in care.stores],
    }


def _store(care: StoreCare) -> dict[str, object]:
    oldest = care.oldest_verified_at
    return {
        "store": care.name,
        "whole": care.kept,
        "lacking": care.lacking,
        "verified": care.verified,
        "allVerifiedSince": None if oldest is None else rfc3339(oldest),
        "foundMissing": care.found_missing,
        "foundRotten": care.found_rotten,
        "repaired": care.mended,
        "outages": care.outages,
    }
