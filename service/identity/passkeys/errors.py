"""What can go wrong with a passkey."""

from service.errors import ServiceError


class PasskeyRefusedError(ServiceError):
    """The device's answer does not hold; ``facts["rule"]`` names the rule, for the log."""

    code = "identity/passkey-refused"
    http_hint = 403


class PasskeyUnknownError(ServiceError):
    """No such passkey of this person, or it was removed."""

    code = "identity/passkey-unknown"
    http_hint = 404


class PasskeyCopiedError(ServiceError):
    """The passkey's counter went back: two devices have it, and neither is believed any more."""

    code = "identity/passkey-copied"
    http_hint = 403


class PasskeyTooNewError(ServiceError):
    """A further passkey, added by a code alone, which may not sign yet."""

    code = "identity/passkey-too-new"
    http_hint = 403


class PasskeyChallengeOverError(ServiceError):
    """The challenge is too old, was answered already, or was for something else."""

    code = "identity/passkey-challenge-over"
    http_hint = 403


class PasskeyFreshCodeError(ServiceError):
    """Passkeys are changed only by whoever confirmed a code just now, or came by a passkey."""

    code = "identity/passkey-fresh-code"
    http_hint = 403
