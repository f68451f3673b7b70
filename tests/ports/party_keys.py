"""Parties with real keys of each type, and the documents whose status they change.

The same private keys give the same signatures every time, so that measured gas does not vary.
"""

import base64
import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from eth_abi.abi import encode
from eth_account import Account
from eth_account.messages import encode_typed_data

from anchoring import hashing
from anchoring.hashing import ZERO32, KeyType, sha256

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
RELYING_PARTY = "acta.example"
ORIGIN = "https://acta.example"


def fixed(name: str) -> bytes:
    """Return 32 bytes that depend on the name alone, none of them zero."""
    return hashlib.sha256(name.encode()).digest().replace(b"\0", b"\1")


def low_s_signature(key: ec.EllipticCurvePrivateKey, digest: bytes) -> tuple[bytes, bytes]:
    """Return r and s over a SHA-256 digest, s made low as the contract wants it."""
    algorithm = ec.ECDSA(Prehashed(hashes.SHA256()), deterministic_signing=True)
    r, s = decode_dss_signature(key.sign(digest, algorithm))
    return r.to_bytes(32, "big"), min(s, P256_ORDER - s).to_bytes(32, "big")


class PartyKey(Protocol):
    """A key that may speak for a party."""

    key_type: KeyType
    key_salt: bytes

    @property
    def opening(self) -> tuple[bytes, bytes, bytes]:
        """rpIdHash, x and y, 32 bytes each."""

    def sign(self, status_digest: bytes) -> bytes:
        """Return the `signature` of a PartySignature."""


def commitment(key: PartyKey) -> bytes:
    """Return the commitment to a key, as the Python side makes it."""
    rp_id_hash, x, y = key.opening
    return hashing.key_commit(
        key_type=key.key_type,
        key_salt=key.key_salt,
        rp_id_hash=rp_id_hash,
        x_or_address=x[12:] if key.key_type is KeyType.WALLET else x,
        y=y,
    )


def _p256_key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(fixed(f"key {name}")) % P256_ORDER, ec.SECP256R1())


def _point(key: ec.EllipticCurvePrivateKey) -> tuple[bytes, bytes]:
    numbers = key.public_key().public_numbers()
    return numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")


@dataclass
class Assertion:
    """What an authenticator gives for a challenge."""

    x: bytes
    y: bytes
    r: bytes
    s: bytes
    authenticator_data: bytes
    client_data: bytes

    @property
    def struct(self) -> tuple[bytes, ...]:
        """A WebAuthnAssertion, as `call_data` takes it."""
        return (self.x, self.y, self.r, self.s, self.authenticator_data, self.client_data)

    @property
    def hash(self) -> bytes:
        """What a statement's entry commits to."""
        return hashing.webauthn_attestation_hash(
            rp_id_hash=self.authenticator_data[:32],
            x=self.x,
            y=self.y,
            r=self.r,
            s=self.s,
            authenticator_data=self.authenticator_data,
            client_data_json=self.client_data,
        )


@dataclass
class Passkey:
    """A passkey in a software authenticator, which can be made to misbehave."""

    name: str
    flags: int = 0x05
    kind: str = "webauthn.get"
    key_type: KeyType = KeyType.PASSKEY
    relying_party: str = RELYING_PARTY

    def __post_init__(self) -> None:
        self.key_salt = fixed(f"salt {self.name}")
        self._key = _p256_key(self.name)

    @property
    def opening(self) -> tuple[bytes, bytes, bytes]:
        return (sha256(self.relying_party.encode()), *_point(self._key))

    def assertion(self, challenge: bytes) -> Assertion:
        """Return an assertion over a challenge, with clientDataJSON as browsers write it."""
        text = base64.urlsafe_b64encode(challenge).decode().rstrip("=")
        client_data = json.dumps(
            {"type": self.kind, "challenge": text, "origin": ORIGIN, "crossOrigin": False},
            separators=(",", ":"),
        ).encode()
        data = sha256(self.relying_party.encode()) + bytes([self.flags]) + b"\0\0\0\x2a"
        return self.signed(data, client_data)

    def signed(self, authenticator_data: bytes, client_data: bytes) -> Assertion:
        """Return an assertion over whatever is given, well signed."""
        r, s = low_s_signature(self._key, sha256(authenticator_data + sha256(client_data)))
        return Assertion(*_point(self._key), r, s, authenticator_data, client_data)

    def sign(self, status_digest: bytes) -> bytes:
        made = self.assertion(status_digest)
        members = (made.r, made.s, made.authenticator_data, made.client_data)
        return encode(["bytes32", "bytes32", "bytes", "bytes"], members)


