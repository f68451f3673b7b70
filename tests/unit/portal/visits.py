"""A browser without scripts: keeps cookies, sends forms as pages hold them."""

import re
from typing import Any

import httpx
from lxml import html as lxml_html

from tests.unit.portal.rooms import CODE, MemoryRooms


class Visit:
    """One person's browser at one portal."""

    def __init__(self, rooms: MemoryRooms, *, lang: str = "es") -> None:
        self.client = httpx.Client(
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


def tree(page: httpx.Response) -> Any:
    """Return the parsed page."""
    return lxml_html.fromstring(page.text)


def form_of(page: httpx.Response, action: str) -> Any:
    """Return the page's form of this action."""
    forms = [form for form in tree(page).forms if form.get("action") == action]
    assert forms, f"no form {action} in {words(page)[:300]}"
    return forms[0]


def words(page: httpx.Response) -> str:
    """Return the page's readable text, its spaces folded."""
    return re.sub(r"\s+", " ", tree(page).text_content()).strip()
