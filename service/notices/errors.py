"""What can go wrong with a notice."""

from service.errors import NotFoundError, ServiceError


class InvalidAddressError(ServiceError):
    """The text is not an e-mail address that mail can be sent to."""

    code = "notices/invalid-address"


class UnsafeHeaderError(ServiceError):
    """A subject or name holds a line break or another character that no mail header may have."""

    code = "notices/unsafe-header"


class UnknownMailError(NotFoundError):
    """No mail was queued or kept under this name."""

    code = "notices/unknown-mail"


class MailNotSentError(ServiceError):
    """The mail may not have gone out, and the same mail is worth another try.

    ``facts["reason"]`` is a short word such as ``timeout`` or ``smtp-451``; it never holds an
    address.
    """

    code = "notices/not-sent"
    http_hint = 503


class MailRefusedError(ServiceError):
    """The receiving side refused this mail for good; another try would be refused too."""

    code = "notices/refused"
    http_hint = 502
