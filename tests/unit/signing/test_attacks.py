"""Attacks before the first signature end at the gate or in preparing; later ones in the check."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from service.signing import (
    PdfRefusedError,
    PdfTooComplexError,
    SealCheckError,
    inspect_pdf,
    party_field,
    render_page,
)
from tests.parts import ManualClock
from tests.pdfs.attacks import AFTER, BEFORE
from tests.pdfs.making import reportlab_pdf
from tests.unit.signing.conftest import Studio, keys_at, statement_of

_REFUSED = [name for name, (code, _) in BEFORE.items() if code is not None]


@pytest.mark.parametrize("name", _REFUSED)
def test_an_attack_that_the_gate_refuses(name: str) -> None:
    code, make = BEFORE[name]
    with pytest.raises(PdfRefusedError) as refused:
        inspect_pdf(make())
    assert refused.value.code == code


def _text(pdf: bytes) -> str:
    opened = pypdfium2.PdfDocument(pdf)
    opened.init_forms()
    text = " ".join(str(opened[0].get_textpage().get_text_range()).split())
    opened.close()
    return text


def test_a_field_over_the_text_becomes_text_itself(studio: Studio) -> None:
    """What is signed is what was seen: nothing is left that could be emptied later."""
    prepared = studio.prepare(BEFORE["shadow_hide_field_over_text"][1]())
    assert "Pagará 1 euro." in _text(prepared)
    opened = pikepdf.open(io.BytesIO(prepared))
    assert "/Annots" not in opened.pages[0].obj or len(opened.pages[0].obj.Annots) == 0
    assert {str(field.FT) for field in opened.Root.AcroForm.Fields} == {"/Sig"}


def test_fonts_that_a_later_update_could_swap_are_gone(studio: Studio) -> None:
    prepared = studio.prepare(BEFORE["shadow_replace_font_of_a_field"][1]())
    assert "/DR" not in pikepdf.open(io.BytesIO(prepared)).Root.AcroForm


def test_a_second_document_in_the_file_is_left_behind(studio: Studio) -> None:
    attack = BEFORE["shadow_hide_and_replace_two_documents"][1]()
    try:
        prepared = studio.prepare(attack)
    except PdfRefusedError:
        return  # a table that no longer fits its objects is reason enough
    assert prepared.count(b"/Type /Pages") + prepared.count(b"/Pages /Kids") <= 2
    assert b"/Kids [ ]" not in prepared


def test_a_page_tree_that_miscounts_never_shows_two_things(studio: Studio) -> None:
    attack = BEFORE["page_tree_that_miscounts"][1]()
    try:
        prepared = studio.prepare(attack)
    except PdfRefusedError:
        return
    opened = pikepdf.open(io.BytesIO(prepared))
    assert int(opened.Root.Pages.Count) == len(opened.pages)


def test_a_bomb_in_a_picture_takes_no_more_than_its_process(studio: Studio) -> None:
    attack = BEFORE["bomb_in_a_picture"][1]()
    assert len(attack) < 2_000_000
    try:
        render_page(studio.prepare(attack), page=0, width_px=400)
    except (PdfTooComplexError, PdfRefusedError):
        return


@pytest.fixture(scope="module")
def stages(platform_folder: Path) -> tuple[Studio, bytes, bytes]:
    """A studio, what one of two parties has signed in it, and a sealed agreement."""
    clock = ManualClock(datetime.now(UTC))
    studio = Studio(keys_at(platform_folder, clock), clock)
    prepared = studio.prepare(reportlab_pdf(pages=2))
    first = studio.sign(prepared, 1)
    return studio, first, studio.seal(studio.sign(first, 2)).pdf


@pytest.mark.parametrize("name", AFTER)
def test_an_attack_on_a_sealed_file_fails_the_check(
    name: str, stages: tuple[Studio, bytes, bytes]
) -> None:
    studio, _, sealed = stages
    studio.check(sealed)
    attacked = AFTER[name](sealed)
    assert attacked != sealed
    with pytest.raises(SealCheckError):
        studio.check(attacked, {party_field(number): statement_of(number) for number in (1, 2)})


@pytest.mark.parametrize("name", [name for name in AFTER if name.startswith("isa_")])
def test_an_update_between_two_signatures_fails_the_check(
    name: str, stages: tuple[Studio, bytes, bytes]
) -> None:
    """The second party's genuine signature over a tampered file does not heal it."""
    studio, first, _ = stages
    try:
        sealed = studio.seal(studio.sign(AFTER[name](first), 2)).pdf
    except Exception:  # noqa: BLE001  a file too damaged to be signed is as good an end
        return
    with pytest.raises(SealCheckError):
        studio.check(sealed)
