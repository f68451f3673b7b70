"""Errors as RFC 9457 problem documents, at the API's edge alone."""

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from service.errors import ServiceError

_MEDIA_TYPE = "application/problem+json"


def problem(
    *, status: int, code: str, title: str, detail: str = "", **members: object
) -> JSONResponse:
    """Return a problem document; ``type`` is a URN made from the stable code."""
    return JSONResponse(
        {
            "type": f"urn:acta:error:{code}",
            "title": title,
            "status": status,
            "detail": detail or title,
            "code": code,
            **members,
        },
        status_code=status,
        media_type=_MEDIA_TYPE,
    )


def from_service_error(error: ServiceError) -> JSONResponse:
    """Return the problem document of an error raised on purpose."""
    return problem(
        status=error.http_hint,
        code=error.code,
        title=(type(error).__doc__ or error.code).split(".")[0],
        detail=str(error),
    )


async def on_service_error(_request: Request, error: Exception) -> JSONResponse:
    """Answer a ServiceError (an exception handler of the API application)."""
    assert isinstance(error, ServiceError)
    return from_service_error(error)


async def on_validation_error(_request: Request, error: Exception) -> JSONResponse:
    """Answer a body or parameter that does not fit its schema."""
    assert isinstance(error, RequestValidationError)
    # "input" would repeat what the caller sent, which may be personal or secret.
    faults = [{"where": list(fault["loc"]), "expected": fault["msg"]} for fault in error.errors()]
    return problem(
        status=422,
        code="api/bad-request",
        title="the request does not fit the schema",
        faults=faults,
    )


async def on_http_error(_request: Request, error: Exception) -> JSONResponse:
    """Answer a routing error such as an unknown path."""
    assert isinstance(error, HTTPException)
    return problem(
        status=error.status_code,
        code=f"api/http-{error.status_code}",
        title=str(error.detail).lower(),
    )
