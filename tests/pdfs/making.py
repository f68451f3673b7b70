"""Small ways of making a PDF do something: the pieces that the samples are made from."""

import io
import zlib
from collections.abc import Callable

import pikepdf
import typst
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageDraw, ImageFilter
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

Change = Callable[[pikepdf.Pdf], None]


def reportlab_pdf(*, pages: int = 3, size: tuple[float, float] = A4) -> bytes:
    """Return a contract set by ReportLab, the same bytes every time."""
    out = io.BytesIO()
    paper = canvas.Canvas(out, pagesize=size, invariant=1)
    for number in range(1, pages + 1):
        paper.setFont("Helvetica", 11)
        y = max(size[1] - 60, 12)
        for clause in range(1, 41):
            if y < 80 and clause > 1:
                break
            paper.drawString(50, y, f"{number}.{clause} Las partes acuerdan lo aquí escrito.")
            y -= 17
        paper.showPage()
    paper.save()
    return out.getvalue()


def typst_pdf(*, standard: str) -> bytes:
    """Return a contract set by typst in the PDF version ``standard``."""
    source = (
        '#set page(paper: "a4", margin: 2.5cm)\n#set text(lang: "es")\n'
        "= Contrato de obra\n#lorem(600)\n#pagebreak()\n== Anexo\n#lorem(200)"
    )
    made = typst.Compiler(source.encode(), ignore_system_fonts=True).compile(
        format="pdf", pdf_standards=[standard], timestamp=0
    )
    assert isinstance(made, bytes)
    return made


def right_to_left_pdf() -> bytes:
    """Return a contract whose text runs from right to left."""
    source = (
        '#set page(paper: "a4", margin: 2.5cm)\n'
        '#set text(lang: "ar", dir: rtl, font: "DejaVu Sans Mono")\n'
        "= عقد إيجار\n" + "اتفق الطرفان على ما هو مكتوب هنا. " * 60
    )
    made = typst.Compiler(source.encode(), ignore_system_fonts=True).compile(
        format="pdf", timestamp=0
    )
    assert isinstance(made, bytes)
    return made


def scan_pdf() -> bytes:
    """Return what an office scanner makes: one greyish, slightly skewed picture a page."""
    sheets = []
    for number in (1, 2):
        sheet = Image.new("L", (1240, 1754), 233)
        ink = ImageDraw.Draw(sheet)
        for line in range(38):
            ink.text((130, 150 + 40 * line), f"{number}.{line} Contrato escaneado", fill=60)
        sheet.paste(Image.effect_noise((1240, 60), 12).point(lambda v: v + 90), (0, 1694))
        sheets.append(sheet.rotate(0.6, fillcolor=226).filter(ImageFilter.GaussianBlur(0.8)))
    out = io.BytesIO()
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:], resolution=150)
    return out.getvalue()


def form_pdf() -> bytes:
    """Return a PDF with text fields and a box to tick, which somebody has filled in."""
    out = io.BytesIO()
    paper = canvas.Canvas(out, pagesize=A4, invariant=1)
    paper.drawString(60, 760, "Nombre:")
    paper.acroForm.textfield(name="nombre", value="Ana", x=120, y=750, width=200, height=22)
    paper.acroForm.checkbox(name="acepto", checked=True, x=60, y=700, size=18)
    paper.save()
    return out.getvalue()


def changed(document: bytes, change: Change, **saving: object) -> bytes:
    """Return ``document`` after ``change`` with qpdf."""
    with pikepdf.open(io.BytesIO(document)) as pdf:
        change(pdf)
        out = io.BytesIO()
        pdf.save(out, deterministic_id="encryption" not in saving, **saving)
    return out.getvalue()


def on_every_page(**entries: object) -> Change:
    """Return a change that puts ``entries`` into every page."""

    def change(pdf: pikepdf.Pdf) -> None:
        for page in pdf.pages:
            for key, value in entries.items():
                page.obj[f"/{key}"] = value

    return change


def in_catalog(**entries: object) -> Change:
    """Return a change that puts ``entries`` into the catalog."""

    def change(pdf: pikepdf.Pdf) -> None:
        for key, value in entries.items():
            pdf.Root[f"/{key}"] = value

    return change


def with_note(**entries: object) -> Change:
    """Return a change that puts an annotation on the first page."""

    def change(pdf: pikepdf.Pdf) -> None:
        note = Dictionary(Type=Name.Annot, Rect=Array([10, 10, 60, 60]), **entries)
        pdf.pages[0].obj.Annots = Array([pdf.make_indirect(note)])

    return change


def with_layers(*, usage: Dictionary | None = None, **settings: object) -> Change:
    """Return a change that puts two layers into the document, with viewer settings."""

    def change(pdf: pikepdf.Pdf) -> None:
        groups = [
            pdf.make_indirect(Dictionary(Type=Name.OCG, Name=pikepdf.String(name)))
            for name in ("texto", "nota")
        ]
        if usage is not None:
            groups[0].Usage = usage
        if settings.pop("hide", False):
            settings["OFF"] = Array([groups[1]])
        pdf.Root.OCProperties = Dictionary(OCGs=Array(groups), D=Dictionary(**settings))

    return change


def unbalanced(pdf: pikepdf.Pdf) -> None:
    """Leave graphics states open, scaled and coloured, and pop one too many."""
    pdf.pages[0].contents_add(b"Q q 0.5 0 0 0.5 100 100 cm 1 0 0 rg q")


def attach_file(pdf: pikepdf.Pdf) -> None:
    """Attach a file to the document."""
    pdf.attachments["nota.txt"] = b"otro archivo"


def hybrid_pdf() -> bytes:
    """Return a PDF with a classic table and a cross-reference stream beside it, as Word writes."""
    base = reportlab_pdf(pages=1)
    with pikepdf.open(io.BytesIO(base)) as pdf:
        size = int(pdf.trailer.Size)
        root = pdf.Root.objgen[0]
    entries = zlib.compress(bytes([0, 0, 0, 0]))
    start = len(base)
    stream = (
        f"{size} 0 obj\n<< /Type /XRef /Size {size + 1} /W [1 2 1] /Index [{size} 1] "
        f"/Root {root} 0 R /Filter /FlateDecode /Length {len(entries)} >>\nstream\n"
    ).encode()
    update = stream + entries + b"\nendstream\nendobj\n"
    table = start + len(update)
    previous = int(base[base.rindex(b"startxref") + 9 :].split()[0])
    return (
        base
        + update
        + f"xref\n0 0\ntrailer\n<< /Size {size + 1} /Root {root} 0 R /Prev {previous} "
        f"/XRefStm {start} >>\nstartxref\n{table}\n%%EOF\n".encode()
    )
