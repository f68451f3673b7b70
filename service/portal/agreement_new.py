"""A new agreement: the PDF, its title and deadline, and who signs."""

from datetime import timedelta

from fastapi import APIRouter, Response

from service.errors import ServiceError
from service.portal.draft_form import (
    MAX_PARTIES,
    ROLES,
    DraftForm,
    blank_draft,
    change_rows,
    check_draft,
    typed_draft,
)
from service.portal.pages import Pages, Visitor, go_to
from service.portal.routes import FilledDraft, Visiting, new_router

_LONGEST_DAYS = 365


def build_router(pages: Pages) -> APIRouter:
    """Return the routes."""
    router = new_router(pages)
    context = pages.context

    def form_page(visitor: Visitor, draft: DraftForm, *, status: int = 200) -> Response:
        today = context.clock.now().date()
        return pages.show(
            "agreement_new.html",
            visitor,
            status=status,
            here="/agreements/new",
            draft=draft,
            max_parties=MAX_PARTIES,
            roles=ROLES,
            first_day=today.isoformat(),
            last_day=(today + timedelta(days=_LONGEST_DAYS)).isoformat(),
        )

    @router.get("/agreements/new")
    def show_form(visitor: Visiting) -> Response:
        _ = visitor.person
        return form_page(visitor, blank_draft(context.clock.now()))

    @router.post("/agreements/new")
    def create(visitor: Visiting, form: FilledDraft) -> Response:
        draft = typed_draft(form)
        if change_rows(draft, form.text("action")):
            return form_page(visitor, draft)
        upload = form.upload("pdf")
        check_draft(draft, upload, visitor.lang)
        deadline = draft.deadline_moment()
        if draft.errors or upload is None or deadline is None:
            return form_page(visitor, draft, status=422)
        try:
            agreement_id = context.agreements.create_draft(
                sender=visitor.email,
                sender_name=draft.sender_name,
                lang=visitor.lang,
                filename=upload.filename,
                pdf=upload.content,
                title=draft.title,
                deadline=deadline,
                parties=draft.parties(visitor.email),
                by_device=draft.by_device,
            )
        except ServiceError as error:
            draft.note(visitor.lang, error)
            return form_page(visitor, draft, status=error.http_hint)
        if form.text("action") == "fields":
            return go_to(f"/agreements/{agreement_id}/fields")
        return go_to(f"/agreements/{agreement_id}", done="created")

    return router
