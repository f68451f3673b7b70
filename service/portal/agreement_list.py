"""My agreements: search as you type, and the archive."""

from fastapi import APIRouter, Response

from service.portal.pages import Pages
from service.portal.routes import Visiting, new_router

_MAX_QUERY = 200


def build_router(pages: Pages) -> APIRouter:
    """Return the route."""
    router = new_router(pages)
    agreements = pages.context.agreements

    @router.get("/agreements")
    def show_list(visitor: Visiting, q: str = "", archived: str = "", done: str = "") -> Response:
        query, put_away = q[:_MAX_QUERY], archived == "1"
        found = agreements.list_for(visitor.email, query=query, archived=put_away)
        ordered = sorted(found, key=lambda summary: not summary.my_turn)
        template = "_agreement_rows.html" if visitor.wants_fragment else "agreements.html"
        return pages.show(
            template,
            visitor,
            here="/agreements?archived=1" if put_away else "/agreements",
            agreements=ordered,
            query=query,
            archived=put_away,
            done=done if done == "deleted" else "",
        )

    return router
