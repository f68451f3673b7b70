"""The portal as a whole: its router, and its place in the application."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from service.portal.account_page import build_router as build_account_page
from service.portal.agreement_list import build_router as build_agreement_list
from service.portal.agreement_new import build_router as build_agreement_new
from service.portal.agreement_page import build_router as build_agreement_page
from service.portal.company_pages import build_router as build_company_pages
from service.portal.fields_page import build_router as build_fields_page
from service.portal.identify_pages import build_router as build_identify_pages
from service.portal.invitation import build_router as build_invitation
from service.portal.keeping_page import build_router as build_keeping_page
from service.portal.keys_page import build_router as build_keys_page
from service.portal.mailbox_pages import build_router as build_mailbox_pages
from service.portal.pages import Pages
from service.portal.ports import PortalContext
from service.portal.public_pages import build_router as build_public_pages
from service.portal.review_pages import build_router as build_review_pages
from service.portal.role_page import build_router as build_role_page
from service.portal.routes import error_page
from service.portal.shelf_pages import build_router as build_shelf_pages
from service.portal.sign_in import build_router as build_sign_in
from service.portal.signing_page import build_router as build_signing_page
from service.portal.status_page import build_router as build_status_page
from service.portal.verify_page import build_router as build_verify_page

_Handler = Callable[[Request, Exception], Awaitable[Response] | Response]
_FAULT = {
    "type": "urn:acta:error:service/fault",
    "title": "a fault of the service",
    "status": 500,
    "detail": "the fault is ours and was noted; try again in a moment",
    "code": "service/fault",
}
_BUILDERS = (
    build_public_pages,
    build_sign_in,
    build_account_page,
    build_agreement_list,
    # Before the page of one agreement: "new" is not an agreement's id.
    build_agreement_new,
    build_shelf_pages,
    build_agreement_page,
    build_signing_page,
    build_role_page,
    build_fields_page,
    build_invitation,
    build_keys_page,
    build_keeping_page,
    build_identify_pages,
    build_company_pages,
    build_review_pages,
    build_verify_page,
    build_status_page,
    build_mailbox_pages,
)


def build_portal(context: PortalContext) -> APIRouter:
    """Return every page for people; raises MissingAssetError if htmx was not installed."""
    return _router(Pages(context))


def install_portal(app: FastAPI, context: PortalContext) -> None:
    """Add the pages to ``app``, and a page for what no route answers.

    The handlers that ``app`` has already keep answering whoever does not ask for a page, and all
    below ``/v1/``.
    """
    pages = Pages(context)
    app.include_router(_router(pages))
    earlier: _Handler | None = app.exception_handlers.get(HTTPException)

    async def on_http_error(request: Request, error: Exception) -> Response:
        if earlier is None or _asks_for_page(request):
            return error_page(pages, request, error)
        answer = earlier(request, error)
        return answer if isinstance(answer, Response) else await answer

    async def on_fault(request: Request, error: Exception) -> Response:
        # The server logs the fault itself after this answer.
        if _asks_for_page(request):
            return error_page(pages, request, error)
        return JSONResponse(_FAULT, status_code=500, media_type="application/problem+json")

    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(Exception, on_fault)


def _router(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    for build in _BUILDERS:
        router.include_router(build(pages))
    return router


def _asks_for_page(request: Request) -> bool:
    if request.url.path.startswith("/v1/"):
        return False
    return "text/html" in request.headers.get("accept", "")
