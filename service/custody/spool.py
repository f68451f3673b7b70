"""Ciphertext on its way to the stores, kept on this machine until all of them have it."""

import errno
import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from service.custody.durable_files import remove_durably, write_durably
from service.custody.errors import StoreFailedError
from service.custody.store import checked_key

# A file that no row names is a leftover of a crash, unless its row is about to be written.
_LEFTOVER_AFTER = timedelta(days=1)


class Spool:
    """One file for each ciphertext, under its CID."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, cid: str, ciphertext: bytes) -> None:
        """Keep ``ciphertext`` durably; raises StoreFailedError."""
        try:
            write_durably(self._path(cid), ciphertext)
        except OSError as error:
            reason = errno.errorcode.get(error.errno or 0, "io-error")
            raise StoreFailedError(
                f"the spool folder failed: {reason}; check the disk", store="spool", reason=reason
            ) from error

    def get(self, cid: str, *, sha256: bytes) -> bytes | None:
        """Return the ciphertext with this hash, None if it is not here whole and readable."""
        try:
            ciphertext = self._path(cid).read_bytes()
        except OSError:
            return None  # the stores may still have it
        return ciphertext if hashlib.sha256(ciphertext).digest() == sha256 else None

    def remove(self, cid: str) -> None:
        """Delete the ciphertext, if it is here."""
        remove_durably(self._path(cid))

    def remove_leftovers(self, *, now: datetime, known: Callable[[str], bool]) -> None:
        """Delete files of over a day ago whose CID nobody knows."""
        if not self._folder.is_dir():
            return
        for path in self._folder.iterdir():
            written = path.stat().st_mtime
            old = now.timestamp() - written > _LEFTOVER_AFTER.total_seconds()
            if old and not (path.suffix == ".age" and known(path.stem)):
                remove_durably(path)

    def _path(self, cid: str) -> Path:
        return self._folder / f"{checked_key(cid)}.age"
