"""The application's database: SQLite on one machine, PostgreSQL for many."""

import base64
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, DateTime, Dialect, Engine, create_engine, event, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import NullPool
from sqlalchemy.types import TypeDecorator

# (session, workflow name, workflow id, arguments, delay in seconds): hands durable work over in
# the caller's own transaction, so that it is there exactly if the rows it belongs to are. The
# same workflow id again is the same run.
Arguments = tuple[str, ...]
Enqueue = Callable[[Session, str, str, Arguments, float], None]


class Base(DeclarativeBase):
    """The declarative base of every table."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, kept in UTC and always given back aware."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("expected a datetime with a time zone, got a naive one")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def new_id(prefix: str) -> str:
    """Return an unguessable identifier: ``prefix``, an underscore and 26 base32 characters."""
    return f"{prefix}_{base64.b32encode(secrets.token_bytes(16)).decode().rstrip('=').lower()}"


def insert_unless_there(session: Session, table: type[Base], values: dict[str, Any]) -> bool:
    """Insert a row unless a unique column already has its value; return whether it was new."""
    dialect = session.get_bind().dialect.name
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    key = inspect(table).primary_key[0]
    # A returned key says it on every driver; the count of rows does not.
    statement = make(table).values(values).on_conflict_do_nothing().returning(key)
    return session.connection().execute(statement).first() is not None


class Database:
    """One engine and its transactions.

    On SQLite a transaction takes the write lock when it begins, so that what it reads cannot
    change before it writes. On PostgreSQL transactions are READ COMMITTED, so whoever reads a row
    in order to change it must lock it (``with_for_update``).
    """

    def __init__(self, url: str) -> None:
        self.url = url
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite:
            # A connection each time: one that waits for the write lock must never keep another,
            # which holds the lock and reads beside it, from getting a connection of its own.
            self.engine: Engine = create_engine(
                url,
                connect_args={"timeout": 30, "check_same_thread": False},
                poolclass=NullPool,
                # Parameters are names and addresses; errors are logged.
                hide_parameters=True,
            )
            _prepare_sqlite(self.engine)
        else:
            self.engine = create_engine(
                url, pool_pre_ping=True, pool_size=10, max_overflow=80, hide_parameters=True
            )

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Yield a session whose changes are committed at the end, or undone on any error."""
        with (
            self.engine.connect() as connection,
            connection.begin(),
            Session(bind=connection, expire_on_commit=False) as session,
        ):
            yield session
            session.flush()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session that sees one state of the database and changes nothing."""
        with self.engine.connect().execution_options(acta_reading=True) as connection:
            with Session(bind=connection) as session:
                yield session
            connection.rollback()

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _on_connect(connection: sqlite3.Connection, _record: Any) -> None:
        # The driver's own implicit BEGIN is deferred and would let two writers read before
        # either writes; transactions are begun below instead.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=30000",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("acta_reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
