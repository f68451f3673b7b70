"""The sample PDFs: sound ones of many kinds, and ones that must be refused, each for its reason.

They are made when they are needed. ``python -m tests.pdfs.samples FOLDER`` writes them all.
"""

import io
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name
from reportlab.lib.pagesizes import A3, A4, A6, landscape, letter

from tests.pdfs.making import (
    attach_file,
    changed,
    form_pdf,
    hybrid_pdf,
    in_catalog,
    on_every_page,
    reportlab_pdf,
    right_to_left_pdf,
    scan_pdf,
    typst_pdf,
    unbalanced,
    with_layers,
    with_note,
)

_CROP = Array([50, 60, 500, 700])


def _turned(angle: int) -> bytes:
    return changed(reportlab_pdf(), on_every_page(Rotate=angle, CropBox=_CROP))


SOUND: dict[str, Callable[[], bytes]] = {
    "reportlab": reportlab_pdf,
    "letter": lambda: reportlab_pdf(size=letter),
    "landscape": lambda: reportlab_pdf(size=landscape(A4)),
    "a3": lambda: reportlab_pdf(size=A3),
    "a6": lambda: reportlab_pdf(size=A6),
    "tiny": lambda: reportlab_pdf(pages=1, size=(90, 70)),
    "typst_1_4": lambda: typst_pdf(standard="1.4"),
    "typst_2_0": lambda: typst_pdf(standard="2.0"),
    "typst_a_2b": lambda: typst_pdf(standard="a-2b"),
    "right_to_left": right_to_left_pdf,
    "scan": scan_pdf,
    "crop_off_centre": lambda: changed(
        reportlab_pdf(),
        on_every_page(
            MediaBox=Array([-200, -100, 700, 1000]), CropBox=Array([-120, 33.5, 480.25, 801])
        ),
    ),
    "crop_beyond_the_sheet": lambda: changed(
        reportlab_pdf(), on_every_page(Rotate=270, CropBox=Array([300, 500, 2000, 100]))
    ),
    "turned_90": lambda: _turned(90),
    "turned_180": lambda: _turned(180),
    "turned_270": lambda: _turned(270),
    "user_unit": lambda: changed(
        reportlab_pdf(size=(300, 420)), on_every_page(UserUnit=2), min_version="1.6"
    ),
    "linearized": lambda: changed(reportlab_pdf(), lambda _pdf: None, linearize=True),
    "object_streams": lambda: changed(
        reportlab_pdf(),
        lambda _pdf: None,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
    ),
    "unbalanced": lambda: changed(reportlab_pdf(), unbalanced),
    "form": form_pdf,
    "hybrid": hybrid_pdf,
    "opens_at_page": lambda: changed(
        reportlab_pdf(),
        in_catalog(OpenAction=Dictionary(S=Name.GoTo, D=Array([0, Name.Fit]))),
    ),
    "plain_layers": lambda: changed(reportlab_pdf(), with_layers(BaseState=Name.ON)),
    "web_link": lambda: changed(
        reportlab_pdf(),
        with_note(
            Subtype=Name.Link,
            A=Dictionary(S=Name.URI, URI=pikepdf.String("https://acta.example/JavaScript")),
        ),
    ),
}


def _script(**entries: object) -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=pikepdf.String("app.alert(1)"), **entries)


def _catalog(**entries: object) -> bytes:
    return changed(reportlab_pdf(pages=1), in_catalog(**entries))


def _noted(**entries: object) -> bytes:
    return changed(reportlab_pdf(pages=1), with_note(**entries))


def _layered(**settings: object) -> bytes:
    usage = settings.pop("usage", None)
    assert usage is None or isinstance(usage, Dictionary)
    return changed(reportlab_pdf(pages=1), with_layers(usage=usage, **settings))


def _encrypted(password: str) -> bytes:
    return changed(
        reportlab_pdf(pages=1),
        lambda _pdf: None,
        encryption=pikepdf.Encryption(owner="dueño", user=password),
    )


def _signed_field() -> bytes:
    signature = Dictionary(Type=Name.Sig, ByteRange=Array([0, 1, 2, 3]), Contents=b"\x30")
    field = Dictionary(FT=Name.Sig, T=pikepdf.String("firma"), V=signature)
    return _catalog(AcroForm=Dictionary(Fields=Array([field]), SigFlags=3))


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("otro.txt", "otra cosa")
    return out.getvalue()


def _zip_around_the_end() -> bytes:
    # A zip reader takes the PDF's end for the archive's comment.
    document, archive = reportlab_pdf(pages=1), _zip()
    end = document.rindex(b"startxref")
    tail = document[end:]
    return document[:end] + archive[:-2] + len(tail).to_bytes(2, "little") + tail


def _cut_update() -> bytes:
    whole = reportlab_pdf(pages=1)
    return whole + b"9 0 obj\n<< /Type /Annot /Contents (a medio escri"


def _nested() -> bytes:
    deep = Array([Dictionary(S=Name.JavaScriptX, EF=0)])
    for _ in range(70):
        deep = Array([deep])
    return _catalog(Deep=deep)


def _no_pages(pdf: pikepdf.Pdf) -> None:
    del pdf.pages[0]


