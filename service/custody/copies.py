"""What is known of the copies of one object, and how one is placed in a store."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.custody.errors import ObjectMissingError, StoreFailedError
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
class KeptCiphertext:
    """An object as it can be handed out; hashes are SHA-256, 32 bytes."""

    cid: str
    profile: str
    ciphertext_sha256: bytes
    plaintext_sha256: bytes
    ciphertext: bytes
    envelope: bytes


@dataclass(frozen=True, kw_only=True)
class RepairReport:
    """What a repair did: objects looked at, copies mended or not, objects with no good copy."""

    examined: int
    repaired: int
    still_missing: int
    lost: int


@dataclass(frozen=True, kw_only=True)
class Placed:
    """How an attempt to place or read a copy ended."""

    state: CopyState
    reason: str = ""


def envelope_key(cid: str) -> str:
    """Return the key under which an object's envelope stands beside it."""
    return f"{cid}.key.age"


def place_copy(store: Store, *, cid: str, ciphertext: bytes, envelope: bytes) -> Placed:
    """Put the object and its envelope into ``store`` and read both back; never raises for it."""
    try:
        store.put(cid, ciphertext)
        store.put(envelope_key(cid), envelope)
        same = store.get(cid) == ciphertext and store.get(envelope_key(cid)) == envelope
    except StoreFailedError as error:
        return Placed(state=CopyState.MISSING, reason=str(error.facts["reason"]))
    except ObjectMissingError:
        return Placed(state=CopyState.MISSING, reason="not-there-after-put")
    if not same:
        return Placed(state=CopyState.ROTTEN, reason="read-back-differs")
    return Placed(state=CopyState.KEPT)
