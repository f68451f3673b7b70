"""Many processes on one real PostgreSQL; and an old copy of the database put back."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from service.notary import LogForkRefused, MirrorQuorumError, retire_mirror
from tests.conftest import ROOT
from tests.unit.notary.house import House, make_entry


@pytest.fixture
def house(tmp_path: Path, postgres_url: str) -> Iterator[House]:
    house = House(tmp_path, database_url=postgres_url)
    house.notary.start()
    yield house
    house.database.dispose()


@contextmanager
def worker(house: House, task: str, first: int = 0, count: int = 0) -> Iterator[subprocess.Popen]:
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.unit.notary_log.log_worker", task),
            *(house.database_url, str(house.folder), str(first), str(count)),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def line_of(process: subprocess.Popen) -> str:
    assert process.stdout is not None
    return str(process.stdout.readline()).strip()


def test_processes_accept_and_place_at_once_and_one_is_killed(house: House) -> None:
    with (
        worker(house, "work", 0, 40) as one,
        worker(house, "work", 100, 40) as two,
        worker(house, "work", 200, 40) as doomed,
    ):
        assert line_of(doomed) == "200"
        doomed.kill()
        assert (one.wait(120), two.wait(120)) == (0, 0)
    with worker(house, "work", 200, 40) as again:
        assert again.wait(120) == 0
    expected = {make_entry(n) for first in (0, 100, 200) for n in range(first, first + 40)}
    entries = house.entries()
    assert len(entries) == len(expected)
    assert set(entries) == expected
    house.notary.sequence()
    house.check(final=False)
    house.work()
    house.check()


def test_a_killed_holder_frees_the_lock(house: House) -> None:
    with worker(house, "hold") as holder:
        assert line_of(holder) == "held"
        with worker(house, "work", 0, 5) as waiting:
            with pytest.raises(subprocess.TimeoutExpired):
                waiting.wait(2)
            holder.kill()
            assert waiting.wait(60) == 0
    assert len(house.entries()) == 5
    house.check(final=False)


def _copy(url: str, source: str, target: str) -> None:
    """Make ``target`` a copy, file by file, of the database ``source``."""
    engine = create_engine(make_url(url).set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {target} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {target} TEMPLATE {source}"))
    engine.dispose()


@pytest.fixture
def backup(house: House) -> Iterator[tuple[str, str]]:
    name = make_url(house.database_url).database
    assert name is not None
    yield name, f"{name}_backup"
    house.database.dispose()
    engine = create_engine(
        make_url(house.database_url).set(database="postgres"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name}_backup WITH (FORCE)"))
    engine.dispose()


def test_an_old_copy_put_back_is_refilled_and_forks_nothing(
    house: House, backup: tuple[str, str]
) -> None:
    name, copy = backup
    house.accept(*range(200))
    house.work()
    waiting = house.accept(7_000)
    house.database.dispose()
    _copy(house.database_url, name, copy)
    house.work()
    house.accept(*range(200, 300))
    house.work()
    entries, shown = house.entries(), house.notary.public_file("checkpoint")
    house.database.dispose()
    _copy(house.database_url, copy, name)
    house.restart()
    assert house.entries() == entries
    assert house.notary.public_file("checkpoint") == shown
    house.work()
    assert house.statuses(waiting) == ["final"]
    house.check()


def test_an_old_copy_without_the_mirrors_is_refused(house: House, backup: tuple[str, str]) -> None:
    name, copy = backup
    house.accept(1, 2)
    house.work()
    house.database.dispose()
    _copy(house.database_url, name, copy)
    house.accept(3)
    house.work()
    house.database.dispose()
    _copy(house.database_url, copy, name)
    for mirror in ("mirror-1", "mirror-2"):
        (house.folder / mirror).rename(house.folder / f"{mirror}-away")
    with pytest.raises(MirrorQuorumError):
        house.restart()
    # Without the mirrors for good, the chain still knows better.
    for mirror in house.mirrors:
        retire_mirror(house.database, house.clock, mirror.name)
    with pytest.raises(LogForkRefused):
        house.restart()