REFUSED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "encrypted_empty_password": ("pdf/encrypted", lambda: _encrypted("")),
    "encrypted_password": ("pdf/encrypted", lambda: _encrypted("secreto")),
    "signed_field": ("pdf/already-signed", _signed_field),
    "signed_certified": ("pdf/already-signed", lambda: _catalog(Perms=Dictionary())),
    "signed_dss": ("pdf/already-signed", lambda: _catalog(DSS=Dictionary())),
    "script_named": (
        "pdf/script",
        lambda: _catalog(Names=Dictionary(JavaScript=Dictionary(Names=Array([])))),
    ),
    "script_open": ("pdf/script", lambda: _catalog(OpenAction=_script())),
    "script_open_uri": (
        "pdf/script",
        lambda: _catalog(OpenAction=Dictionary(S=Name.URI, URI=pikepdf.String("http://x"))),
    ),
    "script_disguised": (
        "pdf/script",
        lambda: _noted(Subtype=Name.Link, A=_script(Type=Name.StructElem, P=1)),
    ),
    "script_next": (
        "pdf/script",
        lambda: _noted(
            Subtype=Name.Link, A=Dictionary(S=Name.GoTo, D=Array([0]), Next=Array([_script()]))
        ),
    ),
    "script_escaped_name": (
        "pdf/script",
        lambda: (
            _noted(Subtype=Name.Link, A=_script())
            .replace(b"/JavaScript", b"/J#61vaScript")
            .replace(b"alert", b"ale")
        ),  # the file's length, and so its table, stay right
    ),
    "script_on_page": (
        "pdf/script",
        lambda: changed(
            reportlab_pdf(pages=1),
            on_every_page(AA=Dictionary(O=Dictionary(S=Name.Named, N=Name.Print))),
        ),
    ),
    "script_launch": (
        "pdf/script",
        lambda: _noted(
            Subtype=Name.Link, A=Dictionary(S=Name.Launch, F=pikepdf.String("calc.exe"))
        ),
    ),
    "script_submit": (
        "pdf/script",
        lambda: _noted(
            Subtype=Name.Link,
            A=Dictionary(S=Name.SubmitForm, F=pikepdf.String("https://x.example")),
        ),
    ),
    "xfa": ("pdf/xfa", lambda: _catalog(AcroForm=Dictionary(XFA=Array([]), Fields=Array([])))),
    "xfa_rendering": ("pdf/xfa", lambda: _catalog(NeedsRendering=True)),
    "file_attached": ("pdf/embedded-files", lambda: changed(reportlab_pdf(pages=1), attach_file)),
    "file_associated": ("pdf/embedded-files", lambda: _catalog(AF=Array([Dictionary()]))),
    "file_portfolio": ("pdf/embedded-files", lambda: _catalog(Collection=Dictionary())),
    "file_pinned": ("pdf/embedded-files", lambda: _noted(Subtype=Name.FileAttachment)),
    "media": ("pdf/embedded-files", lambda: _noted(Subtype=Name.RichMedia)),
    "cut_in_half": ("pdf/truncated", lambda: reportlab_pdf()[:2000]),
    "cut_linearized": (
        "pdf/truncated",
        lambda: changed(reportlab_pdf(), lambda _pdf: None, linearize=True)[:-900],
    ),
    "cut_update": ("pdf/truncated", _cut_update),
    "bytes_before": ("pdf/polyglot", lambda: b"GIF89a" + reportlab_pdf(pages=1)),
    "bytes_after": ("pdf/polyglot", lambda: reportlab_pdf(pages=1) + b"<script>1</script>"),
    "zip_after": ("pdf/polyglot", lambda: reportlab_pdf(pages=1) + _zip()),
    "zip_around_the_end": ("pdf/polyglot", _zip_around_the_end),
    "too_many_pages": ("pdf/too-many-pages", lambda: reportlab_pdf(pages=501, size=(90, 70))),
    "locator": (
        "pdf/has-locator",
        lambda: _catalog(PieceInfo=Dictionary(Acta=Dictionary(Private=Dictionary()))),
    ),
    "layer_hidden": ("pdf/layers", lambda: _layered(hide=True)),
    "layers_off": ("pdf/layers", lambda: _layered(BaseState=Name.OFF)),
    "layer_prints_differently": (
        "pdf/layers",
        lambda: _layered(usage=Dictionary(Print=Dictionary(PrintState=Name.OFF))),
    ),
    "layers_automatic": ("pdf/layers", lambda: _layered(AS=Array([Dictionary()]))),
    "layers_dependent": (
        "pdf/layers",
        lambda: _noted(Subtype=Name.Link, OC=Dictionary(Type=Name.OCMD)),
    ),
    "not_a_pdf": ("pdf/malformed", lambda: b"PK\x03\x04 no es un PDF"),
    "empty": ("pdf/malformed", lambda: b""),
    "broken_table": (
        "pdf/malformed",
        lambda: reportlab_pdf(pages=1).replace(b"startxref\n", b"startxref\n1"),
    ),
    "no_pages": ("pdf/malformed", lambda: changed(reportlab_pdf(pages=1), _no_pages)),
    "huge_page": ("pdf/malformed", lambda: reportlab_pdf(pages=1, size=(20_000, 20_000))),
    "hair_thin_page": ("pdf/malformed", lambda: reportlab_pdf(pages=1, size=(600, 2))),
    "turned_askew": (
        "pdf/malformed",
        lambda: changed(reportlab_pdf(pages=1), on_every_page(Rotate=45)),
    ),
    "nested_deeply": ("pdf/malformed", _nested),
}


def main(folder: Path) -> None:
    """Write every sample into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in SOUND.items():
        (folder / f"good_{name}.pdf").write_bytes(make())
    for name, (_, make) in REFUSED.items():
        (folder / f"bad_{name}.pdf").write_bytes(make())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
