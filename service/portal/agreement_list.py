"""My agreements: search as you type, filters, and the archive."""

from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Response

from service.portal.pages import Pages
from service.portal.routes import Visiting, new_router

FILTERS: Final = ("turn", "draft", "sent", "sealed", "ended")
_MAX_QUERY = 200
_MAX_TAG = 40


def asked(*, q: str, archived: str, state: str, tag: str) -> dict[str, Any]:
    """Return what the address asks for, as ``AgreementsPort.list_for`` takes it."""
    return {
        "query": q[:_MAX_QUERY],
        "archived": archived == "1",
        "state": state if state in FILTERS else "",
        "tag": tag[:_MAX_TAG],
    }


def build_router(pages: Pages) -> APIRouter:
    """Return the route."""
    router = new_router(pages)
    agreements = pages.context.agreements

    @router.get("/agreements")
    def show_list(
        visitor: Visiting,
        q: str = "",
        archived: str = "",
        state: str = "",
        tag: str = "",
        done: str = "",
    ) -> Response:
        wanted = asked(q=q, archived=archived, state=state, tag=tag)
        found = agreements.list_for(visitor.email, **wanted)
        ordered = sorted(found, key=lambda summary: not summary.my_turn)
        template = "_agreement_rows.html" if visitor.wants_fragment else "agreements.html"
        kept = {"archived": "1" if wanted["archived"] else "", **_text_of(wanted)}
        return pages.show(
            template,
            visitor,
            here="/agreements?archived=1" if wanted["archived"] else "/agreements",
            agreements=ordered,
            all_query=urlencode({name: value for name, value in kept.items() if value}),
            any_sealed=any(one.state == "sealed" for one in ordered),
            filters=FILTERS,
            tags=agreements.tags_of(visitor.email),
            done=done if done == "deleted" else "",
            **wanted,
        )

    return router


def _text_of(wanted: dict[str, Any]) -> dict[str, str]:
    return {"q": wanted["query"], "state": wanted["state"], "tag": wanted["tag"]}
