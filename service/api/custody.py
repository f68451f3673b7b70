"""Custody reports for anybody: the statement, what opens its leaf, the list behind its root."""

import base64
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from service.custody import ReportView
from service.errors import NotFoundError, ServiceError
from service.notary import Notary

_MAX_NUMBER = 2**31 - 1
Number = Annotated[int, Path(ge=1, le=_MAX_NUMBER)]


class ReportNotFoundError(NotFoundError):
    """There is no custody report of this number yet."""

    code = "custody/report-not-found"


def build_custody_router(
    *, report: Callable[[int | None], ReportView | None], notary: Notary
) -> APIRouter:
    """Return the routes below ``/v1/custody``."""
    router = APIRouter(prefix="/v1/custody", tags=["custody"])

    def found(number: int | None) -> ReportView:
        view = report(number)
        if view is None:
            raise ReportNotFoundError("no such custody report")
        return view

    @router.get("/reports/latest")
    def latest() -> dict[str, Any]:
        """Return the newest report."""
        return _shown(found(None), notary)

    @router.get("/reports/{number}")
    def one(number: Number) -> dict[str, Any]:
        """Return a report; ``proof`` is a C2SP tlog-proof once its anchor is final."""
        return _shown(found(number), notary)

    @router.get("/reports/{number}/list")
    def lines(number: Number) -> Response:
        """Return the list behind the report's root, one canonical JSON object a line."""
        return Response(found(number).lines, media_type="application/jsonl")

    return router


def _shown(view: ReportView, notary: Notary) -> dict[str, Any]:
    statement = view.statement
    status = notary.leaf_status(statement.leaf_hash).status
    proof = None
    if status == "final":
        try:
            proof = notary.proof(statement.leaf_hash)
        except ServiceError:
            proof = None  # the embedded chain lost the anchor; it is made anew
    return {
        "number": view.number,
        "statement": base64.b64encode(statement.raw).decode(),
        "salt": statement.salt.hex(),
        "leafHash": statement.leaf_hash.hex(),
        "status": status,
        "proof": proof,
    }
