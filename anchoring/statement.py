"""Statements: canonical JSON facts, one form for all types (SPEC.md §3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anchoring.canonical_json import canonical_bytes, parse_canonical
from anchoring.disclosure import HiddenClaim, hidden_claims
from anchoring.errors import MalformedStatement, UnknownVersion, WrongLength
from anchoring.fields import MAX_PARTY, ORIGIN, WORD, Fields
from anchoring.hashing import ZERO32, sha256

MAX_STATEMENT = 64 * 1024
NONCE_BYTES = 16
_EMPTY_ROOT = sha256(b"")
_MEMBERS = (
    "acta",
    "type",
    "aud",
    "agreement",
    "nonce",
    "at",
    "after",
    "actor",
    "crit",
    "body",
)


@dataclass(frozen=True)
class After:
    """The last anchored checkpoint when the statement was made: a lower bound of its time.

    Before any anchor: size 0 and the root of the empty tree (RFC 9162 §2.1.1).
    """

    size: int
    root: bytes

    def __post_init__(self) -> None:
        if len(self.root) != 32:
            raise WrongLength(f"expected a root of 32 bytes, got {len(self.root)}")
        if (self.size == 0) != (self.root == _EMPTY_ROOT):
            raise WrongLength("expected the empty tree's root at size 0, and only there")


@dataclass(frozen=True)
class Actor:
    """Whose act is stated: party 0 is the platform; ``key_commit`` is zero without a key."""

    party: int
    role: str
    key_commit: bytes = ZERO32


@dataclass(frozen=True)
class Statement:
    """A statement as read, with the exact bytes and their hash."""

    raw: bytes
    sha256: bytes
    type: str
    origin: str
    log_id: bytes
    agreement: bytes
    nonce: bytes
    at: datetime
    after: After
    actor: Actor
    crit: tuple[str, ...]
    body: Mapping[str, Any]
    hidden: tuple[HiddenClaim, ...]


def build_statement(
    *,
    type: str,  # noqa: A002  # the member's name in the format
    origin: str,
    log_id: bytes,
    agreement: bytes,
    nonce: bytes,
    at: str,
    after: After,
    actor: Actor,
    body: Mapping[str, Any],
    crit: Sequence[str] = (),
) -> bytes:
    """Return the canonical bytes of a statement, at most 64 KiB.

    ``nonce`` is 16 fresh random bytes; ``agreement`` is the agreementRef, or ZERO32; ``at`` is
    RFC 3339 with milliseconds and Z. Raises MalformedStatement for what no reader would accept.
    """
    try:
        raw = canonical_bytes(
            {
                "acta": "statement/1",
                "type": type,
                "aud": {"origin": origin, "logId": log_id.hex()},
                "agreement": agreement.hex(),
                "nonce": nonce.hex(),
                "at": at,
                "after": {"size": after.size, "root": after.root.hex()},
                "actor": {
                    "party": actor.party,
                    "role": actor.role,
                    "keyCommit": actor.key_commit.hex(),
                },
                "crit": list(crit),
                "body": dict(body),
            }
        )
    except ValueError as reason:
        raise MalformedStatement(f"expected a body that canonical json can hold: {reason}") from (
            reason
        )
    _read(raw)
    return raw


def parse_statement(raw: bytes) -> Statement:
    """Read a statement; raises MalformedStatement (INVALID) or UnknownVersion (CANNOT CHECK).

    Unknown members that ``crit`` does not name are kept in the hash and otherwise ignored.
    """
    statement = _read(raw)
    if statement.crit:
        # Version 1 defines no critical member, so each one is beyond this reader.
        raise UnknownVersion(
            f"expected no critical member, got {statement.crit[0]!r}; use a newer verifier"
        )
    return statement


def _read(raw: bytes) -> Statement:
    value = parse_canonical(raw, limit=MAX_STATEMENT, what="statement", error=MalformedStatement)
    fields = Fields(value, what="statement", error=MalformedStatement)
    fields.version("statement", 1)
    fields.at_least(*_MEMBERS)
    crit = fields.texts("crit", maximum=16, length=64)
    if len(set(crit)) != len(crit):
        raise MalformedStatement("expected each name in crit once")
    audience = fields.fields("aud")
    after = fields.fields("after")
    actor = fields.fields("actor")
    body = fields.mapping("body")
    audience.exactly("origin", "logId")
    after.exactly("size", "root")
    actor.exactly("party", "role", "keyCommit")
    try:
        parsed_after = After(size=after.integer("size"), root=after.hex("root", 32))
    except WrongLength as reason:
        raise MalformedStatement(f"statement.after: {reason}") from reason
    return Statement(
        raw=raw,
        sha256=sha256(raw),
        type=fields.text("type", form=WORD),
        origin=audience.text("origin", form=ORIGIN),
        log_id=audience.hex("logId", 32),
        agreement=fields.hex("agreement", 32),
        nonce=fields.hex("nonce", NONCE_BYTES),
        at=fields.time("at"),
        after=parsed_after,
        actor=Actor(
            party=actor.integer("party", maximum=MAX_PARTY),
            role=actor.text("role", form=WORD),
            key_commit=actor.hex("keyCommit", 32),
        ),
        crit=crit,
        body=body,
        hidden=hidden_claims(body, error=MalformedStatement),
    )
