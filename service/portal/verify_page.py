"""The public page that checks an evidence file."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from threading import BoundedSemaphore
from typing import Any, Final

from fastapi import APIRouter, Response

from anchoring.wording import step_title
from service.errors import ServiceError
from service.portal.errors import NoFileError, UploadTooLargeError, VerifierBusyError
from service.portal.forms import MIB
from service.portal.pages import Pages, Visitor
from service.portal.routes import FilledVerification, Visiting, new_router
from service.portal.wording import error_text

_LARGEST_EVIDENCE: Final = 64 * MIB
_LARGEST_PDF: Final = 40 * MIB
_AT_ONCE: Final = 2
_PATIENCE_S: Final = 10.0


def build_router(pages: Pages) -> APIRouter:
    """Return the routes."""
    router = new_router(pages)
    # Checking is work, and anybody may ask for it: a few at a time leave room for those who sign.
    room = BoundedSemaphore(_AT_ONCE)

    def form_page(
        visitor: Visitor,
        *,
        report: Mapping[str, Any] | None = None,
        error: ServiceError | None = None,
    ) -> Response:
        return pages.show(
            "verify.html",
            visitor,
            status=200 if error is None else error.http_hint,
            here="/verify",
            report=report,
            written=datetime.fromisoformat,
            step_name=partial(_step_name, visitor),
            error=None if error is None else error_text(visitor.lang, error),
        )

    @router.get("/verify")
    def show(visitor: Visiting) -> Response:
        return form_page(visitor)

    @router.post("/verify")
    def check(visitor: Visiting, form: FilledVerification) -> Response:
        evidence, pdf = form.upload("evidence"), form.upload("pdf")
        try:
            if evidence is None:
                raise NoFileError("expected an evidence file")
            _refuse_over(len(evidence.content), _LARGEST_EVIDENCE)
            _refuse_over(0 if pdf is None else len(pdf.content), _LARGEST_PDF)
            if not room.acquire(timeout=_PATIENCE_S):
                raise VerifierBusyError("expected a free place, got none; try again in a minute")
            try:
                report = pages.context.verify_upload(
                    evidence.content, None if pdf is None else pdf.content, visitor.lang
                )
            finally:
                room.release()
        except ServiceError as error:
            return form_page(visitor, error=error)
        return form_page(visitor, report=report)

    return router


def _refuse_over(size: int, largest: int) -> None:
    if size > largest:
        raise UploadTooLargeError(f"expected at most {largest} bytes, got {size}", limit=largest)


def _step_name(visitor: Visitor, name: str) -> str:
    return step_title(name, visitor.lang)
