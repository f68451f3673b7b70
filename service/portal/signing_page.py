"""Reading and signing, or declining to."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response

from service.errors import ServiceError
from service.portal.account_page import MAX_ANSWER, told
from service.portal.agreement_page import WIDTHS, AgreementId
from service.portal.codes import SIGNING, CodeStep, ask_code, confirm_code, send_code
from service.portal.drawing import read_drawing
from service.portal.errors import ConsentNeededError
from service.portal.forms import Form
from service.portal.pages import Pages, Visitor, go_to
from service.portal.role_page import OTHER_ROLES
from service.portal.routes import Filled, Visiting, new_router
from service.portal.sign_fields import field_values, typed_values
from service.portal.wording import error_text

_MAX_NAME = 120
_MAX_REASON = 1000
_MAX_ID = 40


def build_router(pages: Pages) -> APIRouter:
    """Return the routes."""
    router = new_router(pages)
    agreements, identity = pages.context.agreements, pages.context.identity
    account = pages.context.account

    def reading_page(
        visitor: Visitor,
        agreement_id: str,
        form: Form | None = None,
        error: ServiceError | None = None,
    ) -> Response:
        if agreements.needs_code(visitor.email, agreement_id, visitor.person.confirmed_at):
            view = agreements.view_for(visitor.email, agreement_id)
            return pages.show(
                "confirm_email.html",
                visitor,
                here=f"/agreements/{agreement_id}/sign",
                view=view,
            )
        opened = agreements.open_for_signing(
            visitor.email, agreement_id, confirmed_at=visitor.person.confirmed_at
        )
        if error is not None and form is not None and error.code == "agreements/stale-view":
            # Somebody of the same turn signed first: say who, keep what was typed, and go on.
            names = agreements.done_since(visitor.email, agreement_id, form.text("revision")[:64])
            opened = replace(opened, meanwhile=names)
            error = None if names else error
        return pages.show(
            "sign.html",
            visitor,
            status=200 if error is None else error.http_hint,
            here=f"/agreements/{agreement_id}/sign",
            opened=opened,
            view=opened.view,
            companies=agreements.companies_for(visitor.email, agreement_id),
            passkeys=[one for one in account.passkeys(visitor.email) if not one.copied],
            now=pages.context.clock.now(),
            widths=WIDTHS,
            typed_name=form.text("typed_name") if form else opened.suggested_name,
            style=form.text("style") if form else "typed",
            **field_values(visitor, opened, form, today=pages.context.clock.now()),
            agreed=form.ticked("agree") if form else False,
            reason=form.text("reason") if form else "",
            error=None if error is None else error_text(visitor.lang, error),
            error_code="" if error is None else error.code,
        )

    def step(visitor: Visitor, agreement_id: str) -> CodeStep:
        return CodeStep(
            purpose=SIGNING,
            subject=agreement_id,
            email=visitor.email,
            action=f"/agreements/{agreement_id}/code",
            again=f"/agreements/{agreement_id}/code/send",
            fields=(),
            back=f"/agreements/{agreement_id}",
        )

    @router.get("/agreements/{agreement_id}/sign")
    def show(visitor: Visiting, agreement_id: AgreementId) -> Response:
        view = agreements.view_for(visitor.email, agreement_id)
        if not view.my_turn:
            return go_to(f"/agreements/{agreement_id}")
        if view.my_role in OTHER_ROLES:
            return go_to(f"/agreements/{agreement_id}/part")
        try:
            if agreements.finish_waiting_signature(visitor.email, agreement_id):
                return go_to(f"/agreements/{agreement_id}", done="signed")
        except ServiceError as error:
            return reading_page(visitor, agreement_id, error=error)
        return reading_page(visitor, agreement_id)

    @router.post("/agreements/{agreement_id}/sign")
    def sign(visitor: Visiting, form: Filled, agreement_id: AgreementId) -> Response:
        try:
            agreements.sign(visitor.email, agreement_id, **_asked(visitor, form))
        except ServiceError as error:
            return reading_page(visitor, agreement_id, form, error)
        return go_to(f"/agreements/{agreement_id}", done="signed")

    @router.post("/agreements/{agreement_id}/sign/passkey/begin")
    def begin(visitor: Visiting, form: Filled, agreement_id: AgreementId) -> Response:
        person = visitor.person

        def options() -> Mapping[str, object]:
            # First whether there is such an agreement for this person, then what the form lacks.
            agreements.view_for(person.email, agreement_id)
            asked: dict[str, object] = json.loads(
                agreements.begin_signing(
                    person.email,
                    agreement_id,
                    session_id=person.id,
                    passkey=form.text("passkey")[:_MAX_ID],
                    **_asked(visitor, form),
                )
            )
            return asked

        return told(visitor, options)

    @router.post("/agreements/{agreement_id}/sign/passkey")
    def complete(visitor: Visiting, form: Filled, agreement_id: AgreementId) -> Response:
        person = visitor.person

        def done() -> Mapping[str, object]:
            agreements.complete_signing(
                person.email,
                agreement_id,
                session_id=person.id,
                answer=form.text("answer")[: MAX_ANSWER + 1],
            )
            return {"next": f"/agreements/{agreement_id}?done=signed"}

        return told(visitor, done)

    @router.post("/agreements/{agreement_id}/company")
    def choose_company(visitor: Visiting, form: Filled, agreement_id: AgreementId) -> Response:
        try:
            agreements.choose_company(
                visitor.email, agreement_id, form.text("company")[:40] or None
            )
        except ServiceError as error:
            return reading_page(visitor, agreement_id, form, error)
        return go_to(f"/agreements/{agreement_id}/sign")

    @router.post("/agreements/{agreement_id}/decline")
    def decline(visitor: Visiting, form: Filled, agreement_id: AgreementId) -> Response:
        try:
            agreements.decline(
                visitor.email, agreement_id, reason=form.text("reason")[: _MAX_REASON + 1]
            )
        except ServiceError as error:
            return reading_page(visitor, agreement_id, form, error)
        return go_to(f"/agreements/{agreement_id}", done="declined")

    @router.post("/agreements/{agreement_id}/code/send")
    def send(visitor: Visiting, form: Filled, agreement_id: AgreementId) -> Response:
        title = agreements.view_for(visitor.email, agreement_id).title
        try:
            return send_code(pages, visitor, step(visitor, agreement_id), title=title)
        except ServiceError as error:
            return ask_code(pages, visitor, step(visitor, agreement_id), error)

    @router.get("/agreements/{agreement_id}/code")
    def type_code(visitor: Visiting, agreement_id: AgreementId) -> Response:
        return ask_code(pages, visitor, step(visitor, agreement_id))

    @router.post("/agreements/{agreement_id}/code")
    def confirm(
        request: Request, visitor: Visiting, form: Filled, agreement_id: AgreementId
    ) -> Response:
        asked = step(visitor, agreement_id)
        try:
            confirmed = confirm_code(pages, request, form, asked)
            identity.confirm_again(visitor.person.id, confirmed=confirmed)
        except ServiceError as error:
            return ask_code(pages, visitor, asked, error)
        return go_to(f"/agreements/{agreement_id}/sign")

    return router


def _asked(visitor: Visitor, form: Form) -> dict[str, Any]:
    """Return what the form says of a signature; raises ConsentNeededError without consent."""
    if not form.ticked("agree"):
        raise ConsentNeededError("expected the consent to be ticked")
    return {
        "revision": form.text("revision")[:64],
        "consent_sha256": form.text("consent_sha256")[:64],
        "drawn_png": read_drawing(form.text("drawn")) if form.text("style") == "drawn" else None,
        "typed_name": form.text("typed_name")[:_MAX_NAME],
        "confirmed_at": visitor.person.confirmed_at,
        "values": typed_values(form),
    }
