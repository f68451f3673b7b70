"""The ``acta`` command: verify evidence, audit logs, and decide whom to trust.

Exit codes: 0 VALID, 1 INVALID, 3 CANNOT CHECK, 2 wrong usage. Other commands come from the
entry points of group ``acta.commands`` and are loaded only when asked for.
"""

import argparse
import json
import locale
import os
import re
import sys
from collections.abc import Sequence
from datetime import timedelta
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from anchoring.errors import AnchoringError, InvalidError
from anchoring.log_commands import BASE_ACTIONS, add_log_commands
from anchoring.recover_commands import add_recover_command

if TYPE_CHECKING:
    from anchoring.report import Report
    from anchoring.trust import TrustFile

BASE_COMMANDS = ("verify", "trust", "log", "recover")
WRONG_USAGE = 2
_INVALID, _CANNOT_CHECK = 1, 3
_MAX_FILE = 128 * 1024 * 1024
_NEEDS_SERVICE = 'this command needs the service: pip install "acta-notary[service]"'


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser, commands = _parser()
    first, second, *_ = [*(word for word in given if not word.startswith("-")), None, None]
    if first == "log" and second not in BASE_ACTIONS:
        _load_others(commands, wanted=second)
    elif first not in BASE_COMMANDS:
        _load_others(commands, wanted=first)
    parsed = parser.parse_args(given)
    if not hasattr(parsed, "run"):
        parser.print_help(sys.stderr)
        return WRONG_USAGE
    try:
        code: int = parsed.run(parsed)
    except ModuleNotFoundError as reason:
        # The service's commands are in the package; what they import may not be installed.
        if first in BASE_COMMANDS and (first != "log" or second in BASE_ACTIONS):
            raise
        print(f"acta: {_NEEDS_SERVICE} ({reason})", file=sys.stderr)
        return WRONG_USAGE
    return code


def _parser() -> tuple[argparse.ArgumentParser, Any]:
    parser = argparse.ArgumentParser(prog="acta", description="Check contracts signed with Acta.")
    commands = parser.add_subparsers(metavar="COMMAND")
    verify = commands.add_parser("verify", help="check evidence, or a PDF with its evidence")
    verify.add_argument("file", type=Path, metavar="FILE", help="an .asice file or a PDF")
    verify.add_argument("--evidence", type=Path, metavar="FILE", help="the PDF's .asice file")
    verify.add_argument(
        "--rpc", action="append", metavar="URL", help="ask this node instead of the trust file's"
    )
    verify.add_argument("--trust", type=Path, metavar="FILE", help="trust this file, this once")
    verify.add_argument("--json", action="store_true", help="print the whole report as JSON")
    verify.add_argument("--lang", choices=("es", "en"), help="language; by default, the system's")
    verify.add_argument(
        "--max-status-age",
        type=_seconds,
        metavar="SECONDS",
        help="CANNOT CHECK if the newest final block is older",
    )
    verify.add_argument(
        "--block-hash",
        action="append",
        default=[],
        type=_block,
        metavar="[CHAIN:]HASH",
        help="trust this block, whose hash you have by another way: then no node is needed",
    )
    verify.set_defaults(run=_verify)
    trust = commands.add_parser("trust", help="decide whom to trust")
    actions = trust.add_subparsers(metavar="ACTION", required=True)
    add = actions.add_parser("add", help="trust a log, after comparing its fingerprint")
    add.add_argument("source", metavar="URL|FILE")
    how = add.add_mutually_exclusive_group()
    how.add_argument("--fingerprint", metavar="HEX", help="accept only this genesis fingerprint")
    how.add_argument("--yes", action="store_true", help="accept whatever it is, without asking")
    add.set_defaults(run=_trust_add)
    show = actions.add_parser("show", help="list what you trust")
    show.set_defaults(run=_trust_show)
    add_log_commands(commands, _language)
    add_recover_command(commands)
    return parser, commands


def _load_others(commands: Any, *, wanted: str | None) -> None:
    """Add the commands of installed extras; one whose extra is missing says so when it is used."""
    for point in sorted(entry_points(group="acta.commands"), key=lambda point: point.name):
        try:
            add = point.load()
        except ImportError as reason:
            if wanted is not None:
                print(f"acta: {_NEEDS_SERVICE} ({reason})", file=sys.stderr)
                raise SystemExit(WRONG_USAGE) from None
            continue
        add(commands)


def _verify(parsed: argparse.Namespace) -> int:
    # Imported here: pyHanko takes most of a second, and the other commands do without it.
    from anchoring.report_print import render
    from anchoring.verify import verify_evidence, verify_pdf_alone, verify_without_trust_file
    from anchoring.verify_context import TrustedBlock

    try:
        given = _read(parsed.file)
        beside = None if parsed.evidence is None else _read(parsed.evidence)
    except OSError as reason:
        return _usage(f"cannot read {reason.filename}: {reason.strerror}")
    is_pdf = given.startswith(b"%PDF")
    if beside is not None and not is_pdf:
        return _usage("with --evidence, expected FILE to be a pdf")
    evidence = given if not is_pdf else beside
    trust, unusable = None, None
    try:
        trust = _trust_for(evidence, given, parsed.trust)
    except OSError as reason:
        return _usage(f"cannot read {reason.filename}: {reason.strerror}")
    except AnchoringError as reason:
        unusable = reason
    if unusable is not None:
        report = verify_without_trust_file(unusable)
    elif evidence is None:
        report = verify_pdf_alone(given, trust=trust)
    else:
        report = verify_evidence(
            evidence,
            trust=trust,
            rpc=parsed.rpc,
            pdf=given if is_pdf else None,
            max_status_age=parsed.max_status_age,
            blocks=[TrustedBlock(chain, block_hash) for chain, block_hash in parsed.block_hash],
        )
    lang = parsed.lang or _language()
    if parsed.json:
        _write(_json(report, lang), sys.stdout)
    else:
        _write(render(report, lang), sys.stdout)
    return report.exit_code


