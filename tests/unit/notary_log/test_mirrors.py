"""Mirrors that are away, lost, swapped or new: an absent one is never taken for an empty one."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.notary import (
    DiskMirror,
    MirrorFailedError,
    MirrorNotFoundError,
    MirrorQuorumError,
    known_mirrors,
    retire_mirror,
)
from service.notary.mirror import MARKER
from tests.unit.notary.house import House, TroubledMirror


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    house.notary.start()
    yield house
    house.database.dispose()


class Away(TroubledMirror):
    """A mirror that gives no answer."""

    def get(self, path: str) -> bytes | None:
        raise MirrorFailedError("away", mirror=self.name, reason="EIO")


def test_each_mirror_is_marked_at_its_first_use(house: House) -> None:
    house.accept(1)
    house.notary.sequence()
    marks = {
        json.loads((house.folder / name / MARKER).read_bytes())["id"]
        for name in ("mirror-1", "mirror-2")
    }
    assert {entry.id for entry in known_mirrors(house.database)} == marks
    assert len(marks) == 2
    house.restart()
    assert len(known_mirrors(house.database)) == 2


def test_a_disk_that_goes_away_is_not_written_to(house: House) -> None:
    house.accept(*range(300))
    house.notary.sequence()
    (house.folder / "mirror-1").rename(house.folder / "unmounted")
    (house.folder / "mirror-1").mkdir()
    house.accept(1_000)
    assert house.notary.sequence() == 301
    assert list((house.folder / "mirror-1").iterdir()) == []
    (house.folder / "mirror-1").rmdir()
    (house.folder / "unmounted").rename(house.folder / "mirror-1")
    house.notary.sequence()
    house.check(final=False)


@pytest.mark.parametrize("there", [True, False], ids=["empty", "no-folder"])
def test_a_start_tells_what_to_do_about_a_disk_that_is_away(house: House, there: bool) -> None:
    house.accept(1)
    house.work()
    (house.folder / "mirror-1").rename(house.folder / "unmounted")
    if there:
        (house.folder / "mirror-1").mkdir()
    with pytest.raises(MirrorQuorumError, match=r"mounted.*acta log retire-mirror"):
        house.restart()
    shutil.rmtree(house.folder / "mirror-1", ignore_errors=True)
    (house.folder / "unmounted").rename(house.folder / "mirror-1")
    house.restart()
    house.check()


def test_a_retired_mirror_is_not_asked_for_and_comes_back(house: House) -> None:
    house.accept(1)
    house.work()
    working = house.mirrors[0]
    house.mirrors[0] = Away(DiskMirror(house.folder / "mirror-1"))
    with pytest.raises(MirrorQuorumError, match="away"):
        house.restart()
    retire_mirror(house.database, house.clock, working.name)
    house.restart()
    house.accept(2)
    house.work()
    house.mirrors[0] = working
    house.restart()
    assert [entry.retired_at for entry in known_mirrors(house.database)] == [None, None]
    house.work()
    house.check()


def test_a_mirror_taken_out_of_the_settings_is_asked_for(house: House) -> None:
    house.accept(1)
    house.work()
    lost = house.mirrors.pop()
    with pytest.raises(MirrorQuorumError, match="not in the settings"):
        house.restart()
    retire_mirror(house.database, house.clock, lost.name)
    house.restart()
    house.check()
    with pytest.raises(MirrorNotFoundError):
        retire_mirror(house.database, house.clock, lost.name)


def test_a_new_mirror_is_filled(house: House) -> None:
    house.accept(*range(300))
    house.work()
    house.mirrors.append(TroubledMirror(DiskMirror(house.folder / "mirror-3")))
    house.restart()
    assert len(known_mirrors(house.database)) == 3
    house.check()


def test_a_mirror_that_moved_is_known_by_its_mark(house: House) -> None:
    house.accept(1)
    house.work()
    (house.folder / "mirror-2").rename(house.folder / "moved")
    house.mirrors[1] = TroubledMirror(DiskMirror(house.folder / "moved"))
    house.restart()
    assert {Path(entry.name).name for entry in known_mirrors(house.database)} == {
        "mirror-1",
        "moved",
    }
    house.check()


def test_another_disk_in_the_same_place_does_not_stand_in_for_it(house: House) -> None:
    house.accept(1)
    house.work()
    shutil.rmtree(house.folder / "mirror-2")
    (house.folder / "mirror-2").mkdir()
    mark = json.loads((house.folder / "mirror-1" / MARKER).read_bytes()) | {"id": "f" * 32}
    (house.folder / "mirror-2" / MARKER).write_text(json.dumps(mark))
    with pytest.raises(MirrorQuorumError, match="mirror-2 is in use"):
        house.restart()


@pytest.mark.parametrize("content", ['{"acta":"mirror/1"}', "", "[]", "{"])
def test_a_damaged_mark_is_no_mark(house: House, content: str) -> None:
    house.accept(1)
    house.work()
    (house.folder / "mirror-2" / MARKER).write_text(content)
    with pytest.raises(MirrorQuorumError, match="damaged"):
        house.restart()


def test_a_mirror_marked_by_another_log_is_left_alone(house: House) -> None:
    house.accept(1)
    house.work()
    path = house.folder / "mirror-2" / MARKER
    mark = json.loads(path.read_bytes()) | {"origin": "acta.example/other"}
    path.write_text(json.dumps(mark))
    running = house.notary
    with pytest.raises(MirrorQuorumError, match=r"acta\.example/other"):
        house.restart()
    house.notary = running
    shown = (house.folder / "mirror-2" / "checkpoint").read_bytes()
    house.accept(2)
    assert house.notary.sequence() == 2
    assert (house.folder / "mirror-2" / "checkpoint").read_bytes() == shown


def test_a_mirror_without_a_mark_that_holds_this_log_is_marked(house: House) -> None:
    house.accept(1)
    house.work()
    (house.folder / "mirror-2" / MARKER).unlink()
    house.restart()
    assert len(known_mirrors(house.database)) == 2
    house.check()


def test_a_restored_database_takes_no_empty_mirror_for_a_new_one(house: House) -> None:
    """It may have forgotten that the mirror was used."""
    house.accept(1)
    house.work()
    house.database.dispose()
    shutil.copy(house.folder / "acta.db", house.folder / "backup.db")
    house.mirrors.append(TroubledMirror(DiskMirror(house.folder / "mirror-3")))
    house.restart()
    house.accept(2)
    house.work()
    house.database.dispose()
    for path in house.folder.glob("acta.db*"):
        path.unlink()
    shutil.copy(house.folder / "backup.db", house.folder / "acta.db")
    (house.folder / "mirror-3").rename(house.folder / "unmounted")
    with pytest.raises(MirrorQuorumError, match="mirror-3 is empty"):
        house.restart()
    (house.folder / "unmounted").rename(house.folder / "mirror-3")
    house.restart()
    house.work()
    house.check()
