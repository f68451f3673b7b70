"""The service's foundation for tests of single rooms: real parts, in a temporary folder."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from service.database import Arguments, Base, Database
from service.keyring import Keyring

NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


@dataclass
class ManualClock:
    """A clock that stands still until it is moved on."""

    moment: datetime = NOON

    def now(self) -> datetime:
        return self.moment

    def advance(self, **duration: float) -> None:
        self.moment += timedelta(**duration)


@dataclass
class EnqueuedWork:
    """An Enqueue that remembers what was handed over, as (name, id, arguments, delay)."""

    work: list[tuple[str, str, Arguments, float]] = field(default_factory=list)

    def __call__(
        self, session: Session, name: str, workflow_id: str, arguments: Arguments, delay: float
    ) -> None:
        assert session.in_transaction()
        self.work.append((name, workflow_id, arguments, delay))


def fresh_database(folder: Path) -> Database:
    """Return an empty database with every table that the imported rooms declare."""
    database = Database(f"sqlite:///{folder / 'acta.db'}")
    Base.metadata.create_all(database.engine)
    return database


def fresh_keyring(folder: Path) -> Keyring:
    """Return a keyring under a fixed master key."""
    return Keyring(folder / "keys", bytes(range(32)))
