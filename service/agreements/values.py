"""What a party fills in: which fields are theirs, and what a form's answers mean."""

import unicodedata
from collections.abc import Mapping
from datetime import date

from anchoring.form_values import CHECKBOX, Value, is_writable
from service.agreements.errors import BadValueError
from service.agreements.models import Agreement, Party, PlacedFieldRow
from service.agreements.views import FieldView

_DATE_FORM = {"es": "%d/%m/%Y", "en": "%Y-%m-%d"}


def fields_of(agreement: Agreement, party: Party) -> tuple[FieldView, ...]:
    """Return the fields that are this party's, in reading order."""
    return tuple(_view(row) for row in agreement.fields if row.party == party.number)


def all_fields(agreement: Agreement) -> tuple[FieldView, ...]:
    """Return every placed field."""
    return tuple(_view(row) for row in agreement.fields)


def read_values(agreement: Agreement, party: Party, typed: Mapping[str, str]) -> dict[str, Value]:
    """Return the value of each of the party's form fields, from what a form sent.

    A date comes as 2026-01-31 and is written as the agreement's language writes it; a box counts
    as ticked if it sends anything. Raises BadValueError.
    """
    return {
        row.name: _value(row, typed.get(row.name, ""), agreement.lang)
        for row in agreement.fields
        if row.party == party.number and row.name
    }


def _value(row: PlacedFieldRow, typed: str, lang: str) -> Value:
    facts = {"label": row.label or row.kind, "page": row.page}
    if row.kind == CHECKBOX:
        if row.required and not typed:
            raise BadValueError("expected a box that has to be ticked", **facts)
        return bool(typed)
    text = unicodedata.normalize("NFC", " ".join(typed.split()))
    if not text:
        if row.required:
            raise BadValueError("expected a field that has to be filled in", **facts)
        return ""
    if row.kind == "date":
        try:
            text = date.fromisoformat(text).strftime(_DATE_FORM.get(lang, _DATE_FORM["es"]))
        except ValueError as error:
            raise BadValueError("expected a date such as 2026-01-31", **facts) from error
    if not is_writable(text):
        raise BadValueError("expected up to 200 characters of western European languages", **facts)
    return text


def _view(row: PlacedFieldRow) -> FieldView:
    return FieldView(
        name=row.name,
        party=row.party,
        kind=row.kind,
        page=row.page,
        left=row.left,
        top=row.top,
        width=row.width,
        height=row.height,
        label=row.label,
        required=row.required,
    )
