"""The same notary on a real PostgreSQL, where writers do not wait for each other by themselves."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from anchoring.hashing import ZERO32, sha256
from service.notary import IdempotencyConflictError, Notary
from tests.unit.notary.house import House, make_entry


@pytest.fixture
def house(tmp_path: Path, postgres_url: str) -> Iterator[House]:
    house = House(tmp_path, database_url=postgres_url)
    house.notary.start()
    yield house
    house.database.dispose()


def test_journey_of_leaves(house: House) -> None:
    leaves = house.accept(1, 2)
    assert house.accept(1) == leaves[:1]
    house.work()
    assert house.statuses(leaves) == ["final", "final"]
    house.restart()
    house.accept(3)
    house.work()
    house.check()
    assert len({workflow_id for _, workflow_id, _, _ in house.enqueued.work}) == 2


def test_idempotency_key(house: House) -> None:
    def ask(content: bytes) -> str:
        with house.database.transaction() as session:
            return house.notary.accept_external(
                session, sha256=sha256(content), owner="key-1", idempotency_key="order-7"
            )

    first = ask(b"file")
    assert ask(b"file") == first
    with pytest.raises(IdempotencyConflictError):
        ask(b"other")
    house.work()
    assert house.notary.anchor_request(first, "key-1").status.status == "final"


def test_batch_waits_for_an_acceptance_under_way(house: House) -> None:
    sizes: list[int] = []
    batch = threading.Thread(target=lambda: sizes.append(house.notary.sequence()))
    with house.database.transaction() as session:
        house.notary.accept(session, make_entry(1), kind="statement", subject=ZERO32)
        house.accept(2)
        batch.start()
        batch.join(0.3)
        assert sizes == []
    batch.join(10)
    assert sizes == [2]
    assert house.entries() == [make_entry(1), make_entry(2)]


def test_many_writers_and_two_notaries(house: House) -> None:
    other = house.new_notary()
    other.start()
    failures: list[BaseException] = []

    def accept(first: int) -> None:
        for number in range(first, first + 20):
            house.accept(number)

    def run(notary: Notary) -> None:
        try:
            for _ in range(15):
                notary.sequence()
                notary.anchor_pending()
        except BaseException as error:  # noqa: BLE001  shown by the test
            failures.append(error)

    threads = [threading.Thread(target=accept, args=(100 * turn,)) for turn in range(3)]
    threads += [threading.Thread(target=run, args=(one,)) for one in (house.notary, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    house.work()
    assert house.notary.size() == 60
    house.check()
