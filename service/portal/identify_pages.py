"""Identifying oneself: document, names and number, live face, and what became of it."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Path, Response
from fastapi.responses import JSONResponse

from service.errors import ServiceError
from service.identity import (
    Bureau,
    DocumentReaderMissingError,
    DocumentRefusedError,
    IdentificationView,
    MrzCheckDigitError,
    MrzNotFoundError,
    TypedDocument,
)
from service.portal.errors import NoFileError
from service.portal.forms import Form
from service.portal.pages import CAMERA_ALLOWED, Pages, Visitor, go_to
from service.portal.routes import Filled, FilledPictures, Visiting, new_router
from service.portal.wording import error_text

IdentificationId = Annotated[str, Path(pattern=r"^idn_[a-z2-7]{26}$")]
_FRAMES: Final = 4
_PICTURES: Final = ("front", "back")
_DONE: Final = ("pictures", "withdrawn")
# What a person may type themselves when the program cannot read it.
_UNREAD: Final = (MrzNotFoundError, MrzCheckDigitError, DocumentReaderMissingError)
ISSUERS: Final = (
    "ESP", "ARG", "BEL", "BGR", "BRA", "CHL", "CHN", "COL", "D", "DNK", "DOM", "ECU", "EST",
    "FIN", "FRA", "GBR", "ITA", "LTU", "LVA", "MAR", "MEX", "NLD", "PER", "POL", "PRT", "PRY",
    "ROU", "SWE", "TUR", "UKR", "URY", "USA", "VEN",
)  # fmt: skip


def build_router(pages: Pages) -> APIRouter:
    """Return the routes; none where nobody is identified here."""
    router = new_router(pages)
    if pages.context.bureau is not None:
        _add_routes(router, pages, pages.context.bureau)
    return router


def _add_routes(router: APIRouter, pages: Pages, bureau: Bureau) -> None:
    people = bureau.identifications

    def page(
        visitor: Visitor,
        view: IdentificationView | None,
        error: ServiceError | None = None,
        form: Form | None = None,
        done: str = "",
    ) -> Response:
        with bureau.database.reading() as session:
            known = bureau.current_identification(session, visitor.email)
        response = pages.show(
            "identify.html",
            visitor,
            status=200 if error is None else error.http_hint,
            here="/identify",
            view=view,
            step="" if view is None else str(view.step),
            known=known,
            form=form,
            issuers=ISSUERS,
            is_reviewer=bureau.review.is_reviewer(visitor.email),
            reader_missing=isinstance(error, DocumentReaderMissingError),
            can_type=isinstance(error, _UNREAD) or (form is not None and form.ticked("typed")),
            error=None if error is None else error_text(visitor.lang, error),
            done=done if done in _DONE else "",
        )
        response.headers["Permissions-Policy"] = CAMERA_ALLOWED
        return response

    @router.get("/identify")
    def show(visitor: Visiting, done: str = "") -> Response:
        return page(visitor, people.current(email=visitor.email), done=done)

    @router.post("/identify")
    def begin(visitor: Visiting, form: Filled) -> Response:
        try:
            with bureau.database.transaction() as session:
                people.begin(session, email=visitor.email)
        except ServiceError as error:
            return page(visitor, people.current(email=visitor.email), error)
        return go_to("/identify")

    def refused(visitor: Visitor, identification: str, error: ServiceError, form: Form) -> Response:
        return page(visitor, people.view(identification, email=visitor.email), error, form)

    @router.post("/identify/{identification}/document")
    def give_document(
        visitor: Visiting, form: FilledPictures, identification: IdentificationId
    ) -> Response:
        view = people.view(identification, email=visitor.email)
        try:
            uploads = [one.content for name in _PICTURES if (one := form.upload(name)) is not None]
            if not uploads:
                raise NoFileError("expected one or two pictures of the document")
            typed = _typed(form) if form.ticked("typed") else None
            bureau.spend("document", email=visitor.email, remote=visitor.remote)
            people.take_document(view.id, email=visitor.email, uploads=uploads, typed=typed)
        except ServiceError as error:
            return refused(visitor, identification, error, form)
        return go_to("/identify")

    @router.post("/identify/{identification}/confirm")
    def confirm(visitor: Visiting, form: Filled, identification: IdentificationId) -> Response:
        try:
            with bureau.database.transaction() as session:
                people.confirm_document(
                    session,
                    identification,
                    email=visitor.email,
                    family_names=form.text("family_names"),
                    given_names=form.text("given_names"),
                    number=form.text("number"),
                )
        except ServiceError as error:
            return refused(visitor, identification, error, form)
        return go_to("/identify")

    @router.post("/identify/{identification}/challenge")
    def challenge(visitor: Visiting, form: Filled, identification: IdentificationId) -> Response:
        def give() -> dict[str, object]:
            with bureau.database.transaction() as session:
                turns = people.new_face_challenge(session, identification, email=visitor.email)
            return {"token": turns.token, "poses": [str(pose) for pose in turns.poses]}

        return answered(visitor, give)

    @router.post("/identify/{identification}/face")
    def check_face(
        visitor: Visiting, form: FilledPictures, identification: IdentificationId
    ) -> Response:
        def check() -> dict[str, object]:
            bureau.spend("face", email=visitor.email, remote=visitor.remote)
            people.check_face(
                identification,
                email=visitor.email,
                token=form.text("token"),
                frames=read_frames(form),
            )
            return {"next": "/identify"}

        return answered(visitor, check)

    @router.post("/identify/{identification}/forget-pictures")
    def forget_pictures(
        visitor: Visiting, form: Filled, identification: IdentificationId
    ) -> Response:
        with bureau.database.transaction() as session:
            people.delete_pictures(session, identification, email=visitor.email)
        return go_to("/identify", done="pictures")

    @router.post("/identify/{identification}/withdraw")
    def withdraw(visitor: Visiting, form: Filled, identification: IdentificationId) -> Response:
        with bureau.database.transaction() as session:
            people.withdraw(session, identification, email=visitor.email)
        return go_to("/identify", done="withdrawn")


def answered(visitor: Visitor, act: Callable[[], dict[str, object]]) -> Response:
    """Return what ``act`` does as JSON for ``face-capture.js``, or the words of its error."""
    try:
        return JSONResponse(act())
    except ServiceError as error:
        words = {
            "code": error.code,
            "error": error_text(visitor.lang, error),
            "frame": error.facts.get("frame"),
        }
        return JSONResponse(words, status_code=error.http_hint)


def read_frames(form: Form) -> list[bytes]:
    """Return the key frames that ``face-capture.js`` sends, in the order of the poses."""
    uploads = (form.upload(f"frame_{number}") for number in range(_FRAMES))
    return [one.content for one in uploads if one is not None]


def _typed(form: Form) -> TypedDocument:
    try:
        birth = date.fromisoformat(form.text("birth"))
        expiry = date.fromisoformat(form.text("expiry")) if form.text("expiry") else None
    except ValueError as error:
        raise DocumentRefusedError("expected dates as a browser sends them") from error
    issuer = form.text("issuer")
    if issuer not in ISSUERS:
        raise DocumentRefusedError("expected one of the countries in the list")
    return TypedDocument(
        issuer=issuer,
        number=form.text("document_number"),
        family_names=form.text("family_names"),
        given_names=form.text("given_names"),
        birth=birth,
        expiry=expiry,
    )
