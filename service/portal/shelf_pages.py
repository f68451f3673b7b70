"""A person's own tags on an agreement, and all of a list's files in one download."""

import tempfile
import zipfile
from collections.abc import Iterator
from typing import IO, Final

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from service.portal.agreement_list import asked
from service.portal.agreement_page import AgreementId
from service.portal.pages import Pages, go_to
from service.portal.routes import Filled, Visiting, new_router

_IN_MEMORY: Final = 8 * 1024 * 1024
_CHUNK: Final = 256 * 1024
_DATED: Final = (1980, 1, 1, 0, 0, 0)


def build_router(pages: Pages) -> APIRouter:
    """Return the routes."""
    router = new_router(pages)
    agreements = pages.context.agreements

    @router.post("/agreements/{agreement_id}/tags")
    def tag(visitor: Visiting, form: Filled, agreement_id: AgreementId) -> Response:
        agreements.tag(visitor.email, agreement_id, form.text("tags")[:1000].split(","))
        return go_to(f"/agreements/{agreement_id}", done="tagged")

    @router.get("/agreements.zip")
    def take_all(
        visitor: Visiting,
        q: str = "",
        archived: str = "",
        state: str = "",
        tag: str = "",
    ) -> Response:
        wanted = asked(q=q, archived=archived, state=state, tag=tag)
        found = agreements.list_for(visitor.email, **wanted)
        files = agreements.sealed_files(visitor.email, [summary.id for summary in found])
        packed = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # closed when sent
        try:
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
                for name, content in files:
                    archive.writestr(zipfile.ZipInfo(name, _DATED), content)
        except BaseException:
            packed.close()
            raise
        packed.seek(0)
        return StreamingResponse(
            _chunks(packed),
            media_type="application/zip",
            headers={"Content-Disposition": 'attachment; filename="acta.zip"'},
        )

    return router


def _chunks(packed: IO[bytes]) -> Iterator[bytes]:
    with packed:
        while chunk := packed.read(_CHUNK):
            yield chunk
