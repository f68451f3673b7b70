"""One moment of the database: a copy of the SQLite file, or every table of PostgreSQL."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import make_url

from service.backups.errors import BackupDamagedError, NotEmptyError
from service.backups.parts import PartReader, PartWriter
from service.database import Database

_READ = 1024 * 1024
_PAGES_AT_ONCE = 4096
# Rows that say which schema there is; the restored database has its own.
_SCHEMA_TABLES = {"public.alembic_version", "dbos.dbos_migrations"}
_TABLES = text(
    "SELECT n.nspname || '.' || c.relname, c.oid FROM pg_class c "
    "JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' "
    "ORDER BY 1"
)
_REFERENCES = text("SELECT conrelid, confrelid FROM pg_constraint WHERE contype = 'f'")
_COLUMNS = text(
    "SELECT attname FROM pg_attribute WHERE attrelid = :table AND attnum > 0 "
    "AND NOT attisdropped AND attgenerated = '' ORDER BY attnum"
)


def schema_of(database: Database) -> str:
    """Return the revision of the schema that the database has."""
    with database.reading() as session:
        return str(session.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def write_sqlite(database: Database, parts: PartWriter, scratch: Path) -> dict[str, Any]:
    """Copy the file as of one moment, while others write on (SQLite's online backup)."""
    path = scratch / "database"
    with (
        closing(sqlite3.connect(_file_of(database))) as source,
        closing(sqlite3.connect(path)) as copy,
    ):
        source.backup(copy, pages=_PAGES_AT_ONCE, sleep=0.01)
        # The copy is one file alone, without a journal beside it.
        copy.execute("PRAGMA journal_mode=DELETE")
    names, size, digest = parts.put_all(_pieces(path))
    return {"kind": "sqlite", "parts": names, "size": size, "sha256": digest}


def restore_sqlite(database: Database, entry: dict[str, Any], parts: PartReader) -> None:
    """Put the file in its place, whole and sound, or not at all."""
    target = _file_of(database)
    if target.exists():
        raise NotEmptyError(f"expected no database at {target}; it is never overwritten")
    part = target.with_name(f"{target.name}.restoring")
    with part.open("wb") as file:
        for piece in parts.read(entry):
            file.write(piece)
    with closing(sqlite3.connect(part)) as copy:
        found = copy.execute("PRAGMA integrity_check").fetchone()[0]
        broken = copy.execute("PRAGMA foreign_key_check").fetchone()
    if found != "ok" or broken is not None:
        raise BackupDamagedError("the database of this backup is not sound; use another one")
    part.replace(target)


def write_postgresql(database: Database, parts: PartWriter) -> dict[str, Any]:
    """Copy every table as of one moment: COPY in one REPEATABLE READ transaction."""
    tables = []
    with database.engine.connect() as connection:
        connection = connection.execution_options(isolation_level="REPEATABLE READ")
        for name, columns in _ordered_tables(connection):
            if name in _SCHEMA_TABLES:
                continue
            raw = connection.connection.driver_connection
            assert raw is not None
            with (
                raw.cursor() as cursor,
                cursor.copy(f"COPY {_quoted(name)} ({columns}) TO STDOUT") as rows,
            ):
                names, size, digest = parts.put_all(bytes(piece) for piece in rows)
            tables.append(
                {"name": name, "columns": columns, "parts": names, "size": size, "sha256": digest}
            )
        connection.rollback()
    return {"kind": "postgresql", "tables": tables}


def expect_no_tables(database: Database) -> None:
    """Raise NotEmptyError if the PostgreSQL database has any table."""
    with database.engine.connect() as connection:
        if connection.execute(_TABLES).first() is not None:
            raise NotEmptyError("expected an empty database; one with tables is never overwritten")


def restore_postgresql(database: Database, entry: dict[str, Any], parts: PartReader) -> None:
    """Fill tables that are made already, all of them in one transaction."""
    with database.engine.connect() as connection, connection.begin():
        there = {name for name, _ in _ordered_tables(connection)}
        wanted = [table["name"] for table in entry["tables"]]
        if missing := sorted(set(wanted) - there):
            raise BackupDamagedError(f"expected a table {missing[0]} in this version of Acta")
        emptied = ", ".join(_quoted(name) for name in wanted)
        connection.exec_driver_sql(f"TRUNCATE {emptied} CASCADE")
        raw = connection.connection.driver_connection
        assert raw is not None
        for table in entry["tables"]:
            with (
                raw.cursor() as cursor,
                cursor.copy(
                    f"COPY {_quoted(table['name'])} ({table['columns']}) FROM STDIN"
                ) as rows,
            ):
                for piece in parts.read(table):
                    rows.write(piece)
        for table in entry["tables"]:
            _set_counters(connection, table["name"])


def _ordered_tables(connection: Any) -> Iterator[tuple[str, str]]:
    """Yield every table after those that it refers to, with its columns."""
    names = {row.oid: row[0] for row in connection.execute(_TABLES)}
    needs: dict[int, set[int]] = {oid: set() for oid in names}
    for child, parent in connection.execute(_REFERENCES):
        if child != parent and child in needs and parent in needs:
            needs[child].add(parent)
    while needs:
        ready = sorted(oid for oid, wanted in needs.items() if not wanted & needs.keys())
        if not ready:
            raise BackupDamagedError("expected tables that do not refer to each other in a circle")
        for oid in ready:
            del needs[oid]
            columns = connection.execute(_COLUMNS, {"table": oid}).scalars()
            yield names[oid], ", ".join(f'"{column}"' for column in columns)


def _set_counters(connection: Any, table: str) -> None:
    columns = connection.execute(
        text(
            "SELECT attname, pg_get_serial_sequence(:table, attname) AS counter "
            "FROM pg_attribute WHERE attrelid = CAST(:table AS regclass) AND attnum > 0 "
            "AND NOT attisdropped"
        ),
        {"table": _quoted(table)},
    ).all()
    for column, counter in columns:
        if counter is not None:
            connection.exec_driver_sql(
                f"SELECT setval('{counter}', coalesce(max(\"{column}\"), 0) + 1, false) "  # noqa: S608  names of our own schema
                f"FROM {_quoted(table)}"
            )


def _quoted(name: str) -> str:
    return ".".join(f'"{part}"' for part in name.split("."))


def _file_of(database: Database) -> Path:
    return Path(str(make_url(database.url).database))


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_READ):
            yield piece
