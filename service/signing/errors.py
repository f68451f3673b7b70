"""What can go wrong while a PDF is taken in, shown, signed or sealed."""

from service.errors import ServiceError


class PdfRefusedError(ServiceError):
    """A PDF cannot be signed here; the subclass says why, in words for the one who sent it."""

    code = "pdf/refused"
    http_hint = 422


class PdfEncryptedError(PdfRefusedError):
    """The PDF is encrypted, even if with an empty password."""

    code = "pdf/encrypted"


class PdfAlreadySignedError(PdfRefusedError):
    """The PDF carries a signature, which preparing it would destroy."""

    code = "pdf/already-signed"


class PdfScriptError(PdfRefusedError):
    """The PDF holds JavaScript, or actions that run by themselves or reach outside it."""

    code = "pdf/script"


class PdfXfaError(PdfRefusedError):
    """The PDF is an XFA form, whose pages are made by the viewer and not by the file."""

    code = "pdf/xfa"


class PdfEmbeddedFilesError(PdfRefusedError):
    """The PDF carries other files or media inside."""

    code = "pdf/embedded-files"


class PdfTruncatedError(PdfRefusedError):
    """The PDF's end is missing."""

    code = "pdf/truncated"


class PdfPolyglotError(PdfRefusedError):
    """The file is also something else: bytes stand before or after the PDF."""

    code = "pdf/polyglot"


class PdfTooLargeError(PdfRefusedError):
    """The file has more bytes than are accepted."""

    code = "pdf/too-large"


class PdfTooManyPagesError(PdfRefusedError):
    """The PDF has more pages than are accepted."""

    code = "pdf/too-many-pages"


class PdfHasLocatorError(PdfRefusedError):
    """The PDF already carries an Acta locator: it was prepared for another agreement."""

    code = "pdf/has-locator"


class PdfLayersError(PdfRefusedError):
    """The PDF has layers that may show one thing and print or hide another."""

    code = "pdf/layers"


class PdfMalformedError(PdfRefusedError):
    """The file is no PDF, or one that readers would have to repair."""

    code = "pdf/malformed"


class PdfTooComplexError(PdfRefusedError):
    """Reading the PDF takes more memory or time than is allowed."""

    code = "pdf/too-complex"


class PictureRefusedError(ServiceError):
    """A drawn signature is not a small, sound PNG picture."""

    code = "signing/bad-picture"
    http_hint = 422


class SigningFailedError(ServiceError):
    """A signature, seal or time stamp could not be made; nothing was written."""

    code = "signing/failed"
    http_hint = 500


class KeysNotMadeError(ServiceError):
    """There are no signing keys yet that could be replaced."""

    code = "signing/no-keys"
    http_hint = 500


class TimeStampsDownError(ServiceError):
    """No time-stamp authority gave an answer that holds; nothing was signed."""

    code = "signing/no-time-stamp"
    http_hint = 503


class TokenError(ServiceError):
    """The token that holds the signing keys cannot be used."""

    code = "signing/token"
    http_hint = 503


class SealCheckError(ServiceError):
    """What was written does not validate, so nobody may be told that it is signed."""

    code = "signing/check-failed"
    http_hint = 500


REFUSALS: dict[str, type[PdfRefusedError]] = {
    refusal.code: refusal
    for refusal in (
        PdfEncryptedError,
        PdfAlreadySignedError,
        PdfScriptError,
        PdfXfaError,
        PdfEmbeddedFilesError,
        PdfTruncatedError,
        PdfPolyglotError,
        PdfTooLargeError,
        PdfTooManyPagesError,
        PdfHasLocatorError,
        PdfLayersError,
        PdfMalformedError,
        PdfTooComplexError,
    )
}


class ValueTooLongError(ServiceError):
    """A value does not fit into its field in letters that can be read."""

    code = "signing/value-too-long"
    http_hint = 422
