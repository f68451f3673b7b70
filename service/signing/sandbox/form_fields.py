"""The form of the prepared PDF: open signature fields with their locks, and fields to fill in."""

from collections.abc import Sequence
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from service.signing.sandbox.gate import Refusal, displayed_box, turn_and_unit

_PRINTED, _LOCKED = 4, 128
# SigFieldLock /P (ISO 32000-2, table 236): no changes at all.
_NO_CHANGES = 1
# Field flags (ISO 32000-2, table 227): a viewer is not to let anybody type; signing fills it in.
_READ_ONLY = 1


def add_fields(pdf: pikepdf.Pdf, fields: Sequence[dict[str, Any]]) -> None:
    """Make every field, in order; a signature's lock is what it will apply once it is there.

    A party's signature locks itself and the fields that it fills in: whoever signs later may fill
    in theirs, and a change to one of hers breaks her signature and no other.
    """
    made: list[pikepdf.Object] = []
    for field in fields:
        page = _page(pdf, field)
        turn, _ = turn_and_unit(page)
        rectangle, width, height = _rectangle(page, field)
        widget = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            T=pikepdf.String(field["name"]),
            TU=pikepdf.String(field["label"]),
            Rect=Array(rectangle),
            F=_PRINTED | _LOCKED,
            P=page.obj,
        )
        if turn:
            widget.MK = Dictionary(R=turn)
        if field["kind"] in ("signature", "seal"):
            widget.FT = Name.Sig
            widget.Lock = pdf.make_indirect(_lock(field))
            # pyHanko draws a signature to the rectangle's own size.
            wide, tall = rectangle[2] - rectangle[0], rectangle[3] - rectangle[1]
            widget.AP = Dictionary(N=_drawing(pdf, b"", wide, tall, 0))
        else:
            _add_value(pdf, widget, field, width, height, turn)
        made.append(pdf.make_indirect(widget))
        if "/Annots" not in page.obj:
            page.obj.Annots = pdf.make_indirect(Array())
        page.obj.Annots.append(made[-1])
    pdf.Root.AcroForm = pdf.make_indirect(Dictionary(Fields=Array(made), SigFlags=1))


def upright(
    box: tuple[float, float, float, float], turn: int, unit: float
) -> tuple[float, float, float, float, float, float]:
    """Return the matrix from displayed points (origin lower left, upright) to page units."""
    x0, y0, x1, y1 = box
    s = 1 / unit
    return {
        0: (s, 0.0, 0.0, s, x0, y0),
        90: (0.0, s, -s, 0.0, x1, y0),
        180: (-s, 0.0, 0.0, -s, x1, y1),
        270: (0.0, -s, s, 0.0, x0, y1),
    }[turn]


def _page(pdf: pikepdf.Pdf, field: dict[str, Any]) -> pikepdf.Page:
    number = field["place"]["page"] if "place" in field else len(pdf.pages) + field["page"]
    if not 0 <= number < len(pdf.pages):
        raise Refusal(
            "pdf/no-such-page", f"expected a page from 1 to {len(pdf.pages)}, got {number + 1}"
        )
    page: pikepdf.Page = pdf.pages[number]
    return page


def _rectangle(page: pikepdf.Page, field: dict[str, Any]) -> tuple[list[float], float, float]:
    """Return a field's /Rect in page units, and its displayed width and height in points."""
    if "rectangle" in field:
        x0, y0, x1, y1 = field["rectangle"]
        return [x0, y0, x1, y1], x1 - x0, y1 - y0
    turn, unit = turn_and_unit(page)
    box = displayed_box(page)
    wide, tall = (box[2] - box[0]) * unit, (box[3] - box[1]) * unit
    if turn in (90, 270):
        wide, tall = tall, wide
    place = field["place"]
    left, right = place["left"] * wide, (place["left"] + place["width"]) * wide
    top, bottom = (1 - place["top"]) * tall, (1 - place["top"] - place["height"]) * tall
    a, b, c, d, e, f = upright(box, turn, unit)
    corners = [(a * x + c * y + e, b * x + d * y + f) for x, y in ((left, bottom), (right, top))]
    xs, ys = sorted(x for x, _ in corners), sorted(y for _, y in corners)
    return [round(side, 2) for side in (xs[0], ys[0], xs[1], ys[1])], right - left, top - bottom


def _lock(field: dict[str, Any]) -> Dictionary:
    if field["kind"] == "seal":
        return Dictionary(Type=Name.SigFieldLock, Action=Name.All, P=_NO_CHANGES)
    names = [field["name"], *field["locks"]]
    return Dictionary(
        Type=Name.SigFieldLock,
        Action=Name.Include,
        Fields=Array([pikepdf.String(name) for name in names]),
    )


def _add_value(
    pdf: pikepdf.Pdf,
    widget: Dictionary,
    field: dict[str, Any],
    width: float,
    height: float,
    turn: int,
) -> None:
    widget.Ff = _READ_ONLY
    frame = _frame(width, height)
    if field["kind"] == "checkbox":
        widget.FT, widget.V, widget.AS = Name.Btn, Name.Off, Name.Off
        ticked = frame + _tick(width, height)
        widget.AP = Dictionary(
            N=Dictionary(
                Yes=_drawing(pdf, ticked, width, height, turn),
                Off=_drawing(pdf, frame, width, height, turn),
            )
        )
        return
    widget.FT, widget.DA = Name.Tx, pikepdf.String(field["appearance"])
    # Viewers ignore a state where there is one appearance. Without it, pyHanko (0.38) takes a
    # locked field for changed in every later revision, though nobody touched it.
    widget.AS = Name.Value
    widget.AP = Dictionary(N=_drawing(pdf, b"", width, height, turn))


def _drawing(
    pdf: pikepdf.Pdf, content: bytes, width: float, height: float, turn: int
) -> pikepdf.Object:
    """Return a form XObject that stands upright on a page that is shown turned."""
    stream = pdf.make_stream(content)
    stream.Type, stream.Subtype = Name.XObject, Name.Form
    stream.BBox = Array([0, 0, round(width, 2), round(height, 2)])
    if turn:
        stream.Matrix = Array(
            {90: [0, 1, -1, 0, 0, 0], 180: [-1, 0, 0, -1, 0, 0]}.get(turn, [0, -1, 1, 0, 0, 0])
        )
    return stream


def _frame(width: float, height: float) -> bytes:
    return (
        f"q 0.45 0.51 0.49 RG 0.8 w 0.4 0.4 {width - 0.8:.2f} {height - 0.8:.2f} re S Q "
    ).encode()


def _tick(width: float, height: float) -> bytes:
    side = min(width, height)
    left, bottom = (width - side) / 2, (height - side) / 2
    points = [(0.2, 0.5), (0.42, 0.26), (0.82, 0.78)]
    at = [(left + x * side, bottom + y * side) for x, y in points]
    (a, b), (c, d), (e, f) = at
    return (
        f"q 0.086 0.208 0.478 RG {max(1.0, side / 9):.2f} w 1 J 1 j "
        f"{a:.2f} {b:.2f} m {c:.2f} {d:.2f} l {e:.2f} {f:.2f} l S Q"
    ).encode()
