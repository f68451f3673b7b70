"""Every page in Chromium over rooms in memory: what fits, what can be reached, what scripts add."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from service.identity import LinkView
from tests.browser.test_two_parties import FLAGS
from tests.unit.portal.rooms import CODE, MemoryRooms
from tests.unit.portal.serving import serve
from tests.unit.portal.test_public_pages import REPORT

ANA, BETO = "ana@example.com", "beto@example.com"
LINK = "x" * 43
FACTS = """() => ({
    wide: document.documentElement.scrollWidth - window.innerWidth,
    headings: document.querySelectorAll('h1').length,
    lang: document.documentElement.lang,
    title: document.title,
    unlabelled: [...document.querySelectorAll('input:not([type=hidden]), textarea, canvas')]
        .filter(one => !(one.labels && one.labels.length) && !one.ariaLabel)
        .map(one => one.id || one.name),
    nameless: [...document.querySelectorAll('a, button, summary')]
        .filter(one => !(one.ariaLabel || one.textContent).trim()).map(one => one.outerHTML),
    pictures: [...document.querySelectorAll('img:not([alt])')].map(one => one.src),
    ids: [...document.querySelectorAll('[id]')].map(one => one.id),
    dangling: [...document.querySelectorAll('[aria-describedby], [aria-labelledby]')]
        .flatMap(one => `${one.getAttribute('aria-describedby') || ''} ${
            one.getAttribute('aria-labelledby') || ''}`.trim().split(/\\s+/))
        .filter(id => !document.getElementById(id)),
})"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = os.environ.get("ACTA_CHROMIUM") or shutil.which("chromium")
    assert chromium, "expected Chromium; install it, or name it in ACTA_CHROMIUM"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def rooms() -> Iterator[MemoryRooms]:
    with serve() as rooms:
        yield rooms


@dataclass
class Reader:
    """One browser at the portal in memory, watched for errors."""

    rooms: MemoryRooms
    context: BrowserContext
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on(
            "console",
            # A page that answers 4xx is an error in the console's eyes alone.
            lambda message: (
                self.faults.append(message.text)
                if message.type in {"error", "warning"} and "status of 4" not in message.text
                else None
            ),
        )

    def go(self, path: str) -> None:
        self.page.goto(f"{self.rooms.settings.base_url}{path}")

    def look(self, lang: str) -> None:
        """Assert what holds on every page."""
        facts = self.page.evaluate(FACTS)
        where = self.page.url
        assert facts["wide"] <= 0, f"{where} is {facts['wide']} px wider than the screen"
        assert facts["headings"] == 1, where
        assert facts["lang"] == lang, where
        assert facts["title"].endswith("· Acta"), where
        for nothing in ("unlabelled", "nameless", "pictures", "dangling"):
            assert facts[nothing] == [], (where, nothing)
        assert len(set(facts["ids"])) == len(facts["ids"]), where

    def sign_in(self, email: str) -> None:
        self.go("/sign-in")
        self.page.fill("#email", email)
        self.page.locator("form.panel button").click()
        self.page.fill("#code", CODE)
        self.page.locator("form.panel button").click()
        self.page.wait_for_url("**/agreements")

    def tab_to(self, selector: str) -> None:
        """Reach an element with the Tab key alone, and see that its focus shows."""
        for _ in range(60):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                width = self.page.evaluate(
                    "() => getComputedStyle(document.activeElement).outlineWidth"
                )
                assert width != "0px"
                return
        raise AssertionError(f"{selector} is out of the keyboard's reach at {self.page.url}")


def open_reader(rooms: MemoryRooms, browser: Browser, **options: object) -> Reader:
    settings: dict[str, object] = {
        "viewport": {"width": 390, "height": 844},
        "locale": "es-ES",
        "timezone_id": "Europe/Madrid",
        **options,
    }
    return Reader(rooms, browser.new_context(**settings))  # type: ignore[arg-type]


