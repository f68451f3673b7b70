"""A statement outside any evidence, custody reports for example, with what opens its leaf."""

import base64
import binascii
import json
from dataclasses import dataclass

from anchoring.checkpoint import read_unverified
from anchoring.errors import IncompleteEvidence, MalformedStatement
from anchoring.fields import Fields
from anchoring.hashing import ZERO32, leaf_hash, statement_entry
from anchoring.statement import Statement, parse_statement
from anchoring.tlog_proof import parse_tlog_proof

MAX_BUNDLE = 512 * 1024


@dataclass(frozen=True)
class LoggedStatement:
    """The statement as read, its leaf hash (32 bytes) and its tlog-proof."""

    statement: Statement
    leaf: bytes
    proof: str


def read_logged_statement(raw: bytes) -> LoggedStatement:
    """Read what ``/v1/custody/reports/<n>`` gives: statement (base64), salt (hex), proof.

    The leaf is made from the statement and the salt, whatever leaf the file names. A statement
    made for another log than its proof's is refused. Raises MalformedStatement,
    IncompleteEvidence before there is a proof, MalformedProof, BadCheckpoint.
    """
    if len(raw) > MAX_BUNDLE:
        raise MalformedStatement(f"expected at most {MAX_BUNDLE} bytes, got {len(raw)}")
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        raise MalformedStatement("expected the json of a logged statement") from None
    fields = Fields(value, what="logged statement", error=MalformedStatement)
    try:
        text = base64.b64decode(fields.text("statement", maximum=MAX_BUNDLE), validate=True)
    except (binascii.Error, ValueError):
        raise MalformedStatement("expected the statement in base64") from None
    statement = parse_statement(text)
    entry = statement_entry(
        salt=fields.hex("salt", 32),
        subject=statement.agreement,
        statement_sha256=statement.sha256,
        attestation_hash=ZERO32,
    )
    if fields.is_null("proof"):
        raise IncompleteEvidence("expected a proof; it comes with the anchor, fetch it again then")
    proof = fields.text("proof", maximum=MAX_BUNDLE)
    origin = read_unverified(parse_tlog_proof(proof).checkpoint).origin
    if origin != statement.origin:
        raise MalformedStatement(
            f"expected a statement for log {origin}, got one for {statement.origin}"
        )
    return LoggedStatement(statement=statement, leaf=leaf_hash(entry), proof=proof)
