"""What preparing adds to a document, where it stands, and that it covers and changes nothing."""

import io
import re
import zlib
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageChops

from anchoring.locator import read_locator
from service.signing import (
    SEAL_FIELD,
    FieldParty,
    PdfHasLocatorError,
    inspect_pdf,
    new_page_code,
    party_field,
    prepare_pdf,
)
from service.signing.layout import STAMP_HEIGHT, STAMP_WIDTH, signature_page
from service.signing.texts import TEXTS
from tests.pdfs.making import reportlab_pdf
from tests.pdfs.samples import SOUND
from tests.unit.signing.conftest import LOCATOR, NAMES, Studio
from tests.unit.signing.judges import qpdf_check

_SCALE = 2


def _drawn(document: bytes, page: int) -> Image.Image:
    with pikepdf.open(io.BytesIO(document)) as opened:
        unit = float(opened.pages[page].obj.get("/UserUnit", 1))
    pdf = pypdfium2.PdfDocument(document)
    pdf.init_forms()
    picture = pdf[page].render(scale=_SCALE * unit, grayscale=True).to_pil().convert("L")
    pdf.close()
    return picture


def _text(document: bytes, page: int) -> str:
    pdf = pypdfium2.PdfDocument(document)
    text = str(pdf[page].get_textpage().get_text_range())
    pdf.close()
    return text


def _prepare(document: bytes, codes: list[str], **changes: object) -> bytes:
    details: dict[str, object] = {
        "locator": LOCATOR,
        "page_codes": codes,
        "code_base_url": "https://acta.example/",
        "parties": [FieldParty(party=1, name="Ana", role="signer")],
        "lang": "es",
        "title": "Contrato",
        **changes,
    }
    return prepare_pdf(document, **details)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", SOUND)
def test_every_kind_of_pdf_is_prepared_cleanly(name: str, studio: Studio, tmp_path: Path) -> None:
    document = SOUND[name]()
    prepared = studio.prepare(document)
    qpdf_check(prepared, tmp_path)
    assert read_locator(prepared) == LOCATOR
    before, after = inspect_pdf(document), pikepdf.open(io.BytesIO(prepared))
    assert len(after.pages) == before.pages + 1
    assert [str(field.T) for field in after.Root.AcroForm.Fields] == [
        party_field(1),
        party_field(2),
        SEAL_FIELD,
    ]

    for page in range(before.pages):
        _check_stamp(document, prepared, page)


def _check_stamp(document: bytes, prepared: bytes, page: int) -> None:
    """Assert that a page's stamp stands upright and that nothing was covered."""
    before, after = _drawn(document, page), _drawn(prepared, page)
    same = after.crop((0, 0, before.width, before.height))
    # What was dark is still dark, to the pixel.
    lost = ImageChops.subtract(same, before).point(lambda level: 255 if level > 90 else 0)
    assert lost.getbbox() is None
    _check_upright_code(before, after)


def _check_upright_code(before: Image.Image, after: Image.Image) -> None:
    """Assert that a QR code was added whose three marks stand as they must."""
    grown = Image.new("L", after.size, 255)
    grown.paste(before)
    added = ImageChops.difference(grown, after).point(lambda level: 255 if level > 60 else 0)
    box = added.getbbox()
    assert box is not None
    left, top, right, bottom = box
    assert right - left <= STAMP_WIDTH * _SCALE
    assert bottom - top <= STAMP_HEIGHT * _SCALE
    side = round(STAMP_HEIGHT * _SCALE * 0.9)
    code = after.crop((left, top, left + side, top + side))
    mark = round(side * 0.24)

    def darkness(x: int, y: int) -> float:
        cut = code.crop((x, y, x + mark, y + mark)).point(lambda level: level < 128, "1")
        return cut.convert("L").histogram()[255] / mark**2

    marks = [darkness(0, 0), darkness(side - mark, 0), darkness(0, side - mark)]
    other = darkness(side - mark, side - mark)
    # A finder mark has 33 dark modules of 49; the fourth corner has none.
    assert all(0.5 < mark < 0.85 for mark in marks)
    assert other < 0.62


