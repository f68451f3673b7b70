"""``acta recover``: open a document from custody with one's own key, without Acta."""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from anchoring.errors import AnchoringError, InvalidError

_WRONG_USAGE, _INVALID, _CANNOT_CHECK = 2, 1, 3
_LARGEST_KEY = 64 * 1024


def add_recover_command(commands: Any) -> None:
    """Add ``recover`` to the commands of the base install."""
    recover = commands.add_parser(
        "recover", help="open a document from custody with your own key, without Acta"
    )
    recover.add_argument(
        "kit", type=Path, nargs="?", metavar="KIT", help="the custody kit, a .zip file"
    )
    recover.add_argument(
        "--key",
        type=Path,
        metavar="FILE",
        help="a file with your key, AGE-SECRET-KEY-1…; without it, the key is asked for",
    )
    recover.add_argument("--ciphertext", type=Path, metavar="FILE", help="instead of the kit's")
    recover.add_argument("--envelope", type=Path, metavar="FILE", help="instead of the kit's")
    recover.add_argument("--cid", metavar="CID", help="the ciphertext's name, without a kit")
    recover.add_argument(
        "--gateway",
        metavar="URL",
        help="fetch the ciphertext there: an IPFS gateway, or an address that holds {cid}",
    )
    recover.add_argument("--out", type=Path, metavar="FILE", required=True, help="the document")
    recover.set_defaults(run=_recover)


def _recover(parsed: argparse.Namespace) -> int:
    try:
        document = _document(parsed)
        _write_new(parsed.out, document)
    except OSError as reason:
        print(f"acta: cannot use {reason.filename}: {reason.strerror}", file=sys.stderr)
        return _WRONG_USAGE
    except AnchoringError as reason:
        print(f"acta: {reason}", file=sys.stderr)
        return _INVALID if isinstance(reason, InvalidError) else _CANNOT_CHECK
    print(f"opened: {parsed.out} ({len(document)} bytes)")
    return 0


def _document(parsed: argparse.Namespace) -> bytes:
    from anchoring.age_file import AgeIdentity
    from anchoring.custody_kit import MAX_CIPHERTEXT, MAX_ENVELOPE, read_kit
    from anchoring.recover import (
        NoCiphertext,
        check_ciphertext,
        check_document,
        fetch_ciphertext,
        fetch_envelope,
        open_document,
    )

    kit = None if parsed.kit is None else read_kit(_read(parsed.kit, 2 * MAX_CIPHERTEXT))
    described = None if kit is None else kit.description
    cid = parsed.cid or (None if described is None else described.cid)
    if parsed.ciphertext is not None:
        ciphertext: bytes | None = _read(parsed.ciphertext, MAX_CIPHERTEXT)
    elif parsed.gateway is not None and cid is not None:
        # A kit names the ciphertext by its hash too, which is compared below.
        checked = described is None or described.cid_is_checkable
        ciphertext = fetch_ciphertext(parsed.gateway, cid, checked=checked)
    else:
        ciphertext = None if kit is None else kit.ciphertext
    if ciphertext is None:
        raise NoCiphertext(
            "expected a kit with the document in it, or --ciphertext, or --gateway with a kit or "
            "--cid"
        )
    if described is not None:
        check_ciphertext(described, ciphertext)
    if parsed.envelope is not None:
        envelope = _read(parsed.envelope, MAX_ENVELOPE)
    elif kit is not None:
        envelope = kit.envelope
    elif parsed.gateway is not None and cid is not None:
        envelope = fetch_envelope(parsed.gateway, cid)
    else:
        raise NoCiphertext("expected --envelope, the file that wraps the agreement's key for you")
    identity = AgeIdentity.parse(_key_text(parsed.key))
    document = open_document(ciphertext, envelope, [identity])
    if described is not None:
        check_document(described, document)
    return document


def _key_text(path: Path | None) -> str:
    # Never an argument: other users of the machine could read it there.
    if path is not None:
        return _read(path, _LARGEST_KEY).decode("utf-8", "replace")
    if sys.stdin.isatty():
        from getpass import getpass

        return getpass("Your key (AGE-SECRET-KEY-1…): ")
    return sys.stdin.read(_LARGEST_KEY)


def _read(path: Path, limit: int) -> bytes:
    from anchoring.errors import MalformedEvidence

    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise MalformedEvidence(f"expected at most {limit} bytes in {path}, got more")
    return data


def _write_new(path: Path, document: bytes) -> None:
    """Write the document for its owner alone, whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(document)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
