"""What people do at the portal, step by step: for the demonstration and the tests."""

import base64
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from service.visitor import JourneyError, Mailbox, Page, Visitor

CODE = r"(?<!\d)(\d{6})(?!\d)"
LINK = r"(https?://[^\s\"<>]+/s/[A-Za-z0-9_-]+)"
_AGREEMENT = re.compile(r"/agreements/(agr_[a-z2-7]+)")
_ROWS = 2
"""As many people as the form has room for at first."""
_TOO_SOON = 429
_ASK_AGAIN_S = 21
_STATE = re.compile(r'data-state="([a-z]+)"')


@dataclass(frozen=True)
class Contact:
    """A party as the sender types it in."""

    name: str
    email: str
    role: str = "signer"
    turn: int | None = None
    """None: after those named before."""


@dataclass(frozen=True)
class Placed:
    """A field as the sender places it by hand; measures in per cent of the page."""

    kind: str
    party: int
    top: float
    left: float = 10
    width: float = 30
    height: float = 4
    page: int = 1
    label: str = ""


class Person:
    """Somebody with a mailbox, at the portal."""

    def __init__(self, base_url: str, contact: Contact, *, lang: str = "es") -> None:
        self.contact = contact
        self.visitor = Visitor(base_url, lang=lang)
        self._mailbox = Mailbox(self.visitor)

    def close(self) -> None:
        """Leave."""
        self.visitor.close()

    def sign_in(self) -> None:
        """Sign in with an e-mailed code, unless signed in already."""
        if self.visitor.open("/agreements").path == "/agreements":
            return
        page = self.visitor.open("/sign-in")
        self._confirm(page, "/sign-in", "/sign-in/code", email=self.contact.email)

    def draft(
        self,
        *,
        pdf: bytes,
        title: str,
        others: list[Contact],
        own: bool,
        days: int = 14,
        by_device: bool = False,
    ) -> str:
        """Upload ``pdf`` with its parties; return the agreement's id."""
        page = self.visitor.open("/agreements/new")
        for _ in range(len(others) - _ROWS):
            page = self.visitor.submit(page, "/agreements/new", press="add")
        deadline = (datetime.now(UTC) + timedelta(days=days)).date().isoformat()
        fields: dict[str, str | None] = {
            "title": title,
            "deadline": deadline,
            "sender_name": self.contact.name,
            "sender_signs": "1" if own else None,
            "by_device": "1" if by_device else None,
        }
        for number, other in enumerate(others, start=1):
            fields[f"party_{number}_name"] = other.name
            fields[f"party_{number}_email"] = other.email
            fields[f"party_{number}_order"] = str(other.turn or number)
            fields[f"party_{number}_role"] = other.role
        made = self.visitor.submit(
            page,
            "/agreements/new",
            files={"pdf": ("contrato.pdf", pdf, "application/pdf")},
            **fields,
        )
        return _agreement_id(made)

    def place(self, agreement: str, fields: list[Placed]) -> None:
        """Place fields on the draft's pages, typing where they go."""
        path = f"/agreements/{agreement}/fields"
        page = self.visitor.open(path)
        there = len(page.tree().xpath("//form[@id='fields-form']//fieldset[@data-field]"))
        for _ in range(len(fields) - there):
            page = self.visitor.submit(page, path, press="add")
        typed: dict[str, str | None] = {}
        for number, field in enumerate(fields, start=1):
            for name in ("kind", "party", "page", "left", "top", "width", "height", "label"):
                typed[f"field_{number}_{name}"] = str(getattr(field, name))
        saved = self.visitor.submit(page, path, None, **typed)
        if not saved.path.endswith(f"/agreements/{agreement}"):
            raise JourneyError(f"expected the fields to be saved: {saved.words()[:600]}")

    def find(self, title: str) -> str | None:
        """Return the id of this person's agreement with ``title``, or None."""
        page = self.visitor.open(f"/agreements?q={title}")
        for link in page.tree().xpath("//a[@href]"):
            match = _AGREEMENT.search(link.get("href"))
            if match and title in " ".join(link.text_content().split()):
                return match[1]
        return None

    def accept_invitation(self, agreement: str) -> str:
        """Follow the newest mailed link, confirm the code; return the agreement's id."""
        link = self._mailbox.wait_for(self.contact.email, LINK)
        page = self.visitor.open(link)
        if page.status != 200:
            # The link was used up before a crash: the mailbox's owner signs in instead.
            self.sign_in()
            return agreement
        path = page.path
        return _agreement_id(self._confirm(page, path, f"{path}/code"))

    def sign(
        self,
        agreement: str,
        *,
        drawn_png: bytes | None = None,
        values: dict[str, str] | None = None,
    ) -> None:
        """Open the agreement, read every page, fill in ``values`` by label, and sign it."""
        page = self.visitor.open(f"/agreements/{agreement}/sign")
        if page.path.endswith("/code") or "/code/send" in page.text:
            page = self.confirm_for(agreement, page)
        for picture in page.tree().xpath("//img/@src"):
            if "/pages/" in picture:
                self.visitor.download(picture)
        fields: dict[str, str | None] = {
            "agree": "1",
            "style": "typed",
            "typed_name": self.contact.name,
        }
        for label, value in (values or {}).items():
            fields[_field_named(page, label)] = value
        if drawn_png is not None:
            fields["style"] = "drawn"
            fields["drawn"] = "data:image/png;base64," + base64.b64encode(drawn_png).decode()
        signed = self.visitor.submit(page, f"/agreements/{agreement}/sign", None, **fields)
        if not signed.path.endswith(f"/agreements/{agreement}"):
            raise JourneyError(f"expected the agreement after signing: {signed.words()[:300]}")

    def do_part(self, agreement: str) -> Page:
        """Approve or witness the agreement, whichever this person is asked to."""
        page = self.visitor.open(f"/agreements/{agreement}/part")
        if "/code/send" in page.text:
            page = self.confirm_for(agreement, page)
        done = self.visitor.submit(page, f"/agreements/{agreement}/part", None, agree="1")
        if not done.path.endswith(f"/agreements/{agreement}"):
            raise JourneyError(f"expected the agreement after the part: {done.words()[:300]}")
        return done

    def confirm_for(self, agreement: str, page: Page) -> Page:
        """Confirm the code that ``page`` asks for before the agreement opens."""
        return self._confirm(page, "/code/send", f"/agreements/{agreement}/code")

    def send(self, agreement: str) -> None:
        """Send the agreement to the others."""
        page = self.visitor.open(f"/agreements/{agreement}")
        self.visitor.submit(page, f"/agreements/{agreement}/send")

    def decline(self, agreement: str, reason: str) -> None:
        """Decline to sign, with a reason."""
        page = self.visitor.open(f"/agreements/{agreement}/sign")
        self.visitor.submit(page, f"/agreements/{agreement}/decline", reason=reason)

    def page_of(self, agreement: str) -> Page:
        """Return the agreement's page."""
        return self.visitor.open(f"/agreements/{agreement}")

    def state_of(self, agreement: str) -> str:
        """Return the agreement's state, in the code's own word."""
        page = self.page_of(agreement)
        match = _STATE.search(page.text)
        if match is None:
            raise JourneyError(f"expected an agreement's page, got: {page.words()[:300]}")
        return match[1]

    def offers(self, agreement: str, path: str) -> bool:
        """Whether the agreement's page offers the link or form ``path`` below the agreement."""
        return f'"/agreements/{agreement}/{path}"' in self.page_of(agreement).text

    def _confirm(self, page: Page, ask: str, action: str, **fields: str) -> Page:
        """Ask for a code by the form ``ask`` and type it into the form ``action``."""
        before = self._mailbox.count(self.contact.email, CODE)
        asked = self.visitor.submit(page, ask, None, **fields)
        if asked.status == _TOO_SOON:
            # A code is on its way already: type that one, or wait until another may be asked for.
            waiting = self.visitor.open(action)
            if waiting.path == action:
                asked, before = waiting, max(0, before - 1)
            else:
                time.sleep(_ASK_AGAIN_S)
                asked = self.visitor.submit(page, ask, None, **fields)
        code = self._mailbox.wait_for(self.contact.email, CODE, already=before)
        page = self.visitor.submit(asked, action, code=code)
        if page.path.endswith("/code"):
            raise JourneyError(f"expected the code to be taken: {page.words()[:300]}")
        return page


def _field_named(page: Page, label: str) -> str:
    for element in page.tree().xpath("//*[@id='fields']//label[@for]"):
        if label in element.text_content():
            name = page.tree().get_element_by_id(element.get("for")).get("name")
            return str(name)
    raise JourneyError(f"expected a field {label!r} to fill in at {page.path}")


def _agreement_id(page: Page) -> str:
    match = _AGREEMENT.search(page.path)
    if match is None:
        raise JourneyError(
            f"expected an agreement's page, got {page.path} ({page.status}): {page.words()[:600]}"
        )
    return match[1]
