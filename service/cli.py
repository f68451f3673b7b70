"""The service's commands of ``acta``: serve, api-key, demo, keys, and ``acta log``'s."""

import argparse
import sys
from pathlib import Path

from anchoring.log_commands import log_actions
from service.backup_commands import add_backup_commands
from service.custody_commands import add_custody_commands
from service.key_commands import add_key_commands
from service.log_commands import add_log_actions


def commands(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the service's commands (entry-point group ``acta.commands``)."""
    serve = subparsers.add_parser("serve", help="serve Acta (settings: ACTA_… variables)")
    serve.add_argument("--data-dir", type=Path, help="instead of ACTA_DATA_DIR")
    serve.add_argument("--port", type=int, help="instead of ACTA_PORT")
    serve.add_argument("--chain-port", type=int, help="instead of ACTA_CHAIN_PORT")
    serve.set_defaults(run=_serve)

    api_key = subparsers.add_parser("api-key", help="make, list or revoke API keys")
    actions = api_key.add_subparsers(dest="action", required=True)
    new = actions.add_parser("new", help="make a key and show it once")
    new.add_argument("name", nargs="?", default="integrator")
    actions.add_parser("list", help="list keys, without their secrets")
    revoke = actions.add_parser("revoke", help="make a key stop working")
    revoke.add_argument("key_id")
    api_key.set_defaults(run=_api_key)

    demo = subparsers.add_parser("demo", help="the whole journey, without a browser")
    demo.add_argument("--pdf", type=Path, default=None, help="the contract to sign")
    demo.add_argument("--out", type=Path, default=Path("demo-out"), help="where results go")
    demo.add_argument("--verifier", type=Path, required=True, help="the outsider's `acta`")
    demo.set_defaults(run=_demo)

    add_backup_commands(subparsers)
    add_custody_commands(subparsers)
    add_key_commands(subparsers)
    add_log_actions(log_actions(subparsers))


def _serve(arguments: argparse.Namespace) -> int:
    from pydantic import ValidationError

    from service.errors import ServiceError
    from service.settings import Settings

    named = ("data_dir", "port", "chain_port")
    given = {name: getattr(arguments, name) for name in named if getattr(arguments, name)}
    try:
        settings = Settings(**given)
    except ValidationError as error:
        for fault in error.errors():
            print(f"acta: {fault['msg']}", file=sys.stderr)
        return 2
    from service.serving import serve

    try:
        return serve(settings)
    except ServiceError as error:
        print(f"acta: {error}", file=sys.stderr)
        return 1


def _api_key(arguments: argparse.Namespace) -> int:
    from service.clock import SystemClock
    from service.database import Database
    from service.errors import ServiceError
    from service.identity import ApiKeys
    from service.migrations import upgrade_database
    from service.settings import Settings

    settings = Settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.database_url)
    upgrade_database(database)
    keys = ApiKeys(database=database, clock=SystemClock())
    try:
        if arguments.action == "new":
            with database.transaction() as session:
                text = keys.new_api_key(session, arguments.name)
            print(text)
            print("keep it: only its hash is stored, and it is not shown again", file=sys.stderr)
        elif arguments.action == "list":
            for key in keys.list_api_keys():
                state = "revoked" if key.revoked_at else "valid"
                print(f"{key.id}  {state:8}{key.created_at:%Y-%m-%d}  {key.name}")
        else:
            with database.transaction() as session:
                keys.revoke(session, arguments.key_id)
    except (ServiceError, ValueError) as error:
        print(f"acta: {error}", file=sys.stderr)
        return 2
    finally:
        database.dispose()
    return 0


def _demo(arguments: argparse.Namespace) -> int:
    from service.demo import run_demo

    return run_demo(pdf=arguments.pdf, out=arguments.out, verifier=arguments.verifier)
