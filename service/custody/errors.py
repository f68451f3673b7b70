"""What can go wrong with the copies."""

from service.errors import ServiceError


class StoreFailedError(ServiceError):
    """A store could not do what it was asked, or not in time; asking again is safe.

    ``facts`` holds ``store`` and ``reason``, a short word such as ``ENOSPC`` or ``timeout``.
    """

    code = "custody/store-failed"
    http_hint = 503


class ObjectMissingError(ServiceError):
    """The store answers, and has no object under this key."""

    code = "custody/object-missing"
    http_hint = 404


class QuorumNotReachedError(ServiceError):
    """Too few stores gave back what they were given; what was done is remembered: try again."""

    code = "custody/quorum-not-reached"
    http_hint = 503


class NoGoodCopyError(ServiceError):
    """No store has a copy that is whole right now."""

    code = "custody/no-good-copy"
    http_hint = 503


class CannotOpenError(ServiceError):
    """A whole copy does not open: the keyring is another than the one it was encrypted under."""

    code = "custody/cannot-open"
    http_hint = 500


class NothingKeptError(ServiceError):
    """Nothing of this agreement is in custody."""

    code = "custody/nothing-kept"
    http_hint = 404


class RevisionMissingError(ServiceError):
    """There is no working revision with this hash."""

    code = "custody/revision-missing"
    http_hint = 404


class RevisionDamagedError(ServiceError):
    """A working revision on disk is not what its name says: restore it from a backup."""

    code = "custody/revision-damaged"
    http_hint = 500


class StoresNotSetUpError(ServiceError):
    """The settings name stores that cannot be used as they stand."""

    code = "custody/stores-not-set-up"
    http_hint = 500
