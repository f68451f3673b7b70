"""A person at the portal without a browser: follows links and fills in forms."""

import re
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
from lxml import html as lxml_html

_CODE = re.compile(r"(?<!\d)(\d{6})(?!\d)")


class JourneyError(Exception):
    """A page was not what the journey expected at this point."""


@dataclass(frozen=True)
class Page:
    """An answered page."""

    url: str
    status: int
    text: str

    @property
    def path(self) -> str:
        """The page's path, without its query."""
        return urlsplit(self.url).path

    def tree(self) -> Any:
        """Return the parsed page."""
        return lxml_html.fromstring(self.text, base_url=self.url)

    def words(self) -> str:
        """Return the page's readable text, its spaces folded."""
        return " ".join(self.tree().text_content().split())


class Visitor:
    """One person's cookies and their way through the pages."""

    def __init__(self, base_url: str, *, lang: str = "es") -> None:
        self.base_url = base_url
        self._client = httpx.Client(
            base_url=base_url,
            follow_redirects=True,
            timeout=60,
            headers={"Accept-Language": lang, "Accept": "text/html", "Origin": base_url},
        )

    def close(self) -> None:
        """Drop the connections."""
        self._client.close()

    def open(self, url: str) -> Page:
        """Return the page at ``url``."""
        return _page(self._client.get(urljoin(f"{self.base_url}/", url)))

    def download(self, url: str) -> bytes:
        """Return the file at ``url``; raises JourneyError for anything but a success."""
        answer = self._client.get(urljoin(f"{self.base_url}/", url))
        if not answer.is_success:
            raise JourneyError(f"expected a file at {url}, got status {answer.status_code}")
        return answer.content

    def send(
        self, url: str, data: dict[str, str], files: dict[str, tuple[str, bytes, str]] | None = None
    ) -> Any:
        """Send what a page's script sends, and return the JSON that answers it, errors too."""
        return self._client.post(urljoin(f"{self.base_url}/", url), data=data, files=files).json()

    def submit(
        self,
        page: Page,
        action: str,
        files: dict[str, tuple[str, bytes, str]] | None = None,
        **fields: str | None,
    ) -> Page:
        """Fill in and send the page's form whose action ends with ``action``.

        None leaves a field out, as a box that is not ticked is.
        """
        for form in page.tree().forms:
            target = urljoin(page.url, form.get("action") or page.url)
            if not urlsplit(target).path.endswith(action):
                continue
            # Only what the form itself holds, so that a renamed field is noticed here.
            values = {k: v for k, v in form.form_values() if not (files and k in files)}
            unknown = set(fields) - set(form.fields.keys())
            if unknown:
                raise JourneyError(f"the form {action} of {page.path} has no {sorted(unknown)}")
            values.update(fields)
            values = {k: v for k, v in values.items() if v is not None}
            return _page(self._client.post(target, data=values, files=files))
        raise JourneyError(
            f"expected a form {action} at {page.path} (status {page.status}): {page.words()[:300]}"
        )

    def press(self, page: Page, action: str, name: str, value: str, **fields: str) -> Page:
        """Send the page's form of this action by the button that has a name and a value."""
        for form in page.tree().forms:
            if (form.get("action") or "").endswith(action):
                values = {**dict(form.form_values()), **fields, name: value}
                return _page(self._client.post(urljoin(page.url, form.get("action")), data=values))
        raise JourneyError(f"expected a form {action} at {page.path}: {page.words()[:300]}")


def _page(answer: httpx.Response) -> Page:
    return Page(url=str(answer.url), status=answer.status_code, text=answer.text)


class Mailbox:
    """The embedded profile's mailbox page, read for one address."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor

    def texts(self, address: str) -> list[str]:
        """Return the readable text of every mail to ``address``, the newest first."""
        listing = self._visitor.open(f"/mailbox?to={address}")
        links = dict.fromkeys(
            link for link in listing.tree().xpath("//a/@href") if "/mailbox/" in link
        )
        return [self._visitor.open(link).words() for link in links]

    def wait_for(self, address: str, pattern: str, *, already: int = 0) -> str:
        """Return the first group of ``pattern`` in the newest mail that has it.

        Waits until more than ``already`` mails to ``address`` have it.
        """
        until = time.monotonic() + 30
        while time.monotonic() < until:
            found = [
                match[1]
                for text in self.texts(address)
                if (match := re.search(pattern, text)) is not None
            ]
            if len(found) > already:
                return found[0]
            time.sleep(0.1)
        raise JourneyError(f"expected mail to {address} with {pattern}; none came within 30 s")

    def count(self, address: str, pattern: str) -> int:
        """Return how many mails to ``address`` have ``pattern``."""
        return sum(re.search(pattern, text) is not None for text in self.texts(address))