def test_every_page_bears_its_own_code_and_its_number() -> None:
    codes = [new_page_code() for _ in range(4)]
    prepared = _prepare(reportlab_pdf(pages=3), codes)
    for number, code in enumerate(codes, start=1):
        text = _text(prepared, number - 1)
        assert code in text
        assert f"Página {number} de 4" in text
        assert "acta.example/d" in text


def test_a_full_page_grows_by_a_strip(studio: Studio) -> None:
    sheet = Image.new("L", (600, 800), 120)
    out = io.BytesIO()
    sheet.save(out, "PDF")
    prepared = pikepdf.open(io.BytesIO(studio.prepare(out.getvalue())))
    x0, y0, x1, y1 = (float(side) for side in prepared.pages[0].mediabox)
    assert (x0, x1, y1) == (0, 600, 800)
    assert y0 == -(STAMP_HEIGHT + 8)


def test_what_lay_outside_the_page_stays_out_of_sight() -> None:
    def black_around(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.MediaBox = pikepdf.Array([-100, -100, 700, 900])
        pdf.pages[0].obj.CropBox = pikepdf.Array([0, 0, 600, 800])
        pdf.pages[0].contents_add(b"0 g -100 -100 800 1000 re f 0.5 g 0 0 600 800 re f")

    with pikepdf.open(io.BytesIO(reportlab_pdf(pages=1))) as pdf:
        black_around(pdf)
        out = io.BytesIO()
        pdf.save(out)
    picture = _drawn(_prepare(out.getvalue(), [new_page_code()]), 0)
    right_of_stamp = picture.crop(
        (picture.width // 2, picture.height - 90, picture.width, picture.height)
    )
    strip = right_of_stamp.crop((0, 0, right_of_stamp.width, 80))
    assert strip.getextrema() == (255, 255)


def test_the_locator_is_found_without_a_pdf_library(studio: Studio) -> None:
    assert LOCATOR.to_bytes() in studio.prepare(reportlab_pdf())


def test_a_prepared_pdf_is_not_prepared_again(studio: Studio) -> None:
    with pytest.raises(PdfHasLocatorError):
        inspect_pdf(studio.prepare(reportlab_pdf()))


def test_each_party_locks_its_field_and_the_seal_locks_everything(studio: Studio) -> None:
    prepared = pikepdf.open(io.BytesIO(studio.prepare(reportlab_pdf(), parties=3)))
    *parties, seal = prepared.Root.AcroForm.Fields
    for number, field in enumerate(parties, start=1):
        assert field.Lock.Action == pikepdf.Name.Include
        assert [str(name) for name in field.Lock.Fields] == [party_field(number)]
    assert (seal.Lock.Action, int(seal.Lock.P)) == (pikepdf.Name.All, 1)
    page = prepared.pages[-1]
    for field in (*parties, seal):
        x0, y0, x1, y1 = (float(side) for side in field.Rect)
        assert 0 < x0 < x1 < float(page.mediabox[2])
        assert 0 < y0 < y1 < float(page.mediabox[3])


@pytest.mark.parametrize("letter", [False, True])
@pytest.mark.parametrize("parties", range(1, 11))
def test_no_two_boxes_overlap_or_leave_the_page(parties: int, letter: bool) -> None:
    layout = signature_page(parties=parties, letter=letter)
    boxes = [*layout.parties, layout.seal]
    for number, box in enumerate(boxes):
        assert box.left > 0
        assert box.left + box.width < layout.width
        # Below stand a line of explanation and the page stamp.
        assert box.top + box.height + 26 < layout.height - STAMP_HEIGHT - 14
        for other in boxes[number + 1 :]:
            apart = (
                box.left + box.width <= other.left
                or other.left + other.width <= box.left
                or box.top + box.height <= other.top
            )
            assert apart
    assert layout.parties[0].inner.height > 60


@pytest.mark.parametrize("lang", ["es", "en"])
def test_the_signature_page_speaks_the_agreements_language(lang: str, studio: Studio) -> None:
    prepared = studio.prepare(reportlab_pdf(pages=1), parties=10, lang=lang)
    text = " ".join(_text(prepared, 1).split())
    words = TEXTS[lang]
    for expected in (words["heading"], words["seal"], words["intro"].format(pages=2)):
        assert expected in text
    for name in NAMES:
        assert name in text
    assert "@" not in text


def test_form_fields_become_part_of_the_page(studio: Studio) -> None:
    prepared = studio.prepare(SOUND["form"]())
    assert "Ana" in _text(prepared, 0)
    first = pikepdf.open(io.BytesIO(prepared)).pages[0]
    assert len(first.obj.get("/Annots", [])) == 0


def test_layers_can_no_longer_be_hidden(studio: Studio) -> None:
    prepared = pikepdf.open(io.BytesIO(studio.prepare(SOUND["plain_layers"]())))
    assert "/OCProperties" not in prepared.Root


def test_long_names_and_titles_are_not_cut(studio: Studio) -> None:
    name = "Maximiliano Fernández-Villaverde de la Fuente y Ruiz de Apodaca " * 2
    title = "Contrato marco de prestación de servicios " * 5
    prepared = _prepare(
        reportlab_pdf(pages=1),
        [new_page_code()],
        parties=[FieldParty(party=n, name=name[:120].strip(), role="signer") for n in (1, 2)],
        title=title[:200].strip(),
    )
    text = " ".join(_text(prepared, 1).split())
    assert text.count(name[:120].strip()) == 2
    assert title[:200].strip() in text
    assert "firmante" in text


def test_text_of_people_is_never_markup() -> None:
    odd = '#panic("no") $x$ *a* _b_ `c` \\ <d> [e]'
    prepared = _prepare(
        reportlab_pdf(pages=1),
        [new_page_code()],
        parties=[FieldParty(party=1, name=odd, role="signer")],
        title=odd,
    )
    assert _text(prepared, 1).count(odd) == 2


def test_two_hundred_pages(studio: Studio, tmp_path: Path) -> None:
    prepared = studio.prepare(reportlab_pdf(pages=200))
    qpdf_check(prepared, tmp_path)
    codes = set()
    for page in (0, 100, 200):
        codes |= set(re.findall(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}", _text(prepared, page)))
    # The signature page repeats the first page's code, having none of its own here.
    assert len(codes) == 2


def test_fifty_sign_on_five_pages(tmp_path: Path) -> None:
    many = [FieldParty(party=n, name=f"Parte {n}", role="signer") for n in range(1, 51)]
    prepared = _prepare(reportlab_pdf(pages=1), [new_page_code() for _ in range(6)], parties=many)
    qpdf_check(prepared, tmp_path)
    with pikepdf.open(io.BytesIO(prepared)) as pdf:
        assert len(pdf.pages) == 6
        assert [len(page.obj.get("/Annots", [])) for page in pdf.pages] == [0, 10, 10, 10, 10, 11]
    for number in range(1, 51):
        assert f"Parte {number}" in _text(prepared, 1 + (number - 1) // 10)


def test_who_does_not_sign_has_no_box() -> None:
    prepared = _prepare(
        reportlab_pdf(pages=1),
        [new_page_code()],
        parties=[
            FieldParty(party=1, name="Aprueba", role="approver"),
            FieldParty(party=2, name="Firma", role="signer"),
        ],
    )
    with pikepdf.open(io.BytesIO(prepared)) as pdf:
        names = [str(field.T) for field in pdf.Root.AcroForm.Fields]
    assert names == [party_field(2), SEAL_FIELD]
    assert "Aprueba" not in _text(prepared, 1)


def test_codes_and_parties_must_fit() -> None:
    document = reportlab_pdf(pages=2)
    with pytest.raises(ValueError, match="expected 2 page codes, got 1"):
        _prepare(document, [new_page_code()])
    many = [FieldParty(party=n, name="A", role="signer") for n in range(1, 52)]
    with pytest.raises(ValueError, match="expected 0 to 50 signers, got 51"):
        _prepare(document, [new_page_code(), new_page_code()], parties=many)


def test_page_codes_are_long_enough_and_easy_to_read() -> None:
    codes = {new_page_code() for _ in range(200)}
    assert len(codes) == 200
    for code in codes:
        assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}", code)
    # 16 letters of 5 bits
    assert len(zlib.compress("".join(codes).replace("-", "").encode(), 9)) > 200 * 9.5
