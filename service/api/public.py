"""What anybody may fetch: the trust file, the log's tiles, time stamps, and a sign of life."""

from collections.abc import Callable

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import PlainTextResponse

from service.api.problems import problem
from service.notary import Notary

_LARGEST_QUERY = 16 * 1024
_FOREVER = "public, max-age=31536000, immutable"
# A verifier in a browser, on whatever page, may read the log.
_ANYBODY = {"Access-Control-Allow-Origin": "*"}


def build_public_router(
    *,
    notary: Notary,
    trust_file: Callable[[], bytes],
    trust_statement: Callable[[int], bytes | None],
    timestamp: Callable[[bytes], bytes],
) -> APIRouter:
    """Return the public routes."""
    router = APIRouter()

    @router.get("/.well-known/acta-trust.json", tags=["public"])
    def trust() -> Response:
        """Return the trust file; compare its fingerprint by another way before you accept it."""
        return Response(trust_file(), media_type="application/json")

    @router.get("/.well-known/acta-trust/{version}.json", tags=["public"])
    def trust_opening(version: int) -> Response:
        """Return the statement by which a version of the trust file was logged, and its salt."""
        opening = trust_statement(version)
        if opening is None:
            raise HTTPException(404, "no such version of the trust file")
        return Response(opening, media_type="application/json")

    @router.get("/log/{path:path}", tags=["public"])
    def log_file(path: str) -> Response:
        """Return the newest checkpoint, a tile or an entry bundle (C2SP tlog-tiles)."""
        content = notary.public_file(path)
        if content is None:
            absent = problem(
                status=404,
                code="api/http-404",
                title="no such tile; it may be beyond the newest checkpoint",
            )
            # It may be there at the next checkpoint, so no cache may remember that it was not.
            absent.headers.update({"Cache-Control": "no-store", **_ANYBODY})
            return absent
        if path == "checkpoint":
            return PlainTextResponse(content, headers={"Cache-Control": "no-cache", **_ANYBODY})
        return Response(
            content,
            media_type="application/octet-stream",
            headers={"Cache-Control": _FOREVER, **_ANYBODY},
        )

    @router.post("/tsa", tags=["public"])
    async def time_stamp(request: Request) -> Response:
        """Answer an RFC 3161 time-stamp query (``application/timestamp-query``)."""
        query = b""
        async for chunk in request.stream():
            query += chunk
            if len(query) > _LARGEST_QUERY:
                raise HTTPException(413, f"expected a query of at most {_LARGEST_QUERY} bytes")
        return Response(timestamp(query), media_type="application/timestamp-reply")

    @router.get("/healthz", tags=["public"])
    def healthz() -> dict[str, str]:
        """Say that the process serves."""
        return {"status": "ok"}

    return router
