"""Statements that custody makes: salted, kept with what opens them, and handed to the log."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchoring.hashing import ZERO32, leaf_hash, sha256, statement_entry
from anchoring.statement import Actor, After, build_statement
from service.clock import Clock, rfc3339
from service.custody.upkeep_models import CustodyStatement
from service.database import Database
from service.notary import LogIdentity

PLATFORM = Actor(party=0, role="platform")
REPORT, ERASED = "custody", "erased"


class LogWriter(Protocol):
    """What statements need of the log (``service.notary.Notary``)."""

    @property
    def identity(self) -> LogIdentity:
        """Which log this is."""
        ...

    def last_anchored(self) -> After:
        """The newest checkpoint whose anchor is final."""
        ...

    def accept(self, session: Session, entry: bytes, *, kind: str, subject: bytes) -> bytes:
        """Take an entry into the log, in the caller's transaction."""
        ...


@dataclass(frozen=True, kw_only=True)
class LoggedStatement:
    """A statement, and what opens its leaf: bytes as they are, hashes of 32 bytes."""

    type: str
    at: datetime
    raw: bytes
    salt: bytes
    subject: bytes
    leaf_hash: bytes


class CustodyStatements:
    """Makes and finds them."""

    def __init__(self, *, database: Database, clock: Clock, log: LogWriter) -> None:
        self._database = database
        self._clock = clock
        self._log = log

    def record(
        self,
        session: Session,
        type_: str,
        body: Mapping[str, Any],
        *,
        agreement_id: str | None = None,
        subject: bytes = ZERO32,
    ) -> bytes:
        """Write a statement of the platform and its leaf in the caller's transaction.

        ``body`` names no person; ``subject`` is an agreement's reference, or zero. Returns the
        leaf hash, 32 bytes.
        """
        now, identity = self._clock.now(), self._log.identity
        raw = build_statement(
            type=type_,
            origin=identity.origin,
            log_id=identity.log_id,
            agreement=subject,
            nonce=secrets.token_bytes(16),
            at=rfc3339(now),
            after=self._log.last_anchored(),
            actor=PLATFORM,
            body=body,
        )
        salt = secrets.token_bytes(32)
        entry = statement_entry(
            salt=salt, subject=subject, statement_sha256=sha256(raw), attestation_hash=ZERO32
        )
        session.add(
            CustodyStatement(
                leaf_hash=leaf_hash(entry),
                type=type_,
                agreement_id=agreement_id,
                at=now,
                raw=raw,
                salt=salt,
                subject=subject,
            )
        )
        session.flush()
        return self._log.accept(session, entry, kind="statement", subject=subject)

    def find(self, leaf: bytes) -> LoggedStatement | None:
        """Return a statement by its leaf hash, None if custody made no such."""
        with self._database.reading() as session:
            row = session.get(CustodyStatement, leaf)
            return None if row is None else _view(row)

    def of_agreement(self, agreement_id: str) -> list[LoggedStatement]:
        """Return what was said of one agreement, the oldest first."""
        with self._database.reading() as session:
            rows = session.scalars(
                select(CustodyStatement)
                .where(CustodyStatement.agreement_id == agreement_id)
                .order_by(CustodyStatement.at)
            )
            return [_view(row) for row in rows]


def _view(row: CustodyStatement) -> LoggedStatement:
    return LoggedStatement(
        type=row.type,
        at=row.at,
        raw=row.raw,
        salt=row.salt,
        subject=row.subject,
        leaf_hash=row.leaf_hash,
    )
