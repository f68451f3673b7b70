"""Where an invitation's link leads: looking changes nothing, a code opens the agreement."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from service.errors import ServiceError
from service.portal.codes import SIGNING, CodeStep, ask_code, confirm_code, send_code
from service.portal.pages import Pages, Visitor, go_to
from service.portal.ports import Invitee
from service.portal.routes import Filled, Visiting, new_router
from service.portal.wording import error_text

LinkToken = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{16,128}$")]


def build_router(pages: Pages) -> APIRouter:
    """Return the routes."""
    router = new_router(pages)
    agreements, identity = pages.context.agreements, pages.context.identity

    def asked(token: str) -> tuple[CodeStep, Invitee]:
        link = identity.peek_link(token)
        invitee = agreements.invitee(link.agreement, link.party)
        step = CodeStep(
            purpose=SIGNING,
            # Only this party's own code uses up this party's link.
            subject=f"{link.agreement}/{link.party}",
            email=masked(invitee.email),
            action=f"/s/{token}/code",
            again=f"/s/{token}",
            fields=(),
            back=f"/s/{token}",
        )
        return step, invitee

    def closed_page(visitor: Visitor, error: ServiceError) -> Response:
        return pages.show(
            "link_closed.html",
            visitor,
            status=error.http_hint,
            here="/",
            message=error_text(visitor.lang, error),
        )

    @router.get("/s/{token}")
    def look(visitor: Visiting, token: LinkToken) -> Response:
        try:
            step, invitee = asked(token)
        except ServiceError as error:
            return closed_page(visitor, error)
        return pages.show(
            "invitation.html", visitor, here=f"/s/{token}", step=step, invitee=invitee, token=token
        )

    @router.post("/s/{token}")
    def send(visitor: Visiting, form: Filled, token: LinkToken) -> Response:
        try:
            step, invitee = asked(token)
        except ServiceError as error:
            return closed_page(visitor, error)
        real = replace(step, email=invitee.email)
        try:
            return send_code(pages, visitor, real, title=invitee.title)
        except ServiceError as error:
            return ask_code(pages, visitor, step, error)

    @router.get("/s/{token}/code")
    def type_code(visitor: Visiting, token: LinkToken) -> Response:
        try:
            step, _invitee = asked(token)
        except ServiceError as error:
            return closed_page(visitor, error)
        return ask_code(pages, visitor, step)

    @router.post("/s/{token}/code")
    def confirm(request: Request, visitor: Visiting, form: Filled, token: LinkToken) -> Response:
        try:
            step, _invitee = asked(token)
        except ServiceError as error:
            return closed_page(visitor, error)
        try:
            confirmed = confirm_code(pages, request, form, step)
        except ServiceError as error:
            return ask_code(pages, visitor, step, error)
        # Crash point: the code is used up and the link is not, so the same link asks again.
        try:
            link = identity.consume_link(token)
        except ServiceError as error:
            return closed_page(visitor, error)
        if visitor.session is not None:
            identity.revoke(visitor.session.id)
        session = identity.create_session(
            email=confirmed.email, confirmed_at=confirmed.confirmed_at, lang=visitor.lang
        )
        response = go_to(f"/agreements/{link.agreement}/sign")
        pages.sign_in(response, session)
        return response

    return router


def masked(email: str) -> str:
    """Return ``email`` so that its owner knows it, and whoever found the link does not learn it."""
    name, _, host = email.rpartition("@")
    return f"{name[:1]}•••@{host}"