def _trust_for(evidence: bytes | None, given: bytes, named: Path | None) -> "TrustFile | None":
    """Return the reader's trust file: the named one, or the kept one of the document's origin.

    The document only selects among files that the reader has accepted already.
    """
    from anchoring.trust_store import TrustStore, read_file

    if named is not None:
        return read_file(named)
    kept = TrustStore.of_user().all()
    if len(kept) <= 1:
        return kept[0] if kept else None
    from anchoring.verify import origin_of

    origin = origin_of(evidence, given)
    chosen = None if origin is None else TrustStore.of_user().for_origin(origin)
    return chosen or kept[0]


def _trust_add(parsed: argparse.Namespace) -> int:
    from anchoring.trust import format_fingerprint
    from anchoring.trust_store import TrustStore, expect_fingerprint, read_source

    store = TrustStore.of_user()
    try:
        trust = read_source(parsed.source)
        print(f"origin:       {trust.origin}")
        print(f"fingerprint:  {format_fingerprint(trust.fingerprint)}")
        print(f"version:      {trust.current.number}")
        if parsed.fingerprint is not None:
            expect_fingerprint(trust, parsed.fingerprint)
        elif store.known(trust.fingerprint) is None and not parsed.yes and not _accepted():
            print("not added", file=sys.stderr)
            return _CANNOT_CHECK
        print("kept" if store.keep(trust) else "already kept")
    except OSError as reason:
        return _usage(f"cannot read or write {reason.filename}: {reason.strerror}")
    except AnchoringError as reason:
        print(f"acta: {reason}", file=sys.stderr)
        return _INVALID if isinstance(reason, InvalidError) else _CANNOT_CHECK
    return 0


def _trust_show(parsed: argparse.Namespace) -> int:
    from anchoring.chain_view import checksum_address
    from anchoring.trust import format_fingerprint
    from anchoring.trust_store import TrustStore

    del parsed
    try:
        kept = TrustStore.of_user().all()
    except AnchoringError as reason:
        print(f"acta: {reason}", file=sys.stderr)
        return _INVALID
    if not kept:
        print("you trust nobody yet; run: acta trust add URL|FILE")
    for trust in kept:
        print(f"origin:       {trust.origin}")
        print(f"fingerprint:  {format_fingerprint(trust.fingerprint)}")
        print(f"version:      {trust.current.number} of {trust.current.at:%Y-%m-%d}")
        for home in trust.homes:
            print(f"home:         chain {home.chain_id}, {checksum_address(home.contract)}")
        for url in trust.current.rpc:
            print(f"node:         {url}")
    return 0


def _accepted() -> bool:
    """Ask whether the person has compared the fingerprint; no terminal means no."""
    if not sys.stdin.isatty():
        print(
            "compare the fingerprint by another way, then give it: --fingerprint HEX",
            file=sys.stderr,
        )
        return False
    try:
        answer = input("Is this the fingerprint you got by another way? Type yes: ")
    except EOFError:
        return False
    return answer.strip().lower() in ("yes", "sí", "si")


def _json(report: "Report", lang: str) -> str:
    return json.dumps(report.to_json(lang), ensure_ascii=False, indent=2) + "\n"


def _write(text: str, stream: TextIO) -> None:
    # A terminal that cannot show a letter must not turn a verdict into a traceback.
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding))


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_MAX_FILE + 1)


def _usage(message: str) -> int:
    print(f"acta: {message}", file=sys.stderr)
    return WRONG_USAGE


def _language() -> str:
    named = next(
        (value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))),
        None,
    )
    if named is None:
        named = locale.getlocale()[0] or ""
    return "es" if named.lower().startswith(("es", "spanish")) else "en"


def _block(text: str) -> tuple[int | None, bytes]:
    """Return chain id (None: the document's home) and hash of ``[CHAIN:]0x…``."""
    form = re.fullmatch(r"(?:([1-9][0-9]{0,15}):)?(?:0x)?([0-9a-fA-F]{64})", text)
    if form is None:
        raise argparse.ArgumentTypeError(
            f"expected a block hash of 64 hex digits, after CHAIN: if need be, got {text!r}"
        )
    return None if form[1] is None else int(form[1]), bytes.fromhex(form[2])


def _seconds(text: str) -> timedelta:
    seconds = int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else 0
    if seconds == 0:
        raise argparse.ArgumentTypeError(f"expected seconds, 1 or more, got {text!r}")
    return timedelta(seconds=seconds)


if __name__ == "__main__":
    sys.exit(main())
