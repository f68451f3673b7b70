"""The operator's actions of ``acta log``: change the log key, list and retire mirrors."""

import argparse
import sys
from typing import Any


def add_log_actions(actions: Any) -> None:
    """Add the actions to those of the base install (``anchoring.log_commands``)."""
    rotate = actions.add_parser("rotate-key", help="make the next key that signs checkpoints")
    rotate.add_argument(
        "--compromised",
        action="store_true",
        help="somebody else may have the key in use: nothing more counts by it",
    )
    rotate.set_defaults(run=_rotate_key)
    mirrors = actions.add_parser("mirrors", help="list the mirrors that were ever used")
    mirrors.set_defaults(run=_mirrors)
    retire = actions.add_parser("retire-mirror", help="go on without a mirror that is lost")
    retire.add_argument("name", help="its folder or id, as acta log mirrors shows it")
    retire.set_defaults(run=_retire_mirror)


def _rotate_key(arguments: argparse.Namespace) -> int:
    from service.clock import SystemClock
    from service.errors import ServiceError
    from service.notary import rotate_log_key
    from service.rooms import open_keyring
    from service.settings import Settings

    settings = Settings()
    try:
        number = rotate_log_key(
            keyring=open_keyring(settings), clock=SystemClock(), compromised=arguments.compromised
        )
    except ServiceError as error:
        print(f"acta: {error}", file=sys.stderr)
        return 2
    print(f"log key {number} is made: keys/log-checkpoint-{number}.key in {settings.data_dir}")
    print(
        "copy that file to every machine that serves this log, and restart them: the trust file "
        "then names the new key, and checkpoints are signed with it",
        file=sys.stderr,
    )
    return 0


def _mirrors(_arguments: argparse.Namespace) -> int:
    from service.database import Database
    from service.migrations import upgrade_database
    from service.notary import known_mirrors
    from service.settings import Settings

    database = Database(Settings().database_url)
    try:
        upgrade_database(database)
        for mirror in known_mirrors(database):
            state = "in use " if mirror.retired_at is None else "retired"
            print(f"{mirror.id}  {state}  {mirror.added_at:%Y-%m-%d}  {mirror.name}")
    finally:
        database.dispose()
    return 0


def _retire_mirror(arguments: argparse.Namespace) -> int:
    from service.clock import SystemClock
    from service.database import Database
    from service.errors import ServiceError
    from service.migrations import upgrade_database
    from service.notary import retire_mirror
    from service.settings import Settings

    database = Database(Settings().database_url)
    try:
        upgrade_database(database)
        retire_mirror(database, SystemClock(), arguments.name)
    except ServiceError as error:
        print(f"acta: {error}", file=sys.stderr)
        return 2
    finally:
        database.dispose()
    print(
        "retired; take it out of ACTA_STORE_DIRS too. A checkpoint that stood on it alone is given "
        "up: if one was published and the database is an old copy, the log would fork. The next "
        "start compares the database with the other mirrors and with the chain",
        file=sys.stderr,
    )
    return 0
