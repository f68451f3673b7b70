"""Taking entries into the log, each in its caller's transaction."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchoring.hashing import ZERO32, external_entry, leaf_hash
from service.clock import Clock
from service.database import Database, Enqueue, insert_unless_there, new_id
from service.notary.anchor_proofs import DOCUMENT
from service.notary.errors import (
    AnchorRequestNotFoundError,
    BadEntryError,
    EntryConflictError,
    IdempotencyConflictError,
    NotStartedError,
)
from service.notary.models import AnchorRequest, Leaf, SequencingRound
from service.notary.recovery import REFILLED

WORKFLOW = "sequence-and-anchor"
EXTERNAL = "external"
_KINDS = frozenset({"statement", DOCUMENT, EXTERNAL})
_ONLY_ROW = 1


@dataclass(frozen=True, kw_only=True)
class AcceptedRequest:
    """What is kept of a caller's hash: everything that opens its entry."""

    id: str
    sha256: bytes
    salt: bytes
    entry: bytes
    leaf_hash: bytes
    accepted_at: datetime


class Intake:
    """The only way into the log. Entries are 32-byte hashes of Acta's own making (rule 1)."""

    def __init__(self, *, database: Database, clock: Clock, enqueue: Enqueue) -> None:
        self._database = database
        self._clock = clock
        self._enqueue = enqueue

    def open(self) -> None:
        """Make the first round, once."""
        with self._database.transaction() as session:
            insert_unless_there(session, SequencingRound, {"id": _ONLY_ROW, "number": 1})

    def accept(self, session: Session, entry: bytes, *, kind: str, subject: bytes) -> bytes:
        """Take ``entry`` and the work it calls for into the caller's transaction."""
        if len(entry) != 32 or len(subject) != 32:
            raise BadEntryError(
                f"expected an entry and a subject of 32 bytes, got {len(entry)} and {len(subject)}"
            )
        if kind not in _KINDS:
            raise BadEntryError(f"expected a kind of {', '.join(sorted(_KINDS))}, got {kind!r}")
        hashed = leaf_hash(entry)
        # Shared: others accept meanwhile, but no batch ends this round before the commit.
        current = session.scalar(
            select(SequencingRound.number)
            .where(SequencingRound.id == _ONLY_ROW)
            .with_for_update(read=True)
        )
        if current is None:
            raise NotStartedError("expected Notary.start() before anything is accepted")
        is_new = insert_unless_there(
            session,
            Leaf,
            {
                "leaf_hash": hashed,
                "entry": entry,
                "kind": kind,
                "subject": subject,
                "log_index": None,
                "accepted_at": self._clock.now(),
            },
        )
        if is_new:
            # One run for all that is accepted in a round. It cannot be over before this commits:
            # a round ends with a batch, and a batch waits for this transaction.
            self._enqueue(session, WORKFLOW, f"anchor-round-{current}", (), 0.0)
            return hashed
        known = session.scalars(select(Leaf).where(Leaf.leaf_hash == hashed)).one()
        if known.kind == REFILLED:
            known.kind, known.subject = kind, subject
        elif (known.kind, known.subject) != (kind, subject):
            raise EntryConflictError(
                f"expected entry {entry.hex()} as the {known.kind} it was accepted as, got a {kind}"
            )
        return hashed

    def accept_external(
        self, session: Session, *, sha256: bytes, owner: str, idempotency_key: str | None
    ) -> str:
        """Wrap a caller's hash into an entry with a fresh salt; return the request's id."""
        if len(sha256) != 32:
            raise BadEntryError(f"expected a SHA-256 of 32 bytes, got {len(sha256)}")
        salt = secrets.token_bytes(32)
        entry = external_entry(salt=salt, caller_sha256=sha256)
        request_id = new_id("anc")
        is_new = insert_unless_there(
            session,
            AnchorRequest,
            {
                "id": request_id,
                "owner": owner,
                "idempotency_key": idempotency_key,
                "sha256": sha256,
                "salt": salt,
                "leaf_hash": leaf_hash(entry),
                "created_at": self._clock.now(),
            },
        )
        if is_new:
            self.accept(session, entry, kind=EXTERNAL, subject=ZERO32)
            return request_id
        earlier = session.scalars(
            select(AnchorRequest).where(
                AnchorRequest.owner == owner, AnchorRequest.idempotency_key == idempotency_key
            )
        ).one()
        if earlier.sha256 != sha256:
            raise IdempotencyConflictError(
                "expected the hash that this idempotency key was first used with, got another; "
                "use a new key for a new hash",
                request=earlier.id,
            )
        return earlier.id

    def request(self, request_id: str, owner: str) -> AcceptedRequest:
        """Return a request of ``owner``; raises AnchorRequestNotFoundError."""
        with self._database.reading() as session:
            row = session.get(AnchorRequest, request_id)
            if row is None or row.owner != owner:
                raise AnchorRequestNotFoundError(
                    "no such anchor request of this caller", request=request_id
                )
            return AcceptedRequest(
                id=row.id,
                sha256=row.sha256,
                salt=row.salt,
                entry=external_entry(salt=row.salt, caller_sha256=row.sha256),
                leaf_hash=row.leaf_hash,
                accepted_at=row.created_at,
            )
