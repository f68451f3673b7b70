"""Starting again: nothing that was signed is ever contradicted (protocol rule 16)."""

import shutil
from pathlib import Path

import pytest

from service.database import Database
from service.notary import (
    ChainDownError,
    DiskMirror,
    LogForkRefused,
    MemoryChain,
    MirrorFailedError,
    MirrorQuorumError,
    NotStartedError,
    OtherHomeError,
    retire_mirror,
)
from tests.unit.notary.house import House, TroubledMirror


def _backup(house: House) -> Path:
    """Copy the database as a backup would, and return the copy."""
    copy = house.folder / "backup.db"
    house.database.dispose()
    shutil.copy(house.folder / "acta.db", copy)
    return copy


def _restore(house: House, copy: Path) -> None:
    house.database.dispose()
    for path in house.folder.glob("acta.db*"):
        path.unlink()
    shutil.copy(copy, house.folder / "acta.db")
    house.database = Database(f"sqlite:///{house.folder / 'acta.db'}")


def test_restart_changes_nothing(house: House) -> None:
    leaves = house.accept(1, 2, 3)
    house.work()
    house.restart()
    assert house.notary.size() == 3
    assert house.statuses(leaves) == ["final"] * 3
    house.work()
    assert house.memory_chain.transactions_sent == 1
    house.check()


def test_restored_database_is_refilled_from_a_mirror(house: House) -> None:
    known = house.accept(*range(10))
    house.work()
    waiting = house.accept(100)
    copy = _backup(house)
    house.work()
    house.accept(*range(200, 500))
    house.work()
    house.accept(*range(500, 600))
    house.work()
    entries = house.entries()
    before = house.notary.public_file("checkpoint")
    _restore(house, copy)
    house.restart()
    assert house.entries() == entries
    assert house.notary.public_file("checkpoint") == before
    house.work()
    assert house.statuses(known + waiting) == ["final"] * 11
    house.accept(1_000)
    house.work()
    assert house.notary.size() == 412
    house.check()


def test_refill_takes_the_next_mirror_if_one_is_rotten(house: House) -> None:
    house.accept(1, 2)
    house.work()
    copy = _backup(house)
    house.accept(3, 4)
    house.work()
    bundle = house.folder / "mirror-1" / "tile" / "entries" / "000.p" / "4"
    bundle.write_bytes(bundle.read_bytes()[:-1] + b"\x00")
    _restore(house, copy)
    house.restart()
    assert house.notary.size() == 4
    house.accept(5)
    house.work()


@pytest.mark.parametrize("damage", [b"\x00", b""])
def test_database_that_no_mirror_can_refill_is_refused(house: House, damage: bytes) -> None:
    house.accept(1, 2)
    house.work()
    copy = _backup(house)
    house.accept(3, 4)
    house.work()
    for mirror in ("mirror-1", "mirror-2"):
        bundle = house.folder / mirror / "tile" / "entries" / "000.p" / "4"
        bundle.write_bytes(bundle.read_bytes()[:-1] + damage)
    _restore(house, copy)
    with pytest.raises(LogForkRefused):
        house.restart()
    with pytest.raises(NotStartedError):
        house.notary.sequence()


def test_everything_restored_but_the_chain_is_refused(house: House) -> None:
    house.accept(1, 2)
    house.work()
    copy = _backup(house)
    for mirror in ("mirror-1", "mirror-2"):
        shutil.copytree(house.folder / mirror, house.folder / f"{mirror}-copy")
    house.accept(3, 4)
    house.work()
    _restore(house, copy)
    for mirror in ("mirror-1", "mirror-2"):
        shutil.rmtree(house.folder / mirror)
        shutil.copytree(house.folder / f"{mirror}-copy", house.folder / mirror)
    with pytest.raises(LogForkRefused):
        house.restart()
    # The chain may also be met only later: nothing is anchored beside it then.
    house.memory_chain.down = True
    house.restart()
    house.memory_chain.down = False
    with pytest.raises(LogForkRefused):
        house.notary.anchor_pending()


