"""Building the prepared PDF: stamps on every page, the signature page, fields and locator."""

import io
from collections.abc import Sequence
from typing import Any

import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Name
from PIL import Image

from service.signing.layout import STAMP_HEIGHT, STAMP_WIDTH
from service.signing.sandbox.form_fields import add_fields, upright
from service.signing.sandbox.gate import (
    Refusal,
    displayed_box,
    graphics_balance,
    open_pdf,
    turn_and_unit,
)

_MARGIN = 14.0
# Enough to see thin grey print, few enough to look at hundreds of pages.
_DOTS_PER_INCH = 48
# A pixel of at least this lightness carries no print; scanned paper is seldom white.
_PAPER = 205


def assemble(
    document: bytes,
    typeset: bytes,
    locator: bytes,
    *,
    fields: Sequence[dict[str, Any]],
    lang: str,
    added: int,
) -> bytes:
    """Return the prepared PDF; raises Refusal.

    ``typeset`` holds one stamp for each page of the result and then the ``added`` signature pages.
    """
    with open_pdf(document) as pdf, pikepdf.open(io.BytesIO(typeset)) as ours:
        stamped = len(pdf.pages) + added
        if len(ours.pages) != stamped + added:
            raise ValueError(f"expected {stamped + added} typeset pages, got {len(ours.pages)}")
        _make_static(pdf)
        before = io.BytesIO()
        pdf.save(before, **_SAVING)
        spots = _free_spots(before.getvalue(), [turn_and_unit(page)[1] for page in pdf.pages])
        stamps = [pdf.copy_foreign(page.as_form_xobject()) for page in list(ours.pages)[:stamped]]
        pdf.pages.extend(list(ours.pages)[stamped:])
        spots += [(_MARGIN, _MARGIN)] * added
        for page, stamp, spot in zip(pdf.pages, stamps, spots, strict=True):
            _stamp(pdf, page, stamp, spot)
        add_fields(pdf, fields)
        _add_locator(pdf, locator)
        if "/Lang" not in pdf.Root:
            pdf.Root.Lang = pikepdf.String(lang)
        out = io.BytesIO()
        pdf.save(out, **_SAVING)
    return out.getvalue()


# Streams stay as they are: nothing is unpacked, and the locator is not packed.
_SAVING: dict[str, Any] = {
    "compress_streams": False,
    "stream_decode_level": pikepdf.StreamDecodeLevel.none,
    "object_stream_mode": pikepdf.ObjectStreamMode.disable,
    "min_version": "1.7",
    "linearize": False,
}


def _make_static(pdf: pikepdf.Pdf) -> None:
    """Turn what a viewer could change or hide into plain page content."""
    if "/AcroForm" in pdf.Root:
        if len(pdf.Root.AcroForm.get("/Fields", [])):
            pdf.generate_appearance_streams()
            pdf.flatten_annotations("all")
        # qpdf may have taken the form away with its last field.
        if "/AcroForm" in pdf.Root:
            del pdf.Root.AcroForm
    for page in pdf.pages:
        _drop_widgets(page)
    # The gate has seen that every layer is shown; without this, none can be hidden.
    if "/OCProperties" in pdf.Root:
        del pdf.Root.OCProperties


def _drop_widgets(page: pikepdf.Page) -> None:
    if "/Annots" in page.obj:
        page.obj.Annots = Array(
            [note for note in page.obj.Annots if note.get("/Subtype") != Name.Widget]
        )


def _free_spots(document: bytes, units: Sequence[float]) -> list[tuple[float, float] | None]:
    """Return where each page has room for a stamp, in displayed points from the lower left."""
    shown = pypdfium2.PdfDocument(document)
    try:
        shown.init_forms()
        return [_free_spot(page, unit) for page, unit in zip(shown, units, strict=True)]
    finally:
        shown.close()


