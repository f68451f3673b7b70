"""A browser without scripts: keeps cookies, sends forms as pages hold them."""

import asyncio
import re
from typing import Any

import httpx
from fastapi import FastAPI
from lxml import html as lxml_html

from service.portal import install_portal
from tests.unit.portal.rooms import CODE, MemoryRooms


class InProcess(httpx.BaseTransport):
    """Answers requests with an application of this process, each in an event loop of its own."""

    def __init__(self, app: FastAPI) -> None:
        self._app = httpx.ASGITransport(app, raise_app_exceptions=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send ``request`` to the application and wait for the whole answer."""
        content = request.read()
        sent = httpx.Request(request.method, request.url, headers=request.headers, content=content)

        async def ask() -> httpx.Response:
            answer = await self._app.handle_async_request(sent)
            body = await answer.aread()
            return httpx.Response(answer.status_code, headers=answer.headers, content=body)

        return asyncio.run(ask())


class Visit:
    """One person's browser at one portal."""

    def __init__(self, rooms: MemoryRooms, *, lang: str = "es") -> None:
        self.client = httpx.Client(
            transport=InProcess(build_app(rooms)),
            base_url=rooms.settings.base_url,
            headers={"Accept": "text/html", "Accept-Language": lang},
            follow_redirects=True,
        )

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Open a page."""
        return self.client.get(path, headers=headers)

    def send(
        self,
        page: httpx.Response,
        action: str,
        files: dict[str, tuple[str, bytes, str]] | None = None,
        **fields: str,
    ) -> httpx.Response:
        """Fill in and send the page's form of this action."""
        form = form_of(page, action)
        values = {name: value for name, value in form.form_values() if name not in (files or {})}
        assert set(fields) <= set(form.fields.keys())
        return self.client.post(form.get("action"), data={**values, **fields}, files=files)

    def sign_in(self, email: str) -> httpx.Response:
        """Sign in by code."""
        page = self.send(self.get("/sign-in"), "/sign-in", email=email)
        return self.send(page, "/sign-in/code", code=CODE)


def build_app(rooms: MemoryRooms) -> FastAPI:
    """Return an application that holds the portal, and two routes that always fail."""
    app = FastAPI()

    @app.get("/v1/fault")
    @app.get("/fault")
    def fault() -> None:
        raise RuntimeError("a fault on purpose")

    install_portal(app, rooms.context)
    return app


def tree(page: httpx.Response) -> Any:
    """Return the parsed page."""
    return lxml_html.fromstring(page.text)


_STEP = re.compile(r"([a-z0-9]*)(?:#([\w-]+))?((?:\.[\w-]+)*)((?:\[[a-z-]+\])*)")


def select(page: Any, selector: str) -> list[Any]:
    """Return the elements of ``selector``: tags, ``#id``, ``.class``, ``[attribute]``, descent."""
    path = ""
    for step in selector.split():
        match = _STEP.fullmatch(step)
        assert match is not None, step
        tag, name, classes, attributes = match.groups()
        path += f"//{tag or '*'}" + (f"[@id='{name}']" if name else "")
        for each in classes.split(".")[1:]:
            path += f"[contains(concat(' ', normalize-space(@class), ' '), ' {each} ')]"
        path += attributes.replace("[", "[@")
    found: list[Any] = (tree(page) if isinstance(page, httpx.Response) else page).xpath(path)
    return found


def form_of(page: httpx.Response, action: str) -> Any:
    """Return the page's form of this action."""
    forms = [form for form in tree(page).forms if form.get("action") == action]
    assert forms, f"no form {action} in {words(page)[:300]}"
    return forms[0]


def words(page: httpx.Response) -> str:
    """Return the page's readable text, its spaces folded."""
    return re.sub(r"\s+", " ", tree(page).text_content()).strip()
