"""What a test wants done differently when an agreement is made: one hook for each part."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import cms

from anchoring.assurance import MAILBOX_POLICY_OID
from anchoring.cms_attributes import SealBinding
from anchoring.party_keys import PartyKey
from anchoring.statement import After
from anchoring.webauthn import Assertion
from tests.unit.anchoring_verify.authorities import KeyPair, Stamper
from tests.unit.anchoring_verify.platforms import T0, Platform, platform
from tests.vectors.passkey import Passkey


@dataclass(frozen=True)
class Draft:
    """A statement about to be made."""

    type: str
    party: int
    role: str
    at: datetime
    body: dict[str, Any]
    after: After
    origin: str
    agreement: bytes
    subject: bytes
    confirmed_at: datetime | None = None
    key_commit: bytes = bytes(32)
    crit: tuple[str, ...] = ()
    passkey: Passkey | None = None
    """Attests the statement instead of a code."""
    sent_at: datetime | None = None
    """When the code was made for this statement; None: it had come back before."""
    channel: str = "email"
    face: bool = False
    """A live face attests the statement instead of a code."""


@dataclass(frozen=True)
class SignJob:
    """A signature about to be made."""

    field: str
    pair: KeyPair
    issuer: KeyPair
    attributes: list[cms.CMSAttribute]
    stamper: Stamper | None
    at: datetime


def _same(part: Any) -> Any:
    return part


@dataclass(frozen=True)
class Plan:
    """How to make the agreement, and what to do differently."""

    platform: Platform = field(default_factory=platform)
    parties: int = 2
    edit_statement: Callable[[Draft], Draft | None] = _same
    """None leaves the statement out."""
    extra_statements: Callable[[Draft], list[Draft]] = lambda last: []
    edit_signature: Callable[[SignJob], SignJob] = _same
    edit_binding: Callable[[SealBinding], SealBinding] = _same
    edit_prepared_fields: Callable[[list[str]], list[str]] = _same
    edit_pdf: Callable[[str, bytes], bytes] = lambda stage, pdf: pdf
    """``stage``: prepared, acta-party-N, acta-seal or stamped."""
    edit_entry: Callable[[bytes], bytes] = _same
    edit_parties: Callable[[list[dict[str, Any]]], list[dict[str, Any]]] = _same
    stamped: bool = True
    passkeys: Mapping[int, Passkey] = field(default_factory=dict)
    """By party: those who sign with a passkey instead of a code."""
    other_keys: Mapping[int, Sequence[PartyKey]] = field(default_factory=dict)
    """By party: alternates beside its passkey."""
    voidable: bool = False
    order_of: Callable[[int], int] = _same
    policy: str = MAILBOX_POLICY_OID
    """Of each signer's certificate; several with spaces between."""
    for_company: bool = False
    """Every party signs for a company."""
    edit_assertion: Callable[[Assertion], Assertion] = _same
    anchor_time: datetime = T0 + timedelta(seconds=600)
    document_first: bool = False

    def keys_of(self, party: int) -> list[PartyKey]:
        """Return a party's keys, its passkey first."""
        passkey = self.passkeys.get(party)
        own = [] if passkey is None else [passkey.party_key]
        return [*own, *self.other_keys.get(party, ())]
