"""AnchorLog's structs as plain values, each in the order of its members on chain."""

from dataclasses import astuple, dataclass
from typing import Any


class ContractStruct:
    """A dataclass whose fields are a Solidity struct's members, in their order."""

    def members(self) -> tuple[Any, ...]:
        """Return the members as the ABI encoder takes them."""
        return astuple(self)  # type: ignore[call-overload, no-any-return]


@dataclass(frozen=True, kw_only=True)
class InclusionProof(ContractStruct):
    """Where a leaf stands in an anchored checkpoint: its size in leaves, its 32-byte root, the
    leaf's index from 0, the RFC 9162 path of 32-byte hashes from the sibling upwards.
    """

    size: int
    root: bytes
    index: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, kw_only=True)
class DocumentOpening(ContractStruct):
    """What a document's entry is made of, 32 bytes each, but for its parties and its home."""

    content: bytes
    agreement_ref: bytes
    transcript: bytes


@dataclass(frozen=True, kw_only=True)
class WebAuthnAssertion(ContractStruct):
    """A passkey's assertion: the key's point and the signature, 32 bytes each, s low."""

    x: bytes
    y: bytes
    r: bytes
    s: bytes
    authenticator_data: bytes
    client_data_json: bytes


@dataclass(frozen=True, kw_only=True)
class PartySignature(ContractStruct):
    """One party's signature under a change of status, with what proves the key is theirs.

    ``key_commits``: all of the party's key commitments, in the order of its partyCommit;
    ``position``: which of them signs, from 0; ``key_type``: 1 passkey, 2 P-256, 3 wallet; then
    the opening of that commitment, 32 bytes each. ``signature`` by type, as IAnchorLog says.
    """

    key_commits: tuple[bytes, ...]
    position: int
    key_type: int
    key_salt: bytes
    rp_id_hash: bytes
    x: bytes
    y: bytes
    signature: bytes


@dataclass(frozen=True)
class DocumentStatus:
    """A document's status at its home: 0 valid, 1 voided, 2 superseded; since when (Unix seconds,
    0 while valid); the 32-byte leaf hash of what took its place, None if nothing did.
    """

    code: int
    time: int
    successor: bytes | None


@dataclass(frozen=True)
class Resolution:
    """The newest document in a chain of successors, its status, and whether that is the end."""

    newest: bytes
    code: int
    complete: bool


@dataclass(frozen=True)
class AttestedSignature:
    """Whether a passkey's signature stands in the log; if so, its anchor's time and block."""

    valid: bool
    time: int
    block: int
