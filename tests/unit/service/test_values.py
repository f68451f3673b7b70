"""What a form's answers mean for a party's fields."""

import pytest

from service.agreements.errors import BadValueError
from service.agreements.models import Agreement, Party, PlacedFieldRow
from service.agreements.values import fields_of, read_values


def _row(position: int, kind: str, *, party: int = 1, required: bool = True) -> PlacedFieldRow:
    return PlacedFieldRow(
        position=position,
        party=party,
        kind=kind,
        name="" if kind == "signature" else f"acta-field-{party}-{position}",
        label=kind,
        required=required,
        page=1,
        left=0.1,
        top=0.1,
        width=0.2,
        height=0.03,
    )


def _agreement(*rows: PlacedFieldRow, lang: str = "es") -> tuple[Agreement, Party]:
    party = Party(number=1, name="Ana", role="signer")
    return Agreement(lang=lang, parties=[party], fields=list(rows)), party


@pytest.mark.parametrize(("lang", "written"), [("es", "31/01/2026"), ("en", "2026-01-31")])
def test_a_date_is_written_as_the_agreement_writes_it(lang: str, written: str) -> None:
    agreement, party = _agreement(_row(1, "date"), lang=lang)
    assert read_values(agreement, party, {"acta-field-1-1": "2026-01-31"}) == {
        "acta-field-1-1": written
    }


def test_only_the_partys_own_fields_count() -> None:
    agreement, party = _agreement(
        _row(1, "text"), _row(2, "text", party=2), _row(3, "signature"), _row(4, "checkbox")
    )
    typed = {"acta-field-1-1": "  La  Vega ", "acta-field-2-2": "x", "acta-field-1-4": "1"}
    assert read_values(agreement, party, typed) == {
        "acta-field-1-1": "La Vega",
        "acta-field-1-4": True,
    }
    assert [field.kind for field in fields_of(agreement, party)] == [
        "text",
        "signature",
        "checkbox",
    ]


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("text", ""),
        ("text", " \n "),
        ("text", "x" * 201),
        ("text", "\u202eLa Vega"),
        ("text", "合同"),
        ("text", "a\x7fb"),
        ("date", "31/01/2026"),
        ("date", "2026-02-30"),
        ("checkbox", ""),
        ("initials", "☺"),
    ],
)
def test_what_cannot_be_written_is_refused(kind: str, typed: str) -> None:
    agreement, party = _agreement(_row(1, kind))
    with pytest.raises(BadValueError) as refused:
        read_values(agreement, party, {"acta-field-1-1": typed})
    assert refused.value.facts["label"] == kind


@pytest.mark.parametrize(("kind", "value"), [("text", ""), ("date", ""), ("checkbox", False)])
def test_what_may_stay_empty_may(kind: str, value: str | bool) -> None:
    agreement, party = _agreement(_row(1, kind, required=False))
    assert read_values(agreement, party, {}) == {"acta-field-1-1": value}
