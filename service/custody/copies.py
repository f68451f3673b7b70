"""What is known of the copies of one object, and how one is placed in a store."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.custody.errors import ObjectMissingError
from service.custody.store import Store


class CopyState(StrEnum):
    """Whether a store has the right bytes, as far as was last seen."""

    KEPT = "kept"
    MISSING = "missing"
    ROTTEN = "rotten"


@dataclass(frozen=True, kw_only=True)
class CopyView:
    """One object in one store; ``reason`` is a short word where something is wrong, else empty."""

    store: str
    state: CopyState
    checked_at: datetime | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What was put into custody; hashes are SHA-256, 32 bytes."""

    cid: str
    profile: str
    ciphertext_sha256: bytes
    plaintext_sha256: bytes
    copies: list[CopyView]


@dataclass(frozen=True, kw_only=True)
class RepairReport:
    """What a repair did: objects looked at, copies mended or not, objects with no good copy."""

    examined: int
    repaired: int
    still_missing: int
    lost: int


@dataclass(frozen=True, kw_only=True)
class Placed:
    """How an attempt to place or read a copy ended; ``version`` as the store named it."""

    state: CopyState
    reason: str = ""
    version: str = ""


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """What one store is given: the object, unless it has it, and the present envelope."""

    cid: str
    sha256: bytes
    ciphertext: bytes
    envelope: bytes

    def place(self, store: Store, *, has: str | None) -> Placed:
        """Put what is lacking and read everything back.

        ``has``: the version of the object that the store has already, None if it has none.
        Raises StoreFailedError.
        """
        try:
            version = store.put(self.cid, self.ciphertext) if has is None else has
            store.put(envelope_key(self.cid), self.envelope)
            same = read_back(store, self.cid, version=version) == self.sha256
            same = same and store.get(envelope_key(self.cid)) == self.envelope
        except ObjectMissingError:
            return Placed(state=CopyState.MISSING, reason="not-there-after-put")
        if not same:
            return Placed(state=CopyState.ROTTEN, reason="read-back-differs")
        return Placed(state=CopyState.KEPT, version=version)


def envelope_key(cid: str) -> str:
    """Return the key under which an object's envelope stands beside it."""
    return f"{cid}.key.age"


def read_back(store: Store, key: str, *, version: str = "") -> bytes:
    """Return the SHA-256 of what a store gives, without holding it in memory whole."""
    found = hashlib.sha256()
    for piece in store.read(key, version=version):
        found.update(piece)
    return found.digest()
