"""The review desk: what waits for a person, everything side by side, a decision with a reason."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from service.errors import NotFoundError, ServiceError
from service.identity import Bureau, OpenCase, OpenedPicture
from service.portal.forms import Form
from service.portal.pages import Pages, Visitor, go_to
from service.portal.routes import Filled, Visiting, new_router
from service.portal.wording import error_text
from service.signing import inspect_pdf, render_page

CaseId = Annotated[str, Path(pattern=r"^rev_[a-z2-7]{26}$")]
PictureId = Annotated[str, Path(pattern=r"^pic_[a-z2-7]{26}$")]
_PDF = "application/pdf"
_DEED_PX = 1000
_MOST_PAGES = 60
_MAX_REASON = 1001


def build_router(pages: Pages) -> APIRouter:
    """Return the routes; none where nobody is identified here."""
    router = new_router(pages)
    if pages.context.bureau is not None:
        _add_routes(router, pages, pages.context.bureau)
    return router


def _add_routes(router: APIRouter, pages: Pages, bureau: Bureau) -> None:
    desk = bureau.review

    def sheet_page(
        visitor: Visitor,
        case: OpenCase,
        form: Form | None = None,
        error: ServiceError | None = None,
    ) -> Response:
        return pages.show(
            "review_case.html",
            visitor,
            status=200 if error is None else error.http_hint,
            here="/review",
            case=case,
            documents=[one for one in case.sheet.pictures if one.kind != "frame"],
            frames=[one for one in case.sheet.pictures if one.kind == "frame"],
            page_counts={one.id: _pages_of(one) for one in case.sheet.pictures},
            reason=form.text("reason") if form else "",
            error=None if error is None else error_text(visitor.lang, error),
        )

    @router.get("/review")
    def queue(visitor: Visiting, done: str = "") -> Response:
        return pages.show(
            "review.html",
            visitor,
            here="/review",
            cases=desk.queue(visitor.email),
            done=done == "decided",
        )

    @router.get("/review/{case}")
    def look(visitor: Visiting, case: CaseId) -> Response:
        return sheet_page(visitor, desk.open_case(visitor.email, case))

    @router.get("/review/{case}/pictures/{picture}")
    def show_picture(
        visitor: Visiting,
        case: CaseId,
        picture: PictureId,
        page: Annotated[int, Query(ge=0, le=_MOST_PAGES)] = 1,
    ) -> Response:
        # The sheet again, so that a picture is shown to whoever may see the case, and while they
        # may. Nothing of it is cached (``Pages.harden``).
        opened = desk.open_case(visitor.email, case)
        for one in opened.sheet.pictures:
            if one.id == picture:
                return _drawn(one, page)
        raise NotFoundError("no such picture in this case")

    @router.post("/review/{case}")
    def decide(visitor: Visiting, form: Filled, case: CaseId) -> Response:
        opened = desk.open_case(visitor.email, case)
        decision = form.text("decision")
        if decision not in {"accept", "refuse"}:
            return sheet_page(visitor, opened, form)
        try:
            desk.decide(
                visitor.email,
                case,
                accepted=decision == "accept",
                reason=form.text("reason")[:_MAX_REASON],
            )
        except ServiceError as error:
            return sheet_page(visitor, opened, form, error)
        return go_to("/review", done="decided")


def _drawn(picture: OpenedPicture, page: int) -> Response:
    """Return a picture as it is kept; of a deed, one page, drawn in a process with limits.

    Page 0 is the deed's file, to be kept and not shown: a stranger made it.
    """
    if picture.media_type != _PDF:
        return Response(picture.content, media_type=picture.media_type)
    if page == 0:
        attached = {"Content-Disposition": f'attachment; filename="{picture.id}.pdf"'}
        return Response(picture.content, media_type=_PDF, headers=attached)
    drawn = render_page(picture.content, page=page - 1, width_px=_DEED_PX)
    return Response(drawn, media_type="image/png")


def _pages_of(picture: OpenedPicture) -> int:
    if picture.media_type != _PDF:
        return 1
    try:
        return min(inspect_pdf(picture.content).pages, _MOST_PAGES)
    except ServiceError:
        # Such as one that its notary signed: the reviewer reads the file itself.
        return 0
