"""How one agreement is kept, until when, and what somebody may erase of it."""

from fastapi import APIRouter, Response

from service.errors import ServiceError
from service.portal.agreement_page import AgreementId
from service.portal.pages import Pages, Visitor, go_to
from service.portal.routes import Filled, Visiting, new_router
from service.portal.wording import error_text


def build_router(pages: Pages) -> APIRouter:
    """Return the routes."""
    router = new_router(pages)
    keeping = pages.context.keeping

    def keeping_page(
        visitor: Visitor, agreement_id: str, error: ServiceError | None = None
    ) -> Response:
        return pages.show(
            "keeping.html",
            visitor,
            status=200 if error is None else error.http_hint,
            here=f"/agreements/{agreement_id}/keeping",
            kept=keeping.keeping(visitor.email, agreement_id),
            error=None if error is None else error_text(visitor.lang, error),
        )

    @router.get("/agreements/{agreement_id}/keeping")
    def show(visitor: Visiting, agreement_id: AgreementId) -> Response:
        return keeping_page(visitor, agreement_id)

    @router.post("/agreements/{agreement_id}/keeping/erase")
    def erase(visitor: Visiting, form: Filled, agreement_id: AgreementId) -> Response:
        try:
            keeping.erase_agreement(visitor.email, agreement_id)
        except ServiceError as error:
            return keeping_page(visitor, agreement_id, error)
        return go_to("/agreements", done="deleted")

    @router.post("/agreements/{agreement_id}/keeping/erase-mine")
    def erase_mine(visitor: Visiting, form: Filled, agreement_id: AgreementId) -> Response:
        try:
            keeping.erase_my_data(visitor.email, agreement_id)
        except ServiceError as error:
            return keeping_page(visitor, agreement_id, error)
        return go_to("/agreements", done="deleted")

    return router
