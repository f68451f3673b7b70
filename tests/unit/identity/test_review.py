"""The review desk: who may use it, what it shows, and that decisions are logged."""

import pytest

from service.errors import NotFoundError
from service.identity.people.errors import NotIdentifiedError
from service.identity.people.models import Step
from service.identity.review.errors import (
    AlreadyReviewedError,
    NotReviewerError,
    OwnCaseError,
    ReviewReasonError,
)
from tests.unit.identity.bureau import EMAIL, REVIEWER, Bureau, outsiders_view
from tests.unit.identity.conftest import Desk

EVA = "eva@example.org"
WHY = "the portrait and the person are plainly the same"


@pytest.fixture
def bureau(desk: Desk) -> Bureau:
    return Bureau(desk)


def send_to_desk(bureau: Bureau, email: str = EVA) -> str:
    identification = bureau.begin(email)
    bureau.give_document(identification, email)
    bureau.confirm(identification, email, given="Carmen")
    assert bureau.show_face(identification, email).step == Step.REVIEW
    return identification


def test_a_reviewer_sees_everything_side_by_side_and_accepts(bureau: Bureau) -> None:
    identification = send_to_desk(bureau)
    (waiting,) = bureau.review.queue(REVIEWER)
    assert (waiting.kind, waiting.reasons) == ("person", ("names-differ",))
    case = bureau.review.open_case("Inspector@example.org", waiting.id)
    facts = dict(case.sheet.facts)
    assert (facts["givenNames"], facts["readGivenNames"]) == ("Carmen", "MARIA CARMEN")
    assert [one.kind for one in case.sheet.pictures] == ["document", *["frame"] * 4]
    assert case.sheet.pictures[0].content.startswith(b"\xff\xd8\xff")
    assert case.sheet.scores["decision"] == "accept"

    bureau.review.decide(REVIEWER, waiting.id, accepted=True, reason=WHY)
    assert bureau.review.queue(REVIEWER) == []
    view = bureau.identifications.view(identification, email=EVA)
    assert view.step == Step.IDENTIFIED
    (identified,) = bureau.statements_about(bureau.person(EVA))
    statement, _ = outsiders_view(identified, bureau.log.entries)
    assert statement.body["decidedBy"] == "reviewer"
    (reviewed,) = bureau.statements_about(identification)
    statement, values = outsiders_view(reviewed, bureau.log.entries)
    assert statement.type == "reviewed"
    assert statement.body["decision"] == "accepted"
    assert statement.body["statement"] == identified.leaf_hash.hex()
    assert values == {"reviewer": REVIEWER, "why": WHY}


def test_a_refusal_is_logged_and_identifies_nobody(bureau: Bureau) -> None:
    identification = send_to_desk(bureau)
    (waiting,) = bureau.review.queue(REVIEWER)
    bureau.review.decide(REVIEWER, waiting.id, accepted=False, reason="two different people")
    assert bureau.identifications.view(identification, email=EVA).step == Step.REFUSED
    (reviewed,) = bureau.statements_about(identification)
    statement, _ = outsiders_view(reviewed, bureau.log.entries)
    assert (statement.body["decision"], statement.body["statement"]) == ("refused", None)
    with bureau.desk.database.reading() as session, pytest.raises(NotIdentifiedError):
        bureau.decisions.identified(session, email=EVA)


def test_only_reviewers_and_never_on_themselves(bureau: Bureau) -> None:
    send_to_desk(bureau, EMAIL)
    (waiting,) = bureau.review.queue(REVIEWER)
    for use in (
        lambda: bureau.review.queue(EVA),
        lambda: bureau.review.open_case(EVA, waiting.id),
        lambda: bureau.review.decide(EVA, waiting.id, accepted=True, reason=WHY),
    ):
        with pytest.raises(NotReviewerError):
            use()
    assert bureau.review.is_reviewer(EMAIL)
    with pytest.raises(OwnCaseError):
        bureau.review.open_case(EMAIL, waiting.id)
    with pytest.raises(OwnCaseError):
        bureau.review.decide(EMAIL, waiting.id, accepted=True, reason=WHY)
    assert len(bureau.review.queue(REVIEWER)) == 1


def test_a_case_is_decided_once_and_with_a_reason(bureau: Bureau) -> None:
    send_to_desk(bureau)
    (waiting,) = bureau.review.queue(REVIEWER)
    for reason in ("", " ok ", "x" * 1001):
        with pytest.raises(ReviewReasonError):
            bureau.review.decide(REVIEWER, waiting.id, accepted=True, reason=reason)
    bureau.review.decide(REVIEWER, waiting.id, accepted=False, reason=WHY)
    with pytest.raises(AlreadyReviewedError):
        bureau.review.decide(REVIEWER, waiting.id, accepted=True, reason=WHY)
    with pytest.raises(NotFoundError):
        bureau.review.open_case(REVIEWER, "rev_none")


def test_what_its_person_withdraws_leaves_the_queue(bureau: Bureau) -> None:
    identification = send_to_desk(bureau)
    with bureau.desk.database.transaction() as session:
        bureau.identifications.withdraw(session, identification, email=EVA)
    assert bureau.review.queue(REVIEWER) == []
