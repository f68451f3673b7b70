"""The same rooms on PostgreSQL, where transactions lock rows instead of the whole database."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.database import Base, Database
from service.identity import TooManyRequestsError
from service.identity.people.models import Step
from service.identity.review.errors import AlreadyReviewedError
from tests.parts import fresh_keyring
from tests.unit.identity.bureau import EMAIL, REVIEWER, Bureau
from tests.unit.identity.conftest import Desk
from tests.unit.identity.test_phone_codes import PHONE, Telephone


@pytest.fixture
def bureau(postgres_url: str, tmp_path: Path) -> Iterator[Bureau]:
    database = Database(postgres_url)
    made = Bureau(Desk(folder=tmp_path, database=database, keyring=fresh_keyring(tmp_path)))
    Telephone(made.desk)
    Base.metadata.create_all(database.engine)
    yield made
    database.dispose()


def test_identified_with_a_company_and_forgotten(bureau: Bureau) -> None:
    assert bureau.identify().step == Step.IDENTIFIED
    with bureau.desk.database.transaction() as session:
        company = bureau.companies.register(
            session, email=EMAIL, kind="es-nif", number="A28015865", legal_name="Aceites SA"
        )
    bureau.powers.give_deed(company, email=EMAIL, upload=b"%PDF-1.7\n")
    (waiting,) = bureau.review.queue(REVIEWER)

    def decide(accepted: bool) -> bool:
        try:
            bureau.review.decide(REVIEWER, waiting.id, accepted=accepted, reason="seen it")
        except AlreadyReviewedError:
            return False
        return True

    with ThreadPoolExecutor(4) as reviewers:
        assert sum(reviewers.map(decide, [True] * 4)) == 1
    with bureau.desk.database.reading() as session:
        assert bureau.powers.acting_for(session, company, email=EMAIL).method == "deed"
    with bureau.desk.database.transaction() as session:
        bureau.decisions.forget_person(session, email=EMAIL)


def test_one_person_asking_at_once_is_one_person(bureau: Bureau) -> None:
    def ask(_number: int) -> str:
        with bureau.desk.database.transaction() as session:
            return bureau.people.person_of(session, EMAIL)

    with ThreadPoolExecutor(4) as tabs:
        assert len(set(tabs.map(ask, range(4)))) == 1


def test_text_messages_asked_for_at_once_stay_within_the_limit(bureau: Bureau) -> None:
    telephone = Telephone(bureau.desk)

    def ask(_number: int) -> bool:
        try:
            telephone.ask(PHONE)
        except TooManyRequestsError:
            return False
        return True

    with ThreadPoolExecutor(4) as people:
        assert sum(people.map(ask, range(4))) == 1
