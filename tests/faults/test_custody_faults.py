"""Each write of custody fails both ways, and the process ends at each of them."""

import hashlib
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from service.custody import (
    CopyState,
    Custody,
    DiskStore,
    ObjectMissingError,
    QuorumNotReachedError,
    RevisionFiles,
    RevisionMissingError,
    Store,
    StoreFailedError,
)
from service.database import Database
from service.keyring import Keyring
from tests.parts import ManualClock, fresh_database, fresh_keyring

PDF = b"%PDF-1.7 a contract between Ana and Eva" * 2000


class KilledError(BaseException):
    """Stands for the process ending at this very point."""


@dataclass
class Faulty(Store):
    """A Store in front of a real one, which fails at its ``at``-th call in one way."""

    inner: Store
    fault: str = ""
    at: int = 1
    calls: int = 0

    @property
    def name(self) -> str:
        return self.inner.name

    def _fault(self) -> str:
        self.calls += 1
        return self.fault if self.calls == self.at else ""

    def _fail(self) -> StoreFailedError:
        return StoreFailedError("the store failed", store=self.name, reason="EIO")

    def put(self, key: str, data: bytes) -> str:
        fault = self._fault()
        if fault == "not done":
            raise self._fail()
        if fault == "killed before":
            raise KilledError
        if fault == "not done, reported done":
            return ""
        self.inner.put(key, data[:-1] if fault == "done wrong" else data)
        if fault == "done, reported failed":
            raise self._fail()
        if fault == "killed after":
            raise KilledError
        return ""

    def read(self, key: str, *, version: str = "") -> Iterator[bytes]:
        fault = self._fault()
        if fault in {"not done", "done, reported failed"}:
            raise self._fail()
        if fault.startswith("killed"):
            raise KilledError
        if fault == "not done, reported done":
            raise ObjectMissingError("gone", store=self.name)
        data = self.inner.get(key, version=version)
        yield data[:-1] if fault == "done wrong" else data

    def head(self, key: str, *, version: str = "") -> int:
        return self.inner.head(key, version=version)

    def delete(self, key: str) -> None:
        self.inner.delete(key)


@dataclass
class Vault:
    """Two disks, the first of which may be made to fail."""

    folder: Path
    database: Database
    keyring: Keyring
    clock: ManualClock = field(default_factory=ManualClock)

    def disk(self, number: int) -> DiskStore:
        return DiskStore(self.folder / f"disk-{number}", name=f"disk-{number}")

    def open(self, first: Store | None = None, *, quorum: int = 1) -> Custody:
        return Custody(
            database=self.database,
            keyring=self.keyring,
            clock=self.clock,
            stores=[first or self.disk(1), self.disk(2)],
            quorum=quorum,
            spool=self.folder / "spool",
        )

    def files_on(self, number: int) -> dict[str, bytes]:
        files = (path for path in (self.folder / f"disk-{number}").rglob("*") if path.is_file())
        return {path.name: path.read_bytes() for path in files}

    def spooled(self) -> list[Path]:
        return list((self.folder / "spool").glob("*"))

    def check_all_is_well(self, custody: Custody) -> None:
        """Both disks hold one and the same ciphertext and envelope, and they open to the PDF."""
        kept = custody.keep("agr_1", PDF)
        first, second = self.files_on(1), self.files_on(2)
        assert first == second
        assert len(first) == 2
        assert hashlib.sha256(first[kept.cid]).digest() == kept.ciphertext_sha256
        assert [copy.state for copy in kept.copies] == [CopyState.KEPT] * 2
        assert self.spooled() == []
        assert custody.fetch("agr_1") == PDF


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    database = fresh_database(tmp_path)
    yield Vault(folder=tmp_path, database=database, keyring=fresh_keyring(tmp_path))
    database.dispose()


FAULTS = ["not done", "done, reported failed", "not done, reported done", "done wrong"]
# Placing a copy is four calls: put and put of the envelope, then get and get.
EACH_CALL = pytest.mark.parametrize("at", [1, 2, 3, 4])


@EACH_CALL
@pytest.mark.parametrize("fault", FAULTS)
def test_one_failing_store_holds_up_nothing_and_is_mended(
    vault: Vault, fault: str, at: int
) -> None:
    custody = vault.open(Faulty(vault.disk(1), fault, at))
    kept = custody.keep("agr_1", PDF)
    bad, fine = kept.copies
    assert (fine.store, fine.state) == ("disk-2", CopyState.KEPT)
    assert bad.state is not CopyState.KEPT
    assert bad.reason
    assert len(vault.spooled()) == 1
    ciphertext = vault.files_on(2)[kept.cid]
    assert custody.fetch("agr_1") == PDF

    report = custody.repair()
    assert (report.examined, report.repaired, report.still_missing) == (1, 1, 0)
    vault.check_all_is_well(custody)
    assert vault.files_on(1)[kept.cid] == ciphertext


