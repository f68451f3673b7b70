"""Cases that wait for a person: listed, looked at side by side, decided with a reason, logged."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.clock import Clock
from service.database import Database, new_id
from service.errors import NotFoundError
from service.identity.kept_pictures import OpenedPicture
from service.identity.review.errors import (
    AlreadyReviewedError,
    NotReviewerError,
    OwnCaseError,
    ReviewReasonError,
)
from service.identity.review.models import ReviewCase
from service.identity.statements import Disclose, IdentityStatements
from service.keyring import Keyring
from service.notices import address_key

_REASON = (5, 1000)
_REASON_PURPOSE = "identity/review-reason"


@dataclass(frozen=True, kw_only=True)
class ReviewSheet:
    """What a reviewer sees side by side.

    ``facts`` are (name, value), such as ("familyNames", "GARCIA LOPEZ"); ``scores`` what the
    program measured; ``applicants`` the mailboxes of whoever the decision is for.
    """

    facts: tuple[tuple[str, str], ...]
    pictures: tuple[OpenedPicture, ...]
    scores: Mapping[str, Any] = field(default_factory=dict)
    applicants: frozenset[str] = frozenset()


class Reviewed(Protocol):
    """A room whose cases come to the desk."""

    def review_sheet(self, session: Session, about: str) -> ReviewSheet:
        """Return what there is to see."""
        ...

    def apply_review(self, session: Session, about: str, *, accepted: bool) -> bytes | None:
        """Do what the decision calls for; return the leaf of the statement it made, if any."""
        ...


@dataclass(frozen=True, kw_only=True)
class WaitingCase:
    """One line of the queue."""

    id: str
    kind: str
    reasons: tuple[str, ...]
    opened_at: datetime


@dataclass(frozen=True, kw_only=True)
class OpenCase:
    """A case with its sheet."""

    id: str
    kind: str
    reasons: tuple[str, ...]
    opened_at: datetime
    sheet: ReviewSheet


def send_to_review(
    session: Session, *, kind: str, about: str, reasons: Sequence[str], at: datetime
) -> str:
    """Put a case into the queue, in its cause's transaction; return its id."""
    case_id = new_id("rev")
    session.add(ReviewCase(id=case_id, kind=kind, about=about, reasons=list(reasons), opened_at=at))
    return case_id


def withdraw_from_review(session: Session, *, about: str, at: datetime) -> None:
    """Take what waits for ``about`` out of the queue."""
    session.execute(
        update(ReviewCase)
        .where(ReviewCase.about == about, ReviewCase.decided_at.is_(None))
        .values(decided_at=at)
    )


class ReviewDesk:
    """The use cases of reviewers, who are named in the settings by their mailboxes."""

    def __init__(
        self,
        *,
        database: Database,
        keyring: Keyring,
        clock: Clock,
        statements: IdentityStatements,
        rooms: Mapping[str, Reviewed],
        reviewers: Set[str],
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._statements = statements
        self._rooms = rooms
        self._reviewers = frozenset(address_key(one, single_label=True) for one in reviewers)

    def is_reviewer(self, email: str) -> bool:
        """Return whether this mailbox may use the desk."""
        return address_key(email, single_label=True) in self._reviewers

    def queue(self, reviewer: str) -> list[WaitingCase]:
        """Return every waiting case, the longest waiting first; raises NotReviewerError."""
        self._only_reviewers(reviewer)
        with self._database.reading() as session:
            rows = session.scalars(
                select(ReviewCase)
                .where(ReviewCase.decided_at.is_(None))
                .order_by(ReviewCase.opened_at, ReviewCase.id)
            )
            return [
                WaitingCase(
                    id=row.id, kind=row.kind, reasons=tuple(row.reasons), opened_at=row.opened_at
                )
                for row in rows
            ]

    def open_case(self, reviewer: str, case_id: str) -> OpenCase:
        """Return a waiting case with all there is to see.

        Raises NotReviewerError, OwnCaseError, NotFoundError, AlreadyReviewedError.
        """
        self._only_reviewers(reviewer)
        with self._database.reading() as session:
            row, sheet = self._waiting(session, reviewer, case_id)
            return OpenCase(
                id=row.id,
                kind=row.kind,
                reasons=tuple(row.reasons),
                opened_at=row.opened_at,
                sheet=sheet,
            )

    def decide(self, reviewer: str, case_id: str, *, accepted: bool, reason: str) -> None:
        """Decide a case; the decision and its reason become a statement in the log.

        Works in a transaction of its own. Raises NotReviewerError, OwnCaseError, NotFoundError,
        AlreadyReviewedError, ReviewReasonError.
        """
        self._only_reviewers(reviewer)
        words = reason.strip()
        if not _REASON[0] <= len(words) <= _REASON[1]:
            raise ReviewReasonError(
                f"expected a reason of {_REASON[0]} to {_REASON[1]} characters, got {len(words)}"
            )
        key = address_key(reviewer, single_label=True)
        with self._database.transaction() as session:
            row, _ = self._waiting(session, reviewer, case_id)
            now = self._clock.now()
            leaf = self._rooms[row.kind].apply_review(session, row.about, accepted=accepted)
            row.decided_at = now
            row.accepted = accepted
            row.reviewer_mac = self._keyring.mac(key.encode(), purpose="identity/reviewer")
            row.reason_sealed = self._keyring.encrypt(words.encode(), purpose=_REASON_PURPOSE)
            kind, reasons = row.kind, list(row.reasons)

            def body(disclose: Disclose) -> dict[str, Any]:
                return {
                    "kind": kind,
                    "decision": "accepted" if accepted else "refused",
                    "reasons": reasons,
                    "statement": None if leaf is None else leaf.hex(),
                    "sd": {"reviewer": disclose("reviewer", key), "why": disclose("why", words)},
                }

            row.leaf_hash = self._statements.record(
                session, type_="reviewed", about=row.about, body=body, at=now
            )

    def _waiting(
        self, session: Session, reviewer: str, case_id: str
    ) -> tuple[ReviewCase, ReviewSheet]:
        row = session.get(ReviewCase, case_id, with_for_update=True)
        if row is None:
            raise NotFoundError("no such case; look at the queue again")
        if row.decided_at is not None:
            raise AlreadyReviewedError("the case was decided or withdrawn; look at the queue")
        sheet = self._rooms[row.kind].review_sheet(session, row.about)
        if address_key(reviewer, single_label=True) in sheet.applicants:
            raise OwnCaseError("expected another reviewer; nobody decides on themselves")
        return row, sheet

    def _only_reviewers(self, email: str) -> None:
        if not self.is_reviewer(email):
            raise NotReviewerError("expected one of this installation's reviewers")
