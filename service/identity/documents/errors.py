"""What can be wrong with an identity document, in words the portal translates."""

from service.errors import ServiceError


class DocumentRefusedError(ServiceError):
    """The document cannot be taken; the subclass says why."""

    code = "identity/document-refused"


class MrzNotFoundError(DocumentRefusedError):
    """The lines with the many ``<`` cannot be read: a sharper, straighter picture may do."""

    code = "identity/mrz-not-found"


class MrzCheckDigitError(DocumentRefusedError):
    """The lines were read, and a check digit does not fit: misread, or not a genuine document."""

    code = "identity/mrz-check-digit"


class DocumentExpiredError(DocumentRefusedError):
    """The document is no longer valid."""

    code = "identity/document-expired"


class NationalNumberError(DocumentRefusedError):
    """The number does not have the form, or the check letter, of its country."""

    code = "identity/national-number"


class DocumentReaderMissingError(ServiceError):
    """The text recognition that reads documents is not installed on this machine."""

    code = "identity/document-reader-missing"
    http_hint = 503
