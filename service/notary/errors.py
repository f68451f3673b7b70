"""What can go wrong while the log is written, anchored or asked."""

from service.errors import ConflictError, NotFoundError, ServiceError


class BadEntryError(ServiceError):
    """What was given is not an entry of the log."""

    code = "notary/bad-entry"


class EntryConflictError(ConflictError):
    """The same entry is in the log with another kind or subject."""

    code = "notary/entry-conflict"


class LeafNotFoundError(NotFoundError):
    """The log was never given this leaf."""

    code = "notary/leaf-not-found"


class AnchorRequestNotFoundError(NotFoundError):
    """No such anchor request, or it is another caller's."""

    code = "notary/anchor-request-not-found"


class IdempotencyConflictError(ConflictError):
    """The idempotency key was used before, with another hash."""

    code = "notary/idempotency-conflict"


class NotAnchoredYetError(ConflictError):
    """No final anchor covers the leaf yet."""

    code = "notary/not-anchored-yet"


class ChainDownError(ServiceError):
    """The chain did not answer: nothing is known about what was done, so ask again later."""

    code = "notary/chain-unreachable"
    http_hint = 503


class ChainRefusedError(ServiceError):
    """The chain answered no; ``reason`` is a stable word.

    ``permanent``: the same call can never succeed.
    """

    code = "notary/chain-refused"
    http_hint = 503

    def __init__(self, message: str, *, reason: str, permanent: bool) -> None:
        super().__init__(message, reason=reason, permanent=permanent)
        self.reason = reason
        self.permanent = permanent


class UnknownChainError(NotFoundError):
    """The settings name no such chain."""

    code = "notary/unknown-chain"


class MirrorFailedError(ServiceError):
    """A mirror could not write or read what it was asked; asking again is safe."""

    code = "notary/mirror-failed"
    http_hint = 503


class MirrorNotFoundError(NotFoundError):
    """No mirror in use has this name."""

    code = "notary/mirror-not-found"


class MirrorQuorumError(ServiceError):
    """Too few mirrors answer; nothing was signed over what they lack. It is tried again."""

    code = "notary/mirror-quorum"
    http_hint = 503


class NotStartedError(ServiceError):
    """The notary has not compared itself with its mirrors yet, so it writes nothing."""

    code = "notary/not-started"
    http_hint = 503


class LogForkRefused(ServiceError):  # noqa: N818  named for what it does
    """Going on would give the log a second history, so the notary does not."""

    code = "notary/log-fork-refused"
    http_hint = 500


class OtherHomeError(ServiceError):
    """The settings or the chain are not those that this log was opened with."""

    code = "notary/other-home"
    http_hint = 500
