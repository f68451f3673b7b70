"""``acta custody``: the operator's word on how long an agreement is kept, beside the service."""

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from service.custody import Retention


def add_custody_commands(subparsers: Any) -> None:
    """Add ``custody`` and its actions."""
    custody = subparsers.add_parser("custody", help="retention, holds and erasure of agreements")
    actions = custody.add_subparsers(metavar="ACTION", required=True)
    show = actions.add_parser("show", help="how an agreement is kept")
    retain = actions.add_parser("retain", help="keep an agreement for longer")
    hold = actions.add_parser("hold", help="forbid its erasure, for a lawsuit for example")
    release = actions.add_parser("release", help="end the hold")
    erase = actions.add_parser(
        "erase", help="destroy its key and copies for good; the service does it within minutes"
    )
    erase.add_argument("--yes", action="store_true", required=True, help="there is no way back")
    for action, run in (
        (show, _show),
        (retain, _retain),
        (hold, _hold),
        (release, _release),
        (erase, _erase),
    ):
        action.add_argument("agreement", help="its id, agr_…")
        action.set_defaults(run=_with_retention(run, known=run is not _show))
    retain.add_argument("retention", help="a class of ACTA_RETENTION_CLASSES")
    hold.add_argument("reason", help="why; shown to operators alone")


_Action = Callable[["Retention", argparse.Namespace], None]


def _with_retention(action: _Action, *, known: bool) -> Callable[[argparse.Namespace], int]:
    def run(arguments: argparse.Namespace) -> int:
        from service.agreements import expect_known
        from service.clock import SystemClock
        from service.custody import Retention
        from service.database import Database
        from service.errors import ServiceError
        from service.migrations import upgrade_database
        from service.settings import Settings

        settings = Settings()
        database = Database(settings.database_url)
        try:
            upgrade_database(database)
            if known:
                # One that is erased can still be shown.
                expect_known(database, arguments.agreement)
            action(
                Retention(
                    database=database,
                    clock=SystemClock(),
                    classes=settings.retention_classes,
                    default=settings.retention_default,
                ),
                arguments,
            )
        except (ServiceError, ValueError) as error:
            print(f"acta: {error}", file=sys.stderr)
            return 1
        finally:
            database.dispose()
        return 0

    return run


def _show(retention: "Retention", arguments: argparse.Namespace) -> None:
    view = retention.view(arguments.agreement)
    print(f"class     {view.retention}")
    print(f"until     {'—' if view.retain_until is None else view.retain_until.isoformat()}")
    print(f"hold      {view.hold_reason or '—'}")
    if view.erased_at is not None:
        print(f"erased    {view.erased_at.isoformat()}")
    elif view.erasing_since is not None:
        print(f"erasing   since {view.erasing_since.isoformat()}")


def _retain(retention: "Retention", arguments: argparse.Namespace) -> None:
    until = retention.retain(arguments.agreement, arguments.retention)
    print("kept" if until is None else f"kept until {until.isoformat()}")


def _hold(retention: "Retention", arguments: argparse.Namespace) -> None:
    retention.hold(arguments.agreement, arguments.reason)
    print("held: it cannot be erased until `acta custody release`")


def _release(retention: "Retention", arguments: argparse.Namespace) -> None:
    print("released" if retention.release(arguments.agreement) else "it was not held")


def _erase(retention: "Retention", arguments: argparse.Namespace) -> None:
    retention.request(arguments.agreement)
    print("asked for: the running service destroys the key and the copies, and logs the proof")
