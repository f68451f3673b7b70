"""Backups: whole or not there, resumable, sealed; and restored into nothing but emptiness."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pyrage
import pytest
from sqlalchemy import text

from service.backups import (
    BackupDamagedError,
    BackupMade,
    BackupNotForThisKeyError,
    BackupNotFoundError,
    NotEmptyError,
    Restored,
    find_backups,
    make_backup,
    open_place,
    restore_backup,
)
from service.custody import BadRecipientError, Custody, DiskStore, Store, StoreFailedError
from service.database import Database
from service.jobs import make_tables
from service.keyring import Keyring
from service.migrations import upgrade_database
from tests.parts import ManualClock

PDF = b"%PDF-1.7 a farm"
REVISION = Path("revisions/ab/cd.sealed")


@dataclass
class Machine:
    """A machine's data, and where its backups go."""

    folder: Path
    url: str
    backups: Path
    clock: ManualClock = field(default_factory=ManualClock)
    identity: pyrage.x25519.Identity = field(default_factory=pyrage.x25519.Identity.generate)

    def __post_init__(self) -> None:
        self.database = Database(self.url)
        self.stores = [DiskStore(self.folder / "stores" / "one", name="disk-1")]

    @property
    def keyring(self) -> Keyring:
        return Keyring(self.folder / "keys", bytes(range(32)))

    @property
    def custody(self) -> Custody:
        return Custody(
            database=self.database,
            keyring=self.keyring,
            clock=self.clock,
            stores=self.stores,
            quorum=1,
            spool=self.folder / "spool",
        )

    def live(self) -> None:
        """Have something happen that is worth keeping."""
        self.folder.mkdir(parents=True, exist_ok=True)
        upgrade_database(self.database)
        self.custody.keep("agr_1", PDF)
        for name in (REVISION, Path("installation.json"), Path("keys/one.key")):
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_bytes(secrets.token_bytes(3000))
        (self.folder / "acta.lock").write_bytes(b"")

    def back_up(
        self, store: Store | None = None, *, in_custody: list[bytes] | None = None
    ) -> BackupMade:
        return make_backup(
            database=self.database,
            keyring=self.keyring,
            clock=self.clock,
            data_dir=self.folder,
            leave_out=[self.folder / "stores"],
            in_custody=in_custody or [],
            store=store or open_place(self.backups),
            recipients=[str(self.identity.to_public())],
        )

    def restore_into(
        self, other: "Machine", *, identity: str | None = None, store: Store | None = None
    ) -> Restored:
        return restore_backup(
            backup_id=find_backups(self.backups)[-1],
            store=store or open_place(self.backups),
            identity=identity or str(self.identity),
            data_dir=other.folder,
            database=other.database,
            make_tables=lambda schema: make_tables(other.database, schema),
        )

    def files(self) -> dict[str, bytes]:
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file() and not path.name.startswith("acta.") and "stores" not in path.parts
        }

    def rows(self) -> list[object]:
        with self.database.reading() as session:
            return [tuple(row) for row in session.execute(text("SELECT * FROM custody_object"))]


MakeMachine = Callable[[str], Machine]


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[MakeMachine]:
    made: list[Machine] = []

    def make(name: str) -> Machine:
        folder = tmp_path / name
        machine = Machine(folder, f"sqlite:///{folder / 'acta.db'}", tmp_path / "backups")
        made.append(machine)
        return machine

    yield make
    for machine in made:
        machine.database.dispose()


class Failing:
    """A store that fails at its n-th put: before it is done, or after."""

    def __init__(self, inner: Store, *, at: int, done: bool) -> None:
        self._inner, self._left, self._done = inner, at, done

    def put(self, key: str, data: bytes) -> str:
        self._left -= 1
        if self._left == 0:
            if self._done:
                self._inner.put(key, data)
            raise StoreFailedError("the disk failed", store="backup", reason="timeout")
        return self._inner.put(key, data)

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)


def test_an_empty_machine_is_made_whole(machines: MakeMachine) -> None:
    first, second = machines("first"), machines("second")
    first.live()
    made = first.back_up()
    restored = first.restore_into(second)
    assert restored.id == made.id
    assert second.files() == first.files()
    assert second.rows() == first.rows()
    upgrade_database(second.database)
    second.stores = first.stores
    assert second.custody.fetch("agr_1") == PDF


def test_nothing_of_it_can_be_read_in_the_store(machines: MakeMachine) -> None:
    machine = machines("first")
    machine.live()
    machine.back_up()
    stored = [path for path in machine.backups.rglob("*") if path.is_file()]
    secret = (machine.folder / "keys/one.key").read_bytes()
    assert stored
    for path in stored:
        content = path.read_bytes()
        assert content.startswith(b"age-encryption.org/v1\n")
        assert secret[:64] not in content
        assert sha256(secret).hexdigest() not in path.name


@pytest.mark.parametrize("done", [False, True], ids=["not done", "done but reported failed"])
def test_a_backup_that_was_cut_short_goes_on_where_it_stopped(
    machines: MakeMachine, done: bool
) -> None:
    machine = machines("first")
    machine.live()
    place = open_place(machine.backups)
    before = failed = 0
    for _ in range(30):
        try:
            machine.back_up(Failing(place, at=3, done=done))  # type: ignore[arg-type]
        except StoreFailedError:
            failed += 1
            assert find_backups(machine.backups) == [] or done
            parts = len(list(machine.backups.rglob("*.part.age")))
            assert parts >= before
            before = parts
        else:
            break
    assert failed > 1
    other = machines("second")
    machine.restore_into(other)
    assert other.files() == machine.files()


