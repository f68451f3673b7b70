"""Approving and witnessing: reading, and saying so, without signing the PDF."""

from dataclasses import replace
from typing import Final

from fastapi import APIRouter, Response

from service.errors import ServiceError
from service.portal.agreement_page import WIDTHS, AgreementId
from service.portal.errors import ConsentNeededError
from service.portal.forms import Form
from service.portal.pages import Pages, Visitor, go_to
from service.portal.routes import Filled, Visiting, new_router
from service.portal.wording import error_text

OTHER_ROLES: Final = frozenset({"approver", "witness"})


def build_router(pages: Pages) -> APIRouter:
    """Return the routes."""
    router = new_router(pages)
    agreements = pages.context.agreements

    def reading_page(
        visitor: Visitor,
        agreement_id: str,
        form: Form | None = None,
        error: ServiceError | None = None,
    ) -> Response:
        if agreements.needs_code(visitor.email, agreement_id, visitor.person.confirmed_at):
            # The code leads back to the signing page, which leads here.
            return go_to(f"/agreements/{agreement_id}/code/ask")
        opened = agreements.open_for_signing(
            visitor.email, agreement_id, confirmed_at=visitor.person.confirmed_at
        )
        if error is not None and form is not None and error.code == "agreements/stale-view":
            names = agreements.done_since(visitor.email, agreement_id, form.text("revision")[:64])
            opened = replace(opened, meanwhile=names)
            error = None if names else error
        return pages.show(
            "part.html",
            visitor,
            status=200 if error is None else error.http_hint,
            here=f"/agreements/{agreement_id}/part",
            opened=opened,
            view=opened.view,
            widths=WIDTHS,
            agreed=form.ticked("agree") if form else False,
            error=None if error is None else error_text(visitor.lang, error),
        )

    @router.get("/agreements/{agreement_id}/code/ask")
    def ask(visitor: Visiting, agreement_id: AgreementId) -> Response:
        view = agreements.view_for(visitor.email, agreement_id)
        here = f"/agreements/{agreement_id}/part"
        return pages.show("confirm_email.html", visitor, here=here, view=view)

    def has_part(visitor: Visitor, agreement_id: str) -> bool:
        view = agreements.view_for(visitor.email, agreement_id)
        return view.my_turn and view.my_role in OTHER_ROLES

    @router.get("/agreements/{agreement_id}/part")
    def show(visitor: Visiting, agreement_id: AgreementId) -> Response:
        if not has_part(visitor, agreement_id):
            return go_to(f"/agreements/{agreement_id}")
        return reading_page(visitor, agreement_id)

    @router.post("/agreements/{agreement_id}/part")
    def do_part(visitor: Visiting, form: Filled, agreement_id: AgreementId) -> Response:
        if not has_part(visitor, agreement_id):
            return go_to(f"/agreements/{agreement_id}")
        try:
            if not form.ticked("agree"):
                raise ConsentNeededError("expected the consent to be ticked")
            agreements.do_part(
                visitor.email,
                agreement_id,
                revision=form.text("revision")[:64],
                consent_sha256=form.text("consent_sha256")[:64],
                confirmed_at=visitor.person.confirmed_at,
            )
        except ServiceError as error:
            return reading_page(visitor, agreement_id, form, error)
        return go_to(f"/agreements/{agreement_id}", done="part")

    return router
