"""The mail that stays on this machine: for trying Acta out, never in production."""

import re
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Response

from service.portal.pages import Pages
from service.portal.ports import MailboxPort
from service.portal.routes import Visiting, new_router

MailId = Annotated[str, Path(pattern=r"^[a-z0-9_]{1,40}$")]


def build_router(pages: Pages) -> APIRouter:
    """Return the routes, which answer 404 unless mail stays here."""
    router = new_router(pages)

    def mailbox() -> MailboxPort:
        kept = pages.context.mailbox
        if kept is None or not pages.has_mailbox:
            raise HTTPException(404)
        return kept

    @router.get("/mailbox")
    def show_all(visitor: Visiting, to: str = "") -> Response:
        address = to.strip()[:254]
        mails = mailbox().messages(address or None)
        return pages.show("mailbox.html", visitor, here="/mailbox", mails=mails, to=address)

    @router.get("/mailbox/{mail_id}")
    def show_one(visitor: Visiting, mail_id: MailId) -> Response:
        mail = mailbox().message(mail_id)
        parts = _split_links(mail.text, pages.context.settings.base_url)
        return pages.show("mail.html", visitor, here="/mailbox", mail=mail, parts=parts)

    return router


def _split_links(words: str, base_url: str) -> list[tuple[str, bool]]:
    """Return the text in pieces, each with whether it is a link into this portal."""
    link = re.compile(rf"({re.escape(base_url)}/[A-Za-z0-9_\-/.?=&%]*[A-Za-z0-9_\-/])")
    return [(piece, position % 2 == 1) for position, piece in enumerate(link.split(words)) if piece]
