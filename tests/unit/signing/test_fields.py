"""Fields that parties fill in: drawn upright, locked by their own signature and by no other."""

import io

import pikepdf
import pypdfium2
import pytest

from anchoring.form_values import Value, values_in
from anchoring.pdf_changes import RevisionStep, forbidden_changes
from service.signing import (
    Appearance,
    FieldParty,
    Place,
    PlacedField,
    SealCheckError,
    SigningFailedError,
    ValueTooLongError,
    issue_signer,
    new_page_code,
    party_field,
    prepare_pdf,
    sign_field,
    value_field,
)
from tests.pdfs.making import reportlab_pdf
from tests.unit.signing.conftest import LOCATOR, Studio, statement_of
from tests.unit.signing.judges import qpdf_check

PARTIES = [
    FieldParty(party=1, name="Ana Núñez", role="signer"),
    FieldParty(party=2, name="Bruno Gil", role="signer"),
]


def _field(
    party: int, number: int, kind: str, left: float, top: float, width: float
) -> PlacedField:
    return PlacedField(
        name=value_field(party, number),
        party=party,
        kind=kind,
        label=f"{kind} {number}",
        place=Place(page=1, left=left, top=top, width=width, height=0.03),
    )


PLACED = [
    _field(1, 1, "text", 0.1, 0.5, 0.4),
    _field(1, 2, "checkbox", 0.6, 0.5, 0.04),
    _field(1, 3, "initials", 0.7, 0.5, 0.1),
    _field(2, 1, "date", 0.1, 0.6, 0.2),
    _field(2, 2, "text", 0.4, 0.6, 0.3),
    PlacedField("", 2, "signature", "", Place(1, 0.1, 0.7, 0.4, 0.12)),
]
FIRST: dict[str, Value] = {
    value_field(1, 1): "Calle de la Peña, 3 — 2.º",
    value_field(1, 2): True,
    value_field(1, 3): "ANS",
}
SECOND: dict[str, Value] = {value_field(2, 1): "28/11/2026", value_field(2, 2): ""}


def prepared_with_fields(document: bytes) -> bytes:
    return prepare_pdf(
        document,
        locator=LOCATOR,
        page_codes=[new_page_code()],
        code_base_url="https://acta.example",
        parties=PARTIES,
        lang="es",
        title="Arriendo",
        placed=PLACED,
    )


def sign_with_values(studio: Studio, pdf: bytes, party: int, values: dict[str, Value]) -> bytes:
    now = studio.clock.now()
    return sign_field(
        pdf,
        field=party_field(party),
        signer=issue_signer(studio.keys, subject=f"opaque-{party}", now=now),
        statement_sha256=statement_of(party),
        appearance=Appearance(
            name=PARTIES[party - 1].name, signed_at=now, drawn_png=None, code=new_page_code()
        ),
        keys=studio.keys,
        clock=studio.clock,
        values=values,
    )


def _turned(turn: int) -> bytes:
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(595, 842))
        pdf.pages[0].obj.Rotate = turn
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def _text_at(pdf: bytes, place: Place) -> str:
    """Return what a reader sees in a place of the shown page."""
    opened = pypdfium2.PdfDocument(pdf)
    try:
        opened.init_forms()
        page = opened[place.page - 1]
        picture = page.render(scale=2, grayscale=True).to_pil()
        wide, tall = picture.size
        cut = picture.crop(
            (
                int(place.left * wide),
                int(place.top * tall),
                int((place.left + place.width) * wide),
                int((place.top + place.height) * tall),
            )
        )
        dark = cut.point(lambda level: 255 if level < 160 else 0).getbbox()
        return "" if dark is None else f"{dark[2] - dark[0]}x{dark[3] - dark[1]}"
    finally:
        opened.close()


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_values_stand_upright_where_they_were_placed(
    turn: int, studio: Studio, tmp_path: object
) -> None:
    prepared = prepared_with_fields(_turned(turn))
    signed = sign_with_values(studio, sign_with_values(studio, prepared, 1, FIRST), 2, SECOND)
    qpdf_check(signed, tmp_path)  # type: ignore[arg-type]
    text = PLACED[0].place
    assert _text_at(prepared, text) == ""
    across, down = (int(side) for side in _text_at(signed, text).split("x"))
    assert across > 4 * down
    for placed in (PLACED[2], PLACED[3], PLACED[5]):
        assert _text_at(signed, placed.place) != ""
    assert _text_at(signed, PLACED[4].place) == ""


def test_a_sealed_agreement_with_values_is_checked_whole(studio: Studio) -> None:
    prepared = prepared_with_fields(reportlab_pdf(pages=1))
    first = sign_with_values(studio, prepared, 1, FIRST)
    signed = sign_with_values(studio, first, 2, SECOND)
    sealed = studio.seal(signed)
    studio.check(sealed.pdf, {party_field(n): statement_of(n) for n in (1, 2)})
    assert values_in(sealed.pdf, 1, FIRST) == FIRST
    assert values_in(sealed.pdf, 2, SECOND) == SECOND
    steps = [
        RevisionStep(0, 1, party_field(1), frozenset(FIRST)),
        RevisionStep(1, 2, party_field(2), frozenset(SECOND)),
    ]
    assert forbidden_changes(sealed.pdf, steps) == (None, None)
    # Without the leave to fill them in, the same revision is refused.
    (refused,) = forbidden_changes(sealed.pdf, [RevisionStep(0, 1, party_field(1))])
    assert refused is not None


@pytest.mark.parametrize("first_signs", [True, False])
def test_filling_in_anothers_field_is_found(first_signs: bool, studio: Studio) -> None:
    pdf = prepared_with_fields(reportlab_pdf(pages=1))
    if first_signs:
        pdf = sign_with_values(studio, pdf, 1, FIRST)
        pdf = sign_with_values(studio, pdf, 2, {**SECOND, value_field(1, 1): "otra calle"})
    else:
        pdf = sign_with_values(studio, pdf, 1, {**FIRST, value_field(2, 2): "otra calle"})
        pdf = sign_with_values(studio, pdf, 2, SECOND)
    with pytest.raises(SealCheckError):
        studio.check(studio.seal(pdf).pdf)


def test_a_value_drawn_otherwise_is_found(studio: Studio) -> None:
    signed = sign_with_values(studio, prepared_with_fields(reportlab_pdf(pages=1)), 1, FIRST)
    shown = b"<" + b"Calle".hex().upper().encode()
    assert signed.count(shown) == 1
    forged = signed.replace(shown, b"<" + b"Plaza".hex().upper().encode())
    steps = [RevisionStep(0, 1, party_field(1), frozenset(FIRST))]
    (change,) = forbidden_changes(forged, steps)
    assert change is not None
    assert "drawn otherwise" in change.where


def test_what_does_not_fit_is_refused(studio: Studio) -> None:
    prepared = prepared_with_fields(reportlab_pdf(pages=1))
    with pytest.raises(ValueTooLongError, match="legible"):
        sign_with_values(studio, prepared, 1, {**FIRST, value_field(1, 3): "W" * 60})


def test_a_field_that_is_not_there_is_refused(studio: Studio) -> None:
    prepared = prepared_with_fields(reportlab_pdf(pages=1))
    with pytest.raises(SigningFailedError, match="no field"):
        sign_with_values(studio, prepared, 1, {value_field(9, 9): "x"})
