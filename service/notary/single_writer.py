"""The right to do something alone, among all threads and processes on one database."""

import fcntl
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, text

from service.database import Database

_KEEPALIVE = (
    "SELECT set_config('tcp_keepalives_idle', '20', false), "
    "set_config('tcp_keepalives_interval', '5', false), "
    "set_config('tcp_keepalives_count', '4', false)"
)


class SingleWriter:
    """A lock called ``name`` that ends with its holder, also if the holder is killed.

    SQLite: a lock on a file beside the database, so that long work does not hold up other
    writers. PostgreSQL: an advisory lock on a connection of its own. Not re-entrant; never ask
    for it inside a transaction.
    """

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = name
        self._threads = threading.Lock()
        self._connection: Connection | None = None

    def check(self) -> None:
        """Raise the database's error if the right, while held, was lost with its connection."""
        if self._connection is not None:
            self._connection.execute(text("SELECT 1"))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Wait for the right and hold it."""
        with self._threads, self._among_processes():
            yield

    @contextmanager
    def _among_processes(self) -> Iterator[None]:
        if not self._database.is_sqlite:
            with self._advisory_lock():
                yield
            return
        path = self._database.engine.url.database
        if not path or path == ":memory:":
            yield  # nobody else can open it
            return
        with Path(f"{path}.{self._name}.lock").open("ab") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _advisory_lock(self) -> Iterator[None]:
        digest = hashlib.sha256(f"acta/notary/{self._name}".encode()).digest()
        key = int.from_bytes(digest[:8], "big", signed=True)
        with self._database.engine.connect() as connection:
            # Outside a transaction: an idle one would hold back the database's clean-up.
            free = connection.execution_options(isolation_level="AUTOCOMMIT")
            # A machine that vanishes without a word must not keep the lock for hours.
            free.execute(text(_KEEPALIVE))
            free.execute(text("SELECT pg_advisory_lock(:key)"), {"key": key})
            self._connection = free
            try:
                yield
            finally:
                self._connection = None
                free.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})
