"""What can be wrong with a visit before it reaches another room."""

from service.errors import ServiceError


class BadFormTokenError(ServiceError):
    """The form did not come from a page of this portal, or its page is too old."""

    code = "portal/form-expired"
    http_hint = 403


class UploadTooLargeError(ServiceError):
    """The request's body is larger than the page takes."""

    code = "portal/upload-too-large"
    http_hint = 413


class BadFormError(ServiceError):
    """The request's body cannot be read as a form."""

    code = "portal/bad-form"


class NoFileError(ServiceError):
    """A form came without the file it asks for."""

    code = "portal/no-file"


class ConsentNeededError(ServiceError):
    """Somebody signs without having ticked the consent."""

    code = "portal/consent-needed"
    http_hint = 422


class EmptyDrawingError(ServiceError):
    """A drawn signature was chosen, but nothing was drawn."""

    code = "portal/empty-drawing"
    http_hint = 422


class BadDrawingError(ServiceError):
    """The drawn signature is not a small PNG picture."""

    code = "portal/bad-drawing"
    http_hint = 422


class VerifierBusyError(ServiceError):
    """Too many people are checking a file at this moment."""

    code = "portal/verifier-busy"
    http_hint = 503


class MissingAssetError(ServiceError):
    """A file that the pages need was not installed."""

    code = "portal/missing-asset"
    http_hint = 500