def make_agreements(rooms: MemoryRooms) -> dict[str, str]:
    """Return an agreement in each state that Ana can see, by that state."""
    kept = {state: rooms.draft(ANA, BETO, title=f"Finca {state}") for state in STATES}
    for state, agreement in kept.items():
        if state == "sent":
            rooms.agreements.set_party(agreement, ANA, "signed")
            rooms.agreements.send(ANA, agreement)
        rooms.agreements.note(agreement, "prepared", None, "final")
        rooms.agreements.change(agreement, state=state)
    rooms.agreements.change(kept["declined"], decline_reason="El precio " * 20)
    rooms.agreements.change(kept["sealed"], document_status="final", evidence_ready=True)
    long = "x" * 60 + "@" + "muy-largo." * 10 + "example"
    rooms.agreements.change(rooms.draft(ANA, long, title="Palabra" * 25), state="expired")
    rooms.identity.links[LINK] = LinkView(agreement=kept["sent"], party=2)
    return kept


STATES = ("draft", "ready", "sent", "sealing", "sealed", "declined", "expired")


@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize("width", [390, 1280])
def test_every_page_fits_and_is_well_formed(
    rooms: MemoryRooms, browser: Browser, width: int, lang: str
) -> None:
    kept = make_agreements(rooms)
    rooms.report = REPORT
    reader = open_reader(rooms, browser, viewport={"width": width, "height": 844}, locale=lang)
    for path in ("/", "/sign-in", "/verify", "/status", f"/s/{LINK}", f"/s/{'y' * 43}", "/nowhere"):
        reader.go(path)
        reader.look(lang)
    reader.go("/d/7K3M-9QXV-2T8B-HW4C")
    reader.look(lang)
    reader.go("/verify")
    file = {"name": "x.asice", "mimeType": "application/zip", "buffer": b"PK"}
    reader.page.set_input_files("#evidence", file)  # type: ignore[arg-type]
    reader.page.locator("#verify-form button").click()
    reader.page.locator("summary").click()
    reader.look(lang)
    reader.sign_in(ANA)
    reader.look(lang)
    paths = [f"/agreements/{agreement}" for agreement in rooms.agreements.kept]
    sign = f"/agreements/{kept['draft']}/sign"
    for path in [*paths, sign, "/agreements/new", "/agreements?archived=1", "/mailbox"]:
        reader.go(path)
        reader.look(lang)
    reader.page.locator("a.row").first.click()
    reader.look(lang)
    rooms.clock.advance(hours=2)
    reader.go(sign)
    reader.look(lang)
    assert reader.faults == []
    reader.context.close()


def test_search_answers_while_typing(rooms: MemoryRooms, browser: Browser) -> None:
    make_agreements(rooms)
    reader = open_reader(rooms, browser)
    reader.sign_in(ANA)
    rows = reader.page.locator("a.row")
    expect(rows).to_have_count(8)
    reader.page.locator("#q").press_sequentially("finca decl")
    expect(rows).to_have_count(1)
    expect(reader.page.locator(".count")).to_have_text("1 contrato")
    assert reader.page.evaluate("() => document.activeElement.id") == "q"
    assert reader.faults == []
    reader.context.close()


def test_the_agreement_page_follows_what_happens(rooms: MemoryRooms, browser: Browser) -> None:
    kept = rooms.draft(ANA, BETO)
    for email in (ANA, BETO):
        rooms.agreements.set_party(kept, email, "signed")
    rooms.agreements.change(kept, state="sealing")
    reader = open_reader(rooms, browser)
    reader.sign_in(ANA)
    reader.go(f"/agreements/{kept}")
    progress = reader.page.locator("#progress")
    for status in ("accepted", "logged", "broadcast", "included"):
        rooms.agreements.change(kept, state="sealed", document_status=status)
        expect(progress).to_have_attribute("data-status", status, timeout=10_000)
    rooms.agreements.note(kept, "signed", 2, "final")
    rooms.agreements.change(kept, document_status="final", evidence_ready=True)
    expect(reader.page.locator("#evidence-link")).to_be_visible(timeout=10_000)
    # Local time, in what was swapped in as well.
    expect(progress.locator("time[data-local]")).to_have_count(0)
    expect(reader.page.locator(".timeline")).to_contain_text("13:00")
    assert progress.get_attribute("hx-get") is None
    assert reader.faults == []
    reader.context.close()


