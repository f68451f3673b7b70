"""From nothing to identified, and all that ends elsewhere; faces and documents are known ones."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from service.errors import NotFoundError
from service.identity import TooManyRequestsError
from service.identity.documents.errors import (
    DocumentExpiredError,
    MrzNotFoundError,
    NationalNumberError,
)
from service.identity.faces.errors import (
    ChallengeOverError,
    FaceCheckRefusedError,
    FlatPictureError,
    NoFaceError,
    NotTurnedError,
    OtherFaceError,
    ReplayedCaptureError,
    SeveralFacesError,
)
from service.identity.faces.liveness import Pose
from service.identity.faces.models import FaceChallenge
from service.identity.people.errors import (
    NotIdentifiedError,
    TooManyAttemptsError,
    WrongStepError,
)
from service.identity.people.models import Step
from service.identity.pictures.errors import PictureRefusedError
from service.identity.pictures.gate import check_picture
from tests.id_documents import Holder
from tests.unit.identity.bureau import EMAIL, Bureau, outsiders_view
from tests.unit.identity.conftest import Desk
from tests.unit.identity.known_faces import (
    ANA,
    COUPLE,
    COUSIN,
    EVA,
    FLAT,
    NOBODY,
    face_picture,
)


@pytest.fixture
def bureau(desk: Desk) -> Bureau:
    return Bureau(desk)


def to_face(bureau: Bureau) -> str:
    identification = bureau.begin()
    bureau.give_document(identification)
    bureau.confirm(identification)
    return identification


def test_a_person_is_identified_by_document_and_face(bureau: Bureau) -> None:
    view = bureau.identify()
    assert (view.step, view.flags) == (Step.IDENTIFIED, ())
    assert view.record is not None
    assert (view.record.family_names, view.record.number) == ("García López", "99999999R")
    with bureau.desk.database.reading() as session:
        person = bureau.decisions.identified(session, email="ANA@example.org")
    assert (person.leaf_hash, person.decided_by) == (view.leaf_hash, "program")
    assert view.valid_until == bureau.desk.clock.now() + timedelta(days=365)


def test_the_statement_says_how_and_hides_who(bureau: Bureau) -> None:
    bureau.identify()
    (kept,) = bureau.statements_about(bureau.person())
    statement, values = outsiders_view(kept, bureau.log.entries)
    body = statement.body
    assert (statement.type, body["assurance"], body["decidedBy"]) == (
        "identified",
        "document-face",
        "program",
    )
    assert body["document"]["format"] == "TD1"
    assert body["face"]["decision"] == "accept"
    assert len(body["face"]["distances"]) == 4
    assert "does not stop replay" in body["face"]["limits"]
    assert values["familyNames"] == "García López"
    assert values["nationalNumber"] == "99999999R"
    assert len(values["facePictures"].split()) == 4
    clear = json.dumps(dict(body), ensure_ascii=False)
    for personal in ("García", "GARCIA", "99999999R", "BAA000589", "1985", EMAIL):
        assert personal not in clear


def test_an_agreement_repeats_it_with_its_own_salts(bureau: Bureau) -> None:
    view = bureau.identify()
    with bureau.desk.database.reading() as session:
        person = bureau.decisions.identified(session, email=EMAIL)
    claims: list[str] = []

    def disclose(claim: str, value: str) -> str:
        claims.append(claim)
        return f"{len(claims):064x}"

    body = person.statement_body(disclose)
    assert view.leaf_hash is not None
    assert body["identification"] == view.leaf_hash.hex()
    assert body["sd"]["familyNames"] == f"{claims.index('familyNames') + 1:064x}"
    # Evidence goes to every party: a date of birth or a document's number is none of theirs.
    assert set(claims) == set(body["sd"]) == {"familyNames", "givenNames", "nationalNumber"}


def test_nothing_personal_is_kept_readable(bureau: Bureau) -> None:
    bureau.identify()
    kept = bureau.desk.stored()
    for secret in ("García", "GARCIA", "99999999R", "BAA000589", EMAIL, "JFIF", "descriptor"):
        assert secret.encode() not in kept


def test_front_and_back_may_come_in_any_order(bureau: Bureau) -> None:
    front, back = face_picture(ANA, salt=1), face_picture(NOBODY, salt=2)
    bureau.documents.unreadable = [check_picture(front).data]
    for uploads in ([front, back], [back, front]):
        identification = bureau.begin()
        view = bureau.identifications.take_document(identification, email=EMAIL, uploads=uploads)
        assert view.step == Step.CONFIRM
    with bureau.desk.database.reading() as session:
        assert len(bureau.pictures.of(session, identification)) == 2
    with pytest.raises(MrzNotFoundError):
        bureau.identifications.take_document(identification, email=EMAIL, uploads=[front])
    with pytest.raises(NoFaceError):
        bureau.identifications.take_document(identification, email=EMAIL, uploads=[back])
    with pytest.raises(SeveralFacesError):
        bureau.give_document(identification, person=COUPLE)
    with pytest.raises(PictureRefusedError):
        bureau.identifications.take_document(identification, email=EMAIL, uploads=[])


def test_an_expired_document_is_refused(bureau: Bureau) -> None:
    bureau.documents.holder = Holder(expiry=date(2026, 1, 30))
    with pytest.raises(DocumentExpiredError):
        bureau.give_document(bureau.begin())
    bureau.documents.holder = Holder(expiry=date(2026, 1, 31))
    view = bureau.identify()
    assert view.valid_until == bureau.desk.clock.now() + timedelta(days=1)


def test_a_wrong_number_is_refused_and_may_be_corrected(bureau: Bureau) -> None:
    identification = bureau.begin()
    bureau.give_document(identification)
    with pytest.raises(NationalNumberError):
        bureau.confirm(identification, number="99999999X")
    assert bureau.confirm(identification).step == Step.FACE


@pytest.mark.parametrize(
    ("changes", "flag"),
    [
        ({"given": "Ana"}, "names-differ"),
        ({"number": "12345678Z"}, "number-not-in-document"),
    ],
)
def test_what_differs_from_the_document_is_for_a_reviewer(
    bureau: Bureau, changes: dict[str, str], flag: str
) -> None:
    identification = bureau.begin()
    bureau.give_document(identification)
    bureau.confirm(identification, **changes)
    view = bureau.show_face(identification)
    assert (view.step, view.flags) == (Step.REVIEW, (flag,))
    assert bureau.log.entries == []


def test_children_and_uncertain_faces_are_for_a_reviewer(bureau: Bureau) -> None:
    bureau.documents.holder = Holder(birth=date(2010, 1, 1))
    view = bureau.show_face(to_face(bureau), person=COUSIN)
    assert (view.step, view.flags) == (Step.REVIEW, ("under-age", "face-uncertain"))


@pytest.mark.parametrize(
    ("person", "error"),
    [
        (EVA, OtherFaceError),
        (COUPLE, SeveralFacesError),
        (NOBODY, NoFaceError),
        (FLAT, FlatPictureError),
    ],
)
def test_wrong_faces_are_refused_and_counted(
    bureau: Bureau, person: int, error: type[Exception]
) -> None:
    identification = to_face(bureau)
    with pytest.raises(error):
        bureau.show_face(identification, person=person)
    view = bureau.identifications.view(identification, email=EMAIL)
    assert (view.step, view.attempts_left) == (Step.FACE, 5)
    assert bureau.show_face(identification).step == Step.IDENTIFIED


def test_six_failures_end_it(bureau: Bureau) -> None:
    identification = to_face(bureau)
    for _ in range(6):
        with pytest.raises(ChallengeOverError):
            bureau.identifications.check_face(
                identification, email=EMAIL, token="x" * 43, frames=[]
            )
    with pytest.raises(TooManyAttemptsError):
        bureau.challenge(identification)
    with pytest.raises(TooManyAttemptsError):
        bureau.identifications.check_face(identification, email=EMAIL, token="x", frames=[])


def test_a_challenge_is_used_once_and_soon(bureau: Bureau) -> None:
    identification = to_face(bureau)

    def check(token: str, frames: list[bytes]) -> None:
        bureau.identifications.check_face(identification, email=EMAIL, token=token, frames=frames)

    late = bureau.challenge(identification)
    bureau.desk.clock.advance(minutes=2, seconds=1)
    with pytest.raises(ChallengeOverError):
        check(late.token, bureau.frames(late.poses))
    turns = bureau.challenge(identification)
    with pytest.raises(NotTurnedError):
        check(turns.token, bureau.frames([Pose.CENTRE] * 4))
    with pytest.raises(ChallengeOverError):
        check(turns.token, bureau.frames(turns.poses))


def test_a_challenge_for_another_purpose_is_refused(bureau: Bureau) -> None:
    identification = to_face(bureau)
    with bureau.desk.database.transaction() as session:
        other = bureau.face_checks.new_challenge(session, purpose="signing", subject="ab" * 32)
    with pytest.raises(ChallengeOverError):
        bureau.identifications.check_face(
            identification, email=EMAIL, token=other.token, frames=bureau.frames(other.poses)
        )


def test_a_replayed_capture_is_refused(bureau: Bureau) -> None:
    identification = to_face(bureau)
    turns = bureau.challenge(identification)
    frames = bureau.frames(turns.poses)
    with pytest.raises(FaceCheckRefusedError):  # no challenge: the frames are not yet seen
        bureau.identifications.check_face(identification, email=EMAIL, token="x", frames=frames)
    still = [frames[0]] * len(frames)
    with pytest.raises(ReplayedCaptureError):
        bureau.identifications.check_face(
            identification, email=EMAIL, token=turns.token, frames=still
        )
    again = bureau.challenge(identification)
    mixed = [frames[0], *bureau.frames(again.poses)[1:]]
    with pytest.raises(ReplayedCaptureError):
        bureau.identifications.check_face(
            identification, email=EMAIL, token=again.token, frames=mixed
        )


def test_every_sequence_is_asked_for_and_none_is_kept(bureau: Bureau) -> None:
    with bureau.desk.database.transaction() as session:
        asked = [
            bureau.face_checks.new_challenge(session, purpose="identify", subject="x")
            for _ in range(120)
        ]
    assert len({turns.poses for turns in asked}) == 6
    assert all(turns.poses[0] is Pose.CENTRE for turns in asked)
    kept = bureau.desk.stored()
    assert not any(turns.token.encode() in kept for turns in asked)
    with bureau.desk.database.reading() as session:
        rows = session.execute(select(FaceChallenge.__table__)).all()
    assert len(rows) == 120
    assert not any(pose.value in repr(row) for row in rows for pose in Pose)


def test_steps_come_in_order_and_belong_to_their_person(bureau: Bureau) -> None:
    identification = bureau.begin()
    with pytest.raises(WrongStepError):
        bureau.confirm(identification)
    with pytest.raises(WrongStepError):
        bureau.challenge(identification)
    for email in ("eva@example.org", "nobody@example.org"):
        with pytest.raises(NotFoundError):
            bureau.give_document(identification, email)
        with pytest.raises(NotFoundError):
            bureau.identifications.view(identification, email=email)
    bureau.identify("eva@example.org")
    with pytest.raises(NotFoundError):
        bureau.identifications.view(identification, email="eva@example.org")


def test_beginning_anew_withdraws_the_open_one_and_is_limited(bureau: Bureau) -> None:
    first = to_face(bureau)
    bureau.begin()
    view = bureau.identifications.view(first, email=EMAIL)
    assert (view.step, view.record) == (Step.WITHDRAWN, None)
    for _ in range(3):
        bureau.begin()
    with pytest.raises(TooManyRequestsError):
        bureau.begin()
    bureau.desk.clock.advance(hours=24, seconds=1)
    bureau.begin()


def test_pictures_go_after_their_time_and_the_identity_stays(bureau: Bureau) -> None:
    view = bureau.identify()

    def kinds() -> list[str]:
        with bureau.desk.database.transaction() as session:
            bureau.decisions.forget_old(session)
            return [one.kind for one in bureau.pictures.of(session, view.id)]

    assert kinds() == ["document", *["frame"] * 4]
    bureau.desk.clock.advance(days=31)
    assert kinds() == []
    with bureau.desk.database.reading() as session:
        assert bureau.decisions.reference_face(session, email=EMAIL).width == 100
    bureau.desk.clock.advance(days=335)
    assert kinds() == []
    with bureau.desk.database.reading() as session, pytest.raises(NotIdentifiedError):
        bureau.decisions.identified(session, email=EMAIL)
    assert bureau.identifications.view(view.id, email=EMAIL).record is None


def test_what_is_left_unfinished_goes(bureau: Bureau) -> None:
    identification = to_face(bureau)
    bureau.desk.clock.advance(days=8)
    with bureau.desk.database.transaction() as session:
        bureau.decisions.forget_old(session)
        assert bureau.pictures.of(session, identification) == []
    assert bureau.identifications.view(identification, email=EMAIL).record is None


def test_a_person_is_forgotten_at_their_wish(bureau: Bureau) -> None:
    view = bureau.identify()
    person = bureau.person()
    with bureau.desk.database.transaction() as session:
        bureau.decisions.forget_person(session, email=EMAIL)
        bureau.decisions.forget_person(session, email="nobody@example.org")
    with bureau.desk.database.reading() as session:
        assert bureau.pictures.of(session, view.id) == []
        with pytest.raises(NotIdentifiedError):
            bureau.decisions.identified(session, email=EMAIL)
    (kept,) = bureau.statements_about(person)
    statement, values = outsiders_view(kept, bureau.log.entries)
    assert (statement.type, values) == ("identified", {})
