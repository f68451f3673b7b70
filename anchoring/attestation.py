"""Attestations: the proof of control that goes with a statement (SPEC.md §5).

Method ``code`` is the operator's word that a one-time code, sent over a channel, came back;
``face`` that a live face fitted the identified one. They prove nothing by themselves and say so
in their bytes: ``claimedBy`` is ``operator``. Method ``webauthn`` is a passkey's signature over
the statement's hash, which anybody can check.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from anchoring.canonical_json import canonical_bytes, parse_canonical
from anchoring.errors import BadAssertion, MalformedAttestation, UnknownVersion, WrongLength
from anchoring.fields import WORD, Fields
from anchoring.hashing import attestation_hash, sha256
from anchoring.webauthn import Assertion, check_assertion

MAX_ATTESTATION = 64 * 1024
MAX_ASSERTION_PART = 8 * 1024
"""Authenticator data are 37 bytes and client data some 150; extensions may add to both."""
LONGEST_ANSWER = timedelta(minutes=15)
"""How long after its statement a claim that was asked for may have been answered."""


@dataclass(frozen=True)
class _Claim:
    """What the operator claims of one statement; ``challenge`` is its hash (32 bytes).

    ``sent_at``: when it was asked for, of this very statement. None: it had come back before the
    statement was made, and stands for whoever was at the page.
    """

    raw: bytes
    claimed_by: str
    challenge: bytes
    confirmed_at: datetime
    sent_at: datetime | None

    def check(self, statement_sha256: bytes) -> None:
        """Raise BadAssertion (``webauthn/challenge``) unless it is about this statement."""
        if self.challenge != statement_sha256:
            raise BadAssertion("challenge", "expected the hash of this statement, got another")

    def is_timely(self, stated_at: datetime, *, skew: timedelta) -> bool:
        """Say whether its times fit those of a statement made at ``stated_at`` (SPEC.md §5)."""
        if self.sent_at is None:
            return self.confirmed_at <= stated_at + skew
        asked_after = self.sent_at >= stated_at - skew
        in_time = self.sent_at <= self.confirmed_at <= stated_at + LONGEST_ANSWER + skew
        return asked_after and in_time


@dataclass(frozen=True)
class CodeAttestation(_Claim):
    """A code came back over ``channel``."""

    channel: str
    method: Literal["code"] = "code"

    @property
    def hash(self) -> bytes:
        """What the statement's entry commits to."""
        return attestation_hash(method=self.method, attestation_sha256=sha256(self.raw))

    @property
    def label(self) -> str:
        """How agreements name this way of signing: ``code-email``, ``code-sms``."""
        return f"code-{self.channel}"


@dataclass(frozen=True)
class FaceAttestation(_Claim):
    """A live face fitted that of ``identity``, the leaf of an identification (32 bytes).

    ``scores`` are the check's own numbers and names: hashed, shown, and otherwise ignored.
    """

    identity: bytes
    scores: Mapping[str, Any]
    method: Literal["face"] = "face"

    @property
    def hash(self) -> bytes:
        """What the statement's entry commits to."""
        return attestation_hash(method=self.method, attestation_sha256=sha256(self.raw))

    @property
    def label(self) -> str:
        """How agreements name this way of signing."""
        return self.method


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

    @property
    def label(self) -> str:
        """How agreements name this way of signing."""
        return self.method

    def check(self, statement_sha256: bytes) -> None:
        """Raise BadAssertion unless the passkey signed this statement's hash."""
        check_assertion(self.assertion, challenge=statement_sha256, rp_id_hash=self.rp_id_hash)


Attestation = CodeAttestation | FaceAttestation | WebauthnAttestation


def build_code_attestation(
    *, channel: str, statement_sha256: bytes, confirmed_at: str, sent_at: str | None = None
) -> bytes:
    """Return the bytes of a code attestation; times are RFC 3339 with milliseconds and Z.

    With ``sent_at`` it says that the code was made for this statement and no other.
    """
    value = _claim("code", statement_sha256, confirmed_at)
    value["channel"] = channel
    if sent_at is not None:
        value["sentAt"] = sent_at
    return _built(value)


def build_face_attestation(
    *,
    statement_sha256: bytes,
    identity: bytes,
    sent_at: str,
    confirmed_at: str,
    scores: Mapping[str, Any],
) -> bytes:
    """Return the bytes of a face attestation; ``scores`` hold no decimals and no person's data."""
    value = _claim("face", statement_sha256, confirmed_at)
    return _built({**value, "sentAt": sent_at, "identity": identity.hex(), "scores": dict(scores)})


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
    if method == "face":
        return _face(raw, fields)
    raise UnknownVersion(
        f"expected method code, face or webauthn, got {method}; use a newer verifier"
    )


def _code(raw: bytes, fields: Fields) -> CodeAttestation:
    bound = ("sentAt",) if fields.has("sentAt") else ()
    fields.exactly("acta", "method", "channel", "claimedBy", "challenge", "confirmedAt", *bound)
    return CodeAttestation(
        raw=raw,
        claimed_by=_claimed_by(fields),
        challenge=fields.hex("challenge", 32),
        confirmed_at=fields.time("confirmedAt"),
        sent_at=fields.time("sentAt") if bound else None,
        channel=fields.text("channel", form=WORD),
    )


def _face(raw: bytes, fields: Fields) -> FaceAttestation:
    fields.exactly(
        *("acta", "method", "claimedBy", "challenge", "sentAt", "confirmedAt"),
        *("identity", "scores"),
    )
    return FaceAttestation(
        raw=raw,
        claimed_by=_claimed_by(fields),
        challenge=fields.hex("challenge", 32),
        confirmed_at=fields.time("confirmedAt"),
        sent_at=fields.time("sentAt"),
        identity=fields.hex("identity", 32),
        scores=fields.mapping("scores"),
    )


def _claimed_by(fields: Fields) -> str:
    claimed_by = fields.text("claimedBy", form=WORD)
    if claimed_by != "operator":
        raise MalformedAttestation(f"expected a claim by operator, got {claimed_by}")
    return claimed_by


def _claim(method: str, statement_sha256: bytes, confirmed_at: str) -> dict[str, Any]:
    if len(statement_sha256) != 32:
        raise WrongLength(f"expected a statement hash of 32 bytes, got {len(statement_sha256)}")
    return {
        "acta": "attestation/1",
        "method": method,
        "claimedBy": "operator",
        "challenge": statement_sha256.hex(),
        "confirmedAt": confirmed_at,
    }


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


def _built(value: Mapping[str, Any]) -> bytes:
    raw = canonical_bytes(value)
    parse_attestation(raw)
    return raw
