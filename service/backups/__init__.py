"""Backups: one encrypted copy of what the stores do not have, and an empty machine made whole."""

from service.backups.backup import BackupMade, make_backup
from service.backups.errors import (
    BackupDamagedError,
    BackupNotForThisKeyError,
    BackupNotFoundError,
    NotEmptyError,
)
from service.backups.places import find_backups, open_place
from service.backups.restore import Restored, restore_backup

__all__ = [
    "BackupDamagedError",
    "BackupMade",
    "BackupNotForThisKeyError",
    "BackupNotFoundError",
    "NotEmptyError",
    "Restored",
    "find_backups",
    "make_backup",
    "open_place",
    "restore_backup",
]
