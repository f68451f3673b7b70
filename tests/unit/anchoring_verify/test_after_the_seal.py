"""What may come after the seal: a time stamp by the trusted authority does not excuse the rest."""

import io
from collections.abc import Callable

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, append_signature_field
from pyhanko.sign.signers import PdfTimeStamper

from anchoring.pdf_changes import RevisionStep, forbidden_changes
from anchoring.report import Verdict
from tests.unit.anchoring_verify.authorities import Stamper
from tests.unit.anchoring_verify.pdf_makers import name, stamp
from tests.unit.anchoring_verify.platforms import later, platform
from tests.unit.anchoring_verify.sealed_agreement import Plan, make

Change = Callable[[IncrementalPdfFileWriter], None]
_FIELD = "archive"
_XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt><rdf:li xml:lang="x-default">void
</rdf:li></rdf:Alt></dc:title></rdf:Description></rdf:RDF></x:xmpmeta>"""


def whole(*numbers: int) -> list[generic.PdfObject]:
    return [generic.NumberObject(number) for number in numbers]


def text(words: str) -> generic.PdfObject:
    return generic.pdf_string(words)


def pdf_dict(**entries: generic.PdfObject) -> generic.DictionaryObject:
    return generic.DictionaryObject({name(f"/{key}"): value for key, value in entries.items()})


def stamper() -> Stamper:
    where = platform()
    return Stamper(where.tsa, where.tsa_ca, later(500))


def stamped(pdf: bytes, change: Change) -> bytes:
    """Return ``pdf`` with a change and a trusted document time stamp in one more revision."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer)
    fields = [field.get_object() for field in writer.root["/AcroForm"]["/Fields"]]
    made = _FIELD if _FIELD in [field.get("/T") for field in fields] else None
    out = io.BytesIO()
    PdfTimeStamper(stamper(), field_name=made).timestamp_pdf(
        writer, "sha256", bytes_reserved=16384, output=out
    )
    return out.getvalue()


def verdict_after(change: Change) -> tuple[Verdict, str]:
    plan = Plan(edit_pdf=lambda stage, pdf: stamped(pdf, change) if stage == "stamped" else pdf)
    report = make(plan).verify()
    return report.verdict, report.reason_code


def new_field(writer: IncrementalPdfFileWriter) -> generic.DictionaryObject:
    append_signature_field(writer, SigFieldSpec(_FIELD))
    fields = [field.get_object() for field in writer.root["/AcroForm"]["/Fields"]]
    return next(field for field in fields if field["/T"] == _FIELD)


def shows_the_first_signature(rectangle: list[generic.PdfObject]) -> Change:
    """Put another party's picture over the page, in a rectangle that has no area to be read."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        picture = writer.root["/AcroForm"]["/Fields"][0]["/AP"].raw_get("/N")
        field = new_field(writer)
        field["/Rect"] = generic.ArrayObject(rectangle)
        field["/F"] = generic.NumberObject(4)
        field["/AP"] = pdf_dict(N=picture)

    return change


@pytest.mark.parametrize(
    "rectangle",
    [
        [generic.NullObject(), *whole(200, 560, 500)],
        [text("x"), *whole(200, 560, 500)],
        whole(40, 200, 560, 500, 0),
        whole(0, 0, 0, 0),
    ],
    ids=["null", "text", "five", "empty-but-drawn"],
)
def test_a_time_stamp_field_with_a_picture(rectangle: list[generic.PdfObject]) -> None:
    assert verdict_after(shows_the_first_signature(rectangle)) == (
        Verdict.INVALID,
        "seal/field-later",
    )


@pytest.mark.parametrize("key", ["/MK", "/A", "/AA", "/OC"])
def test_a_time_stamp_field_that_says_more(key: str) -> None:
    def change(writer: IncrementalPdfFileWriter) -> None:
        new_field(writer)[key] = pdf_dict(CA=text("void"))

    assert verdict_after(change) == (Verdict.INVALID, "seal/field-later")


@pytest.mark.parametrize(
    "rectangle", [None, text("0 0 0 0"), generic.ArrayObject(whole(0, 0, 0))], ids=str
)
def test_a_time_stamp_field_without_four_numbers(rectangle: generic.PdfObject | None) -> None:
    def change(writer: IncrementalPdfFileWriter) -> None:
        field = new_field(writer)
        del field["/Rect"]
        if rectangle is not None:
            field["/Rect"] = rectangle

    assert verdict_after(change) == (Verdict.INVALID, "seal/field-later")


def retitle(writer: IncrementalPdfFileWriter) -> None:
    info = pdf_dict(Title=text("void"), Author=text("A notary"))
    writer.trailer["/Info"] = writer._info = writer.add_object(info)


def describe(writer: IncrementalPdfFileWriter) -> None:
    entries = {name("/Type"): name("/Metadata"), name("/Subtype"): name("/XML")}
    writer.root["/Metadata"] = writer.add_object(generic.StreamObject(entries, stream_data=_XMP))
    writer.update_root()
    # Otherwise pyHanko writes metadata of its own over it.
    writer._update_meta = lambda: None


def extend(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/Extensions"] = pdf_dict(EVIL=text("x"))
    writer.update_root()


def extend_a_known_one(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/Extensions"] = pdf_dict(ESIC=text("x"))
    writer.update_root()


def mark(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/MarkInfo"] = pdf_dict(Marked=generic.BooleanObject(True))
    writer.update_root()


@pytest.mark.parametrize("change", [retitle, describe, extend, extend_a_known_one, mark])
def test_what_the_file_says_of_itself(change: Change) -> None:
    assert verdict_after(change) == (Verdict.INVALID, "seal/altered-later")


def test_renewals_stay_valid() -> None:
    """With a known extension's new level, and validation data written over the earlier ones'."""

    def renewed(pdf: bytes) -> bytes:
        where = platform()
        once = stamp(pdf, stamper=stamper(), certificates=[where.tsa_ca, where.seal_ca])
        return stamped(once, new_field)

    plan = Plan(edit_pdf=lambda stage, pdf: renewed(pdf) if stage == "stamped" else pdf)
    assert make(plan).verify().verdict is Verdict.VALID


def test_a_widget_in_a_signers_revision() -> None:
    """pyHanko lets an invisible field come with a signature; this format does not."""

    def change(stage: str, pdf: bytes) -> bytes:
        return stamped(pdf, new_field) if stage == "acta-party-1" else pdf

    report = make(Plan(edit_pdf=change)).verify()
    assert report.verdict is Verdict.INVALID
    pdf = make().pdf
    first = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[0].signed_revision
    altered = stamped(pdf, new_field)
    last = PdfFileReader(io.BytesIO(altered)).xrefs.total_revisions - 1
    found = forbidden_changes(
        altered,
        [RevisionStep(first - 1, first, "acta-party-1"), RevisionStep(last - 1, last, "acta-seal")],
    )
    assert found[0] is None
    assert found[1] is not None
    assert found[1].shown
