"""Scrubbing, mending, resting, reading from the nearest, and what is told of it all."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from service.custody import (
    CopyState,
    MemoryStore,
    NoGoodCopyError,
    RepairReport,
    ScrubReport,
    Store,
    StoreFailedError,
    StorePlan,
    TimeLimits,
    envelope_key,
    read_car,
)
from tests.parts import NOON
from tests.unit.custody.conftest import Vault

PDF = b"%PDF-1.7 a contract between Ana and Eva" * 1000
LIMITS = TimeLimits(base_s=0.3)


class Moody(Store):
    """A store in memory that may fail, hang, or lie; it counts what it is asked."""

    def __init__(self, name: str) -> None:
        self.inner = MemoryStore(name=name)
        self.mood = ""
        self.asked = 0
        self.let_go = threading.Event()

    @property
    def name(self) -> str:
        return self.inner.name

    def _feel(self) -> None:
        self.asked += 1
        if self.mood == "failing":
            raise StoreFailedError("it fails", store=self.name, reason="http-503")
        if self.mood == "hanging":
            self.let_go.wait(10)
        if self.mood == "broken":
            raise ZeroDivisionError

    def put(self, key: str, data: bytes) -> str:
        self._feel()
        return self.inner.put(key, data)

    def read(self, key: str, *, version: str = "") -> Iterator[bytes]:
        self._feel()
        yield from self.inner.read(key, version=version)

    def head(self, key: str, *, version: str = "") -> int:
        self._feel()
        return self.inner.head(key, version=version)

    def delete(self, key: str) -> None:
        self._feel()
        self.inner.delete(key)


@pytest.fixture
def moody() -> Iterator[list[Moody]]:
    stores = [Moody(name) for name in ("one", "two", "three")]
    yield stores
    for store in stores:
        store.let_go.set()


def plans(stores: list[Moody], *preferences: int) -> list[StorePlan]:
    order = preferences or (0,) * len(stores)
    return [
        StorePlan(store=store, kind="memory", preference=preference, limits=LIMITS)
        for store, preference in zip(stores, order, strict=True)
    ]


def test_every_copy_is_read_anew_in_its_time_and_looked_at_in_between(vault: Vault) -> None:
    vault.custody.keep("agr_1", PDF)
    assert vault.custody.scrub() == ScrubReport()
    vault.clock.advance(days=2)
    assert vault.custody.scrub() == ScrubReport(seen=2)
    assert vault.custody.scrub() == ScrubReport()
    vault.clock.advance(days=29)
    size = len(vault.files_on(1)[vault.custody.keep("agr_1", PDF).cid])
    assert vault.custody.scrub() == ScrubReport(verified=2, bytes=2 * size)
    assert vault.custody.scrub() == ScrubReport()


def test_rot_and_loss_are_found_told_and_mended(vault: Vault) -> None:
    rotten, lost = (vault.custody.keep(name, PDF).cid for name in ("agr_1", "agr_2"))
    whole = vault.files_on(1)
    vault.disks[0].put(rotten, b"\0" + whole[rotten][1:])
    vault.disks[1].delete(lost)
    vault.clock.advance(days=31)
    found = vault.custody.scrub()
    assert (found.verified, found.rotten, found.missing) == (3, 1, 1)
    assert vault.custody.repair() == RepairReport(examined=2, repaired=2, still_missing=0, lost=0)
    assert vault.files_on(1) == vault.files_on(2) == whole
    report = vault.custody.report_since(NOON)
    told = [(one.name, one.found_rotten, one.found_missing, one.mended) for one in report.stores]
    assert told == [("disk-1", 1, 0, 1), ("disk-2", 0, 1, 1)]
    assert [(one.kept, one.lacking, one.verified) for one in report.stores] == [(2, 0, 2)] * 2
    assert (report.objects, report.quorum_reached, report.lost) == (2, 2, 0)
    assert report.stores[0].oldest_verified_at == vault.clock.now()


def test_a_look_finds_what_is_cut_off_or_gone(vault: Vault) -> None:
    cut, gone = (vault.custody.keep(name, PDF).cid for name in ("agr_1", "agr_2"))
    vault.disks[0].put(cut, b"age-encryption.org/v1")
    vault.disks[0].delete(gone)
    vault.clock.advance(days=2)
    found = vault.custody.scrub()
    assert (found.seen, found.rotten, found.missing) == (3, 1, 1)
    assert vault.custody.repair().repaired == 2


@pytest.mark.parametrize("damage", ["rotten", "gone"])
def test_an_envelope_is_watched_over_too(vault: Vault, damage: str) -> None:
    cid = vault.custody.keep("agr_1", PDF).cid
    before = vault.files_on(1)
    if damage == "gone":
        vault.disks[0].delete(envelope_key(cid))
    else:
        vault.disks[0].put(envelope_key(cid), b"rotten")
    vault.clock.advance(days=31)
    vault.custody.scrub()
    assert vault.custody.copies("agr_1")[0].state is CopyState.KEPT
    assert vault.custody.health().stores[0].lacking == 1
    assert vault.custody.repair().repaired == 1
    assert vault.files_on(1) == before
    assert vault.custody.report_since(NOON).stores[0].mended == 1


def test_what_no_store_has_is_told_as_lost_until_it_comes_back(vault: Vault) -> None:
    cid = vault.custody.keep("agr_1", PDF).cid
    content = vault.files_on(1)[cid]
    for disk in vault.disks:
        disk.delete(cid)
    vault.clock.advance(days=31)
    vault.custody.scrub()
    for _ in range(2):
        assert vault.custody.repair().lost == 1
    assert vault.custody.report_since(NOON).lost == 1
    assert vault.custody.health().too_few == 1
    vault.disks[1].put(cid, content)  # a disk that was found again
    assert vault.custody.repair().lost == 0
    assert vault.custody.fetch("agr_1") == PDF
    assert vault.custody.report_since(NOON).lost == 0


@pytest.mark.parametrize("mood", ["failing", "hanging", "broken"])
def test_a_bad_store_holds_nobody_up_and_is_left_alone(
    vault: Vault, moody: list[Moody], mood: str
) -> None:
    moody[0].mood = mood
    custody = vault.open(plans(moody), quorum=2)
    for number in range(3):
        began = time.monotonic()
        custody.keep(f"agr_{number}", PDF)
        assert time.monotonic() - began < 5
    asked = moody[0].asked
    custody.keep("agr_rest", PDF)
    assert moody[0].asked == asked
    first = custody.health().stores[0]
    assert first.resting_since == NOON
    assert (
        first.reason
        == {
            "failing": "http-503",
            "hanging": "timeout",
            "broken": "defect-ZeroDivisionError",
        }[mood]
    )
    assert custody.report_since(NOON - timedelta(seconds=1)).stores[0].outages == 1

    moody[0].mood = ""
    moody[0].let_go.set()
    vault.clock.advance(seconds=6)
    assert custody.repair().repaired == 4
    assert custody.health().stores[0].resting_since is None
    assert custody.health().stores[0].lacking == 0


def test_a_resting_store_is_asked_where_the_others_are_too_few(
    vault: Vault, moody: list[Moody]
) -> None:
    custody = vault.open(plans(moody), quorum=2)
    moody[0].mood = moody[1].mood = "failing"
    for number in range(3):
        with pytest.raises(Exception, match="good copies"):
            custody.keep(f"agr_{number}", PDF)
    moody[0].mood = ""
    assert len(custody.keep("agr_0", PDF).copies) == 3


def test_reads_prefer_the_nearest_and_hurry_past_a_hung_one(
    vault: Vault, moody: list[Moody]
) -> None:
    custody = vault.open(plans(moody, 2, 1, 3), quorum=3)
    custody.keep("agr_1", PDF)
    before = [store.asked for store in moody]
    assert custody.fetch("agr_1") == PDF
    assert [store.asked - one for store, one in zip(moody, before, strict=True)] == [0, 1, 0]
    moody[1].mood = "hanging"
    began = time.monotonic()
    assert custody.fetch("agr_1") == PDF
    assert time.monotonic() - began < 5
    assert custody.copies("agr_1")[1].state is CopyState.KEPT


def test_every_store_hanging_is_no_good_copy_in_bounded_time(
    vault: Vault, moody: list[Moody]
) -> None:
    custody = vault.open(plans(moody), quorum=3)
    custody.keep("agr_1", PDF)
    for store in moody:
        store.mood = "hanging"
    began = time.monotonic()
    with pytest.raises(NoGoodCopyError):
        custody.fetch("agr_1")
    assert time.monotonic() - began < 5
    assert {copy.state for copy in custody.copies("agr_1")} == {CopyState.KEPT}


def test_a_store_that_is_taken_out_of_the_settings_counts_no_longer(
    vault: Vault, moody: list[Moody]
) -> None:
    vault.open(plans(moody[:2]), quorum=2).keep("agr_1", PDF)
    custody = vault.open(plans(moody[1:]), quorum=2)
    assert custody.health().too_few == 1
    assert custody.repair().repaired == 1
    assert custody.health().too_few == 0


def test_the_car_of_an_agreement_is_its_ciphertext_under_its_cid(vault: Vault) -> None:
    kept = vault.custody.keep("agr_1", PDF)
    assert read_car(vault.custody.car("agr_1")) == (kept.cid, vault.files_on(1)[kept.cid])
