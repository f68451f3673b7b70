"""``acta log``: audit a log that anybody serves, make a proof from its tiles, check one."""

import argparse
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anchoring.errors import AnchoringError, InvalidError

if TYPE_CHECKING:
    from anchoring.trust import TrustFile

BASE_ACTIONS = ("audit", "prove", "check-proof", "check-statement")
_WRONG_USAGE, _INVALID, _CANNOT_CHECK = 2, 1, 3
_LARGEST_PROOF = 256 * 1024

Language = Callable[[], str]


def add_log_commands(commands: Any, language: Language) -> None:
    """Add ``log`` and its actions; ``language`` gives the one of the system."""
    log = commands.add_parser("log", help="audit a log, or prove a leaf of it")
    actions = log.add_subparsers(metavar="ACTION", required=True)
    audit = actions.add_parser("audit", help="compute the whole log anew, and ask the chain")
    _add_place(audit)
    audit.add_argument(
        "--rpc", action="append", metavar="URL", help="ask this node instead of the trust file's"
    )
    audit.add_argument("--state", type=Path, metavar="FILE", help="where to remember this audit")
    audit.add_argument(
        "--from-start", action="store_true", help="hash every entry, not only what is new"
    )
    _add_output(audit)
    audit.set_defaults(run=_audit, language=language)
    prove = actions.add_parser("prove", help="write the tlog-proof of a leaf")
    _add_place(prove)
    _add_leaf(prove)
    prove.add_argument("--out", type=Path, metavar="FILE", help="write there, not to the screen")
    prove.set_defaults(run=_prove)
    check = actions.add_parser("check-proof", help="check a tlog-proof of a leaf")
    check.add_argument("file", type=Path, metavar="FILE")
    _add_leaf(check)
    _add_output(check)
    check.set_defaults(run=_check_proof, language=language)
    stated = actions.add_parser(
        "check-statement", help="check a statement of the platform, such as a custody report"
    )
    stated.add_argument("file", type=Path, metavar="FILE", help="as /v1/custody/reports gives it")
    _add_output(stated)
    stated.set_defaults(run=_check_statement, language=language)


def log_actions(commands: Any) -> Any:
    """Return where further actions of ``acta log`` are added, by an installed extra."""
    # argparse gives a parser's sub-parsers back only through its list of arguments.
    parser: argparse.ArgumentParser = commands.choices["log"]
    return next(
        action for action in parser._actions if isinstance(action, argparse._SubParsersAction)
    )


def _add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("place", metavar="URL|DIR", help="the log's address, or a mirror's folder")


def _add_leaf(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--leaf", type=_word, metavar="HEX", help="the leaf hash")
    which.add_argument("--entry", type=_word, metavar="HEX", help="the entry, which is hashed")


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--trust", type=Path, metavar="FILE", help="trust this file, this once")
    parser.add_argument("--json", action="store_true", help="print the whole report as JSON")
    parser.add_argument("--lang", choices=("es", "en"), help="language; by default, the system's")


def _audit(parsed: argparse.Namespace) -> int:
    from anchoring.log_audit import audit_log

    try:
        report = audit_log(
            parsed.place,
            find_trust=_trust_of(parsed.trust),
            now=datetime.now(UTC),
            rpc=parsed.rpc,
            state_path=parsed.state,
            from_start=parsed.from_start,
        )
    except (OSError, AnchoringError) as reason:
        return _stopped(reason)
    return _print(report, parsed)


def _prove(parsed: argparse.Namespace) -> int:
    from anchoring.log_prove import prove_leaf
    from anchoring.log_source import open_source

    try:
        text = prove_leaf(open_source(parsed.place), _leaf(parsed)).to_text()
        if parsed.out is None:
            sys.stdout.write(text)
        else:
            parsed.out.write_text(text, encoding="utf-8")
    except (OSError, AnchoringError) as reason:
        return _stopped(reason)
    return 0


def _check_proof(parsed: argparse.Namespace) -> int:
    from anchoring.log_prove import check_proof

    try:
        with parsed.file.open("rb") as file:
            text = file.read(_LARGEST_PROOF).decode("utf-8", "replace")
        report = check_proof(text, _leaf(parsed), _trust_of(parsed.trust))
    except (OSError, AnchoringError) as reason:
        return _stopped(reason)
    return _print(report, parsed)


def _check_statement(parsed: argparse.Namespace) -> int:
    from anchoring.log_prove import check_proof
    from anchoring.logged_statement import MAX_BUNDLE, read_logged_statement

    try:
        with parsed.file.open("rb") as file:
            logged = read_logged_statement(file.read(MAX_BUNDLE + 1))
        report = check_proof(logged.proof, logged.leaf, _trust_of(parsed.trust))
    except (OSError, AnchoringError) as reason:
        return _stopped(reason)
    if not parsed.json:
        print(json.dumps(dict(logged.statement.body), ensure_ascii=True, indent=2))
    return _print(report, parsed)


def _trust_of(named: Path | None) -> Callable[[str], "TrustFile | None"]:
    """Return the finder of the reader's trust file: the named one, or the kept one by origin."""
    from anchoring.trust_store import TrustStore, read_file

    if named is not None:
        trust = read_file(named)
        return lambda _origin: trust
    return TrustStore.of_user().for_origin


def _leaf(parsed: argparse.Namespace) -> bytes:
    from anchoring.hashing import leaf_hash

    given: bytes = leaf_hash(parsed.entry) if parsed.leaf is None else parsed.leaf
    return given


def _print(report: Any, parsed: argparse.Namespace) -> int:
    from anchoring.report_print import render

    lang = parsed.lang or parsed.language()
    text = render(report, lang)
    if parsed.json:
        text = json.dumps(report.to_json(lang), ensure_ascii=False, indent=2) + "\n"
    # A terminal that cannot show a letter must not turn a verdict into a traceback.
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
    code: int = report.exit_code
    return code


def _stopped(reason: Exception) -> int:
    if isinstance(reason, OSError):
        print(f"acta: cannot use {reason.filename}: {reason.strerror}", file=sys.stderr)
        return _WRONG_USAGE
    print(f"acta: {reason}", file=sys.stderr)
    return _INVALID if isinstance(reason, InvalidError) else _CANNOT_CHECK


def _word(text: str) -> bytes:
    try:
        value = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        value = b""
    if len(value) != 32:
        raise argparse.ArgumentTypeError(f"expected 64 hex digits, got {text[:80]!r}")
    return value
