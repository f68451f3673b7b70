"""How the log stands on its chains and the copies in their stores, in plain words."""

from fastapi import APIRouter, Response

from service.portal.pages import Pages
from service.portal.routes import Visiting, new_router


def build_router(pages: Pages) -> APIRouter:
    """Return the route."""
    router = new_router(pages)

    @router.get("/status")
    def show(visitor: Visiting) -> Response:
        return pages.show(
            "status.html",
            visitor,
            here="/status",
            log=pages.context.log_status(),
            custody=pages.context.custody_health(),
        )

    return router
