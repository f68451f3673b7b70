"""Whether a PDF may be signed here: the checks that need a parser."""

import io
import re
from typing import Any

import pikepdf
import pypdfium2
from pikepdf import Name

# ISO 32000-1 §12.6.4: what acts by itself or reaches outside the page that people read.
_ACTIONS = frozenset(
    {
        "/JavaScript",
        "/Launch",
        "/SubmitForm",
        "/ImportData",
        "/ResetForm",
        "/Rendition",
        "/RichMediaExecute",
        "/GoTo3DView",
        "/GoToE",
        "/Movie",
        "/Sound",
        "/Hide",
        "/SetOCGState",
    }
)
_MEDIA = frozenset({"/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"})
# Names that make an object worth a closer look; qpdf has undone any #xx spelling.
_SUSPECT = re.compile(
    rb"/(?:JavaScript|Launch|SubmitForm|ImportData|ResetForm|Rendition|RichMedia|RichMediaExecute"
    rb"|GoTo3DView|GoToE|Movie|Sound|Hide|SetOCGState|AA|ByteRange|EmbeddedFile|EF"
    rb"|FileAttachment|Screen|3D|Sig|DocTimeStamp|OCMD)(?![A-Za-z0-9_#+.-])"
)
_DEPTH = 60
_LONGEST_SIDE = 14_400
_SHORTEST_SIDE = 36


class Refusal(Exception):  # noqa: N818  # it is the gate's answer, not a fault of ours
    """The document must not be signed; ``refusal`` is the public code."""

    def __init__(self, refusal: str, words: str) -> None:
        super().__init__(words)
        self.refusal = refusal


def inspect(document: bytes, *, max_pages: int) -> dict[str, Any]:
    """Return ``{"sizes": [[width, height], …], "version": …}`` or raise Refusal.

    Sizes are in points (1/72 inch) as displayed: within the CropBox, turned, in user units.
    """
    with open_pdf(document) as pdf:
        _check_catalog(pdf)
        for thing in pdf.objects:
            _check_object(thing)
        _check_layers(pdf)
        count = len(pdf.pages)
        if count == 0:
            raise Refusal("pdf/malformed", "expected at least one page, got none")
        if count > max_pages:
            raise Refusal("pdf/too-many-pages", f"expected at most {max_pages} pages, got {count}")
        sizes = [displayed_size(page) for page in pdf.pages]
        for page in pdf.pages:
            graphics_balance(page)
        version = pdf.pdf_version
    _agree_on_pages(document, count)
    return {"sizes": sizes, "version": version}


def open_pdf(document: bytes) -> pikepdf.Pdf:
    """Open a PDF without repairing it; raises Refusal."""
    try:
        pdf = pikepdf.open(io.BytesIO(document), attempt_recovery=False)
    except pikepdf.PasswordError as error:
        raise Refusal("pdf/encrypted", "the pdf is encrypted") from error
    except pikepdf.PdfError as error:
        raise Refusal(
            "pdf/malformed", "the pdf's structure is broken; print or export it anew"
        ) from error
    if pdf.is_encrypted:
        # An empty password opens it silently, and saving would drop the restrictions.
        raise Refusal("pdf/encrypted", "the pdf is encrypted")
    return pdf


def displayed_box(page: pikepdf.Page) -> tuple[float, float, float, float]:
    """Return the visible part of a page in its own units: CropBox within MediaBox."""
    media = _rectangle(page.mediabox)
    crop = _rectangle(page.cropbox)
    box = (
        max(media[0], crop[0]),
        max(media[1], crop[1]),
        min(media[2], crop[2]),
        min(media[3], crop[3]),
    )
    # ISO 32000-1 §14.11.2.1: a CropBox outside the MediaBox leaves nothing; viewers ignore it.
    return box if box[0] < box[2] and box[1] < box[3] else media


