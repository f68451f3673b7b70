"""Attacks on PDF signatures, each named by what it tries, in two kinds.

``BEFORE``: files made to mislead whoever signs them, with the refusal that awaits each at the
gate; ``None`` means that it is let in because preparing takes its sting out. ``AFTER``: what can
be done to a signed or sealed file; each must fail in the platform's check and in the outsider's
verifier. Names follow Mladenov et al., "1 Trillion Dollar Refund" (2019: universal forgery,
incremental saving, signature wrapping) and "Shadow Attacks" (2021).
"""

import io
import re
import zlib
from collections.abc import Callable

import pikepdf
from pikepdf import Array, Dictionary, Name
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

from tests.pdfs.making import changed, form_pdf, reportlab_pdf

_BYTE_RANGE = re.compile(rb"/ByteRange \[ ?(\d+) (\d+) (\d+) (\d+) *\]")


def _overlaid(pdf: pikepdf.Pdf) -> pikepdf.Page:
    """Return the first page, whose text a picture or a field may hide."""
    return pdf.pages[0]


def _hidden_by_a_layer(**usage: object) -> bytes:
    def change(pdf: pikepdf.Pdf) -> None:
        group = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=pikepdf.String("precio")))
        if usage:
            group.Usage = Dictionary(**usage)
        page = _overlaid(pdf)
        page.obj.Resources.Properties = Dictionary(Precio=group)
        page.contents_add(b"/OC /Precio BDC BT /F1 12 Tf 60 60 Td (Precio: 1) Tj ET EMC")
        off = Array([]) if usage else Array([group])
        pdf.Root.OCProperties = Dictionary(OCGs=Array([group]), D=Dictionary(OFF=off))

    return changed(reportlab_pdf(pages=1), change)


def _shadow_hide() -> bytes:
    """A form field filled with a harmless text lies over the true one."""
    out = io.BytesIO()
    paper = canvas.Canvas(out, pagesize=A4, invariant=1)
    paper.drawString(60, 700, "Pagará 1.000.000 euros.")
    paper.acroForm.textfield(
        name="encima", value="Pagará 1 euro.", x=55, y=690, width=300, height=24
    )
    paper.save()
    return out.getvalue()


def _shadow_replace() -> bytes:
    """Two fonts under one name: the second, unused, is there to be swapped in."""
    return changed(
        form_pdf(),
        lambda pdf: pdf.Root.AcroForm.__setitem__(
            "/DR", Dictionary(Font=Dictionary(Helv=Dictionary(Type=Name.Font)))
        ),
    )


def _shadow_hide_and_replace() -> bytes:
    """A whole second document lies in the file, which one later object would bring to light."""
    base = reportlab_pdf(pages=1)
    with pikepdf.open(io.BytesIO(base)) as pdf:
        number = pdf.Root.Pages.objgen[0]
    return base.replace(
        b"xref\n0 ",
        f"{number} 0 obj\n<< /Type /Pages /Count 0 /Kids [] >>\nendobj\nxref\n0 ".encode(),
    )


def _two_trees() -> bytes:
    """The page tree counts one page and has two."""

    def change(pdf: pikepdf.Pdf) -> None:
        pdf.Root.Pages.Count = 1

    return changed(reportlab_pdf(pages=2), change)


def _bomb_in_a_picture() -> bytes:
    def change(pdf: pikepdf.Pdf) -> None:
        packed = zlib.compress(bytes(900_000_000), 9)
        picture = pikepdf.Stream(pdf, b"")
        picture.write(packed, filter=Name.FlateDecode)
        picture.Type, picture.Subtype = Name.XObject, Name.Image
        picture.Width, picture.Height = 30_000, 30_000
        picture.ColorSpace, picture.BitsPerComponent = Name.DeviceGray, 8
        page = pdf.pages[0]
        page.obj.Resources.XObject = Dictionary(Im=picture)
        page.contents_add(b"q 500 0 0 500 0 0 cm /Im Do Q")

    return changed(reportlab_pdf(pages=1), change, compress_streams=False)


def _script_in_a_field() -> bytes:
    def change(pdf: pikepdf.Pdf) -> None:
        script = Dictionary(S=Name.JavaScript, JS=pikepdf.String("this.getField('a').value='b'"))
        pdf.Root.AcroForm.Fields[0].AA = Dictionary(F=script)

    return changed(form_pdf(), change)


def _circular_pages() -> bytes:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.Root.Pages.Kids.append(pdf.Root.Pages)

    document = reportlab_pdf(pages=1)
    with pikepdf.open(io.BytesIO(document)) as pdf:
        change(pdf)
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


BEFORE: dict[str, tuple[str | None, Callable[[], bytes]]] = {
    "layer_hides_a_clause": ("pdf/layers", _hidden_by_a_layer),
    "layer_prints_another_price": (
        "pdf/layers",
        lambda: _hidden_by_a_layer(Print=Dictionary(PrintState=Name.OFF)),
    ),
    "layer_shows_only_when_viewed": (
        "pdf/layers",
        lambda: _hidden_by_a_layer(View=Dictionary(ViewState=Name.ON)),
    ),
    "shadow_hide_field_over_text": (None, _shadow_hide),
    "shadow_replace_font_of_a_field": (None, _shadow_replace),
    "shadow_hide_and_replace_two_documents": (None, _shadow_hide_and_replace),
    "script_in_a_form_field": ("pdf/script", _script_in_a_field),
    "page_tree_that_miscounts": (None, _two_trees),
    "bomb_in_a_picture": (None, _bomb_in_a_picture),
}


