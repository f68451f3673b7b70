"""The operator's ``acta keys``: list and replace the keys that sign, seal and stamp."""

import argparse
import sys
from typing import Any


def add_key_commands(subparsers: Any) -> None:
    """Add ``acta keys``."""
    keys = subparsers.add_parser("keys", help="the keys that certify, seal and stamp")
    actions = keys.add_subparsers(dest="action", required=True)
    listed = actions.add_parser("list", help="list every authority, in use or replaced")
    listed.set_defaults(run=_list)
    rotate = actions.add_parser("rotate", help="make the next keys; the root stays")
    rotate.add_argument(
        "purposes",
        nargs="*",
        metavar="PURPOSE",
        help="signers, seal, time-stamps; all three if none is named",
    )
    rotate.add_argument(
        "--compromised",
        action="store_true",
        help="somebody else may have the keys in use: nothing more counts by them",
    )
    rotate.set_defaults(run=_rotate)


def _rotate(arguments: argparse.Namespace) -> int:
    from service.clock import SystemClock
    from service.errors import ServiceError
    from service.rooms import open_key_place, open_keyring
    from service.settings import Settings
    from service.signing import Purpose, rotate_signing_keys

    settings = Settings()
    try:
        purposes = [Purpose(one) for one in arguments.purposes] or list(Purpose)
        number = rotate_signing_keys(
            open_keyring(settings),
            purposes=purposes,
            clock=SystemClock(),
            place=open_key_place(settings),
            pki_url=settings.pki_url,
            compromised=arguments.compromised,
        )
    except (ServiceError, ValueError) as error:
        print(f"acta: {error}", file=sys.stderr)
        return 2
    print(f"keys {number} are made: keys/signing-keys-{number}.key in {settings.data_dir}")
    print(
        "copy that file to every machine that serves this installation, and restart them: the "
        "trust file then names the new authorities; what the earlier ones signed goes on counting"
        + (", up to now" if arguments.compromised else ""),
        file=sys.stderr,
    )
    return 0


def _list(_arguments: argparse.Namespace) -> int:
    from service.clock import SystemClock
    from service.errors import ServiceError
    from service.rooms import open_key_place, open_keyring
    from service.settings import Settings
    from service.signing import PlatformKeys

    settings = Settings()
    try:
        keys = PlatformKeys.find(
            open_keyring(settings), clock=SystemClock(), place=open_key_place(settings)
        )
    except ServiceError as error:
        print(f"acta: {error}", file=sys.stderr)
        return 2
    for name, authority in keys.authorities.items():
        certificate = authority.issued.certificate
        revoked = authority.revoked_at
        state = "" if revoked is None else f"  revoked {revoked:%Y-%m-%d %H:%M}"
        print(
            f"{name:14}{certificate.not_valid_before_utc:%Y-%m-%d} to "
            f"{certificate.not_valid_after_utc:%Y-%m-%d}  "
            f"{certificate.subject.rfc4514_string()}{state}"
        )
    return 0
