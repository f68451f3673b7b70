"""What can be wrong with a picture that somebody uploads."""

from service.errors import ServiceError


class PictureRefusedError(ServiceError):
    """A picture that is not taken; the subclass says why, in words the portal translates."""

    code = "identity/picture-refused"


class PictureKindError(PictureRefusedError):
    """Neither a JPEG nor a PNG, such as an SVG, a GIF or a PDF: take a photo instead."""

    code = "identity/picture-kind"


class PictureTooLargeError(PictureRefusedError):
    """Too many bytes or too many pixels, declared or real."""

    code = "identity/picture-too-large"
    http_hint = 413


class PictureTooSmallError(PictureRefusedError):
    """Too few pixels to see anything on it."""

    code = "identity/picture-too-small"


class PictureDamagedError(PictureRefusedError):
    """The file breaks off, contradicts itself, or is animated."""

    code = "identity/picture-damaged"


class PictureHidesFileError(PictureRefusedError):
    """The file is something else too (an archive, a page, a document): take the photo anew."""

    code = "identity/picture-hides-file"
