"""What can go wrong with a backup, or with restoring one."""

from service.errors import ServiceError


class BackupNotFoundError(ServiceError):
    """There is no such backup at this place."""

    code = "backups/not-found"
    http_hint = 404


class BackupDamagedError(ServiceError):
    """A part of the backup is missing, was altered, or does not say what it should."""

    code = "backups/damaged"
    http_hint = 500


class BackupNotForThisKeyError(ServiceError):
    """The backup was made for another key."""

    code = "backups/not-for-this-key"
    http_hint = 403


class NotEmptyError(ServiceError):
    """The machine to restore into has data of its own, which is never overwritten."""

    code = "backups/not-empty"
    http_hint = 409
