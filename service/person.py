"""What people do at the portal, step by step: for the demonstration and the tests."""

import base64
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from service.visitor import JourneyError, Mailbox, Page, Visitor

CODE = r"(?<!\d)(\d{6})(?!\d)"
LINK = r"(https?://[^\s\"<>]+/s/[A-Za-z0-9_-]+)"
_AGREEMENT = re.compile(r"/agreements/(agr_[a-z2-7]+)")
_STATE = re.compile(r'data-state="([a-z]+)"')


@dataclass(frozen=True)
class Contact:
    """A party as the sender types it in."""

    name: str
    email: str


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
        before = self._mailbox.count(self.contact.email, CODE)
        asked = self.visitor.submit(
            self.visitor.open("/sign-in"), "/sign-in", email=self.contact.email
        )
        self._type_code(asked, "/sign-in/code", before)

    def draft(
        self, *, pdf: bytes, title: str, others: list[Contact], own: bool, days: int = 14
    ) -> str:
        """Upload ``pdf`` with its parties; return the agreement's id."""
        page = self.visitor.open("/agreements/new")
        deadline = (datetime.now(UTC) + timedelta(days=days)).date().isoformat()
        fields = {
            "title": title,
            "deadline": deadline,
            "sender_name": self.contact.name,
            **({"sender_signs": "1"} if own else {}),
        }
        for number, other in enumerate(others, start=1):
            fields[f"party_{number}_name"] = other.name
            fields[f"party_{number}_email"] = other.email
            fields[f"party_{number}_order"] = str(number)
        made = self.visitor.submit(
            page,
            "/agreements/new",
            files={"pdf": ("contrato.pdf", pdf, "application/pdf")},
            **fields,
        )
        return _agreement_id(made)

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
        before = self._mailbox.count(self.contact.email, CODE)
        page = self.visitor.open(link)
        if page.status != 200:
            # The link was used up before a crash: the mailbox's owner signs in instead.
            self.sign_in()
            return agreement
        path = page.path
        asked = self.visitor.submit(page, path)
        return _agreement_id(self._type_code(asked, f"{path}/code", before))

    def sign(self, agreement: str, *, drawn_png: bytes | None = None) -> None:
        """Open the agreement, read every page, and sign it."""
        page = self.visitor.open(f"/agreements/{agreement}/sign")
        if page.path.endswith("/code") or "/code/send" in page.text:
            before = self._mailbox.count(self.contact.email, CODE)
            asked = self.visitor.submit(page, "/code/send")
            page = self._type_code(asked, f"/agreements/{agreement}/code", before)
        for picture in page.tree().xpath("//img/@src"):
            if "/pages/" in picture:
                self.visitor.download(picture)
        fields = {"agree": "1", "style": "typed", "typed_name": self.contact.name}
        if drawn_png is not None:
            fields["style"] = "drawn"
            fields["drawn"] = "data:image/png;base64," + base64.b64encode(drawn_png).decode()
        signed = self.visitor.submit(page, f"/agreements/{agreement}/sign", None, **fields)
        if not signed.path.endswith(f"/agreements/{agreement}"):
            raise JourneyError(f"expected the agreement after signing: {signed.words()[:300]}")

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

    def _type_code(self, asked: Page, action: str, before: int) -> Page:
        code = self._mailbox.wait_for(self.contact.email, CODE, already=before)
        page = self.visitor.submit(asked, action, code=code)
        if page.path.endswith("/code"):
            raise JourneyError(f"expected the code to be taken: {page.words()[:300]}")
        return page


def _agreement_id(page: Page) -> str:
    match = _AGREEMENT.search(page.path)
    if match is None:
        raise JourneyError(
            f"expected an agreement's page, got {page.path} ({page.status}): {page.words()[:600]}"
        )
    return match[1]
