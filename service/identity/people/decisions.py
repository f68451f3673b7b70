"""What becomes of an identification: identified, refused, erased; by the program or a reviewer."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.clock import Clock
from service.identity.faces.checker import SeenFace
from service.identity.kept_pictures import KeptPictures
from service.identity.people.errors import NotIdentifiedError, WrongStepError
from service.identity.people.models import OPEN_STEPS, Identification, Step
from service.identity.people.people import People
from service.identity.people.record import ASSURANCE, PersonRecord, identified_body
from service.identity.review.desk import ReviewSheet, send_to_review, withdraw_from_review
from service.identity.statements import Disclose, IdentityStatements

REVIEW_KIND = "person"


@dataclass(frozen=True, kw_only=True)
class IdentificationRules:
    """How long things are kept and hold, and how often one may try.

    ``pictures_kept`` runs from the decision; what is unfinished goes after ``unfinished_kept``.
    Under ``adult_age`` a reviewer decides.
    """

    pictures_kept: timedelta = timedelta(days=30)
    unfinished_kept: timedelta = timedelta(days=7)
    review_kept: timedelta = timedelta(days=60)
    valid_for: timedelta = timedelta(days=365)
    adult_age: int = 18
    face_attempts: int = 6
    begun_per_day: int = 5


@dataclass(frozen=True, kw_only=True)
class IdentifiedPerson:
    """A person whose identification is in force; ``leaf_hash`` is that of the statement."""

    person_id: str
    identification_id: str
    record: PersonRecord
    leaf_hash: bytes
    valid_until: datetime
    scores: dict[str, Any]
    decided_by: str

    @property
    def assurance(self) -> str:
        """How surely the person is known (``anchoring.assurance``)."""
        return ASSURANCE

    def statement_body(self, disclose: Disclose) -> dict[str, Any]:
        """Return the body that an agreement's own ``identified`` statement has.

        It names the leaf of the first one, whose pictures and scores it repeats.
        """
        body = identified_body(
            self.record, scores=self.scores, decided_by=self.decided_by, disclose=disclose
        )
        return {**body, "identification": self.leaf_hash.hex()}


class Decisions:
    """Ends identifications, answers for them afterwards, and forgets what may no longer be kept.

    It is the review desk's room for people (``review.Reviewed``).
    """

    def __init__(
        self,
        *,
        clock: Clock,
        people: People,
        pictures: KeptPictures,
        statements: IdentityStatements,
        rules: IdentificationRules | None = None,
    ) -> None:
        self._clock = clock
        self._people = people
        self._pictures = pictures
        self._statements = statements
        self.rules = rules or IdentificationRules()

    def settle(self, session: Session, row: Identification) -> None:
        """Identify the person if no flag stands, else send the case to the review desk."""
        if not row.flags:
            self._identified(session, row, decided_by="program")
            return
        now = self._clock.now()
        row.step = Step.REVIEW
        send_to_review(session, kind=REVIEW_KIND, about=row.id, reasons=row.flags, at=now)
        self._pictures.keep_until(session, row.id, now + self.rules.review_kept)

    def identified(self, session: Session, *, email: str) -> IdentifiedPerson:
        """Return the newest identification in force; raises NotIdentifiedError."""
        person_id = self._people.known(session, email)
        row = session.scalar(
            select(Identification)
            .where(
                Identification.person_id == person_id,
                Identification.step == Step.IDENTIFIED,
                Identification.valid_until > self._clock.now(),
            )
            .order_by(Identification.decided_at.desc())
            .limit(1)
        )
        if person_id is None or row is None or row.leaf_hash is None or row.valid_until is None:
            raise NotIdentifiedError("expected a person who is identified; begin with a document")
        scores: dict[str, Any] = row.scores or {}
        return IdentifiedPerson(
            person_id=person_id,
            identification_id=row.id,
            record=self.record(row),
            leaf_hash=row.leaf_hash,
            valid_until=row.valid_until,
            scores=scores,
            decided_by="reviewer" if row.flags else "program",
        )

    def reference_face(self, session: Session, *, email: str) -> SeenFace:
        """Return the face that a live one is compared with; raises NotIdentifiedError."""
        face = self.identified(session, email=email).record.face
        if face is None:
            raise NotIdentifiedError("expected a person whose face is kept; identify anew")
        return face

    def review_sheet(self, session: Session, about: str) -> ReviewSheet:
        """Return document, frames and what was read, for the review desk."""
        row = session.get_one(Identification, about)
        record = self.record(row)
        shown = {
            "familyNames": record.family_names,
            "givenNames": record.given_names,
            "readFamilyNames": record.read_family_names,
            "readGivenNames": record.read_given_names,
            "birthDate": record.birth or "",
            "issuer": record.issuer,
            "documentNumber": record.document_number,
            "documentExpiry": record.expiry or "",
            "nationalNumber": f"{record.number_kind} {record.number}",
            "numberInDocument": "yes" if record.number_in_document else "no",
        }
        return ReviewSheet(
            facts=tuple(shown.items()),
            pictures=tuple(self._pictures.of(session, about)),
            scores=row.scores or {},
            applicants=frozenset({self._people.email_of(session, row.person_id)}),
        )

    def apply_review(self, session: Session, about: str, *, accepted: bool) -> bytes | None:
        """Do what a reviewer decided; return the leaf of the statement, None if refused."""
        row = session.get_one(Identification, about, with_for_update=True)
        if row.step != Step.REVIEW:
            raise WrongStepError(f"expected an identification in review, got {row.step}")
        if accepted:
            return self._identified(session, row, decided_by="reviewer")
        now = self._clock.now()
        row.step = Step.REFUSED
        row.decided_at = now
        self._pictures.keep_until(session, row.id, now + self.rules.pictures_kept)
        return None

    def erase(self, session: Session, row: Identification, *, step: Step) -> None:
        """End an identification and delete what was given for it."""
        row.step = step
        row.sealed = None
        row.scores = None
        row.valid_until = None
        self._pictures.forget(session, row.id)
        withdraw_from_review(session, about=row.id, at=self._clock.now())

    def forget_person(self, session: Session, *, email: str) -> None:
        """Delete everything that is known of a person but their mailbox.

        The statements stay in the log; without their salted values nobody can tell whom they
        speak of. Agreements that were signed keep their own.
        """
        person_id = self._people.known(session, email)
        if person_id is None:
            return
        rows = session.scalars(
            select(Identification).where(Identification.person_id == person_id).with_for_update()
        ).all()
        for row in rows:
            self.erase(session, row, step=Step.WITHDRAWN)
            self._statements.erase(session, row.id)
        self._statements.erase(session, person_id)

    def forget_old(self, session: Session) -> None:
        """Delete what the rules say is over: pictures, unfinished and expired identifications."""
        now = self._clock.now()
        self._pictures.forget_old(session)
        unfinished = select(Identification).where(
            Identification.step.in_(OPEN_STEPS),
            Identification.begun_at < now - self.rules.unfinished_kept,
        )
        over = select(Identification).where(
            Identification.step == Step.IDENTIFIED, Identification.valid_until < now
        )
        refused = select(Identification).where(
            Identification.step == Step.REFUSED,
            Identification.decided_at < now - self.rules.pictures_kept,
        )
        for query in (unfinished, over, refused):
            for row in session.scalars(query.with_for_update()).all():
                if row.sealed is not None or row.step in OPEN_STEPS:
                    self.erase(session, row, step=Step.WITHDRAWN)

    def record(self, row: Identification) -> PersonRecord:
        """Return what is known by an identification; raises WrongStepError once it is erased."""
        if row.sealed is None:
            raise WrongStepError("the identification was deleted; begin a new one")
        return PersonRecord.from_bytes(self._people.unseal(row.sealed))

    def _identified(self, session: Session, row: Identification, *, decided_by: str) -> bytes:
        record = self.record(row)
        now = self._clock.now()
        row.step = Step.IDENTIFIED
        row.decided_at = now
        row.valid_until = now + self.rules.valid_for
        if record.expiry is not None:
            last = datetime.combine(date.fromisoformat(record.expiry), now.timetz())
            row.valid_until = min(row.valid_until, last + timedelta(days=1))
        self._pictures.keep_until(session, row.id, now + self.rules.pictures_kept)
        scores: dict[str, Any] = row.scores or {}
        row.leaf_hash = self._statements.record(
            session,
            type_="identified",
            about=row.person_id,
            body=lambda disclose: identified_body(
                record, scores=scores, decided_by=decided_by, disclose=disclose
            ),
            at=now,
        )
        return row.leaf_hash
