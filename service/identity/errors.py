"""What can go wrong when somebody shows who they are."""

from service.errors import ServiceError


class WrongCodeError(ServiceError):
    """The code is not the one that was sent; ``facts["tries_left"]`` says how many tries remain."""

    code = "identity/wrong-code"


class CodeExpiredError(ServiceError):
    """The code is too old, was used already, or was never asked for: a new one is needed."""

    code = "identity/code-expired"


class TooManyTriesError(ServiceError):
    """A wrong code was typed too often, so that this code no longer works: ask for a new one."""

    code = "identity/too-many-tries"


class TooManyRequestsError(ServiceError):
    """Asked too often; ``facts["retry_after_s"]`` says in how many seconds to try again."""

    code = "identity/too-many-requests"
    http_hint = 429


class LinkUnknownError(ServiceError):
    """The link in the address is not one that Acta sent: probably cut off when it was copied."""

    code = "identity/link-unknown"
    http_hint = 404


class LinkUsedError(ServiceError):
    """The link worked once already: sign in with your e-mail to find the agreement."""

    code = "identity/link-used"
    http_hint = 410


class LinkRevokedError(ServiceError):
    """The link was withdrawn: sign in with your e-mail to see what can still be seen."""

    code = "identity/link-revoked"
    http_hint = 410


class OtherPersonError(ServiceError):
    """The code was confirmed for another e-mail than the one that is signed in."""

    code = "identity/other-person"
    http_hint = 403
