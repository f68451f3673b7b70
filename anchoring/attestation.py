"""Attestations: the proof of control that goes with a statement (SPEC.md §5).

Method ``code`` is the operator's word that a one-time code, sent over a channel, came back. It
proves nothing by itself and says so in its bytes: ``claimedBy`` is ``operator``. Method
``webauthn`` is a passkey's signature over the statement's hash, which anybody can check.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from anchoring.canonical_json import canonical_bytes, parse_canonical
from anchoring.errors import BadAssertion, MalformedAttestation, UnknownVersion, WrongLength
from anchoring.fields import WORD, Fields
from anchoring.hashing import attestation_hash, sha256
from anchoring.webauthn import Assertion, check_assertion

MAX_ATTESTATION = 64 * 1024
MAX_ASSERTION_PART = 8 * 1024
"""Authenticator data are 37 bytes and client data some 150; extensions may add to both."""


@dataclass(frozen=True)
class CodeAttestation:
    """A code came back over ``channel``; ``challenge`` is the statement's hash (32 bytes)."""

    raw: bytes
    channel: str
    claimed_by: str
    challenge: bytes
    confirmed_at: datetime
    method: Literal["code"] = "code"

    @property
    def hash(self) -> bytes:
        """What the statement's entry commits to."""
        return attestation_hash(method=self.method, attestation_sha256=sha256(self.raw))

    def check(self, statement_sha256: bytes) -> None:
        """Raise BadAssertion (``webauthn/challenge``) unless it is about this statement."""
        if self.challenge != statement_sha256:
            raise BadAssertion("challenge", "expected the hash of this statement, got another")


@dataclass(frozen=True)
class WebauthnAttestation:
    """A passkey's assertion; ``rp_id_hash`` (32 bytes) is what its key was committed with."""

    raw: bytes
    rp_id_hash: bytes
    assertion: Assertion
    method: Literal["webauthn"] = "webauthn"

    @property
    def hash(self) -> bytes:
        """What the statement's entry commits to."""
        return self.assertion.hash(self.rp_id_hash)

    def check(self, statement_sha256: bytes) -> None:
        """Raise BadAssertion unless the passkey signed this statement's hash."""
        check_assertion(self.assertion, challenge=statement_sha256, rp_id_hash=self.rp_id_hash)


Attestation = CodeAttestation | WebauthnAttestation


def build_code_attestation(*, channel: str, statement_sha256: bytes, confirmed_at: str) -> bytes:
    """Return the bytes of a code attestation; ``confirmed_at`` is RFC 3339 ms with Z."""
    if len(statement_sha256) != 32:
        raise WrongLength(f"expected a statement hash of 32 bytes, got {len(statement_sha256)}")
    return _built(
        {
            "acta": "attestation/1",
            "method": "code",
            "channel": channel,
            "claimedBy": "operator",
            "challenge": statement_sha256.hex(),
            "confirmedAt": confirmed_at,
        }
    )


def build_webauthn_attestation(assertion: Assertion, *, rp_id_hash: bytes) -> bytes:
    """Return the bytes of a passkey's attestation; judges its form, not its signature."""
    return _built(
        {
            "acta": "attestation/1",
            "method": "webauthn",
            "rpIdHash": rp_id_hash.hex(),
            "x": assertion.x.hex(),
            "y": assertion.y.hex(),
            "r": assertion.r.hex(),
            "s": assertion.s.hex(),
            "authenticatorData": assertion.authenticator_data.hex(),
            "clientDataJSON": assertion.client_data_json.hex(),
        }
    )


def parse_attestation(raw: bytes) -> Attestation:
    """Read an attestation; MalformedAttestation, or UnknownVersion for another method."""
    value = parse_canonical(
        raw, limit=MAX_ATTESTATION, what="attestation", error=MalformedAttestation
    )
    fields = Fields(value, what="attestation", error=MalformedAttestation)
    fields.version("attestation", 1)
    method = fields.text("method", form=WORD)
    if method == "code":
        return _code(raw, fields)
    if method == "webauthn":
        return _webauthn(raw, fields)
    raise UnknownVersion(f"expected method code or webauthn, got {method}; use a newer verifier")


def _code(raw: bytes, fields: Fields) -> CodeAttestation:
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


def _webauthn(raw: bytes, fields: Fields) -> WebauthnAttestation:
    fields.exactly(
        *("acta", "method", "rpIdHash", "x", "y", "r", "s"),
        *("authenticatorData", "clientDataJSON"),
    )
    return WebauthnAttestation(
        raw=raw,
        rp_id_hash=fields.hex("rpIdHash", 32),
        assertion=Assertion(
            x=fields.hex("x", 32),
            y=fields.hex("y", 32),
            r=fields.hex("r", 32),
            s=fields.hex("s", 32),
            authenticator_data=fields.hex_up_to("authenticatorData", MAX_ASSERTION_PART),
            client_data_json=fields.hex_up_to("clientDataJSON", MAX_ASSERTION_PART),
        ),
    )


def _built(value: dict[str, str]) -> bytes:
    raw = canonical_bytes(value)
    parse_attestation(raw)
    return raw
