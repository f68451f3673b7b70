"""The keys that may speak for a party on chain, as ``parties.json`` opens them (SPEC.md §11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from anchoring.errors import MalformedEvidence, UnknownVersion, WrongLength
from anchoring.fields import WORD, Fields
from anchoring.hashing import ZERO32, KeyType, key_commit, parties_root, party_commit
from anchoring.webauthn import on_curve

MAX_KEYS = 16
_MEMBERS = {
    "passkey": (KeyType.PASSKEY, ("type", "keySalt", "rpIdHash", "x", "y")),
    "p256": (KeyType.P256, ("type", "keySalt", "x", "y")),
    "wallet": (KeyType.WALLET, ("type", "keySalt", "address")),
}


@dataclass(frozen=True)
class PartyKey:
    """One key and the salt of its commitment.

    ``x`` and ``y``: 32 bytes each; of a wallet, ``x`` is the 20-byte address and ``y`` zero.
    ``rp_id_hash``: zero but for a passkey.
    """

    type: KeyType
    key_salt: bytes
    rp_id_hash: bytes
    x: bytes
    y: bytes

    @property
    def commit(self) -> bytes:
        """Return the key's commitment, 32 bytes."""
        return key_commit(
            key_type=self.type,
            key_salt=self.key_salt,
            rp_id_hash=self.rp_id_hash,
            x_or_address=self.x,
            y=self.y,
        )

    def to_json(self) -> dict[str, str]:
        """Return the key as a member of ``parties.json``."""
        name = next(name for name, (kind, _) in _MEMBERS.items() if kind is self.type)
        if self.type is KeyType.WALLET:
            return {"type": name, "keySalt": self.key_salt.hex(), "address": self.x.hex()}
        point = {"keySalt": self.key_salt.hex(), "x": self.x.hex(), "y": self.y.hex()}
        if self.type is KeyType.PASSKEY:
            point["rpIdHash"] = self.rp_id_hash.hex()
        return {"type": name, **point}


def read_party_keys(values: Sequence[Any]) -> tuple[PartyKey, ...]:
    """Read a party's keys; MalformedEvidence, or UnknownVersion for another type of key."""
    keys = tuple(_read(value) for value in values)
    if len({key.commit for key in keys}) != len(keys):
        raise MalformedEvidence("expected each key of a party once")
    return keys


def root_of_parties(keys: Sequence[Sequence[PartyKey]]) -> bytes:
    """Return the partiesRoot of the signers' keys, in party order; each has one or more."""
    if not all(keys):
        raise WrongLength("expected one key or more of each party, got none of one")
    return parties_root([party_commit([key.commit for key in party]) for party in keys])


def _read(value: Any) -> PartyKey:
    fields = Fields(value, what="party key", error=MalformedEvidence)
    name = fields.text("type", form=WORD)
    if name not in _MEMBERS:
        raise UnknownVersion(
            f"expected a key of type passkey, p256 or wallet, got {name}; use a newer verifier"
        )
    kind, members = _MEMBERS[name]
    fields.exactly(*members)
    salt = fields.hex("keySalt", 32)
    if kind is KeyType.WALLET:
        address = fields.hex("address", 20)
        if address == bytes(20):
            raise MalformedEvidence("expected the address of a wallet, got zero")
        return PartyKey(kind, salt, ZERO32, address, ZERO32)
    key = PartyKey(
        type=kind,
        key_salt=salt,
        rp_id_hash=fields.hex("rpIdHash", 32) if kind is KeyType.PASSKEY else ZERO32,
        x=fields.hex("x", 32),
        y=fields.hex("y", 32),
    )
    if not on_curve(key.x, key.y):
        raise MalformedEvidence("expected a party's key to be a point of P-256")
    if kind is KeyType.PASSKEY and key.rp_id_hash == ZERO32:
        raise MalformedEvidence("expected the relying party's hash of a passkey, got zero")
    return key
