"""Custody on two disk stores, with a database of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from service.custody import Custody, DiskStore, Store, StorePlan
from service.database import Database
from service.keyring import Keyring
from tests.parts import ManualClock, fresh_database, fresh_keyring


@dataclass
class Vault:
    """Custody and the disks under it."""

    folder: Path
    database: Database
    keyring: Keyring
    clock: ManualClock = field(default_factory=ManualClock)

    def __post_init__(self) -> None:
        self.disks = [DiskStore(self.disk_folder(n), name=f"disk-{n}") for n in (1, 2)]
        self.custody = self.open()

    def disk_folder(self, number: int) -> Path:
        return self.folder / f"disk-{number}"

    @property
    def spool(self) -> Path:
        return self.folder / "spool"

    def open(
        self, stores: Sequence[Store | StorePlan] | None = None, *, quorum: int = 1
    ) -> Custody:
        """Return a custody over the same database, as after a restart."""
        return Custody(
            database=self.database,
            keyring=self.keyring,
            clock=self.clock,
            stores=self.disks if stores is None else stores,
            quorum=quorum,
            spool=self.spool,
        )

    def files_on(self, number: int) -> dict[str, bytes]:
        """Return what stands on a disk, by name."""
        files = (path for path in self.disk_folder(number).rglob("*") if path.is_file())
        return {path.name: path.read_bytes() for path in files}

    def spooled(self) -> list[str]:
        return sorted(path.name for path in self.spool.iterdir()) if self.spool.exists() else []

    def stored(self) -> bytes:
        return b"".join(path.read_bytes() for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    database = fresh_database(tmp_path)
    yield Vault(folder=tmp_path, database=database, keyring=fresh_keyring(tmp_path))
    database.dispose()
