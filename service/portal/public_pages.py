"""The first page, the language switch, what a page code is, and the static files."""

import re

from fastapi import APIRouter, HTTPException, Response

from service.portal.pages import Pages, go_to, local_path
from service.portal.routes import Visiting, new_router
from service.portal.wording import LANGUAGES, Lang

_LETTERS = "[0-9A-HJKMNP-TV-Z]{4}"
_PAGE_CODE = re.compile(rf"{_LETTERS}(-?{_LETTERS}){{3}}")
_FOREVER = "public, max-age=31536000, immutable"


def build_router(pages: Pages) -> APIRouter:
    """Return the routes."""
    router = new_router(pages)

    @router.get("/")
    def landing(visitor: Visiting) -> Response:
        return pages.show("landing.html", visitor, here="/")

    @router.get("/language/{lang}")
    def switch_language(lang: str, next: str = "/") -> Response:  # noqa: A002  the query's name
        chosen = _language(lang)
        response = go_to(local_path(next, otherwise="/"))
        pages.keep_language(response, chosen)
        return response

    @router.get("/d/{code}")
    def page_code(visitor: Visiting, code: str) -> Response:
        code = code.upper()
        if not _PAGE_CODE.fullmatch(code):
            raise HTTPException(404)
        return pages.show("page_code.html", visitor, here=f"/d/{code}", code=code)

    @router.get("/static/{name}")
    def static_file(name: str) -> Response:
        asset = pages.assets.get(name)
        if asset is None:
            raise HTTPException(404)
        return Response(
            asset.content, media_type=asset.media_type, headers={"Cache-Control": _FOREVER}
        )

    return router


def _language(wanted: str) -> Lang:
    for lang in LANGUAGES:
        if lang == wanted:
            return lang
    raise HTTPException(404)