def test_rows_of_parties_come_and_go(rooms: MemoryRooms, browser: Browser) -> None:
    reader = open_reader(rooms, browser)
    reader.sign_in(ANA)
    reader.go("/agreements/new")
    page = reader.page
    file = {"name": "x.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
    page.set_input_files("#pdf", file)  # type: ignore[arg-type]
    page.fill("#party_1_name", "Beto")
    page.fill("#party_2_name", "Carla")
    for _ in range(48):
        page.click("#add-party")
    expect(page.locator("[data-party]")).to_have_count(50)
    expect(page.locator("#add-party")).to_be_hidden()
    assert page.input_value("#party_50_order") == "50"
    page.locator("[data-party='1'] .remove").click()
    assert page.input_value("#party_1_name") == "Carla"
    expect(page.locator("[data-party='1'] legend")).to_have_text("Persona 1")
    for _ in range(48):
        page.locator("[data-party='2'] .remove").click()
    expect(page.locator(".remove")).to_be_hidden()
    reader.look("es")
    page.fill("#title", "Arriendo")
    page.fill("#sender_name", "Ana Ruiz")
    page.fill("#party_1_email", BETO)
    page.fill("#deadline", "2026-03-01")
    page.locator("#party_1_email").press("Enter")
    page.wait_for_url("**/agreements/agr_1?*")
    [view] = rooms.agreements.kept.values()
    assert [(party.name, party.order) for party in view.parties] == [("Ana Ruiz", 1), ("Carla", 2)]
    # The end of that day in Madrid.
    assert view.deadline.isoformat() == "2026-03-01T22:59:59+00:00"
    assert reader.faults == []
    reader.context.close()


def test_a_file_too_large_is_told_at_once(rooms: MemoryRooms, browser: Browser) -> None:
    reader = open_reader(rooms, browser)
    reader.sign_in(ANA)
    reader.go("/agreements/new")
    file = {"name": "x.pdf", "mimeType": "application/pdf", "buffer": bytes(26_214_401)}
    reader.page.set_input_files("#pdf", file)  # type: ignore[arg-type]
    said = reader.page.evaluate("() => document.getElementById('pdf').validationMessage")
    assert "25 MB" in said
    reader.context.close()


def test_a_finger_draws_a_signature(rooms: MemoryRooms, browser: Browser) -> None:
    kept = rooms.draft(ANA, BETO)
    reader = open_reader(rooms, browser, has_touch=True, is_mobile=True, device_scale_factor=3)
    reader.sign_in(ANA)
    reader.go(f"/agreements/{kept}/sign")
    page = reader.page
    page.check("#agree")
    page.check("#style-drawn")
    page.click("#sign-button")
    expect(page.locator("#pad-empty")).to_be_visible()
    box = page.locator("#pad").bounding_box()
    assert box is not None
    finger = reader.context.new_cdp_session(page)
    for step in range(12):
        touch = {"x": box["x"] + 40 + 15 * step, "y": box["y"] + 60 + 30 * (step % 2)}
        kind = "touchStart" if step == 0 else "touchMove"
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [touch]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page.locator("#pad-empty")).to_be_hidden()
    # Turning the phone keeps what was drawn.
    page.set_viewport_size({"width": 844, "height": 390})
    page.click("#sign-button")
    page.wait_for_url(f"**/agreements/{kept}?*")
    assert rooms.agreements.drawings[ANA] is not None
    assert reader.faults == []
    reader.context.close()


def test_pages_are_enlarged_in_place(rooms: MemoryRooms, browser: Browser) -> None:
    kept = rooms.draft(ANA, BETO)
    reader = open_reader(rooms, browser)
    reader.sign_in(ANA)
    reader.go(f"/agreements/{kept}/sign")
    picture = reader.page.locator("img.page").first
    before = picture.bounding_box()
    link = reader.page.locator(".enlarge").first
    link.click()
    after = picture.bounding_box()
    assert before is not None
    assert after is not None
    assert after["width"] > 2 * before["width"]
    assert link.get_attribute("aria-expanded") == "true"
    reader.look("es")
    link.click()
    again = picture.bounding_box()
    assert again is not None
    assert again["width"] == pytest.approx(before["width"], abs=1)
    reader.context.close()


