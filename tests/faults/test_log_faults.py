"""Every write of the log fails once where tiles fill up, a key changes or a database is refilled.

A write fails before it is done, or is done and then reported as failed; as an error that the next
try answers, or with the process. Afterwards the whole log is re-checked, and hashed anew from
each mirror as an outsider would.
"""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from anchoring.hashing import ZERO32, leaf_hash
from anchoring.log_replay import Edge, replay
from anchoring.log_source import open_source
from anchoring.tree import root
from service.notary import MirrorQuorumError, rotate_log_key
from service.notary.models import Leaf
from tests.faults.test_notary_faults import (
    CommitError,
    Ending,
    FaultyDatabase,
    KilledError,
    OneFault,
)
from tests.parts import NOON, fresh_keyring
from tests.unit.notary.house import House, make_entry

_ENDINGS = [Ending.ERROR, Ending.PROCESS]
_WHEN = pytest.mark.parametrize(
    "when_done", [False, True], ids=["not-done", "done-but-reported-failed"]
)


def _house(folder: Path) -> House:
    """Return a house whose mirrors both must hold what is signed; it is started when first made."""
    is_new = not folder.exists()
    folder.mkdir(exist_ok=True)
    house = House(folder, open_database=FaultyDatabase, mirror_quorum=2)
    if is_new:
        house.notary.start()
    return house


def _accept_many(house: House, first: int, count: int) -> None:
    """Accept entries as a busy service has them, in one statement."""
    with house.database.transaction() as session:
        session.execute(
            insert(Leaf),
            [
                {
                    "leaf_hash": leaf_hash(make_entry(number)),
                    "entry": make_entry(number),
                    "kind": "statement",
                    "subject": ZERO32,
                    "log_index": None,
                    "accepted_at": NOON,
                }
                for number in range(first, first + count)
            ],
        )


def _strike(house: House, fault: OneFault, step: Callable[[House], None]) -> None:
    """Repeat ``step`` under ``fault``, on a new process where it took the old one."""
    assert isinstance(house.database, FaultyDatabase)
    house.database.fault = fault
    for mirror in house.mirrors:
        mirror.fault = partial(fault, "mirror")
    for _ in range(4):
        try:
            step(house)
        except (MirrorQuorumError, CommitError):
            continue
        except KilledError:
            house.notary = house.new_notary()
            house.notary.start()
        else:
            return
    raise AssertionError(f"the step never got past {fault.struck}")


def _check(house: House, size: int) -> None:
    """Check the log in the database, in its rows of nodes, and on each mirror."""
    house.check(final=False)
    entries = house.entries()
    assert entries == [make_entry(number) for number in range(size)]
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Leaf)) == size
    expected = root([leaf_hash(entry) for entry in entries])
    for mirror in house.mirrors:
        source = open_source(mirror.name)
        found = replay(source, start=Edge(), size=size, sizes=[size])
        assert (found.roots, found.gaps) == ({size: expected}, [])


def _each_write(
    folder: Path,
    ending: Ending,
    when_done: bool,
    prepare: Callable[[House], None],
    step: Callable[[House], None],
    size: int,
    *,
    is_started: bool = False,
) -> set[str]:
    prepared = _house(folder / "prepared")
    prepare(prepared)
    prepared.database.dispose()
    struck: set[str] = set()
    for number in range(1, 100):
        shutil.copytree(folder / "prepared", folder / str(number))
        house = _house(folder / str(number))
        if is_started:
            house.notary.start()
        fault = OneFault(ending, number, when_done)
        _strike(house, fault, step)
        fault.number = 0
        house.restart()
        house.notary.sequence()
        _check(house, size)
        house.database.dispose()
        shutil.rmtree(folder / str(number))
        if fault.struck is None:
            return struck
        struck.add(fault.struck)
    raise AssertionError("expected fewer writes in one step")


@_WHEN
@pytest.mark.parametrize("ending", _ENDINGS)
def test_a_batch_that_fills_tiles(tmp_path: Path, ending: Ending, when_done: bool) -> None:
    def prepare(house: House) -> None:
        _accept_many(house, 0, 250)
        house.notary.sequence()
        _accept_many(house, 250, 270)

    def step(house: House) -> None:
        house.notary.sequence()

    struck = _each_write(tmp_path, ending, when_done, prepare, step, 520, is_started=True)
    assert {
        "database commit",
        "mirror tile/entries/000",
        "mirror tile/0/001",
        "mirror tile/0/002.p/8",
        "mirror tile/1/000.p/2",
        "mirror checkpoint",
    } <= struck


@_WHEN
@pytest.mark.parametrize("ending", _ENDINGS)
def test_the_first_start_after_a_change_of_key(
    tmp_path: Path, ending: Ending, when_done: bool
) -> None:
    def prepare(house: House) -> None:
        _accept_many(house, 0, 3)
        house.notary.sequence()
        rotate_log_key(keyring=fresh_keyring(house.folder), clock=house.clock, compromised=False)

    def step(house: House) -> None:
        house.notary = house.new_notary()
        house.notary.start()

    struck = _each_write(tmp_path, ending, when_done, prepare, step, 3)
    assert {"database commit", "mirror checkpoint"} <= struck


@_WHEN
@pytest.mark.parametrize("ending", _ENDINGS)
def test_refilling_an_old_copy(tmp_path: Path, ending: Ending, when_done: bool) -> None:
    def prepare(house: House) -> None:
        _accept_many(house, 0, 100)
        house.notary.sequence()
        house.database.dispose()
        shutil.copy(house.folder / "acta.db", house.folder / "backup.db")
        _accept_many(house, 100, 200)
        house.notary.sequence()
        house.database.dispose()
        for path in house.folder.glob("acta.db*"):
            path.unlink()
        shutil.copy(house.folder / "backup.db", house.folder / "acta.db")

    def step(house: House) -> None:
        house.notary = house.new_notary()
        house.notary.start()

    struck = _each_write(tmp_path, ending, when_done, prepare, step, 300)
    assert "database commit" in struck