@dataclass
class P256Key:
    """A P-256 key, such as a recovery key."""

    name: str
    key_type: KeyType = KeyType.P256

    def __post_init__(self) -> None:
        self.key_salt = fixed(f"salt {self.name}")
        self._key = _p256_key(self.name)

    @property
    def opening(self) -> tuple[bytes, bytes, bytes]:
        return (ZERO32, *_point(self._key))

    def sign(self, status_digest: bytes) -> bytes:
        return b"".join(low_s_signature(self._key, status_digest))


@dataclass
class Wallet:
    """An Ethereum account; the typed data are made by another library than the contract's."""

    name: str
    chain_id: int
    contract: str
    key_type: KeyType = KeyType.WALLET

    def __post_init__(self) -> None:
        self.key_salt = fixed(f"salt {self.name}")
        self._account = Account.from_key(fixed(f"key {self.name}"))

    @property
    def opening(self) -> tuple[bytes, bytes, bytes]:
        return (ZERO32, bytes(12) + bytes.fromhex(self._account.address[2:]), ZERO32)

    def sign(self, status_digest: bytes) -> bytes:
        message = encode_typed_data(
            domain_data={
                "name": "Acta AnchorLog",
                "version": "1",
                "chainId": self.chain_id,
                "verifyingContract": self.contract,
            },
            message_types={"StatusChange": [{"name": "statusDigest", "type": "bytes32"}]},
            message_data={"statusDigest": status_digest},
        )
        return bytes(self._account.sign_message(message).signature)


@dataclass
class Party:
    """A party: its keys, and the one of them that signs."""

    keys: list[PartyKey]
    position: int = 0

    @property
    def key_commits(self) -> list[bytes]:
        return [commitment(key) for key in self.keys]

    def signature(self, status_digest: bytes) -> tuple[object, ...]:
        """Return a PartySignature, as `call_data` takes it."""
        key = self.keys[self.position]
        return (
            self.key_commits,
            self.position,
            int(key.key_type),
            key.key_salt,
            *key.opening,
            key.sign(status_digest),
        )

    def speaking_with(self, position: int) -> "Party":
        """Return the same party with another of its keys in use."""
        return replace(self, position=position)


@dataclass
class Document:
    """A document with parties, whose home is one log."""

    name: str
    home: bytes
    parties: list[Party] = field(default_factory=list)

    @property
    def opening(self) -> tuple[bytes, bytes, bytes]:
        """A DocumentOpening, as `call_data` takes it."""
        return (
            fixed(f"content {self.name}"),
            fixed(f"agreement {self.name}"),
            fixed(f"transcript {self.name}"),
        )

    @property
    def entry(self) -> bytes:
        content, agreement_ref, transcript = self.opening
        return hashing.document_entry(
            content=content,
            agreement_ref=agreement_ref,
            parties_root=hashing.parties_root(
                [hashing.party_commit(party.key_commits) for party in self.parties]
            ),
            transcript=transcript,
            home=self.home,
        )

    @property
    def leaf_hash(self) -> bytes:
        return hashing.leaf_hash(self.entry)

    def signatures(self, *, deadline: int, successor: bytes = ZERO32) -> list[tuple[object, ...]]:
        """Return a signature of every party, in order."""
        digest = hashing.status_digest(
            home=self.home, leaf_hash=self.leaf_hash, successor=successor, deadline=deadline
        )
        return [party.signature(digest) for party in self.parties]
