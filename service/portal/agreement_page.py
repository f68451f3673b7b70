"""One agreement: its parties, what has happened, and what this person can do with it."""

import hashlib
import re
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, HTTPException, Path, Response

from service.agreements import AgreementView
from service.portal.downloads import attachment
from service.portal.pages import Pages, Visitor, go_to
from service.portal.routes import Filled, Visiting, new_router

AgreementId = Annotated[str, Path(pattern=r"^[a-z0-9_]{1,40}$")]
LADDER: Final = ("accepted", "logged", "broadcast", "included", "final")
WIDTHS: Final = (800, 1200, 1600)
_DONE: Final = {
    "created",
    "signed",
    "sent",
    "declined",
    "archived",
    "restored",
    "placed",
    "part",
    "copied",
    "tagged",
}
_SLOW_S: Final = 10
_QUICK_S: Final = 2
_PICTURE: Final = re.compile(r"([1-9][0-9]{0,3})\.png")
_ASICE: Final = "application/vnd.etsi.asic-e+zip"


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What the refreshed part of the page shows beside the agreement itself.

    ``ladder``: each status with whether it is ``done``, ``now`` or ``later``; empty before the
    document has a leaf. ``seen`` names this state; ``refresh_s`` is 0 once nothing more happens.
    """

    names: dict[int, str]
    ladder: tuple[tuple[str, str], ...]
    failed: bool
    seen: str
    refresh_s: int


def build_router(pages: Pages) -> APIRouter:
    """Return the routes."""
    router = new_router(pages)
    agreements, custody = pages.context.agreements, pages.context.custody

    @router.get("/agreements/{agreement_id}")
    def show(visitor: Visiting, agreement_id: AgreementId, done: str = "") -> Response:
        agreements.note_viewed(visitor.email, agreement_id)
        view = agreements.view_for(visitor.email, agreement_id)
        return pages.show(
            "agreement.html",
            visitor,
            here=f"/agreements/{view.id}",
            view=view,
            done=done if done in _DONE else "",
            widths=WIDTHS,
            progress=_progress(view, visitor),
            has_key=bool(custody.recovery_keys(visitor.email)),
        )

    @router.get("/agreements/{agreement_id}/progress")
    def show_progress(visitor: Visiting, agreement_id: AgreementId, seen: str = "") -> Response:
        view = agreements.view_for(visitor.email, agreement_id)
        progress = _progress(view, visitor)
        if not visitor.wants_fragment:
            return go_to(f"/agreements/{view.id}")
        if progress.seen == seen:
            # Nothing is swapped then, so nobody who reads or points at something is disturbed.
            return Response(status_code=204)
        return pages.show(
            "_agreement_progress.html",
            visitor,
            view=view,
            progress=progress,
            has_key=bool(custody.recovery_keys(visitor.email)),
        )

    @router.get("/agreements/{agreement_id}/pages/{picture}")
    def page_picture(
        visitor: Visiting, agreement_id: AgreementId, picture: str, width: int = WIDTHS[0]
    ) -> Response:
        match = _PICTURE.fullmatch(picture)
        if match is None:
            raise HTTPException(404)
        page = int(match[1]) - 1
        fitting = next((known for known in WIDTHS if known >= width), WIDTHS[-1])
        content = agreements.page_picture(visitor.email, agreement_id, page=page, width=fitting)
        return Response(content, media_type="image/png")

    @router.get("/agreements/{agreement_id}/document.pdf")
    def download_pdf(visitor: Visiting, agreement_id: AgreementId) -> Response:
        content = agreements.sealed_pdf(visitor.email, agreement_id)
        title = agreements.view_for(visitor.email, agreement_id).title
        return attachment(content, title=title, extension="pdf", media_type="application/pdf")

    @router.get("/agreements/{agreement_id}/evidence.asice")
    def download_evidence(visitor: Visiting, agreement_id: AgreementId) -> Response:
        content = agreements.evidence(visitor.email, agreement_id)
        title = agreements.view_for(visitor.email, agreement_id).title
        return attachment(content, title=title, extension="asice", media_type=_ASICE)

    @router.get("/agreements/{agreement_id}/certificate.pdf")
    def download_certificate(visitor: Visiting, agreement_id: AgreementId) -> Response:
        content = agreements.certificate(visitor.email, agreement_id, lang=visitor.lang)
        title = agreements.view_for(visitor.email, agreement_id).title
        title = f"{title} {visitor.says('detail.certificate_name')}"
        return attachment(content, title=title, extension="pdf", media_type="application/pdf")

    @router.post("/agreements/{agreement_id}/send")
    def send(visitor: Visiting, form: Filled, agreement_id: AgreementId) -> Response:
        agreements.send(visitor.email, agreement_id)
        return go_to(f"/agreements/{agreement_id}", done="sent")

    @router.post("/agreements/{agreement_id}/copy")
    def copy(visitor: Visiting, form: Filled, agreement_id: AgreementId) -> Response:
        made = agreements.copy_draft(visitor.email, agreement_id)
        return go_to(f"/agreements/{made}", done="copied")

    @router.post("/agreements/{agreement_id}/delete")
    def delete(visitor: Visiting, form: Filled, agreement_id: AgreementId) -> Response:
        agreements.delete_draft(visitor.email, agreement_id)
        return go_to("/agreements", done="deleted")

    @router.post("/agreements/{agreement_id}/archive")
    def archive(visitor: Visiting, form: Filled, agreement_id: AgreementId) -> Response:
        put_away = form.text("archived") == "1"
        agreements.archive(visitor.email, agreement_id, put_away)
        return go_to(f"/agreements/{agreement_id}", done="archived" if put_away else "restored")

    return router


def _progress(view: AgreementView, visitor: Visitor) -> Progress:
    status = view.document_status
    position = LADDER.index(status) if status in LADDER else -1
    ends = status == LADDER[-1]
    waits = view.state in {"sent", "sealing"} or (
        view.state == "sealed" and not (ends and view.evidence_ready)
    )
    return Progress(
        names={party.number: party.name for party in view.parties},
        ladder=()
        if status is None
        else tuple(
            (word, "done" if at < position + ends else "now" if at == position else "later")
            for at, word in enumerate(LADDER)
        ),
        failed=status == "failed",
        seen=hashlib.sha256(f"{visitor.lang}{view!r}".encode()).hexdigest()[:24],
        refresh_s=0 if not waits else _SLOW_S if view.state == "sent" else _QUICK_S,
    )
