"""Placing fields on a draft's pages: by dragging, or by typing where they go."""

import json
import re
from dataclasses import dataclass, field
from typing import Final

from fastapi import APIRouter, Response

from service.agreements import FieldDraft
from service.errors import ServiceError
from service.portal.agreement_page import WIDTHS, AgreementId
from service.portal.forms import Form
from service.portal.pages import Pages, Visitor, go_to
from service.portal.routes import FilledFields, Visiting, new_router
from service.portal.wording import error_text, text

KINDS: Final = ("signature", "initials", "date", "text", "checkbox")
MAX_FIELDS: Final = 200
# By kind: width and height of a new field, in per cent of the page.
SIZES: Final = {
    "signature": (38.0, 9.0),
    "initials": (10.0, 3.5),
    "date": (16.0, 2.6),
    "text": (34.0, 2.6),
    "checkbox": (2.8, 2.0),
}
_ROW = re.compile(r"field_([1-9][0-9]{0,2})_page")


@dataclass(frozen=True, kw_only=True)
class FieldRow:
    """One row of the form, as typed; places and sizes are per cent of the page."""

    party: str = "1"
    kind: str = "signature"
    page: str = "1"
    left: str = "10"
    top: str = "70"
    width: str = "38"
    height: str = "9"
    label: str = ""
    required: bool = True

    def draft(self) -> FieldDraft:
        """Return what the row means; raises ValueError for what is no number."""
        return FieldDraft(
            party=int(self.party),
            kind=self.kind,
            page=int(self.page),
            left=_share(self.left),
            top=_share(self.top),
            width=_share(self.width),
            height=_share(self.height),
            label=self.label,
            required=self.required,
        )


@dataclass(kw_only=True)
class FieldsForm:
    """The rows, and what is wrong."""

    rows: list[FieldRow] = field(default_factory=list)
    error: str = ""


def build_router(pages: Pages) -> APIRouter:
    """Return the routes."""
    router = new_router(pages)
    agreements = pages.context.agreements

    def form_page(
        visitor: Visitor, agreement_id: str, form: FieldsForm, *, status: int = 200
    ) -> Response:
        view = agreements.view_for(visitor.email, agreement_id)
        if not view.can_place:
            return go_to(f"/agreements/{agreement_id}")
        return pages.show(
            "fields.html",
            visitor,
            status=status,
            here=f"/agreements/{agreement_id}/fields",
            view=view,
            signers=[party for party in view.parties if party.role == "signer"],
            kinds=KINDS,
            sizes=json.dumps(SIZES),
            rows=form.rows,
            most=MAX_FIELDS,
            error=form.error,
            widths=WIDTHS,
        )

    @router.get("/agreements/{agreement_id}/fields")
    def show(visitor: Visiting, agreement_id: AgreementId) -> Response:
        placed = agreements.placed_fields(visitor.email, agreement_id)
        rows = [
            FieldRow(
                party=str(one.party),
                kind=one.kind,
                page=str(one.page),
                left=_percent(one.left),
                top=_percent(one.top),
                width=_percent(one.width),
                height=_percent(one.height),
                label=one.label,
                required=one.required,
            )
            for one in placed
        ]
        return form_page(visitor, agreement_id, FieldsForm(rows=rows))

    @router.post("/agreements/{agreement_id}/fields")
    def save(visitor: Visiting, form: FilledFields, agreement_id: AgreementId) -> Response:
        # Nobody but the sender gets further than this.
        agreements.placed_fields(visitor.email, agreement_id)
        typed = FieldsForm(rows=_typed_rows(form))
        action = form.text("action")
        if action == "add" and len(typed.rows) < MAX_FIELDS:
            typed.rows.append(FieldRow())
            return form_page(visitor, agreement_id, typed)
        if action.startswith("remove-") and action[7:].isdecimal():
            number = int(action[7:])
            typed.rows = [row for at, row in enumerate(typed.rows, start=1) if at != number]
            return form_page(visitor, agreement_id, typed)
        try:
            drafts = [row.draft() for row in typed.rows]
        except ValueError:
            typed.error = text(visitor.lang, "error.agreements/bad-fields")
            return form_page(visitor, agreement_id, typed, status=422)
        try:
            agreements.place_fields(visitor.email, agreement_id, drafts)
        except ServiceError as error:
            typed.error = error_text(visitor.lang, error)
            return form_page(visitor, agreement_id, typed, status=error.http_hint)
        return go_to(f"/agreements/{agreement_id}", done="placed")

    return router


def _typed_rows(form: Form) -> list[FieldRow]:
    numbers = sorted({int(match[1]) for name in form.names() if (match := _ROW.fullmatch(name))})
    return [_typed_row(form, f"field_{number}_") for number in numbers[:MAX_FIELDS]]


def _typed_row(form: Form, prefix: str) -> FieldRow:
    return FieldRow(
        party=form.text(f"{prefix}party")[:3],
        kind=form.text(f"{prefix}kind")[:16],
        page=form.text(f"{prefix}page")[:4],
        left=form.text(f"{prefix}left")[:12],
        top=form.text(f"{prefix}top")[:12],
        width=form.text(f"{prefix}width")[:12],
        height=form.text(f"{prefix}height")[:12],
        label=form.text(f"{prefix}label")[:100],
        required=form.ticked(f"{prefix}required"),
    )


def _share(percent: str) -> float:
    return float(percent.replace(",", ".")) / 100


def _percent(share: float) -> str:
    return f"{share * 100:.2f}".rstrip("0").rstrip(".")
