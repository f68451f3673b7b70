"""What every page shares: who visits, in which language, cookies, templates and headers."""

import base64
import json
import secrets
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import urlencode, urlsplit

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service.identity import SessionView
from service.portal.assets import Assets
from service.portal.ports import PortalContext
from service.portal.wording import Lang, choose_language, counted, moment_words, one_of, text

_FOLDER = Path(__file__).parent
_YEAR_S = 365 * 24 * 3600
_CODE_S = 1800
_SESSION_S = 7 * 24 * 3600
LANGUAGE_COOKIE: Final = "acta_lang"

# Everything comes from this host, and nothing is inline, so injected markup cannot run or load.
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Invitation links are single-use secrets: no page tells another where it was reached from.
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
CAMERA_ALLOWED: Final = "camera=(self), geolocation=(), microphone=()"
"""The Permissions-Policy of a page with a face scan."""


class SignInNeeded(Exception):  # noqa: N818  not a failure: it leads to the sign-in page
    """The page is for people who are signed in; ``path`` is where to go afterwards."""

    def __init__(self, path: str) -> None:
        super().__init__("sign-in needed")
        self.path = path


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Who asks for a page, as far as is known; ``session`` is None for a stranger."""

    lang: Lang
    session: SessionView | None
    csrf: str
    new_csrf: bool
    path: str
    remote: str
    wants_fragment: bool

    @property
    def person(self) -> SessionView:
        """Whoever is signed in; raises SignInNeeded if nobody is."""
        if self.session is None:
            raise SignInNeeded(self.path)
        return self.session

    @property
    def email(self) -> str:
        """The signed-in person's mailbox; raises SignInNeeded if nobody is signed in."""
        return self.person.email

    def says(self, key: str, **values: object) -> str:
        """Return a text in the visitor's language."""
        return text(self.lang, key, **values)


class Pages:
    """Renders pages and reads and writes the portal's cookies."""

    def __init__(self, context: PortalContext) -> None:
        self.context = context
        self.assets = Assets(_FOLDER)
        self.secure = urlsplit(context.settings.base_url).scheme == "https"
        # The prefix makes browsers refuse a cookie that another host or path has planted.
        prefix = "__Host-" if self.secure else ""
        self.session_cookie = f"{prefix}acta_session"
        self.csrf_cookie = f"{prefix}acta_form"
        self.code_cookie = f"{prefix}acta_code"
        self.sign_in_cookie = f"{prefix}acta_sign_in"
        self.has_mailbox = context.mailbox is not None and not context.settings.production
        self._templates = Environment(
            loader=FileSystemLoader(_FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def visitor(self, request: Request) -> Visitor:
        """Return who visits (a FastAPI dependency; runs in a worker thread)."""
        token = request.cookies.get(self.session_cookie)
        session = self.context.identity.session(token) if token else None
        kept = request.cookies.get(self.csrf_cookie, "")
        known = 20 <= len(kept) <= 100
        csrf = session.csrf if session else kept if known else secrets.token_urlsafe(24)
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        visitor = Visitor(
            lang=choose_language(
                request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language", "")
            ),
            session=session,
            csrf=csrf,
            new_csrf=session is None and not known,
            path=path if request.method == "GET" else request.url.path,
            remote=request.client.host if request.client else "unknown",
            wants_fragment=request.headers.get("hx-request") == "true",
        )
        request.state.visitor = visitor
        return visitor

    def stranger(self, request: Request) -> Visitor:
        """Return a visitor of whom only the language is known, without asking any other room."""
        return Visitor(
            lang=choose_language(
                request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language", "")
            ),
            session=None,
            csrf="",
            new_csrf=False,
            path=request.url.path,
            remote="unknown",
            wants_fragment=False,
        )

    def show(
        self, template: str, visitor: Visitor, *, status: int = 200, **values: object
    ) -> Response:
        """Return a page, or a fragment of one."""
        lang = visitor.lang
        body = self._templates.get_template(template).render(
            t=partial(text, lang),
            counted=partial(counted, lang),
            one_of=partial(one_of, lang),
            moment=partial(moment_words, lang),
            asset=self.assets.url,
            visitor=visitor,
            lang=lang,
            has_mailbox=self.has_mailbox,
            has_bureau=self.context.bureau is not None,
            base_url=self.context.settings.base_url,
            **values,
        )
        response = HTMLResponse(body, status_code=status)
        if visitor.new_csrf:
            self._keep(response, self.csrf_cookie, visitor.csrf, seconds=_SESSION_S)
        return response

    def sign_in(self, response: Response, token: str) -> None:
        """Give the browser its session."""
        self._keep(response, self.session_cookie, token, seconds=_SESSION_S)
        self._forget(response, self.code_cookie)
        self._forget(response, self.sign_in_cookie)

    def sign_out(self, response: Response) -> None:
        """Take everything back that the browser was given, except its language."""
        for name in (
            self.session_cookie,
            self.csrf_cookie,
            self.code_cookie,
            self.sign_in_cookie,
        ):
            self._forget(response, name)

    def keep_language(self, response: Response, lang: Lang) -> None:
        """Remember the language the visitor chose."""
        self._keep(response, LANGUAGE_COOKIE, lang, seconds=_YEAR_S)

    def keep_code(self, response: Response, challenge: str) -> None:
        """Remember which code this browser was asked for."""
        self._keep(response, self.code_cookie, challenge, seconds=_CODE_S)

    def keep_sign_in(self, response: Response, *, email: str, after: str) -> None:
        """Remember which mailbox this browser is signing in with, and where it goes then.

        Only for showing it again: what counts is what the code was bound to.
        """
        words = json.dumps([email, after]).encode()
        packed = base64.urlsafe_b64encode(words).decode()
        self._keep(response, self.sign_in_cookie, packed, seconds=_CODE_S)

    def kept_sign_in(self, request: Request) -> tuple[str, str] | None:
        """Return what ``keep_sign_in`` kept in this browser, None if there is nothing."""
        try:
            packed = request.cookies.get(self.sign_in_cookie, "")
            email, after = json.loads(base64.urlsafe_b64decode(packed))
        except (ValueError, TypeError):
            return None
        if not isinstance(email, str) or not isinstance(after, str):
            return None
        return email, local_path(after, otherwise="/agreements")

    def harden(self, response: Response) -> None:
        """Add the headers that every answer of the portal carries."""
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        if self.secure:
            response.headers["Strict-Transport-Security"] = f"max-age={_YEAR_S}"

    def _keep(self, response: Response, name: str, value: str, *, seconds: int) -> None:
        response.set_cookie(
            name, value, max_age=seconds, httponly=True, secure=self.secure, samesite="lax"
        )

    def _forget(self, response: Response, name: str) -> None:
        response.delete_cookie(name, httponly=True, secure=self.secure, samesite="lax")


def go_to(path: str, **query: str) -> Response:
    """Send the browser to a page of this portal with a GET."""
    return RedirectResponse(f"{path}?{urlencode(query)}" if query else path, status_code=303)


def local_path(wanted: str, *, otherwise: str) -> str:
    """Return ``wanted`` if it is a path of this portal, so that no link leads elsewhere."""
    plain = wanted.isascii() and wanted.isprintable() and " " not in wanted and "\\" not in wanted
    if plain and len(wanted) <= 500 and wanted.startswith("/") and not wanted.startswith("//"):
        return wanted
    return otherwise