def turn_and_unit(page: pikepdf.Page) -> tuple[int, float]:
    """Return the page's clockwise turn (0, 90, 180, 270) and its user unit in points."""
    turn = int(_inherited(page, "/Rotate", 0)) % 360
    if turn % 90:
        raise Refusal("pdf/malformed", f"expected a rotation by quarter turns, got {turn}")
    unit = float(page.obj.get("/UserUnit", 1))
    if not 0.01 <= unit <= 1000:
        raise Refusal("pdf/malformed", f"expected a sensible user unit, got {unit}")
    return turn, unit


def displayed_size(page: pikepdf.Page) -> tuple[float, float]:
    """Return width and height in points as a reader sees the page; raises Refusal."""
    x0, y0, x1, y1 = displayed_box(page)
    turn, unit = turn_and_unit(page)
    width, height = (x1 - x0) * unit, (y1 - y0) * unit
    longest = max(x1 - x0, y1 - y0)
    if longest > _LONGEST_SIDE or min(width, height) < _SHORTEST_SIDE:
        raise Refusal(
            "pdf/malformed",
            f"expected pages from {_SHORTEST_SIDE} to {_LONGEST_SIDE} points, "
            f"got {width:.0f} by {height:.0f}",
        )
    return (height, width) if turn in (90, 270) else (width, height)


def graphics_balance(page: pikepdf.Page) -> tuple[int, int]:
    """Return how many graphics states a page's content pops too many, and leaves open."""
    lowest = depth = 0
    try:
        for instruction in pikepdf.parse_content_stream(page, "q Q"):
            depth += 1 if str(instruction.operator) == "q" else -1
            lowest = min(lowest, depth)
    except pikepdf.PdfError as error:
        raise Refusal("pdf/malformed", "a page's content cannot be read") from error
    return -lowest, depth - lowest


def _inherited(page: pikepdf.Page, key: str, default: Any) -> Any:
    node: Any = page.obj
    for _ in range(_DEPTH):
        if key in node:
            return node[key]
        if "/Parent" not in node:
            break
        node = node["/Parent"]
    return default


def _rectangle(values: Any) -> tuple[float, float, float, float]:
    try:
        a, b, c, d = (float(value) for value in values)
    except (TypeError, ValueError) as error:
        raise Refusal("pdf/malformed", "expected page boxes of four numbers") from error
    return min(a, c), min(b, d), max(a, c), max(b, d)


def _check_catalog(pdf: pikepdf.Pdf) -> None:
    root = pdf.Root
    form = root.get("/AcroForm")
    if (isinstance(form, pikepdf.Dictionary) and "/XFA" in form) or root.get("/NeedsRendering"):
        raise Refusal("pdf/xfa", "the pdf is an xfa form; print it to a plain pdf first")
    if "/DSS" in root or "/Perms" in root:
        raise Refusal("pdf/already-signed", "the pdf is signed already")
    names = root.get("/Names")
    if isinstance(names, pikepdf.Dictionary):
        if "/JavaScript" in names:
            raise Refusal("pdf/script", "the pdf holds scripts")
        if "/EmbeddedFiles" in names:
            raise Refusal("pdf/embedded-files", "the pdf carries other files inside")
    if "/Collection" in root or len(root.get("/AF", [])):
        raise Refusal("pdf/embedded-files", "the pdf carries other files inside")
    opening = root.get("/OpenAction")
    # A place to begin reading at is harmless, and LaTeX always writes one.
    if isinstance(opening, pikepdf.Dictionary) and opening.get("/S") != Name.GoTo:
        raise Refusal("pdf/script", "the pdf acts by itself when it is opened")
    pieces = root.get("/PieceInfo")
    if isinstance(pieces, pikepdf.Dictionary) and "/Acta" in pieces and not _has_signature(pdf):
        raise Refusal("pdf/has-locator", "the pdf was already prepared for an agreement")


def _has_signature(pdf: pikepdf.Pdf) -> bool:
    return any(
        isinstance(thing, pikepdf.Dictionary) and "/ByteRange" in thing for thing in pdf.objects
    )


