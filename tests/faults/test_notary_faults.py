"""Every write of the notary fails once, in every way; afterwards the whole log is re-checked.

A write fails before it is done, or after it is done and is then reported as failed. It fails as
an error, which the durable workflow answers by repeating the step; or the process ends there, and
another starts on what is on the disk; or the machine ends there, and our own chain also forgets
what it had not saved.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from anchoring.hashing import leaf_hash
from service.database import Database
from service.notary import ChainDownError, MirrorFailedError, MirrorQuorumError
from tests.unit.notary.house import House


class Ending(StrEnum):
    """What a failed write takes with it."""

    ERROR = "error"
    PROCESS = "process"
    MACHINE = "machine"


class KilledError(BaseException):
    """The process ended here: nothing of it may go on."""


class CommitError(Exception):
    """The database said that a commit failed."""


@dataclass
class OneFault:
    """Fails the write of a given number once, and counts all of them."""

    ending: Ending
    number: int
    when_done: bool
    seen: int = 0
    struck: str | None = None

    def __call__(self, kind: str, what: str, done: bool) -> None:
        if done != self.when_done:
            return
        self.seen += 1
        if self.seen != self.number:
            return
        self.struck = f"{kind} {what}"
        if self.ending is not Ending.ERROR:
            raise KilledError
        if kind == "mirror":
            raise MirrorFailedError("the test wants it", mirror="one", reason="EIO")
        if kind == "chain":
            raise ChainDownError("the test wants it")
        raise CommitError


class FaultyDatabase(Database):
    """A database whose commits are told to ``fault``."""

    fault: Callable[[str, str, bool], None] = staticmethod(lambda _kind, _what, _done: None)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with super().transaction() as session:
            yield session
            session.flush()
            self.fault("database", "commit", False)
        self.fault("database", "commit", True)


def _journey(house: House) -> list[Callable[[], object]]:
    """Return the steps that a durable workflow takes, each safe to repeat."""

    def steps_for(*numbers: int) -> list[Callable[[], object]]:
        return [
            partial(house.accept, *numbers),
            lambda: house.notary.sequence(),
            lambda: house.notary.submit_anchor(),
            lambda: house.notary.confirm_anchors(),
        ]

    return [lambda: house.notary.start(), *steps_for(1, 2), *steps_for(3)]


def _run(folder: Path, fault: OneFault) -> None:
    folder.mkdir()
    # With one mirror enough, one that fails is left behind; with both needed, the step repeats.
    quorum = 1 if fault.ending is Ending.ERROR else 2
    house = House(folder, open_database=FaultyDatabase, mirror_quorum=quorum)
    chain = house.memory_chain
    database = house.database
    assert isinstance(database, FaultyDatabase)
    database.fault = fault
    for mirror in house.mirrors:
        mirror.fault = partial(fault, "mirror")
    chain.fault = partial(fault, "chain")
    shown_final: set[bytes] = set()
    for step in _journey(house):
        for _ in range(5):
            try:
                step()
                break
            except (MirrorQuorumError, ChainDownError, CommitError):
                continue
            except KilledError:
                if fault.ending is Ending.MACHINE:
                    chain.lose_tail()
                house.notary = house.new_notary()
                house.notary.start()
                # What people were told is final still is.
                assert set(house.statuses(sorted(shown_final))) <= {"final"}
        else:
            raise AssertionError(f"the step never got past {fault.struck}")
        shown_final |= {leaf for leaf in _leaves(house) if house.statuses([leaf]) == ["final"]}
    fault.number = 0
    house.work()
    house.check()
    assert len(house.entries()) == 3
    house.restart()
    house.check()
    house.database.dispose()


def _leaves(house: House) -> list[bytes]:
    return [leaf_hash(entry) for entry in house.entries()]


@pytest.mark.parametrize("when_done", [False, True], ids=["not-done", "done-but-reported-failed"])
@pytest.mark.parametrize("ending", list(Ending))
def test_each_write_fails_once(tmp_path: Path, ending: Ending, when_done: bool) -> None:
    struck: list[str] = []
    for number in range(1, 1_000):
        fault = OneFault(ending, number, when_done)
        _run(tmp_path / str(number), fault)
        if fault.struck is None:
            break
        struck.append(fault.struck)
    assert {"database commit", "mirror checkpoint", "chain submit", "chain settle"} <= set(struck)
    assert {"mirror tile/entries/000.p/2", "mirror tile/0/000.p/3", "chain open_log"} <= set(struck)
    assert len(struck) > 30