def test_what_is_there_is_not_sent_again(machines: MakeMachine) -> None:
    machine = machines("first")
    machine.live()
    first = machine.back_up()
    machine.clock.advance(hours=1)
    second = machine.back_up()
    assert second.sent == 0
    assert second.kept == first.sent + first.kept
    assert find_backups(machine.backups) == sorted([first.id, second.id])


def test_documents_that_the_stores_have_are_left_to_them(machines: MakeMachine) -> None:
    first, second = machines("first"), machines("second")
    first.live()
    first.back_up(in_custody=[bytes.fromhex("ab" + "cd" * 31)])
    name = Path("revisions/ab") / f"{'cd' * 31}.sealed"
    (first.folder / name).write_bytes(b"sealed")
    first.clock.advance(hours=1)
    first.back_up(in_custody=[bytes.fromhex("ab" + "cd" * 31)])
    first.restore_into(second)
    assert set(first.files()) - set(second.files()) == {name.as_posix()}


@pytest.mark.parametrize("harm", ["flip", "cut", "gone", "swapped"])
def test_harm_to_any_part_is_noticed_and_no_database_is_made(
    machines: MakeMachine, harm: str
) -> None:
    machine = machines("first")
    machine.live()
    machine.back_up()
    parts = sorted(machine.backups.rglob("*.age"))
    assert len(parts) >= 4
    for number, path in enumerate(parts):
        whole = path.read_bytes()
        if harm == "flip":
            path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        elif harm == "cut":
            path.write_bytes(whole[:-20])
        elif harm == "swapped":
            path.write_bytes(parts[number - 1].read_bytes())
        else:
            path.rename(path.with_suffix(".away"))
        other = machines(f"other-{number}")
        with pytest.raises((BackupDamagedError, BackupNotFoundError, IndexError)):
            machine.restore_into(other)
        assert not (other.folder / "acta.db").exists()
        path.with_suffix(".away").unlink(missing_ok=True)
        path.write_bytes(whole)


def test_another_key_restores_nothing(machines: MakeMachine) -> None:
    first, second = machines("first"), machines("second")
    first.live()
    first.back_up()
    with pytest.raises(BackupNotForThisKeyError):
        first.restore_into(second, identity=str(pyrage.x25519.Identity.generate()))
    assert not second.folder.exists()


def test_data_of_another_is_never_overwritten(machines: MakeMachine) -> None:
    first, second = machines("first"), machines("second")
    first.live()
    first.back_up()
    second.live()
    before = second.files()
    with pytest.raises(NotEmptyError):
        first.restore_into(second)
    assert second.files() == before


def test_a_restore_that_was_cut_short_is_taken_up(machines: MakeMachine) -> None:
    first, second = machines("first"), machines("second")
    first.live()
    first.back_up()
    parts = sorted(first.backups.rglob("*.part.age"))
    hidden = parts[-1].rename(parts[-1].with_suffix(".away"))
    with pytest.raises(BackupNotFoundError):
        first.restore_into(second)
    hidden.rename(parts[-1])
    first.restore_into(second)
    assert second.files() == first.files()
    assert second.rows() == first.rows()


def test_a_backup_needs_a_public_key(machines: MakeMachine) -> None:
    machine = machines("first")
    machine.live()
    secret = pyrage.x25519.Identity.generate()
    with pytest.raises(BadRecipientError):
        make_backup(
            database=machine.database,
            keyring=machine.keyring,
            clock=machine.clock,
            data_dir=machine.folder,
            leave_out=[],
            in_custody=[],
            store=open_place(machine.backups),
            recipients=[str(secret)],
        )
    assert not machine.backups.exists()


def test_postgresql_comes_back_row_by_row(
    machines: MakeMachine, postgres_url: str, other_postgres_url: str, tmp_path: Path
) -> None:
    first = Machine(tmp_path / "first", postgres_url, tmp_path / "backups")
    second = Machine(tmp_path / "second", other_postgres_url, tmp_path / "backups")
    upgrade_database(first.database)
    make_tables(first.database, "head")
    first.live()
    with first.database.transaction() as session:
        session.execute(
            text(
                "INSERT INTO custody_event (at, store, kind, reason) "
                "SELECT now(), 'disk-1', 'mended', 'x\\ty' FROM generate_series(1, 5000)"
            )
        )
    first.back_up()
    first.restore_into(second)
    assert second.rows() == first.rows()
    with second.database.transaction() as session:
        assert session.execute(text("SELECT count(*) FROM custody_event")).scalar() == 5000
        session.execute(
            text("INSERT INTO custody_event (at, store, kind, reason) VALUES (now(), 'a', 'b', '')")
        )
        assert session.execute(text("SELECT max(id) FROM custody_event")).scalar() == 5001
    third = Machine(tmp_path / "third", other_postgres_url, tmp_path / "backups")
    with pytest.raises(NotEmptyError):
        first.restore_into(third)
    for machine in (first, second, third):
        machine.database.dispose()
