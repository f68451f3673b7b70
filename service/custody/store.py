"""The port to a place that keeps ciphertext."""

import re
from collections.abc import Iterator
from typing import Protocol

_KEY = re.compile(r"[a-z0-9]{40,120}(\.[a-z0-9]{1,16}){0,3}")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class Store(Protocol):
    """Keeps opaque bytes under keys; it is never given plaintext, nor anything that opens it.

    Keys: an object's CID, or a CID with endings (``<cid>.key.age``). Under a bare CID every put
    carries the same bytes, so an overwrite is harmless; what stands under an ending may be
    replaced, and is never put under retention.
    Versions: a store that keeps every version of an object says which one a put made, and gives
    that one back when asked for it, whatever was put or deleted over it since. Others say ``""``
    and pay no heed to it.
    Durability: when ``put`` returns, the object survives a crash and a power cut at the store.
    Atomicity: a read at any moment gives an object that was put whole, or none.
    Idempotence: every call may be repeated, also after an error that left unknown whether it was
    carried out. An adapter never repeats a call by itself.
    Integrity: a store is not trusted to give back what it was given. Callers compare hashes after
    each put and each read.
    Concurrency: any number of threads and processes may call at once; of two puts to one key, one
    wins whole.
    Errors and time: StoreFailedError when the store does not answer, refuses, or is full;
    ObjectMissingError when it answers that there is no such object; ``read`` may raise them while
    it is read from. An adapter's docstring states how long a silent store holds a call. A store
    that trickles may hold it longer, so callers stop waiting by themselves (``WatchedStore``).
    """

    @property
    def name(self) -> str:
        """Return the name by which copies are remembered; it must stay as it is for good."""
        ...

    def put(self, key: str, data: bytes) -> str:
        """Keep ``data`` under ``key``, over what was there; return its version, or ``""``."""
        ...

    def read(self, key: str, *, version: str = "") -> Iterator[bytes]:
        """Yield what stands under ``key`` piece by piece; raises ObjectMissingError."""
        ...

    def head(self, key: str, *, version: str = "") -> int:
        """Return how many bytes stand under ``key``; raises ObjectMissingError."""
        ...

    def delete(self, key: str) -> None:
        """Remove what stands under ``key``, in every version, if anything does."""
        ...

    def get(self, key: str, *, version: str = "") -> bytes:
        """Return what stands under ``key``, whole; raises ObjectMissingError."""
        return b"".join(self.read(key, version=version))


def checked_key(key: str) -> str:
    """Return ``key`` if it has the form of one: no separator, and so no way out of a folder."""
    if not _KEY.fullmatch(key):
        raise ValueError(f"expected a CID in base32, with endings or without, got {key!r}")
    return key


def is_envelope(key: str) -> bool:
    """Return whether ``key`` stands beside an object, and so may be replaced."""
    return "." in key


def checked_name(name: str) -> str:
    """Return ``name`` if copies can be remembered by it."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"expected a short name such as disk-1, got {name!r}")
    return name