def _check_object(thing: Any) -> None:
    if isinstance(thing, pikepdf.Stream):
        thing = thing.stream_dict
    if not isinstance(thing, (pikepdf.Dictionary, pikepdf.Array)):
        return
    # Most objects are innocent, and asking this in one go is a hundred times faster.
    if _SUSPECT.search(thing.unparse(resolved=True)):
        _check_closely(thing, _DEPTH)


def _check_closely(thing: Any, depth: int) -> None:
    if depth == 0:
        raise Refusal("pdf/malformed", "the pdf's objects are nested too deeply")
    if isinstance(thing, pikepdf.Dictionary):
        _check_dictionary(thing)
        children = [value for _, value in thing.items()]
    elif isinstance(thing, pikepdf.Array):
        children = list(thing)
    else:
        return
    for child in children:
        # Indirect objects come by on their own.
        if isinstance(child, pikepdf.Object) and not child.is_indirect:
            _check_closely(child, depth - 1)


def _check_dictionary(thing: pikepdf.Dictionary) -> None:
    kind, subtype, action = (_name(thing.get(key)) for key in ("/Type", "/Subtype", "/S"))
    if "/ByteRange" in thing or (kind in {"/Sig", "/DocTimeStamp"} and "/Contents" in thing):
        raise Refusal("pdf/already-signed", "the pdf is signed already")
    if action in _ACTIONS:
        raise Refusal("pdf/script", "the pdf holds scripts or actions")
    if _runs_by_itself(thing.get("/AA")):
        raise Refusal("pdf/script", "the pdf acts by itself")
    if kind == "/EmbeddedFile" or isinstance(thing.get("/EF"), pikepdf.Dictionary):
        raise Refusal("pdf/embedded-files", "the pdf carries other files inside")
    if subtype in _MEDIA and "/Rect" in thing:
        raise Refusal("pdf/embedded-files", "the pdf carries files or media inside")
    if kind == "/OCMD":
        raise Refusal("pdf/layers", "the pdf has layers that depend on one another")


def _runs_by_itself(triggers: Any) -> bool:
    # A font or picture may be called /AA too: only a dictionary of actions counts.
    return isinstance(triggers, pikepdf.Dictionary) and any(
        isinstance(value, pikepdf.Dictionary) and "/S" in value for _, value in triggers.items()
    )


def _check_layers(pdf: pikepdf.Pdf) -> None:
    """Refuse layers of which some can be hidden or print differently (CVE-2024-52271)."""
    properties = pdf.Root.get("/OCProperties")
    if not isinstance(properties, pikepdf.Dictionary):
        return
    settings = properties.get("/D", pikepdf.Dictionary())
    hidden = (
        len(settings.get("/OFF", []))
        or settings.get("/BaseState", Name.ON) != Name.ON
        or len(settings.get("/AS", []))
        or len(settings.get("/RBGroups", []))
        or len(properties.get("/Configs", []))
    )
    for group in properties.get("/OCGs", []):
        usage = group.get("/Usage", pikepdf.Dictionary())
        hidden = hidden or any(key in usage for key in ("/Print", "/View", "/Export", "/Zoom"))
    if hidden:
        raise Refusal("pdf/layers", "the pdf has layers that can be shown or printed differently")


def _agree_on_pages(document: bytes, count: int) -> None:
    """Require that the parser that shows the pages sees as many as the one that prepares them."""
    try:
        shown = pypdfium2.PdfDocument(document)
    except pypdfium2.PdfiumError as error:
        raise Refusal("pdf/malformed", "the pdf cannot be shown; export it anew") from error
    try:
        if len(shown) != count:
            raise Refusal(
                "pdf/malformed", f"readers disagree on the number of pages: {count}, {len(shown)}"
            )
    finally:
        shown.close()


def _name(value: Any) -> str:
    return str(value) if isinstance(value, Name) else ""
