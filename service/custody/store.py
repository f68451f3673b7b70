"""The port to a place that keeps ciphertext."""

import re
from typing import Protocol

_KEY = re.compile(r"[a-z0-9]{40,120}(\.[a-z0-9]{1,16}){0,3}")


class Store(Protocol):
    """Keeps opaque bytes under keys; it is never given plaintext, nor anything that opens it.

    Keys: an object's CID, or a CID with endings (``<cid>.key.age``). Under a bare CID every put
    carries the same bytes, so an overwrite is harmless; what stands under an ending may be
    replaced.
    Durability: when ``put`` returns, the object survives a crash and a power cut at the store.
    Atomicity: a ``get`` at any moment gives an object that was put whole, or none.
    Idempotence: every call may be repeated, also after an error that left unknown whether it was
    carried out. An adapter never repeats a call by itself.
    Integrity: a store is not trusted to give back what it was given. Callers compare hashes after
    each put and each get.
    Concurrency: any number of threads and processes may call at once; of two puts to one key, one
    wins whole.
    Errors and time: StoreFailedError when the store does not answer, refuses, or is full;
    ObjectMissingError when it answers that there is no such object. A call returns or raises
    within the adapter's own time-out, which its docstring states.
    """

    @property
    def name(self) -> str:
        """Return the name by which copies are remembered; it must stay as it is for good."""
        ...

    def put(self, key: str, data: bytes) -> None:
        """Keep ``data`` under ``key``, over what was there."""
        ...

    def get(self, key: str) -> bytes:
        """Return what stands under ``key``; raises ObjectMissingError."""
        ...

    def head(self, key: str) -> int:
        """Return how many bytes stand under ``key``; raises ObjectMissingError."""
        ...

    def delete(self, key: str) -> None:
        """Remove what stands under ``key``, if anything does."""
        ...


def checked_key(key: str) -> str:
    """Return ``key`` if it has the form of one: no separator, and so no way out of a folder."""
    if not _KEY.fullmatch(key):
        raise ValueError(f"expected a CID in base32, with endings or without, got {key!r}")
    return key
