"""Identifying oneself, step by step: document, confirmation, live face."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.clock import Clock
from service.database import Database, new_id
from service.errors import NotFoundError
from service.identity.documents.errors import (
    DocumentExpiredError,
    DocumentRefusedError,
    MrzCheckDigitError,
)
from service.identity.documents.mrz import Mrz
from service.identity.documents.national_numbers import check_national_number
from service.identity.documents.reader import DocumentReader
from service.identity.faces.checker import SeenFace
from service.identity.faces.checks import CheckedCapture, FaceChecks, HeadTurns
from service.identity.faces.errors import NoFaceError
from service.identity.faces.matching import FaceDecision
from service.identity.kept_pictures import KeptPictures
from service.identity.people.decisions import Decisions
from service.identity.people.errors import TooManyAttemptsError, WrongStepError
from service.identity.people.models import Identification, Step
from service.identity.people.people import People
from service.identity.people.record import PersonRecord, TypedDocument, scores_body
from service.identity.pictures.cleaning import DOCUMENT_PX, CleanPicture, clean_pictures
from service.identity.pictures.errors import PictureRefusedError
from service.identity.pictures.gate import check_picture
from service.identity.rate_limits import too_many_requests

PURPOSE = "identify"
# Portraits are small on a card: more pixels than a live frame needs.
_PORTRAIT_PX = 1000
_MOST_PICTURES = 2
_NAME = 80
_ENDED = frozenset({Step.IDENTIFIED, Step.REFUSED, Step.WITHDRAWN})
_DECIDED = frozenset({Step.IDENTIFIED, Step.REFUSED})
# Flags that come with the document and stay whatever the person confirms.
_OF_DOCUMENT = frozenset({"under-age", "birth-unknown", "typed-by-hand"})
_ICAO = re.compile(r"[A-Z]{1,3}")
_NUMBER = re.compile(r"[0-9A-Z]{3,20}")
_OLDEST = 130


@dataclass(frozen=True, kw_only=True)
class IdentificationView:
    """An identification as its own person sees it; ``record`` is None once erased."""

    id: str
    step: Step
    flags: tuple[str, ...]
    attempts_left: int
    record: PersonRecord | None
    valid_until: datetime | None
    leaf_hash: bytes | None
    pictures: int


class Identifications:
    """The steps of an identification, each for the person whose it is.

    Slow steps (reading a document, checking a face) work outside any transaction and then write
    in one of their own: they must not be called inside another one.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        people: People,
        reader: DocumentReader,
        face_checks: FaceChecks,
        pictures: KeptPictures,
        decisions: Decisions,
    ) -> None:
        self._database = database
        self._clock = clock
        self._people = people
        self._reader = reader
        self._face_checks = face_checks
        self._pictures = pictures
        self._decisions = decisions
        self._rules = decisions.rules

    def begin(self, session: Session, *, email: str) -> str:
        """Return the id of a new identification; an open one of this person is withdrawn.

        Raises TooManyRequestsError.
        """
        person_id = self._people.person_of(session, email)
        now = self._clock.now()
        mine = session.scalars(
            select(Identification)
            .where(Identification.person_id == person_id)
            .order_by(Identification.begun_at)
            .with_for_update()
        ).all()
        recent = [row for row in mine if row.begun_at > now - timedelta(days=1)]
        if len(recent) >= self._rules.begun_per_day:
            free = recent[-self._rules.begun_per_day].begun_at + timedelta(days=1)
            raise too_many_requests((free - now).total_seconds())
        for row in mine:
            if row.step not in _ENDED:
                self._decisions.erase(session, row, step=Step.WITHDRAWN)
        identification_id = new_id("idn")
        session.add(
            Identification(
                id=identification_id,
                person_id=person_id,
                step=Step.DOCUMENT,
                begun_at=now,
                face_attempts=0,
                flags=[],
            )
        )
        return identification_id

    def view(self, identification_id: str, *, email: str) -> IdentificationView:
        """Return an identification of this person; raises NotFoundError."""
        with self._database.reading() as session:
            return self._view(self._own(session, identification_id, email=email), session)

    def current(self, *, email: str) -> IdentificationView | None:
        """Return the newest identification of this person that was not withdrawn, if any."""
        with self._database.reading() as session:
            row = session.scalar(
                select(Identification)
                .where(
                    Identification.person_id == self._people.known(session, email),
                    Identification.step != Step.WITHDRAWN,
                )
                .order_by(Identification.begun_at.desc())
                .limit(1)
            )
            return None if row is None else self._view(row, session)

    def take_document(
        self,
        identification_id: str,
        *,
        email: str,
        uploads: Sequence[bytes],
        typed: TypedDocument | None = None,
    ) -> IdentificationView:
        """Read one or two pictures of a document (front and back, in any order).

        One must show the lines, one the portrait. Where no program can read them the person says
        what they hold (``typed``), and a reviewer compares. Another document may be given until
        the face check. Raises PictureRefusedError, DocumentRefusedError and FaceCheckRefusedError
        subclasses, DocumentReaderMissingError, WrongStepError, NotFoundError.
        """
        if not 1 <= len(uploads) <= _MOST_PICTURES:
            raise PictureRefusedError(f"expected one or two pictures, got {len(uploads)}")
        steps = {Step.DOCUMENT, Step.CONFIRM}
        with self._database.reading() as session:
            self._at(session, identification_id, email=email, steps=steps)
        today = self._clock.now().date()
        mrz = self._read(uploads, today) if typed is None else None
        given = _checked(typed, today) if typed is not None else None
        expiry = mrz.expiry if mrz is not None else given.expiry if given is not None else None
        if expiry is not None and expiry < today:
            raise DocumentExpiredError("expected a document in force", expiry=str(expiry))
        cleaned = clean_pictures(uploads, kept_px=DOCUMENT_PX, pixels_px=_PORTRAIT_PX)
        face = self._portrait(cleaned)
        hashes = tuple(one.upload_sha256 for one in cleaned)
        if given is not None:
            record = PersonRecord.of_typed(given, document_sha256=hashes, face=face)
            flags = ["typed-by-hand", *self._age_flags(given.birth, today)]
        else:
            assert mrz is not None  # read above
            record = PersonRecord.of_document(
                mrz, reader=self._reader.name, document_sha256=hashes, face=face
            )
            flags = self._age_flags(mrz.birth, today)
        with self._database.transaction() as session:
            row = self._at(session, identification_id, email=email, steps=steps)
            row.step = Step.CONFIRM
            row.flags = flags
            row.sealed = self._people.seal(record.to_bytes())
            self._keep(session, row, "document", cleaned)
            return self._view(row, session)

    def confirm_document(
        self,
        session: Session,
        identification_id: str,
        *,
        email: str,
        family_names: str,
        given_names: str,
        number: str,
    ) -> IdentificationView:
        """Take the names and the national number as the person confirms or corrects them.

        What differs from the document's lines is for a reviewer. Raises NationalNumberError,
        DocumentRefusedError, WrongStepError, NotFoundError.
        """
        row = self._at(session, identification_id, email=email, steps={Step.CONFIRM, Step.FACE})
        record = self._decisions.record(row)
        family, given = " ".join(family_names.split()), " ".join(given_names.split())
        if not family + given or len(family) > _NAME or len(given) > _NAME:
            raise DocumentRefusedError(f"expected names of at most {_NAME} characters each")
        record = record.confirmed(
            family_names=family,
            given_names=given,
            number=check_national_number(record.issuer, number),
        )
        row.flags = [
            *(flag for flag in row.flags if flag in _OF_DOCUMENT),
            *self._confirmation_flags(record),
        ]
        row.sealed = self._people.seal(record.to_bytes())
        row.step = Step.FACE
        return self._view(row, session)

    def new_face_challenge(
        self, session: Session, identification_id: str, *, email: str
    ) -> HeadTurns:
        """Return where to look; raises WrongStepError, TooManyAttemptsError, NotFoundError."""
        row = self._at(session, identification_id, email=email, steps={Step.FACE})
        if row.face_attempts >= self._rules.face_attempts:
            raise TooManyAttemptsError("the face check failed too often; begin anew")
        return self._face_checks.new_challenge(session, purpose=PURPOSE, subject=row.id)

    def check_face(
        self, identification_id: str, *, email: str, token: str, frames: Sequence[bytes]
    ) -> IdentificationView:
        """Judge the frames that answer a challenge: identified, or sent to the review desk.

        Raises FaceCheckRefusedError and PictureRefusedError subclasses (each counts as an
        attempt), FaceCheckerBusyError, FaceCheckerFailedError, TooManyAttemptsError,
        WrongStepError, NotFoundError.
        """
        # Counted first: a check that dies half-way must not be free.
        with self._database.transaction() as session:
            row = self._at(session, identification_id, email=email, steps={Step.FACE})
            if row.face_attempts >= self._rules.face_attempts:
                raise TooManyAttemptsError("the face check failed too often; begin anew")
            row.face_attempts += 1
            reference = self._decisions.record(row).face
        if reference is None:
            raise NoFaceError("expected the document's portrait; give the document again")
        capture = self._face_checks.check(
            token, frames, purpose=PURPOSE, subject=identification_id, reference=reference
        )
        with self._database.transaction() as session:
            row = self._at(session, identification_id, email=email, steps={Step.FACE})
            self._take_capture(session, row, capture)
            return self._view(row, session)

    def delete_pictures(self, session: Session, identification_id: str, *, email: str) -> None:
        """Delete the pictures of an identification that has ended, which stays in force.

        What a later face is compared with is not a picture, and goes with ``withdraw``.
        """
        row = self._at(session, identification_id, email=email, steps={*_DECIDED})
        self._pictures.forget(session, row.id)

    def withdraw(self, session: Session, identification_id: str, *, email: str) -> None:
        """End an identification at its person's wish, and delete what was given for it."""
        row = self._own(session, identification_id, email=email, lock=True)
        self._decisions.erase(session, row, step=Step.WITHDRAWN)

    def _read(self, uploads: Sequence[bytes], today: date) -> Mrz:
        refused: DocumentRefusedError | None = None
        for upload in uploads:
            try:
                return self._reader.read(check_picture(upload), today=today)
            except DocumentRefusedError as error:
                # A wrong check digit says more than a side without lines.
                refused = error if isinstance(error, MrzCheckDigitError) else refused or error
        assert refused is not None
        raise refused

    def _portrait(self, cleaned: Sequence[CleanPicture]) -> SeenFace:
        none: NoFaceError | None = None
        for picture in cleaned:
            try:
                return self._face_checks.find_document_face(picture.pixels)
            except NoFaceError as error:
                none = error
        assert none is not None
        raise none

    def _age_flags(self, birth: date | None, today: date) -> list[str]:
        if birth is None:
            return ["birth-unknown"]
        return ["under-age"] if _age(birth, today) < self._rules.adult_age else []

    def _confirmation_flags(self, record: PersonRecord) -> list[str]:
        flags = []
        if not record.names_agree:
            flags.append("names-differ")
        if not record.number_checked:
            flags.append("number-unchecked")
        elif not record.number_in_document:
            flags.append("number-not-in-document")
        return flags

    def _take_capture(self, session: Session, row: Identification, capture: CheckedCapture) -> None:
        record = self._decisions.record(row)
        row.scores = scores_body(self._face_checks.model, capture.scores)
        row.sealed = self._people.seal(
            record.seen(
                capture.face, tuple(frame.upload_sha256 for frame in capture.frames)
            ).to_bytes()
        )
        self._keep(session, row, "frame", capture.frames)
        if capture.scores.decision is FaceDecision.REVIEW:
            row.flags = [*row.flags, "face-uncertain"]
        self._decisions.settle(session, row)

    def _keep(
        self, session: Session, row: Identification, kind: str, pictures: Sequence[CleanPicture]
    ) -> None:
        self._pictures.forget(session, row.id, kinds=[kind])
        until = self._clock.now() + self._rules.unfinished_kept
        for position, picture in enumerate(pictures):
            self._pictures.keep(
                session,
                owner=row.id,
                kind=kind,
                position=position,
                content=picture.jpeg,
                upload_sha256=picture.upload_sha256,
                until=until,
            )

    def _own(
        self, session: Session, identification_id: str, *, email: str, lock: bool = False
    ) -> Identification:
        row = session.get(Identification, identification_id, with_for_update=lock)
        if row is None or row.person_id != self._people.known(session, email):
            raise NotFoundError("no such identification of yours; begin a new one")
        return row

    def _at(
        self, session: Session, identification_id: str, *, email: str, steps: set[Step]
    ) -> Identification:
        row = self._own(session, identification_id, email=email, lock=True)
        if row.step not in steps:
            wanted = ", ".join(sorted(steps))
            raise WrongStepError(f"expected the step {wanted}, got {row.step}", step=row.step)
        return row

    def _view(self, row: Identification, session: Session) -> IdentificationView:
        return IdentificationView(
            id=row.id,
            step=Step(row.step),
            flags=tuple(row.flags),
            attempts_left=max(0, self._rules.face_attempts - row.face_attempts),
            record=None if row.sealed is None else self._decisions.record(row),
            valid_until=row.valid_until,
            leaf_hash=row.leaf_hash,
            pictures=self._pictures.count(session, row.id),
        )


def _checked(typed: TypedDocument, today: date) -> TypedDocument:
    """Return what was typed, tidied; raises DocumentRefusedError where it cannot be so."""
    number = re.sub(r"[\s.-]", "", typed.number.upper())
    family, given = " ".join(typed.family_names.split()), " ".join(typed.given_names.split())
    if not _ICAO.fullmatch(typed.issuer):
        raise DocumentRefusedError("expected the country that issued the document")
    if not _NUMBER.fullmatch(number):
        raise DocumentRefusedError("expected the document's number, of 3 to 20 letters and digits")
    if not family + given or max(len(family), len(given)) > _NAME:
        raise DocumentRefusedError(f"expected names of at most {_NAME} characters each")
    if not 0 <= _age(typed.birth, today) <= _OLDEST:
        raise DocumentRefusedError("expected a date of birth in the past")
    return replace(typed, number=number, family_names=family, given_names=given)


def _age(birth: date, today: date) -> int:
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))
