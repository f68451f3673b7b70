"""A mirror in a folder of this machine, laid out so that any web server can serve it."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from anchoring.tile_layout import CHECKPOINT, TILE_WIDTH, Tile
from service.keyring import write_atomically
from service.notary.errors import MirrorFailedError
from service.notary.mirror import MARKER


class DiskMirror:
    """The LogMirror in ``folder``: one file a tile, written beside itself and renamed.

    The folder is made when something is first put, so that a disk which is away when the service
    starts stops nothing here.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def name(self) -> str:
        """Return the folder."""
        return str(self._folder)

    def put(self, path: str, content: bytes) -> None:
        """Keep ``content`` under ``path``: on the disk, whole, when this returns."""
        target = self._target(path)
        with self._failures():
            _make_folder_durably(target.parent)
            write_atomically(target, content, mode=0o644)
            tile = Tile.parse(path)
            if tile is not None and tile.width == TILE_WIDTH:
                # Whoever wants the partial tile takes the full one's beginning.
                shutil.rmtree(target.with_name(f"{target.name}.p"), ignore_errors=True)

    def get(self, path: str) -> bytes | None:
        """Return what stands under ``path``, None if nothing does."""
        target = self._target(path)
        with self._failures():
            try:
                return target.read_bytes()
            except FileNotFoundError:
                return None

    def _target(self, path: str) -> Path:
        if path not in {CHECKPOINT, MARKER} and Tile.parse(path) is None:
            raise ValueError(f"expected a path of the log's layout, got {path!r}")
        return self._folder / path

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = errno.errorcode.get(error.errno or 0, "io-error")
            raise MirrorFailedError(
                f"mirror {self.name} failed: {reason}; check the disk",
                mirror=self.name,
                reason=reason,
            ) from error


def _make_folder_durably(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_folder_durably(folder.parent)
    folder.mkdir(exist_ok=True)
    descriptor = os.open(folder.parent, os.O_RDONLY)
    try:
        # Without this the new folder's name may be lost with the power.
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
