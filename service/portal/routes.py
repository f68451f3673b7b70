"""How a portal route runs: headers on every answer, and errors as pages."""

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from service.errors import ServiceError
from service.portal.forms import MIB, SMALL_FORM, Form, read_form
from service.portal.pages import Pages, SignInNeeded, Visitor, go_to
from service.portal.wording import error_text

DRAFT_FORM: Final = 26 * MIB
VERIFY_FORM: Final = 105 * MIB


def _visitor(request: Request) -> Visitor:
    pages: Pages = request.state.pages
    return pages.visitor(request)


Visiting = Annotated[Visitor, Depends(_visitor)]


async def _any_form(request: Request, visitor: Visiting) -> AsyncIterator[Form]:
    async for form in _form(request, visitor, SMALL_FORM):
        yield form


async def _draft_form(request: Request, visitor: Visiting) -> AsyncIterator[Form]:
    # A stranger is sent away before any of the upload is read.
    _ = visitor.person
    async for form in _form(request, visitor, DRAFT_FORM):
        yield form


async def _verify_form(request: Request, visitor: Visiting) -> AsyncIterator[Form]:
    async for form in _form(request, visitor, VERIFY_FORM):
        yield form


async def _form(request: Request, visitor: Visitor, limit: int) -> AsyncIterator[Form]:
    pages: Pages = request.state.pages
    # A visitor whose token was made this moment cannot have it in a form.
    csrf = "" if visitor.new_csrf else visitor.csrf
    form = await read_form(
        request, csrf=csrf, base_url=pages.context.settings.base_url, limit=limit
    )
    try:
        yield form
    finally:
        await form.close()


Filled = Annotated[Form, Depends(_any_form)]
FilledDraft = Annotated[Form, Depends(_draft_form)]
FilledPictures = FilledDraft
"""Pictures of a person, a document or a deed: as large as a draft, and from nobody unknown."""
FilledVerification = Annotated[Form, Depends(_verify_form)]

_Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def new_router(pages: Pages) -> APIRouter:
    """Return a router whose routes answer as pages do."""

    class PortalRoute(APIRoute):
        """A route that knows the portal's pages."""

        def get_route_handler(self) -> _Handler:
            handle = super().get_route_handler()

            async def answer(request: Request) -> Response:
                request.state.pages = pages
                try:
                    response = await handle(request)
                except SignInNeeded as needed:
                    response = go_to("/sign-in", next=needed.path)
                except (ServiceError, HTTPException, RequestValidationError) as error:
                    response = error_page(pages, request, error)
                pages.harden(response)
                return response

            return answer

    return APIRouter(route_class=PortalRoute, include_in_schema=False)


def error_page(pages: Pages, request: Request, error: Exception) -> Response:
    """Return the page that tells people about ``error``, in their language."""
    visitor = getattr(request.state, "visitor", None) or pages.stranger(request)
    status, message = _status(error), ""
    if isinstance(error, ServiceError):
        message = error_text(visitor.lang, error)
    elif isinstance(error, RequestValidationError):
        status = 404
    kind = str(status) if status in {403, 404, 500} else "other"
    response = pages.show(
        "error.html", visitor, status=status, kind=kind, message=message, here=visitor.path
    )
    retry = error.facts.get("retry_after_s") if isinstance(error, ServiceError) else None
    if retry is not None:
        response.headers["Retry-After"] = str(retry)
    pages.harden(response)
    return response


def _status(error: Exception) -> int:
    if isinstance(error, ServiceError):
        return error.http_hint
    return error.status_code if isinstance(error, HTTPException) else 500
