"""Attestations: the proof of control that goes with a statement (SPEC.md §5).

Method ``code`` is the operator's word that a one-time code, sent over a channel, came back. It
proves nothing by itself and says so in its bytes: ``claimedBy`` is ``operator``.
"""

from dataclasses import dataclass
from datetime import datetime

from anchoring.canonical_json import canonical_bytes, parse_canonical
from anchoring.errors import MalformedAttestation, UnknownVersion, WrongLength
from anchoring.fields import WORD, Fields
from anchoring.hashing import attestation_hash, sha256

MAX_ATTESTATION = 64 * 1024


@dataclass(frozen=True)
class CodeAttestation:
    """A code came back over ``channel``; ``challenge`` is the statement's hash (32 bytes)."""

    raw: bytes
    channel: str
    claimed_by: str
    challenge: bytes
    confirmed_at: datetime
    method: str = "code"

    @property
    def hash(self) -> bytes:
        """What the statement's entry commits to."""
        return attestation_hash(method=self.method, attestation_sha256=sha256(self.raw))


def build_code_attestation(*, channel: str, statement_sha256: bytes, confirmed_at: str) -> bytes:
    """Return the bytes of a code attestation; ``confirmed_at`` is RFC 3339 ms with Z."""
    if len(statement_sha256) != 32:
        raise WrongLength(f"expected a statement hash of 32 bytes, got {len(statement_sha256)}")
    raw = canonical_bytes(
        {
            "acta": "attestation/1",
            "method": "code",
            "channel": channel,
            "claimedBy": "operator",
            "challenge": statement_sha256.hex(),
            "confirmedAt": confirmed_at,
        }
    )
    parse_attestation(raw)
    return raw


def parse_attestation(raw: bytes) -> CodeAttestation:
    """Read an attestation; MalformedAttestation, or UnknownVersion for another method."""
    value = parse_canonical(
        raw, limit=MAX_ATTESTATION, what="attestation", error=MalformedAttestation
    )
    fields = Fields(value, what="attestation", error=MalformedAttestation)
    fields.version("attestation", 1)
    method = fields.text("method", form=WORD)
    if method != "code":
        raise UnknownVersion(f"expected method code, got {method}; use a newer verifier")
    fields.exactly("acta", "method", "channel", "claimedBy", "challenge", "confirmedAt")
    claimed_by = fields.text("claimedBy", form=WORD)
    if claimed_by != "operator":
        raise MalformedAttestation(f"expected a code claimed by operator, got {claimed_by}")
    return CodeAttestation(
        raw=raw,
        channel=fields.text("channel", form=WORD),
        claimed_by=claimed_by,
        challenge=fields.hex("challenge", 32),
        confirmed_at=fields.time("confirmedAt"),
    )
