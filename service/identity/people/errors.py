"""What can go wrong while somebody is identified."""

from service.errors import ConflictError, ServiceError


class WrongStepError(ConflictError):
    """The identification stands at another step: look at its page again."""

    code = "identity/wrong-step"


class TooManyAttemptsError(ServiceError):
    """The face check failed too often: begin the identification anew, in better light."""

    code = "identity/too-many-attempts"
    http_hint = 429


class NotIdentifiedError(ServiceError):
    """The person has no identification in force."""

    code = "identity/not-identified"
    http_hint = 403
