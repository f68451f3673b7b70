"""A store in a folder of this machine."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.custody.durable_files import remove_durably, write_durably
from service.custody.errors import ObjectMissingError, StoreFailedError
from service.custody.store import Store, checked_key, checked_name

_PIECE = 1 << 20


class DiskStore(Store):
    """The Store in ``folder``: one file for each object, written beside itself and renamed.

    There is no time-out of its own: a call takes as long as the operating system lets it, so the
    folder belongs on a local disk. The folder is made when something is first put, so that a disk
    which is away when the service starts stops nothing.
    """

    def __init__(self, folder: Path, *, name: str) -> None:
        self._folder = folder
        self._name = checked_name(name)

    @property
    def name(self) -> str:
        """Return the name by which copies are remembered."""
        return self._name

    def put(self, key: str, data: bytes) -> str:
        """Keep ``data`` under ``key``: on the disk, whole, when this returns."""
        path = self._path(key)
        with self._failures(key):
            write_durably(path, data)
        return ""

    def read(self, key: str, *, version: str = "") -> Iterator[bytes]:
        """Yield the bytes under ``key``."""
        path = self._path(key)
        with self._failures(key), path.open("rb") as stream:
            while piece := stream.read(_PIECE):
                yield piece

    def head(self, key: str, *, version: str = "") -> int:
        """Return the number of bytes under ``key``."""
        path = self._path(key)
        with self._failures(key):
            return path.stat().st_size

    def delete(self, key: str) -> None:
        """Remove the file under ``key``, if there is one."""
        path = self._path(key)
        with self._failures(key):
            remove_durably(path)

    def _path(self, key: str) -> Path:
        # A CID ends in hash bits, but for its very last character, so these two spread files
        # evenly over 1,024 folders.
        cid = checked_key(key).partition(".")[0]
        return self._folder / cid[-3:-1] / key

    @contextmanager
    def _failures(self, key: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            raise ObjectMissingError(
                f"store {self._name!r} has no object {key}", store=self._name
            ) from error
        except OSError as error:
            reason = errno.errorcode.get(error.errno or 0, "io-error")
            raise StoreFailedError(
                f"store {self._name!r} failed: {reason}; check the disk",
                store=self._name,
                reason=reason,
            ) from error
