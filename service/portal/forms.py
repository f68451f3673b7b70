"""Reading what people send: size limits before anything is kept, and the forms' own token."""

import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from service.portal.errors import BadFormError, BadFormTokenError, UploadTooLargeError

MIB: Final = 1024 * 1024
SMALL_FORM: Final = MIB
_MAX_FIELDS = 400
_MAX_FILES = 4
# A browser that is cut off while it still sends shows its own error page instead of ours, so a
# body somewhat too large is read to its end and thrown away.
_DRAINED = 4


@dataclass(frozen=True)
class Upload:
    """An uploaded file; its name is only ever shown, never a path."""

    filename: str
    content: bytes


class Form:
    """The fields and files of a request whose token was right."""

    def __init__(self, data: FormData) -> None:
        self._data = data

    def text(self, name: str) -> str:
        """Return a field without the spaces around it, "" if it is missing or a file."""
        value = self._data.get(name)
        return value.strip() if isinstance(value, str) else ""

    def ticked(self, name: str) -> bool:
        """Return whether a check box is ticked."""
        return self.text(name) != ""

    def names(self) -> list[str]:
        """Return the names of all fields."""
        return list(self._data)

    def upload(self, name: str) -> Upload | None:
        """Return an uploaded file, None if the field was left empty."""
        value = self._data.get(name)
        if not isinstance(value, UploadFile) or not value.filename:
            return None
        filename = value.filename.replace("\\", "/").rsplit("/", 1)[-1]
        return Upload(filename=filename[:200], content=value.file.read())

    async def close(self) -> None:
        """Drop the temporary files of the uploads."""
        await self._data.close()


async def read_form(
    request: Request,
    *,
    csrf: str,
    base_url: str,
    limit: int = SMALL_FORM,
    max_fields: int = _MAX_FIELDS,
) -> Form:
    """Return the request's form, of at most ``limit`` bytes.

    Raises UploadTooLargeError, BadFormError, and BadFormTokenError unless the form carries
    ``csrf`` and comes from a page of this site.
    """
    _refuse_other_sites(request, base_url)
    limited = Request(request.scope, _limited(request, limit))
    try:
        data = await limited.form(
            max_files=_MAX_FILES, max_fields=max_fields, max_part_size=SMALL_FORM
        )
    except HTTPException as error:
        raise BadFormError("expected a form as a browser sends it") from error
    form = Form(data)
    given = form.text("csrf").encode()
    # Compared in constant time; a stranger without the cookie has no token to compare with.
    if not csrf or not hmac.compare_digest(given, csrf.encode()):
        await form.close()
        raise BadFormTokenError("expected the token of this session's page; load the page again")
    return form


def _refuse_other_sites(request: Request, base_url: str) -> None:
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in {"same-origin", "none"}:
        raise BadFormTokenError("expected a form of this site, got one of another")
    # Under "no-referrer" browsers send the origin "null" with forms; the token decides then.
    origin = request.headers.get("origin", "null")
    own = urlsplit(base_url)
    allowed = {"null", f"{own.scheme}://{own.netloc}", _asked_host(request)}
    if origin not in allowed:
        raise BadFormTokenError("expected a form of this site, got one of another")


def _asked_host(request: Request) -> str:
    return f"{request.url.scheme}://{request.headers.get('host', '')}"


_Message = MutableMapping[str, Any]


def _limited(request: Request, limit: int) -> Callable[[], Awaitable[_Message]]:
    """Return a ``receive`` that gives up on a body of more than ``limit`` bytes."""
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > limit * _DRAINED:
        raise UploadTooLargeError(f"expected at most {limit} bytes, got {announced}", limit=limit)
    seen = 0

    async def receive() -> _Message:
        nonlocal seen
        message = await request.receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            await _drain(request, message, seen, most=limit * _DRAINED)
            raise UploadTooLargeError(f"expected at most {limit} bytes, got more", limit=limit)
        return message

    return receive


async def _drain(request: Request, message: _Message, seen: int, *, most: int) -> None:
    while message.get("more_body") and seen <= most:
        message = await request.receive()
        seen += len(message.get("body", b""))
