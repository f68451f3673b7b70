"""The PDF revisions that are being worked on, encrypted on this machine's disk."""

import errno
import hashlib
from pathlib import Path

from service.custody.durable_files import remove_durably, write_durably
from service.custody.errors import RevisionDamagedError, RevisionMissingError, StoreFailedError
from service.errors import ServiceError
from service.keyring import Keyring, WrongMasterKeyError

_PURPOSE = "custody/revision"


class RevisionFiles:
    """Keeps byte strings under the SHA-256 (32 bytes) of what they say, encrypted by the keyring.

    When ``put`` returns the revision survives a power cut. Putting it again is harmless, from any
    number of threads or processes: whoever refers to a hash in the database puts first.
    """

    def __init__(self, folder: Path, keyring: Keyring) -> None:
        self._folder = folder
        self._keyring = keyring

    def put(self, data: bytes) -> bytes:
        """Keep ``data`` and return its SHA-256; raises StoreFailedError if the disk refuses."""
        sha256 = hashlib.sha256(data).digest()
        if self._holds(sha256):
            return sha256
        try:
            write_durably(self._path(sha256), self._keyring.encrypt(data, purpose=_PURPOSE))
        except OSError as error:
            raise _disk_failed(error) from error
        return sha256

    def get(self, sha256: bytes) -> bytes:
        """Return the revision with this hash, checked against it.

        Raises RevisionMissingError, RevisionDamagedError, StoreFailedError.
        """
        try:
            sealed = self._path(sha256).read_bytes()
        except FileNotFoundError as error:
            raise RevisionMissingError(f"no revision {sha256.hex()} on this disk") from error
        except OSError as error:
            raise _disk_failed(error) from error
        try:
            data = self._keyring.decrypt(sealed, purpose=_PURPOSE)
        except WrongMasterKeyError as error:
            raise _damaged(sha256) from error
        if hashlib.sha256(data).digest() != sha256:
            raise _damaged(sha256)
        return data

    def delete(self, sha256: bytes) -> None:
        """Remove a revision, if it is there."""
        try:
            remove_durably(self._path(sha256))
        except OSError as error:
            raise _disk_failed(error) from error

    def _holds(self, sha256: bytes) -> bool:
        # A damaged file counts as none: the caller has the right bytes at hand, so put mends it.
        try:
            self.get(sha256)
        except (RevisionMissingError, RevisionDamagedError):
            return False
        return True

    def _path(self, sha256: bytes) -> Path:
        if len(sha256) != 32:
            raise ValueError(f"expected a SHA-256 of 32 bytes, got {len(sha256)}")
        name = sha256.hex()
        return self._folder / name[:2] / f"{name[2:]}.sealed"


def _damaged(sha256: bytes) -> ServiceError:
    return RevisionDamagedError(
        f"revision {sha256.hex()} does not open; restore the file from a backup"
    )


def _disk_failed(error: OSError) -> StoreFailedError:
    reason = errno.errorcode.get(error.errno or 0, "io-error")
    return StoreFailedError(
        f"the disk of the revisions failed: {reason}", store="revisions", reason=reason
    )
