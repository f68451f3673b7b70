"""What may be signed, what may not and why, and that a hostile file costs little."""

import io
import zlib

import pikepdf
import pytest
from PIL import Image

from service.errors import NotFoundError
from service.signing import (
    MAX_BYTES,
    PdfRefusedError,
    PdfTooComplexError,
    PdfTooLargeError,
    inspect_pdf,
    render_page,
)
from service.signing.errors import REFUSALS
from service.signing.isolation import WorkRefusedError, run_isolated
from tests.pdfs.making import changed, reportlab_pdf
from tests.pdfs.samples import REFUSED, SOUND


@pytest.mark.parametrize("name", SOUND)
def test_sound_pdfs_are_accepted(name: str) -> None:
    document = SOUND[name]()
    facts = inspect_pdf(document)
    assert facts.pages == len(facts.sizes) == len(pikepdf.open(io.BytesIO(document)).pages)


def test_sizes_are_as_displayed() -> None:
    assert inspect_pdf(SOUND["turned_90"]()).sizes[0] == (640, 450)
    assert inspect_pdf(SOUND["turned_180"]()).sizes[0] == (450, 640)
    assert inspect_pdf(SOUND["user_unit"]()).sizes[0] == (600, 840)


@pytest.mark.parametrize("name", REFUSED)
def test_other_files_are_refused_for_their_reason(name: str) -> None:
    code, make = REFUSED[name]
    with pytest.raises(PdfRefusedError) as refused:
        inspect_pdf(make())
    assert (refused.value.code, type(refused.value)) == (code, REFUSALS[code])


def test_every_refusal_has_a_sample() -> None:
    elsewhere = {"pdf/too-large", "pdf/too-complex"}
    assert {code for code, _ in REFUSED.values()} | elsewhere == set(REFUSALS)


def test_too_many_bytes_are_refused() -> None:
    document = reportlab_pdf(pages=1)
    padding = b"\n" * (MAX_BYTES + 1 - len(document))
    with pytest.raises(PdfTooLargeError):
        inspect_pdf(document + padding)


def test_a_bomb_ends_its_own_process_only() -> None:
    def bomb(pdf: pikepdf.Pdf) -> None:
        packed = zlib.compress(b" " * 300_000_000, 1)
        pdf.pages[0].obj.Contents = pikepdf.Stream(pdf, b"")
        pdf.pages[0].obj.Contents.write(packed, filter=pikepdf.Name.FlateDecode)

    document = changed(reportlab_pdf(pages=1), bomb, compress_streams=False)
    with pytest.raises(WorkRefusedError, match="content cannot be read"):
        run_isolated("inspect", [document], memory=350_000_000, max_pages=500)


def test_work_that_takes_too_much_computing_is_killed() -> None:
    def busy(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.Contents = pikepdf.Stream(pdf, b"q Q " * 5_000_000)

    with pytest.raises(PdfTooComplexError) as refused:
        run_isolated(
            "inspect", [changed(reportlab_pdf(pages=1), busy)], cpu_seconds=1, max_pages=500
        )
    assert refused.value.facts["status"] != 0


def test_work_that_takes_too_long_is_killed() -> None:
    with pytest.raises(PdfTooComplexError):
        run_isolated("inspect", [reportlab_pdf()], wall_seconds=0.01, max_pages=500)


def test_a_page_is_drawn_as_wide_as_asked() -> None:
    picture = Image.open(io.BytesIO(render_page(SOUND["landscape"](), page=1, width_px=400)))
    assert (picture.format, picture.width, picture.height) == ("PNG", 400, 283)


def test_no_picture_is_larger_than_the_clamp() -> None:
    narrow = reportlab_pdf(pages=1, size=(40, 14_000))
    picture = Image.open(io.BytesIO(render_page(narrow, page=0, width_px=1600)))
    assert max(picture.size) <= 2000


def test_a_missing_page_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        render_page(reportlab_pdf(pages=1), page=1, width_px=300)
