"""Reading documents with the machine's own recognition, from pictures as telephones take them."""

import shutil
from datetime import date

import pytest

from service.identity.documents.errors import (
    DocumentReaderMissingError,
    DocumentRefusedError,
    MrzNotFoundError,
)
from service.identity.documents.tesseract_reader import TesseractReader
from service.identity.pictures.gate import check_picture
from tests import portraits
from tests.id_documents import (
    MONO,
    OCR_B,
    Holder,
    card_lines,
    draw_document,
    older_card_lines,
    passport_lines,
    photographed,
)

TODAY = date(2026, 1, 31)
HOLDER = Holder()


@pytest.fixture(scope="module")
def reader() -> TesseractReader:
    if shutil.which("tesseract") is None or not OCR_B.exists():
        pytest.fail("run tests/install_judges.sh: tesseract and the font OCR-B are needed")
    return TesseractReader()


@pytest.mark.parametrize(
    ("lines", "font", "degrees", "width"),
    [
        (card_lines(HOLDER), OCR_B, 3, 1400),
        (card_lines(HOLDER), MONO, 180, 1400),
        (older_card_lines(HOLDER), OCR_B, -7, 1200),
        (passport_lines(HOLDER), OCR_B, 0, 1400),
        (passport_lines(HOLDER), MONO, 90, 1000),
    ],
)
def test_documents_are_read_whole(
    reader: TesseractReader, lines: list[str], font: object, degrees: int, width: int
) -> None:
    document = draw_document(lines, portrait=portraits.collins(), font=font)  # type: ignore[arg-type]
    picture = portraits.as_jpeg(photographed(document, degrees=degrees, width=width), quality=85)
    read = reader.read(check_picture(picture), today=TODAY)
    assert list(read.lines) == lines
    assert (read.number, read.family_names) == (HOLDER.number, "GARCIA LOPEZ")


def test_the_recogniser_is_named(reader: TesseractReader) -> None:
    assert reader.name.startswith("tesseract ")


def test_a_side_without_lines_is_said(reader: TesseractReader) -> None:
    portrait = check_picture(portraits.as_jpeg(portraits.hopper()))
    with pytest.raises(MrzNotFoundError):
        reader.read(portrait, today=TODAY)


def test_a_forged_date_is_refused(reader: TesseractReader) -> None:
    lines = card_lines(HOLDER)
    forged = [lines[0], lines[1].replace("310630", "390630"), lines[2]]
    picture = portraits.as_jpeg(photographed(draw_document(forged)))
    with pytest.raises(DocumentRefusedError):
        reader.read(check_picture(picture), today=TODAY)


def test_a_machine_without_recognition_says_so() -> None:
    reader = TesseractReader(program="")
    if shutil.which("tesseract") is None:
        with pytest.raises(DocumentReaderMissingError):
            _ = reader.name
    broken = TesseractReader(program="/nonexistent/tesseract")
    picture = check_picture(portraits.as_jpeg(draw_document(card_lines(HOLDER))))
    with pytest.raises(MrzNotFoundError):
        broken.read(picture, today=TODAY)
