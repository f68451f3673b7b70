"""Where backups are: any store; a folder is one too, and can be looked through."""

import re
from pathlib import Path

from service.custody import DiskStore, Store

MANIFEST = ".manifest.age"
_NAME = re.compile(r"[0-9]{14}[a-z0-9]{32}")


def open_place(folder: Path) -> Store:
    """Return the store in a folder of this machine, such as a mounted disk."""
    return DiskStore(folder, name="backup")


def find_backups(folder: Path) -> list[str]:
    """Return the ids of the backups in a folder, the oldest first; those cut short have none."""
    if not folder.is_dir():
        return []
    found = (path.name.removesuffix(MANIFEST) for path in folder.rglob(f"*{MANIFEST}"))
    return sorted(name for name in found if _NAME.fullmatch(name))
