"""One's own account: passkeys, and where one is signed in."""

import json
from collections.abc import Callable, Mapping
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from service.errors import ServiceError
from service.portal.codes import SIGN_IN, CodeStep, ask_code, confirm_code, send_code
from service.portal.errors import BadFormError
from service.portal.pages import Pages, Visitor, go_to
from service.portal.routes import Filled, Visiting, new_router
from service.portal.wording import error_text

_DONE: Final = {"added", "renamed", "removed", "ended"}
_MAX_ID, _MAX_NAME = 40, 60
MAX_ANSWER: Final = 64 * 1024


def build_router(pages: Pages) -> APIRouter:
    """Return the routes."""
    router = new_router(pages)
    account, identity = pages.context.account, pages.context.identity

    def account_page(
        visitor: Visitor, *, done: str = "", error: ServiceError | None = None
    ) -> Response:
        person = visitor.person
        return pages.show(
            "account.html",
            visitor,
            status=200 if error is None else error.http_hint,
            here="/account",
            passkeys=account.passkeys(person.email),
            sessions=account.open_sessions(person.email),
            needs_code=account.needs_code(person),
            now=pages.context.clock.now(),
            done=done if done in _DONE else "",
            error=None if error is None else error_text(visitor.lang, error),
        )

    def changed(visitor: Visitor, done: str, act: Callable[[], object]) -> Response:
        try:
            act()
        except ServiceError as error:
            return account_page(visitor, error=error)
        return go_to("/account", done=done)

    def step(visitor: Visitor) -> CodeStep:
        return CodeStep(
            purpose=SIGN_IN,
            subject="",
            email=visitor.email,
            action="/account/code",
            again="/account/code/send",
            fields=(),
            back="/account",
        )

    @router.get("/account")
    def show(visitor: Visiting, done: str = "") -> Response:
        return account_page(visitor, done=done)

    @router.post("/account/passkeys/options")
    def options(visitor: Visiting, form: Filled) -> Response:
        person = visitor.person
        return told(visitor, lambda: json.loads(account.registration_options(person)))

    @router.post("/account/passkeys")
    def add(visitor: Visiting, form: Filled) -> Response:
        person = visitor.person

        def register() -> Mapping[str, object]:
            if not form.text("answer"):
                raise BadFormError("expected the answer of a device, as the page's script sends it")
            made = account.register(
                person,
                answer=form.text("answer")[: MAX_ANSWER + 1],
                name=form.text("name")[:_MAX_NAME] or visitor.says("account.passkey.name_given"),
            )
            return {"passkey": made.id, "next": "/account?done=added"}

        return told(visitor, register)

    @router.post("/account/passkeys/rename")
    def rename(visitor: Visiting, form: Filled) -> Response:
        person, passkey = visitor.person, form.text("passkey")[:_MAX_ID]
        name = form.text("name")[:_MAX_NAME]
        return changed(
            visitor, "renamed", lambda: account.rename(person, passkey=passkey, name=name)
        )

    @router.post("/account/passkeys/remove")
    def remove(visitor: Visiting, form: Filled) -> Response:
        person, passkey = visitor.person, form.text("passkey")[:_MAX_ID]
        return changed(visitor, "removed", lambda: account.remove(person, passkey=passkey))

    @router.post("/account/sessions/end")
    def end(visitor: Visiting, form: Filled) -> Response:
        email, session = visitor.email, form.text("session")[:_MAX_ID]
        return changed(visitor, "ended", lambda: account.end_session(email, session))

    @router.post("/account/sign-out-everywhere")
    def end_all(visitor: Visiting, form: Filled) -> Response:
        account.end_sessions(visitor.email)
        response = go_to("/")
        pages.sign_out(response)
        return response

    @router.post("/account/code/send")
    def send(visitor: Visiting, form: Filled) -> Response:
        asked = step(visitor)
        try:
            return send_code(pages, visitor, asked)
        except ServiceError as error:
            return ask_code(pages, visitor, asked, error)

    @router.get("/account/code")
    def type_code(visitor: Visiting) -> Response:
        return ask_code(pages, visitor, step(visitor))

    @router.post("/account/code")
    def confirm(request: Request, visitor: Visiting, form: Filled) -> Response:
        try:
            confirmed = confirm_code(pages, request, form, step(visitor))
            identity.confirm_again(visitor.person.id, confirmed=confirmed)
        except ServiceError as error:
            return ask_code(pages, visitor, step(visitor), error)
        return go_to("/account")

    return router


def told(visitor: Visitor, act: Callable[[], Mapping[str, object]]) -> Response:
    """Return what ``act`` does as JSON for ``passkeys.js``, or the words of its error."""
    try:
        return JSONResponse(dict(act()))
    except ServiceError as error:
        return refusal(visitor, error)


def refusal(visitor: Visitor, error: ServiceError) -> Response:
    """Return the words of an error as JSON for ``passkeys.js``."""
    words = {"code": error.code, "error": error_text(visitor.lang, error)}
    return JSONResponse(words, status_code=error.http_hint)
