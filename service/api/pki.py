"""What readers of certificates fetch: OCSP answers, lists of revoked ones, authorities."""

import base64
import binascii
from collections.abc import Callable
from urllib.parse import unquote

from fastapi import APIRouter, HTTPException, Request, Response

_LARGEST_REQUEST = 4096
_OCSP = "application/ocsp-response"


def build_pki_router(
    *,
    answer: Callable[[bytes], bytes],
    revoked_by: Callable[[str], bytes | None],
    certificate_of: Callable[[str], bytes | None],
) -> APIRouter:
    """Return the routes that certificates name (AIA and CRL distribution points)."""
    router = APIRouter(prefix="/pki", tags=["public"])

    @router.get("/{authority}.crl")
    def revocation_list(authority: str) -> Response:
        """Return an authority's list of revoked certificates (RFC 5280), DER."""
        return _found(revoked_by(authority), "application/pkix-crl")

    @router.get("/{authority}.cer")
    def certificate(authority: str) -> Response:
        """Return an authority's certificate, DER."""
        return _found(certificate_of(authority), "application/pkix-cert")

    @router.post("/{authority}/ocsp")
    async def ask(authority: str, request: Request) -> Response:
        """Answer an OCSP request (RFC 6960 §A.1); any authority's path answers for all."""
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LARGEST_REQUEST:
                raise HTTPException(413, f"expected at most {_LARGEST_REQUEST} bytes")
        return Response(answer(body), media_type=_OCSP)

    @router.get("/{authority}/ocsp/{encoded:path}")
    def ask_by_address(authority: str, encoded: str) -> Response:
        """Answer an OCSP request that is in the address, base64 (RFC 6960 §A.1)."""
        if len(encoded) > 2 * _LARGEST_REQUEST:
            raise HTTPException(414, "the request is too long")
        try:
            body = base64.b64decode(unquote(encoded), validate=True)
        except (binascii.Error, ValueError) as error:
            raise HTTPException(400, "expected a request in base64") from error
        return Response(answer(body), media_type=_OCSP)

    return router


def _found(content: bytes | None, media_type: str) -> Response:
    if content is None:
        raise HTTPException(404, "no such authority")
    return Response(content, media_type=media_type, headers={"Cache-Control": "max-age=3600"})
