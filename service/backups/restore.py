"""Restoring a backup into an empty machine."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from service.backups.backup import VERSION
from service.backups.database_copy import (
    expect_no_tables,
    restore_postgresql,
    restore_sqlite,
)
from service.backups.errors import BackupDamagedError, NotEmptyError
from service.backups.parts import PartReader
from service.backups.places import MANIFEST
from service.custody import Store
from service.database import Database
from service.keyring import write_atomically

_MARK = "restoring"


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What came back: when the backup was made (RFC 3339), and its files."""

    id: str
    made: str
    files: int


def restore_backup(
    *,
    backup_id: str,
    store: Store,
    identity: str,
    data_dir: Path,
    database: Database,
    make_tables: Callable[[str], None],
) -> Restored:
    """Bring back a backup, every byte compared with its manifest; the database last.

    ``identity``: the secret key (AGE-SECRET-KEY-1…) it was made for; ``make_tables`` makes the
    PostgreSQL tables of a revision of the schema. A restore that was cut short is taken up by
    the same call; a machine with data of another is refused. Raises BackupNotFoundError,
    BackupNotForThisKeyError, BackupDamagedError, NotEmptyError, StoreFailedError.
    """
    parts = PartReader(store, identity=identity)
    manifest = _manifest(parts.get(f"{backup_id}{MANIFEST}"))
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    _claim(data_dir, backup_id)
    for entry in manifest["files"]:
        _restore_file(data_dir, entry, parts)
    copied = manifest["database"]
    if (copied["kind"] == "sqlite") is not database.is_sqlite:
        raise BackupDamagedError(
            f"expected a database of the kind {copied['kind']}, as the backup has; set "
            "ACTA_DATABASE_URL"
        )
    if database.is_sqlite:
        restore_sqlite(database, copied, parts)
    else:
        if not (data_dir / f"{_MARK}.tables").exists():
            expect_no_tables(database)
            # Crash point: tables without rows; the mark says that they are ours to fill.
            write_atomically(data_dir / f"{_MARK}.tables", b"")
        make_tables(manifest["schema"])
        restore_postgresql(database, copied, parts)
    for mark in (f"{_MARK}.tables", _MARK):
        (data_dir / mark).unlink(missing_ok=True)
    return Restored(id=backup_id, made=manifest["made"], files=len(manifest["files"]))


def _manifest(raw: bytes) -> dict[str, Any]:
    try:
        manifest = json.loads(raw)
        version = manifest["acta"]
    except (ValueError, KeyError, TypeError):
        raise BackupDamagedError("the backup's manifest cannot be read; use another one") from None
    if version != VERSION:
        raise BackupDamagedError(f"expected {VERSION}, got {version}; use the Acta it was made by")
    return dict(manifest)


def _claim(data_dir: Path, backup_id: str) -> None:
    """Refuse a folder that holds anything but this very restore, cut short."""
    mark = data_dir / _MARK
    if mark.exists() and mark.read_text() == backup_id:
        return
    if any(data_dir.iterdir()):
        raise NotEmptyError(
            f"expected an empty folder at {data_dir}; set ACTA_DATA_DIR to one, nothing is "
            "overwritten"
        )
    write_atomically(mark, backup_id.encode())


def _restore_file(data_dir: Path, entry: dict[str, Any], parts: PartReader) -> None:
    name = PurePosixPath(entry["path"])
    if name.is_absolute() or ".." in name.parts:
        raise BackupDamagedError("expected names of files inside the data folder")
    path = data_dir / name
    if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == entry["sha256"]:
        return
    write_atomically(path, b"".join(parts.read(entry)), mode=entry["mode"])