def _free_spot(page: pypdfium2.PdfPage, unit: float) -> tuple[float, float] | None:
    # pdfium knows no user units: its page is as many of them long, not points.
    width, height = (side * unit for side in page.get_size())
    right, top = width - _MARGIN - STAMP_WIDTH, height - _MARGIN - STAMP_HEIGHT
    if right < _MARGIN or top < 3 * STAMP_HEIGHT:
        return None
    scale = min(_DOTS_PER_INCH / 72, 2000 / max(width, height))
    picture = page.render(scale=scale * unit, grayscale=True).to_pil().convert("L")
    for left, bottom in (
        (_MARGIN, _MARGIN),
        (right, _MARGIN),
        ((_MARGIN + right) / 2, _MARGIN),
        (right, top),
        (_MARGIN, top),
    ):
        if _is_paper(picture, scale, left, height - bottom - STAMP_HEIGHT):
            return left, bottom
    return None


def _is_paper(picture: Image.Image, scale: float, left: float, top: float) -> bool:
    air = 2.0
    area = picture.crop(
        (
            int((left - air) * scale),
            int((top - air) * scale),
            int((left + STAMP_WIDTH + air) * scale) + 1,
            int((top + STAMP_HEIGHT + air) * scale) + 1,
        )
    )
    darkest, _ = area.getextrema()
    return isinstance(darkest, (int, float)) and darkest >= _PAPER


def _stamp(
    pdf: pikepdf.Pdf,
    page: pikepdf.Page,
    stamp: pikepdf.Object,
    spot: tuple[float, float] | None,
) -> None:
    turn, unit = turn_and_unit(page)
    strip = b""
    if spot is None:
        strip = _extend(page, turn, unit)
        spot = (_MARGIN, 4.0)
    a, b, c, d, e, f = upright(displayed_box(page), turn, unit)
    left, bottom = spot
    name = page.add_resource(stamp, Name.XObject, prefix="ActaStamp")
    popped, open_states = graphics_balance(page)
    page.contents_add(b"q " * (1 + popped), prepend=True)
    page.contents_add(
        b"\nQ"
        + b" Q" * (popped + open_states)
        # An artifact (ISO 32000-1 §14.8.2.2): not part of the text that is read aloud.
        + b"\n/Artifact BMC q "
        + strip
        + _numbers(a, b, c, d, a * left + c * bottom + e, b * left + d * bottom + f)
        + b" cm "
        + str(name).encode()
        + b" Do Q EMC\n"
    )


def _extend(page: pikepdf.Page, turn: int, unit: float) -> bytes:
    """Add a strip below a page that has no free corner, as displayed; return what whitens it."""
    x0, y0, x1, y1 = displayed_box(page)
    across = (y1 - y0 if turn in (90, 270) else x1 - x0) * unit
    tall = (STAMP_HEIGHT + 8.0) / unit
    wide = max(0.0, STAMP_WIDTH + 2 * _MARGIN - across) / unit
    old = (x0, y0, x1, y1)
    new = {
        0: (x0, y0 - tall, x1 + wide, y1),
        90: (x0, y0, x1 + tall, y1 + wide),
        180: (x0 - wide, y0, x1, y1 + tall),
        270: (x0 - tall, y0 - wide, x1, y1),
    }[turn]
    page.obj.MediaBox = Array([*new])
    page.obj.CropBox = Array([*new])
    # Whatever lay outside the old box must stay out of sight: fill between the two boxes.
    return b"1 g " + _rectangle(new) + _rectangle(old) + b"f* 0 g "


def _rectangle(box: tuple[float, float, float, float]) -> bytes:
    x0, y0, x1, y1 = box
    return _numbers(x0, y0, x1 - x0, y1 - y0) + b" re "


def _numbers(*values: float) -> bytes:
    return " ".join(f"{value:.5f}".rstrip("0").rstrip(".") for value in values).encode()


def _add_locator(pdf: pikepdf.Pdf, locator: bytes) -> None:
    if "/PieceInfo" not in pdf.Root:
        pdf.Root.PieceInfo = Dictionary()
    if "/Acta" in pdf.Root.PieceInfo:
        raise Refusal("pdf/has-locator", "the pdf was already prepared for an agreement")
    # The date's meaning is private too; a fixed one keeps equal input giving equal output.
    pdf.Root.PieceInfo.Acta = Dictionary(
        LastModified=pikepdf.String("D:20260101000000Z"),
        Private=pdf.make_stream(locator),
    )
