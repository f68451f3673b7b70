"""Files that are still there after the power was cut."""

import os
from pathlib import Path

from service.keyring import write_atomically


def write_durably(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path``, whole or not at all, and the folders above it, to the disk.

    Raises OSError. Safe to repeat.
    """
    make_folder_durably(path.parent)
    write_atomically(path, content)


def make_folder_durably(folder: Path) -> None:
    """Make ``folder`` and those above it that are missing, and sync the names of the new ones."""
    if folder.is_dir():
        return
    make_folder_durably(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def remove_durably(path: Path) -> None:
    """Delete ``path`` if it is there, so that it does not come back with the power."""
    try:
        path.unlink()
    except FileNotFoundError:
        return
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Write the names in ``folder`` to the disk: without this a new name may be lost."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
