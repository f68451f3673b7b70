"""Taking a PDF in: what is sound enough to be signed, and how its pages look."""

from dataclasses import dataclass

from service.errors import NotFoundError
from service.signing.errors import (
    REFUSALS,
    PdfMalformedError,
    PdfPolyglotError,
    PdfRefusedError,
    PdfTooLargeError,
    PdfTruncatedError,
)
from service.signing.isolation import WorkRefusedError, run_isolated

MAX_BYTES = 25 * 1024 * 1024
MAX_PAGES = 500
_BLANK = b"\x00\t\n\x0c\r "
# ISO 32000-1, implementation note 18: viewers look for the end marker this far from the end.
_END_WINDOW = 1024


@dataclass(frozen=True)
class PdfFacts:
    """A sound PDF: its pages, their sizes in points as displayed, and its version."""

    pages: int
    sizes: tuple[tuple[float, float], ...]
    version: str


def inspect_pdf(data: bytes) -> PdfFacts:
    """Return the facts of a PDF that may be signed; raises a PdfRefusedError subclass.

    The file is never repaired: what one reader repairs, another shows differently.
    """
    _check_ends(data)
    try:
        answer, _ = run_isolated("inspect", [data], max_pages=MAX_PAGES)
    except WorkRefusedError as refused:
        raise refusal(refused) from refused
    sizes = tuple((float(width), float(height)) for width, height in answer["sizes"])
    return PdfFacts(pages=len(sizes), sizes=sizes, version=answer["version"])


def render_page(data: bytes, *, page: int, width_px: int) -> bytes:
    """Return page ``page`` (from 0) of a PDF as PNG, ``width_px`` wide, no side over 2,000.

    Raises NotFoundError for a page that is not there, PdfTooComplexError past the limits.
    """
    try:
        _, (picture,) = run_isolated("render", [data], page=page, width_px=width_px)
    except WorkRefusedError as refused:
        if refused.code == "page":
            raise NotFoundError(str(refused)) from refused
        raise refusal(refused) from refused
    return picture


def refusal(refused: WorkRefusedError) -> PdfRefusedError:
    """Return the error that the sandbox's refusal stands for."""
    kind = REFUSALS.get(refused.code)
    if kind is None:
        return PdfMalformedError("the pdf cannot be read; print or export it anew")
    return kind(str(refused))


def _check_ends(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        raise PdfTooLargeError(
            f"expected at most {MAX_BYTES // 1024**2} MiB, got {len(data) / 1024**2:.1f}",
            limit=MAX_BYTES,
        )
    if not data.startswith(b"%PDF-"):
        if b"%PDF-" in data[:_END_WINDOW]:
            raise PdfPolyglotError("expected the pdf to begin at the first byte of the file")
        raise PdfMalformedError("expected a pdf, got another kind of file")
    if _ends_as_zip(data):
        raise PdfPolyglotError("the file is a zip archive at the same time")
    end = data.rfind(b"%%EOF")
    if end < 0:
        raise PdfTruncatedError("the pdf's end is missing; upload the whole file")
    tail = data[end + 5 :]
    if tail.strip(_BLANK):
        # A file cut in the middle of a later update ends like an earlier one, plus a part.
        if b" obj" in tail:
            raise PdfTruncatedError("the pdf's end is missing; upload the whole file")
        raise PdfPolyglotError("the file goes on after the pdf's end")


def _ends_as_zip(data: bytes) -> bool:
    """Whether a zip reader would accept the file: its end record may stand before a comment."""
    position = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    while position >= 0:
        comment = int.from_bytes(data[position + 20 : position + 22], "little")
        if position + 22 + comment == len(data):
            return True
        position = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557), position)
    return False
