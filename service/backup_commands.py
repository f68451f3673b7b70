"""``acta backup`` and ``acta restore``: the operator's, without a running service."""

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from service.custody import Store
    from service.settings import Settings


def add_backup_commands(subparsers: Any) -> None:
    """Add both commands."""
    backup = subparsers.add_parser("backup", help="write an encrypted backup")
    where = backup.add_mutually_exclusive_group(required=True)
    where.add_argument("--to", type=Path, metavar="FOLDER", help="a folder that it goes into")
    where.add_argument("--to-store", metavar="NAME", help="or one of the settings' stores")
    backup.add_argument(
        "--recipient",
        action="append",
        required=True,
        metavar="AGE1…",
        help="whose key opens it; keep the secret half away from this machine",
    )
    backup.set_defaults(run=_backup)
    restore = subparsers.add_parser("restore", help="bring a backup back into an empty machine")
    whence = restore.add_mutually_exclusive_group(required=True)
    whence.add_argument("--from", dest="folder", type=Path, metavar="FOLDER")
    whence.add_argument("--from-store", metavar="NAME", help="or one of the settings' stores")
    restore.add_argument(
        "--identity", type=Path, required=True, metavar="FILE", help="the secret key, as age's"
    )
    restore.add_argument("--backup", metavar="ID", help="this one, not a folder's newest")
    restore.set_defaults(run=_restore)


def _backup(arguments: argparse.Namespace) -> int:
    from service.backups import make_backup
    from service.clock import SystemClock
    from service.custody import kept_documents
    from service.database import Database
    from service.errors import ServiceError
    from service.migrations import upgrade_database
    from service.rooms import open_keyring
    from service.settings import Settings

    settings = Settings()
    database = Database(settings.database_url)
    try:
        upgrade_database(database)
        made = make_backup(
            database=database,
            keyring=open_keyring(settings),
            clock=SystemClock(),
            data_dir=settings.data_dir,
            leave_out=settings.store_dirs,
            in_custody=kept_documents(database),
            store=_place(settings, arguments.to, arguments.to_store),
            recipients=arguments.recipient,
        )
    except (ServiceError, ValueError) as error:
        print(f"acta: {error}", file=sys.stderr)
        return 1
    finally:
        database.dispose()
    print(made.id)
    print(
        f"{made.files} files and the database; {made.sent} parts sent, {made.kept} there already; "
        f"{made.left_to_custody} documents are left to the stores",
        file=sys.stderr,
    )
    return 0


def _restore(arguments: argparse.Namespace) -> int:
    from anchoring.age_file import AgeIdentity
    from anchoring.errors import AnchoringError
    from service.backups import find_backups, restore_backup
    from service.database import Database
    from service.errors import ServiceError
    from service.jobs import make_tables
    from service.settings import Settings

    settings = Settings()
    known = [] if arguments.folder is None else find_backups(arguments.folder)
    wanted = arguments.backup or (known[-1] if known else None)
    if wanted is None:
        print(
            "acta: expected a folder with a backup, or --backup ID; a store cannot be looked "
            "through, so its ids are yours to note",
            file=sys.stderr,
        )
        return 2
    database = Database(settings.database_url)
    try:
        key = arguments.identity.read_text(encoding="utf-8")
        AgeIdentity.parse(key)
        restored = restore_backup(
            backup_id=wanted,
            store=_place(settings, arguments.folder, arguments.from_store),
            identity="".join(line for line in key.split() if line.startswith("AGE-SECRET-KEY-1")),
            data_dir=settings.data_dir,
            database=database,
            make_tables=partial(make_tables, database),
        )
        return _check(settings, restored.made)
    except (ServiceError, AnchoringError, OSError) as error:
        print(f"acta: {error}", file=sys.stderr)
        return 1
    finally:
        database.dispose()


def _place(settings: "Settings", folder: Path | None, name: str | None) -> "Store":
    from service.backups import open_place
    from service.clock import SystemClock
    from service.custody import StoresNotSetUpError
    from service.stores import build_stores

    if folder is not None:
        return open_place(folder)
    stores = {plan.store.name: plan.store for plan in build_stores(settings, SystemClock())}
    if name not in stores:
        raise StoresNotSetUpError(f"expected a store of {', '.join(sorted(stores))}, got {name!r}")
    return stores[name]


def _check(settings: "Settings", made: str) -> int:
    """Compare the files with the rows, keys with what they open, and say what is lacking."""
    from service.migrations import upgrade_database
    from service.rooms import Rooms

    rooms = Rooms(settings)
    try:
        upgrade_database(rooms.database)
        checked = rooms.agreements.refill_files()
    finally:
        rooms.stop()
    print(
        f"restored as of {made}: {checked.whole} files whole, {checked.from_custody} back from the "
        f"stores, {checked.to_write_anew} evidence files will be written anew"
    )
    print(
        "now start Acta: it compares the log with its mirrors and chains, and does not start where "
        "the log would fork",
        file=sys.stderr,
    )
    if checked.missing:
        print(f"acta: documents of {', '.join(checked.missing)} are missing", file=sys.stderr)
        return 1
    return 0