def byte_ranges(pdf: bytes) -> list[tuple[int, int, int, int]]:
    """Return the byte ranges in a file, in its order."""
    return [tuple(map(int, found.groups())) for found in _BYTE_RANGE.finditer(pdf)]  # type: ignore[misc]


def _last_range_as(pdf: bytes, made: bytes) -> bytes:
    found = list(_BYTE_RANGE.finditer(pdf))[-1]
    old = found[0]
    return pdf[: found.start()] + made.ljust(len(old))[: len(old)] + pdf[found.end() :]


def _usf_no_contents(pdf: bytes) -> bytes:
    return _swap_last(pdf, b"/Contents <", b"/Kontents <")


def _swap_last(pdf: bytes, old: bytes, new: bytes) -> bytes:
    place = pdf.rindex(old)
    return pdf[:place] + new + pdf[place + len(old) :]


def _usf_empty_contents(pdf: bytes) -> bytes:
    start = pdf.rindex(b"/Contents <") + len(b"/Contents <")
    end = pdf.index(b">", start)
    return pdf[:start] + b"0" * (end - start) + pdf[end:]


def _swa_moved_second_part(pdf: bytes) -> bytes:
    """Move the covered second part to the end and put other bytes in its old place."""
    first, length, resume, rest = byte_ranges(pdf)[-1]
    covered = pdf[resume : resume + rest]
    wrapped = pdf + b"\n% wrapped\n" + covered
    return _last_range_as(
        wrapped, f"/ByteRange [ {first} {length} {len(pdf) + 11} {rest} ]".encode()
    )


def _isa(change: Callable[[IncrementalPdfFileWriter], None]) -> Callable[[bytes], bytes]:
    def attack(pdf: bytes) -> bytes:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        change(writer)
        out = io.BytesIO()
        writer.write(out)
        return out.getvalue()

    return attack


def _inject_page(writer: IncrementalPdfFileWriter) -> None:
    page = generic.DictionaryObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Page"),
            generic.pdf_name("/MediaBox"): generic.ArrayObject(
                [generic.NumberObject(side) for side in (0, 0, 595, 842)]
            ),
        }
    )
    writer.insert_page(page)


def _replace_content(writer: IncrementalPdfFileWriter) -> None:
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = writer.add_object(
        generic.StreamObject(stream_data=b"BT /F1 30 Tf 60 600 Td (Otro precio) Tj ET")
    )
    writer.update_container(page)


def _annotate(writer: IncrementalPdfFileWriter) -> None:
    page = writer.root["/Pages"]["/Kids"][0]
    note = generic.DictionaryObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/FreeText"),
            generic.pdf_name("/Rect"): generic.ArrayObject(
                [generic.NumberObject(side) for side in (60, 600, 400, 650)]
            ),
            generic.pdf_name("/Contents"): generic.pdf_string("Precio: 1 euro"),
        }
    )
    notes = page.get("/Annots")
    if notes is None:
        page["/Annots"] = generic.ArrayObject([writer.add_object(note)])
        writer.update_container(page)
    else:
        notes.append(writer.add_object(note))
        writer.update_container(notes)


def _new_appearance(writer: IncrementalPdfFileWriter) -> None:
    """Show another signature in the first party's box than the one that was made."""
    field = writer.root["/AcroForm"]["/Fields"][0]
    shown = field["/AP"]["/N"]
    field["/AP"]["/N"] = writer.add_object(
        generic.StreamObject(dict(shown), stream_data=b"0 0 100 40 re f")
    )
    writer.update_container(field)


def _other_catalog(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/OpenAction"] = generic.DictionaryObject(
        {
            generic.pdf_name("/S"): generic.pdf_name("/JavaScript"),
            generic.pdf_name("/JS"): generic.pdf_string("app.alert(1)"),
        }
    )
    writer.update_root()


def _isa_without_table(pdf: bytes) -> bytes:
    """An update that only lenient readers see: a new page object, no table for it."""
    return pdf + b"\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n%%EOF\n"


AFTER: dict[str, Callable[[bytes], bytes]] = {
    "usf_signature_without_contents": _usf_no_contents,
    "usf_signature_with_empty_contents": _usf_empty_contents,
    "usf_byte_range_negative": lambda pdf: _last_range_as(pdf, b"/ByteRange [ 0 -1 0 0 ]"),
    "usf_byte_range_of_nothing": lambda pdf: _last_range_as(pdf, b"/ByteRange [ 0 0 0 0 ]"),
    "usf_byte_range_absent": lambda pdf: _last_range_as(pdf, b"/ByteRang [ 0 1 2 3 ]"),
    "swa_covered_part_moved": _swa_moved_second_part,
    "isa_page_injected": _isa(_inject_page),
    "isa_content_replaced": _isa(_replace_content),
    "isa_note_over_the_price": _isa(_annotate),
    "isa_signature_redrawn": _isa(_new_appearance),
    "isa_script_added": _isa(_other_catalog),
    "isa_update_without_a_table": _isa_without_table,
    "bytes_after_the_end": lambda pdf: pdf + b"\n% nothing to see\n",
    "cut_back_to_the_seal": lambda pdf: pdf[: pdf.rindex(b"%%EOF", 0, -10) + 6],
}