def test_mirror_with_another_history_is_refused(house: House, tmp_path: Path) -> None:
    house.accept(1, 2)
    house.work()
    (tmp_path / "other").mkdir()
    shutil.copytree(tmp_path / "keys", tmp_path / "other" / "keys")
    other = House(tmp_path / "other")
    other.notary.start()
    other.accept(7, 8)
    other.work()
    other.database.dispose()
    house.mirrors[1] = TroubledMirror(DiskMirror(tmp_path / "other" / "mirror-1"))
    with pytest.raises(LogForkRefused):
        house.restart()


def test_mirror_of_another_log_counts_as_silent(house: House, tmp_path: Path) -> None:
    house.accept(1, 2)
    house.work()
    (house.folder / "mirror-2" / "checkpoint").write_text("not a checkpoint\n")
    with pytest.raises(MirrorQuorumError, match="mirror-2"):
        house.restart()
    shutil.rmtree(house.folder / "mirror-2")
    with pytest.raises(MirrorQuorumError, match="retire-mirror"):
        house.restart()
    retire_mirror(house.database, house.clock, house.mirrors[1].name)
    house.restart()
    house.check()


def test_too_few_mirrors_answering_might_hide_a_checkpoint(tmp_path: Path) -> None:
    class Away(TroubledMirror):
        def get(self, path: str) -> bytes | None:
            raise MirrorFailedError("away", mirror=self.name, reason="timeout")

    house = House(tmp_path, mirror_count=3, mirror_quorum=2)
    house.notary.start()
    house.accept(1)
    house.work()
    away = [Away(DiskMirror(tmp_path / f"mirror-{number}")) for number in (1, 2, 3)]
    house.notary = house.new_notary([away[0], house.mirrors[1], house.mirrors[2]])
    house.notary.start()
    house.notary = house.new_notary([away[0], away[1], house.mirrors[2]])
    with pytest.raises(MirrorQuorumError):
        house.notary.start()


def test_emptied_mirror_is_absent_until_it_is_retired(house: House) -> None:
    house.accept(*range(300))
    house.work()
    shutil.rmtree(house.folder / "mirror-1")
    with pytest.raises(MirrorQuorumError, match="is its disk mounted"):
        house.restart()
    retire_mirror(house.database, house.clock, house.mirrors[0].name)
    house.restart()
    house.check()


def test_start_while_the_chain_is_down(house: House) -> None:
    house.accept(1)
    house.work()
    house.memory_chain.down = True
    house.restart()
    leaves = house.accept(2)
    assert house.notary.sequence() == 2
    assert house.notary.anchor_pending() == "unreachable"
    assert house.statuses(leaves) == ["logged"]
    house.memory_chain.down = False
    house.work()
    house.check()


def test_first_start_needs_the_chain(tmp_path: Path) -> None:
    house = House(tmp_path, chain=MemoryChain(our_own=False))
    house.memory_chain.down = True
    with pytest.raises(ChainDownError):
        house.notary.start()
    house.memory_chain.down = False
    house.notary.start()
    house.accept(1)
    house.notary.sequence()
    assert house.notary.anchor_pending() == "waiting"
    house.memory_chain.mine()
    house.work()
    house.check()


def test_another_chain_is_refused(house: House) -> None:
    house.accept(1)
    house.work()
    house.chain = MemoryChain(chain_id=77_002)
    with pytest.raises(OtherHomeError):
        house.restart()


@pytest.mark.parametrize("what", ["origin", "operator", "key"])
def test_other_settings_are_refused(house: House, what: str) -> None:
    if what == "origin":
        house.origin = "acta.example/other"
    elif what == "operator":
        house.chain = MemoryChain(operator=bytes(20))
    else:
        (house.folder / "keys" / "log-checkpoint.key").unlink()
    with pytest.raises(OtherHomeError):
        house.restart()
