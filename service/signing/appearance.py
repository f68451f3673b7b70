"""How signatures and the seal look on the page, as stamps for pyHanko."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from pyhanko.pdf_utils import layout
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.stamp import BaseStamp, BaseStampStyle

from service.signing.errors import PdfTooComplexError, PictureRefusedError
from service.signing.isolation import WorkRefusedError, run_isolated
from service.signing.texts import texts_in
from service.signing.typeset_form import add_typeset_page
from service.signing.typesetting import fitting_size, typeset

MAX_PICTURE = 512 * 1024
_MAX_PIXELS = 4_000_000
# As in the template: under the drawing stand a rule and three lines.
_LINES = 36.0


@dataclass(frozen=True)
class Appearance:
    """What a signature shows: who, when (aware), in which role, a code, and a drawing if any.

    ``drawn_png`` is a PNG of at most 512 KiB and 4 million pixels; without it the name is written
    in italics. ``role`` is ``signer``, ``approver``, ``witness`` or ``viewer``; ``method`` is how
    control was proved, ``code`` or ``webauthn``, or "" to leave it out.
    """

    name: str
    signed_at: datetime
    drawn_png: bytes | None
    code: str
    role: str = "signer"
    lang: str = "es"
    method: str = ""


@dataclass(frozen=True)
class TypesetStyle(BaseStampStyle):
    """A stamp whose PDF is set for exactly the field it goes into."""

    make: Callable[[float, float], bytes] = lambda _width, _height: b""

    def create_stamp(
        self,
        writer: BasePdfFileWriter,
        box: layout.BoxConstraints,
        text_params: dict[str, str],
    ) -> BaseStamp:
        """Return the stamp for a field of ``box``'s size, in points."""
        return _TypesetStamp(writer, self, box, self.make(float(box.width), float(box.height)))


class _TypesetStamp(BaseStamp):
    def __init__(
        self,
        writer: BasePdfFileWriter,
        style: TypesetStyle,
        box: layout.BoxConstraints,
        picture: bytes,
    ) -> None:
        super().__init__(writer, style, box)
        self._picture = picture

    def render(self) -> bytes:
        """Return the content stream that draws the typeset page at its own size."""
        writer = self._ensure_writer
        self.resources.xobject["/Typeset"] = add_typeset_page(writer, self._picture)
        return b"/Typeset Do"


def party_style(appearance: Appearance) -> TypesetStyle:
    """Return the style of a party's signature; raises PictureRefusedError for a bad drawing."""
    drawing = None if appearance.drawn_png is None else clean_drawing(appearance.drawn_png)
    words = texts_in(appearance.lang)
    date, time = _moment(appearance.signed_at, words["date"])

    def make(width: float, height: float) -> bytes:
        across = width - 8
        return typeset(
            "signature.typ",
            {
                "lang": appearance.lang,
                "width": width,
                "height": height,
                "name": appearance.name,
                "name_size": fitting_size(appearance.name, width=across, largest=8, smallest=4),
                "typed_size": fitting_size(
                    appearance.name, width=across, largest=min(26, height - 52), smallest=7
                ),
                "drawing": None if drawing is None else list(drawing),
                "drawing_width": None
                if drawing is None
                else _drawing_width(drawing, across, height - _LINES),
                "signed": words["signed"].format(date=date, time=time),
                "as_role": words["as"].format(role=words.get(appearance.role, appearance.role)),
                "code": " · ".join(
                    part
                    for part in (
                        words.get(f"method.{appearance.method}", ""),
                        words["code"].format(code=appearance.code),
                    )
                    if part
                ),
            },
        )

    return TypesetStyle(border_width=0, make=make)


def seal_style(*, platform: str, sealed_at: datetime, lang: str) -> TypesetStyle:
    """Return the style of the platform's seal."""
    words = texts_in(lang)
    date, time = _moment(sealed_at, words["date"])
    sealed = words["sealed"].format(platform=platform)

    def make(width: float, height: float) -> bytes:
        return typeset(
            "seal.typ",
            {
                "lang": lang,
                "width": width,
                "height": height,
                "words": sealed,
                "words_size": fitting_size(
                    sealed, width=width - height - 14, largest=11, smallest=6
                ),
                "moment": words["sealed_at"].format(date=date, time=time),
            },
        )

    return TypesetStyle(border_width=0, make=make)


def clean_drawing(picture: bytes) -> bytes:
    """Return a drawn signature as a small PNG of nothing but its strokes.

    Raises PictureRefusedError for anything but a PNG of at most 512 KiB and 4 million pixels with
    something drawn on it.
    """
    if len(picture) > MAX_PICTURE:
        raise PictureRefusedError(
            f"expected a drawing of at most {MAX_PICTURE // 1024} KiB, got {len(picture) // 1024}"
        )
    try:
        _, (cleaned,) = run_isolated("picture", [picture], max_pixels=_MAX_PIXELS)
    except WorkRefusedError as refused:
        words = str(refused) if refused.code == "picture" else "expected a sound png picture"
        raise PictureRefusedError(words) from refused
    except PdfTooComplexError as error:
        raise PictureRefusedError("the picture takes too much memory or time") from error
    return cleaned


def _drawing_width(drawing: bytes, width: float, height: float) -> float:
    across, down = struct.unpack(">II", drawing[16:24])
    return float(min(width, height * across / down))


def _moment(moment: datetime, form: str) -> tuple[str, str]:
    utc = moment.astimezone(UTC)
    return utc.strftime(form), utc.strftime("%H:%M:%S")
