"""Signing in by a code sent to one's e-mail or by a passkey, and signing out."""

import json

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from service.errors import ServiceError
from service.portal.account_page import MAX_ANSWER, refusal, told
from service.portal.codes import SIGN_IN, CodeStep, ask_code, confirm_code, send_code
from service.portal.forms import Form
from service.portal.pages import Pages, Visitor, go_to, local_path
from service.portal.routes import Filled, Visiting, new_router
from service.portal.wording import error_text

_AFTER = "/agreements"
_MAX_EMAIL = 254


def build_router(pages: Pages) -> APIRouter:
    """Return the routes."""
    router = new_router(pages)
    identity, account = pages.context.identity, pages.context.account

    def email_page(
        visitor: Visitor, *, after: str, email: str = "", error: ServiceError | None = None
    ) -> Response:
        return pages.show(
            "sign_in.html",
            visitor,
            status=200 if error is None else error.http_hint,
            here="/sign-in",
            after=after,
            email=email,
            error=None if error is None else error_text(visitor.lang, error),
        )

    @router.get("/sign-in")
    def ask_email(visitor: Visiting, next: str = _AFTER) -> Response:  # noqa: A002
        after = local_path(next, otherwise=_AFTER)
        return go_to(after) if visitor.session else email_page(visitor, after=after)

    @router.post("/sign-in")
    def send(visitor: Visiting, form: Filled) -> Response:
        # Whether or not the mailbox is known, the same happens: a code is mailed.
        after, email = _after(form), form.text("email")[:_MAX_EMAIL]
        try:
            response = send_code(pages, visitor, _step(email, after))
        except ServiceError as error:
            return email_page(visitor, after=after, email=email, error=error)
        pages.keep_sign_in(response, email=email, after=after)
        return response

    @router.get("/sign-in/code")
    def type_code(request: Request, visitor: Visiting) -> Response:
        kept = pages.kept_sign_in(request)
        if kept is None:
            return go_to("/sign-in")
        return ask_code(pages, visitor, _step(*kept))

    @router.post("/sign-in/code")
    def confirm(request: Request, visitor: Visiting, form: Filled) -> Response:
        kept = pages.kept_sign_in(request)
        if kept is None:
            return go_to("/sign-in")
        email, after = kept
        step = _step(email, after)
        try:
            confirmed = confirm_code(pages, request, form, step)
        except ServiceError as error:
            return ask_code(pages, visitor, step, error)
        if visitor.session is not None:
            identity.revoke(visitor.session.id)
        token = identity.create_session(
            email=confirmed.email, confirmed_at=confirmed.confirmed_at, lang=visitor.lang
        )
        response = go_to(after)
        pages.sign_in(response, token)
        return response

    @router.post("/sign-in/passkey/options")
    def passkey_options(visitor: Visiting, form: Filled) -> Response:
        return told(visitor, lambda: json.loads(account.sign_in_options(remote=visitor.remote)))

    @router.post("/sign-in/passkey")
    def passkey(visitor: Visiting, form: Filled) -> Response:
        try:
            token = account.sign_in(answer=form.text("answer")[: MAX_ANSWER + 1], lang=visitor.lang)
        except ServiceError as error:
            return refusal(visitor, error)
        if visitor.session is not None:
            identity.revoke(visitor.session.id)
        response = JSONResponse({"next": _after(form)})
        pages.sign_in(response, token)
        return response

    @router.post("/sign-out")
    def sign_out(visitor: Visiting, form: Filled) -> Response:
        if visitor.session is not None:
            identity.revoke(visitor.session.id)
        response = go_to("/")
        pages.sign_out(response)
        return response

    return router


def _after(form: Form) -> str:
    return local_path(form.text("next"), otherwise=_AFTER)


def _step(email: str, after: str) -> CodeStep:
    return CodeStep(
        purpose=SIGN_IN,
        subject="",
        email=email,
        action="/sign-in/code",
        again="/sign-in",
        fields=(("email", email), ("next", after)),
        back="/sign-in",
    )