@EACH_CALL
@pytest.mark.parametrize("fault", ["killed before", "killed after"])
def test_a_crash_while_placing_never_encrypts_twice(vault: Vault, fault: str, at: int) -> None:
    with pytest.raises(KilledError):
        vault.open(Faulty(vault.disk(1), fault, at)).keep("agr_1", PDF)
    (spooled,) = vault.spooled()
    ciphertext = spooled.read_bytes()

    restarted = vault.open()
    kept = restarted.keep("agr_1", PDF)
    assert vault.files_on(1)[kept.cid] == vault.files_on(2)[kept.cid] == ciphertext
    vault.check_all_is_well(restarted)


@pytest.mark.parametrize("fault", ["killed before", "killed after"])
def test_a_crash_while_placing_is_made_up_for_by_repair(vault: Vault, fault: str) -> None:
    with pytest.raises(KilledError):
        vault.open(Faulty(vault.disk(1), fault)).keep("agr_1", PDF)
    restarted = vault.open()
    assert restarted.repair().repaired == 2
    vault.check_all_is_well(restarted)


@pytest.mark.parametrize("fault", FAULTS)
def test_too_few_copies_are_reached_later_with_the_same_bytes(vault: Vault, fault: str) -> None:
    custody = vault.open(Faulty(vault.disk(1), fault), quorum=2)
    with pytest.raises(QuorumNotReachedError):
        custody.keep("agr_1", PDF)
    vault.check_all_is_well(custody)


def test_a_store_that_does_not_answer_has_lost_nothing(vault: Vault) -> None:
    vault.open().keep("agr_1", PDF)
    custody = vault.open(Faulty(vault.disk(1), "not done"))
    assert custody.fetch("agr_1") == PDF
    first, _ = custody.copies("agr_1")
    assert (first.state, first.reason) == (CopyState.KEPT, "EIO")
    assert custody.repair().examined == 0


@pytest.mark.parametrize("fault", ["not done, reported done", "done wrong"])
def test_a_store_that_gives_nothing_or_wrong_bytes_is_passed_over(vault: Vault, fault: str) -> None:
    vault.open().keep("agr_1", PDF)
    custody = vault.open(Faulty(vault.disk(1), fault))
    assert custody.fetch("agr_1") == PDF
    assert custody.copies("agr_1")[0].state is not CopyState.KEPT
    assert custody.repair().repaired == 1
    vault.check_all_is_well(custody)


# This machine's own disk.


@contextmanager
def disk_full_after(size: int) -> Iterator[None]:
    """Let no file of this process grow past ``size`` bytes: the kernel stops the write midway."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_spool_that_cannot_be_written_gives_nothing_to_any_store(vault: Vault) -> None:
    in_the_way = vault.folder / "spool"
    in_the_way.write_bytes(b"no folder")
    custody = vault.open()
    with pytest.raises(StoreFailedError) as failure:
        custody.keep("agr_1", PDF)
    assert failure.value.facts["store"] == "spool"
    assert vault.files_on(1) == vault.files_on(2) == {}
    in_the_way.unlink()
    vault.check_all_is_well(custody)


def test_a_crash_between_spool_and_row_leaves_only_a_leftover(vault: Vault) -> None:
    """The row is refused as the database would refuse it: the spooled file is there already."""
    with vault.database.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER refuse BEFORE INSERT ON custody_object "
            "BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )
    custody = vault.open()
    with pytest.raises(Exception, match="the disk is full"):
        custody.keep("agr_1", PDF)
    (leftover,) = vault.spooled()
    assert vault.files_on(1) == vault.files_on(2) == {}
    with vault.database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER refuse")
    kept = custody.keep("agr_1", PDF)
    assert leftover.stem != kept.cid
    vault.clock.moment = vault.clock.moment.replace(year=2100)
    custody.repair()
    vault.check_all_is_well(custody)


def test_a_revision_on_a_full_disk_is_whole_or_not_there(tmp_path: Path) -> None:
    files = RevisionFiles(tmp_path / "revisions", fresh_keyring(tmp_path))
    with disk_full_after(1000), pytest.raises(StoreFailedError) as failure:
        files.put(PDF)
    assert failure.value.facts == {"store": "revisions", "reason": "EFBIG"}
    with pytest.raises(RevisionMissingError):
        files.get(hashlib.sha256(PDF).digest())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert files.get(files.put(PDF)) == PDF


def test_revisions_on_a_disk_that_is_away(tmp_path: Path) -> None:
    files = RevisionFiles(tmp_path / "revisions", fresh_keyring(tmp_path))
    sha256 = files.put(PDF)
    (tmp_path / "revisions").rename(tmp_path / "unplugged")
    (tmp_path / "revisions").write_bytes(b"no folder")
    for call in (lambda: files.put(PDF), lambda: files.get(sha256), lambda: files.delete(sha256)):
        with pytest.raises(StoreFailedError):
            call()
    (tmp_path / "revisions").unlink()
    (tmp_path / "unplugged").rename(tmp_path / "revisions")
    assert files.get(sha256) == PDF
