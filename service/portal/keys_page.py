"""Recovery keys: made in the browser, kept here by their public half; and what they open."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request, Response

from anchoring.custody_kit import CustodyKit, KitDescription, write_kit
from service.errors import ServiceError
from service.portal.agreement_page import AgreementId
from service.portal.codes import SIGN_IN, CodeStep, ask_code, confirm_code, send_code
from service.portal.downloads import attachment
from service.portal.errors import BadFormError
from service.portal.open_page import recovery_page
from service.portal.pages import Pages, Visitor, go_to
from service.portal.routes import Filled, Visiting, new_router
from service.portal.wording import error_text, text

_DONE = {"added", "ended"}
_KINDS = {"printed", "passkey"}
_LONGEST = 2000


@dataclass(frozen=True, kw_only=True)
class ShownKey:
    """A key as the page shows it; ``credential`` in base64url, empty for one on paper."""

    id: str
    recipient: str
    kind: str
    credential: str
    created_at: datetime
    ready: bool


def build_router(pages: Pages) -> APIRouter:
    """Return the routes."""
    router = new_router(pages)
    custody, identity = pages.context.custody, pages.context.identity

    def keys_page(
        visitor: Visitor, *, done: str = "", error: ServiceError | None = None
    ) -> Response:
        keys = [
            ShownKey(
                id=key.id,
                recipient=key.recipient,
                kind=str(key.kind),
                credential=_unpadded(key.credential or b""),
                created_at=key.created_at,
                ready=key.ready,
            )
            for key in custody.recovery_keys(visitor.email)
        ]
        return pages.show(
            "keys.html",
            visitor,
            status=200 if error is None else error.http_hint,
            here="/keys",
            keys=keys,
            needs_code=custody.keys_need_code(visitor.person.confirmed_at),
            done=done if done in _DONE else "",
            error=None if error is None else error_text(visitor.lang, error),
        )

    def step(visitor: Visitor) -> CodeStep:
        return CodeStep(
            purpose=SIGN_IN,
            subject="",
            email=visitor.email,
            action="/keys/code",
            again="/keys/code/send",
            fields=(),
            back="/keys",
        )

    @router.get("/keys")
    def show(visitor: Visiting, done: str = "") -> Response:
        return keys_page(visitor, done=done)

    @router.post("/keys")
    def add(visitor: Visiting, form: Filled) -> Response:
        kind = form.text("kind")
        try:
            if kind not in _KINDS:
                raise BadFormError("expected the kind of the key, as the page sends it")
            custody.add_recovery_key(
                visitor.email,
                recipient=form.text("recipient")[:_LONGEST],
                kind=kind,
                credential=_credential(form.text("credential")),
                confirmed_at=visitor.person.confirmed_at,
                lang=visitor.lang,
            )
        except ServiceError as error:
            return keys_page(visitor, error=error)
        return go_to("/keys", done="added")

    @router.post("/keys/end")
    def end(visitor: Visiting, form: Filled) -> Response:
        try:
            custody.end_recovery_key(
                visitor.email, form.text("key")[:40], confirmed_at=visitor.person.confirmed_at
            )
        except ServiceError as error:
            return keys_page(visitor, error=error)
        return go_to("/keys", done="ended")

    @router.post("/keys/code/send")
    def send(visitor: Visiting, form: Filled) -> Response:
        _ = visitor.person
        try:
            return send_code(pages, visitor, step(visitor))
        except ServiceError as error:
            return ask_code(pages, visitor, step(visitor), error)

    @router.get("/keys/code")
    def type_code(visitor: Visiting) -> Response:
        return ask_code(pages, visitor, step(visitor))

    @router.post("/keys/code")
    def confirm(request: Request, visitor: Visiting, form: Filled) -> Response:
        try:
            confirmed = confirm_code(pages, request, form, step(visitor))
            identity.confirm_again(visitor.person.id, confirmed=confirmed)
        except ServiceError as error:
            return ask_code(pages, visitor, step(visitor), error)
        return go_to("/keys")

    @router.get("/keys/open.html")
    def open_page(visitor: Visiting) -> Response:
        # A download: in this portal's own place its scripts would not run, nor should they.
        return attachment(
            recovery_page(visitor.lang),
            title="acta-open",
            extension="html",
            media_type="text/html; charset=utf-8",
        )

    @router.get("/agreements/{agreement_id}/custody.zip")
    def kit(visitor: Visiting, agreement_id: AgreementId) -> Response:
        made = custody.custody_kit(visitor.email, agreement_id)
        kept = made.kept
        content = write_kit(
            CustodyKit(
                description=KitDescription(
                    cid=kept.cid,
                    profile=kept.profile,
                    ciphertext_sha256=kept.ciphertext_sha256,
                    plaintext_sha256=kept.plaintext_sha256,
                ),
                envelope=kept.envelope,
                ciphertext=kept.ciphertext,
            ),
            page=recovery_page(visitor.lang),
            explanation=text(visitor.lang, "kit.readme", title=made.title),
        )
        return attachment(content, title=made.title, extension="zip", media_type="application/zip")

    return router


def _credential(typed: str) -> bytes | None:
    if not typed:
        return None
    try:
        return base64.urlsafe_b64decode(typed[:_LONGEST] + "=" * (-len(typed) % 4))
    except (binascii.Error, ValueError):
        raise BadFormError("expected the passkey's name in base64url") from None


def _unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