def test_one_can_sign_with_the_keyboard_alone(rooms: MemoryRooms, browser: Browser) -> None:
    kept = rooms.draft(ANA, BETO)
    reader = open_reader(rooms, browser, viewport={"width": 1280, "height": 900})
    keys = reader.page.keyboard
    reader.go("/")
    keys.press("Tab")
    keys.press("Enter")
    assert reader.page.evaluate("() => document.activeElement.id") == "content"
    reader.tab_to("main a[href='/sign-in']")
    keys.press("Enter")
    reader.page.wait_for_url("**/sign-in")
    reader.tab_to("#email")
    keys.type(ANA)
    keys.press("Enter")
    reader.page.wait_for_url("**/sign-in/code")
    expect(reader.page.locator("#code")).to_be_focused()
    keys.type(CODE)
    keys.press("Enter")
    reader.page.wait_for_url("**/agreements")
    reader.tab_to("a.row")
    keys.press("Enter")
    reader.page.wait_for_url(f"**/agreements/{kept}")
    reader.tab_to("#sign-link")
    keys.press("Enter")
    reader.page.wait_for_url("**/sign")
    reader.tab_to("#agree")
    keys.press("Space")
    reader.tab_to("#typed_name")
    keys.press("Control+A")
    keys.type("Ana María Ruiz")
    expect(reader.page.locator("#preview")).to_have_text("Ana María Ruiz")
    reader.tab_to("#sign-button")
    keys.press("Enter")
    reader.page.wait_for_url(f"**/agreements/{kept}?*")
    assert rooms.agreements.typed_names[ANA] == "Ana María Ruiz"
    assert reader.faults == []
    reader.context.close()


def test_everything_but_the_pad_works_without_scripts(rooms: MemoryRooms, browser: Browser) -> None:
    reader = open_reader(rooms, browser, java_script_enabled=False)
    reader.sign_in(ANA)
    reader.go("/agreements/new")
    page = reader.page
    page.fill("#party_2_name", "Carla")
    page.click("#add-party")
    expect(page.locator("[data-party]")).to_have_count(3)
    page.locator("[data-party='1'] .remove").click()
    assert page.input_value("#party_1_name") == "Carla"
    page.fill("#title", "Arriendo")
    page.fill("#sender_name", "Ana Ruiz")
    page.fill("#party_1_email", BETO)
    file = {"name": "x.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
    page.set_input_files("#pdf", file)  # type: ignore[arg-type]
    page.locator("button.main").click()
    page.wait_for_url("**/agreements/agr_1?*")
    page.click("#sign-link")
    expect(page.locator("#style")).to_be_hidden()
    page.check("#agree")
    page.click("#sign-button")
    page.wait_for_url("**/agreements/agr_1?*")
    page.click("#send-button")
    page.wait_for_url("**/agreements/agr_1?done=sent")
    assert rooms.agreements.kept["agr_1"].state == "sent"
    page.locator("nav a[href='/agreements']").first.click()
    page.fill("#q", "arri")
    page.locator(".search button").click()
    expect(page.locator("a.row")).to_have_count(1)
    reader.context.close()


def test_nothing_is_sent_twice(rooms: MemoryRooms, browser: Browser) -> None:
    reader = open_reader(rooms, browser)
    reader.go("/sign-in")
    reader.page.fill("#email", ANA)
    reader.page.evaluate(
        """() => { const button = document.querySelector('form.panel button');
                   button.click(); button.click(); }"""
    )
    reader.page.wait_for_url("**/sign-in/code")
    assert len(rooms.mailbox.mails) == 1
    reader.page.go_back()
    reader.page.locator("form.panel button").click()
    reader.page.wait_for_url("**/sign-in/code")
    assert len(rooms.mailbox.mails) == 2
    reader.context.close()
