"""The parts of a backup: encrypted to its recipients, named by what they hold, put once."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from pyrage import DecryptError, decrypt, encrypt, x25519

from service.backups.errors import (
    BackupDamagedError,
    BackupNotForThisKeyError,
    BackupNotFoundError,
)
from service.custody import ObjectMissingError, Store
from service.keyring import Keyring

PART_BYTES = 8 * 1024 * 1024
_SMALLEST_AGE = 200


class PartWriter:
    """Puts parts into a store; one that is there already is not sent again.

    A part's name is a MAC under the installation's own key, so that the store, which sees it,
    cannot tell what anybody else's copy of a document would be called.
    """

    def __init__(self, store: Store, *, keyring: Keyring, recipients: Sequence[str]) -> None:
        self._store = store
        self._keyring = keyring
        self._recipients = [x25519.Recipient.from_str(one) for one in recipients]
        self._purpose = "backups/" + ",".join(sorted(recipients))
        self.sent = self.kept = 0

    def put(self, data: bytes) -> str:
        """Keep ``data`` and return its name; raises StoreFailedError."""
        digest = hashlib.sha256(data).digest()
        name = f"{self._keyring.mac(digest, purpose=self._purpose).hex()}.part.age"
        if self._is_there(name, len(data)):
            self.kept += 1
            return name
        # Crash point: parts that no manifest names; the next backup finds and uses them.
        self.put_as(name, data)
        self.sent += 1
        return name

    def put_as(self, name: str, data: bytes) -> None:
        """Keep ``data`` under ``name``, and see that the store gives it back."""
        sealed = bytes(encrypt(data, self._recipients))
        self._store.put(name, sealed)
        if self._store.get(name) != sealed:
            raise BackupDamagedError(
                f"store {self._store.name!r} gave other bytes back than it was given; check it"
            )

    def put_all(self, pieces: Iterator[bytes]) -> tuple[list[str], int, str]:
        """Keep a stream in parts; return their names, its length and its SHA-256 (hex)."""
        names, size, digest = [], 0, hashlib.sha256()
        for piece in _cut(pieces):
            names.append(self.put(piece))
            size += len(piece)
            digest.update(piece)
        return names, size, digest.hexdigest()

    def _is_there(self, name: str, size: int) -> bool:
        # age adds a header, a nonce and 16 bytes to each 64 KiB: enough to see one cut short.
        try:
            return self._store.head(name) >= size + _SMALLEST_AGE
        except ObjectMissingError:
            return False


class PartReader:
    """Reads parts back with the key that they were made for."""

    def __init__(self, store: Store, *, identity: str) -> None:
        self._store = store
        self._identity = x25519.Identity.from_str(identity)

    def get(self, name: str) -> bytes:
        """Return a part; raises BackupNotFoundError, BackupNotForThisKeyError, BackupDamagedError.

        StoreFailedError where the store does not answer.
        """
        try:
            sealed = self._store.get(name)
        except ObjectMissingError as error:
            raise BackupNotFoundError(f"the backup has no part {name}; use another one") from error
        try:
            return bytes(decrypt(sealed, [self._identity]))
        except DecryptError as error:
            if "No matching keys" in str(error):
                raise BackupNotForThisKeyError(
                    "expected the key that this backup was made for; another one was given"
                ) from error
            raise BackupDamagedError(f"part {name} was cut or altered; use another one") from error

    def read(self, entry: dict[str, Any]) -> Iterator[bytes]:
        """Yield what an entry of the manifest names; raises BackupDamagedError at its end."""
        size, digest = 0, hashlib.sha256()
        for name in entry["parts"]:
            piece = self.get(name)
            size += len(piece)
            digest.update(piece)
            yield piece
        if (size, digest.hexdigest()) != (entry["size"], entry["sha256"]):
            raise BackupDamagedError("the parts of an entry are not what the manifest says")


def _cut(pieces: Iterator[bytes]) -> Iterator[bytes]:
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) >= PART_BYTES:
            yield bytes(held[:PART_BYTES])
            del held[:PART_BYTES]
    if held:
        yield bytes(held)
