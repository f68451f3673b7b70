"""Making a backup: the database of one moment, then the files that its rows name."""

import json
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from service.backups.database_copy import schema_of, write_postgresql, write_sqlite
from service.backups.parts import PartWriter
from service.backups.places import MANIFEST
from service.clock import Clock, rfc3339
from service.custody import Store, checked_recipient
from service.database import Database
from service.keyring import Keyring

VERSION: Final = "backup/1"
_NEVER = ("acta.lock", "lock", "anvil.log")
_DATABASE = "acta.db"
_UNFINISHED = (".part", ".restoring")


@dataclass(frozen=True, kw_only=True)
class BackupMade:
    """A backup: its id, and how many parts were sent or were there already."""

    id: str
    files: int
    sent: int
    kept: int
    left_to_custody: int


def make_backup(
    *,
    database: Database,
    keyring: Keyring,
    clock: Clock,
    data_dir: Path,
    leave_out: Sequence[Path],
    in_custody: Sequence[bytes],
    store: Store,
    recipients: Sequence[str],
) -> BackupMade:
    """Write one backup into ``store``, encrypted to ``recipients`` (``age1…``).

    ``leave_out``: folders that are stores themselves. ``in_custody``: hashes (SHA-256) of
    documents that the stores have, which are left to them. May be run while the service works,
    and again after it was cut short: parts that are there are not sent again. The backup exists
    once its manifest does, which is written last. Raises StoreFailedError, BadRecipientError.
    """
    if not recipients:
        raise ValueError("expected at least one recipient for the backup, got none")
    for recipient in recipients:
        checked_recipient(recipient)
    parts = PartWriter(store, keyring=keyring, recipients=recipients)
    # The database first: what its rows name was on the disk before them.
    with tempfile.TemporaryDirectory(prefix="acta-backup-") as scratch:
        copied = (
            write_sqlite(database, parts, Path(scratch))
            if database.is_sqlite
            else write_postgresql(database, parts)
        )
    left = {_revision_path(sha256) for sha256 in in_custody}
    files = []
    for path in _files(data_dir, leave_out):
        name = path.relative_to(data_dir).as_posix()
        if name in left:
            continue
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue  # a draft that was deleted meanwhile
        names, size, digest = parts.put_all(iter([content]))
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
        files.append({"path": name, "mode": mode, "parts": names, "size": size, "sha256": digest})
    now = clock.now()
    manifest: dict[str, Any] = {
        "acta": VERSION,
        "made": rfc3339(now),
        "schema": schema_of(database),
        "database": copied,
        "files": files,
    }
    backup_id = f"{now:%Y%m%d%H%M%S}{secrets.token_hex(16)}"
    parts.put_as(f"{backup_id}{MANIFEST}", json.dumps(manifest).encode())
    return BackupMade(
        id=backup_id,
        files=len(files),
        sent=parts.sent,
        kept=parts.kept,
        left_to_custody=len(left),
    )


def _files(data_dir: Path, leave_out: Sequence[Path]) -> Iterator[Path]:
    for path in sorted(data_dir.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        if (
            path.name in _NEVER
            or path.name.endswith(_UNFINISHED)
            or path.name.startswith("acta.db")
        ):
            continue
        if not any(path.is_relative_to(folder) for folder in leave_out):
            yield path


def _revision_path(sha256: bytes) -> str:
    name = sha256.hex()
    return f"revisions/{name[:2]}/{name[2:]}.sealed"
