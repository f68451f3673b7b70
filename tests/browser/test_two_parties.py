"""The two-party journey, clicked through in Chromium at phone and desktop width."""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.running import RunningActa

LEASE = (
    Path(__file__).resolve().parents[1] / "pdfs" / "producers" / "libreoffice_pruning_services.pdf"
)
FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
FINAL_MS = 60_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = os.environ.get("ACTA_CHROMIUM") or shutil.which("chromium")
    assert chromium, "expected Chromium; install it, or name it in ACTA_CHROMIUM"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        started.close()


@dataclass
class Person:
    """One person's browser, watched for errors and for what does not fit the screen."""

    acta: RunningActa
    context: BrowserContext
    email: str
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on(
            "console",
            lambda message: self.faults.append(message.text) if message.type == "error" else None,
        )

    def go(self, path: str) -> None:
        self.page.goto(f"{self.acta.base_url}{path}")
        self.look()

    def look(self) -> None:
        """Assert what holds on every page."""
        page = self.page
        page.wait_for_load_state()
        facts = page.evaluate(
            """() => ({
                wide: document.documentElement.scrollWidth - window.innerWidth,
                headings: document.querySelectorAll('h1').length,
                lang: document.documentElement.lang,
                unlabelled: [...document.querySelectorAll(
                    'input:not([type=hidden]), textarea, select')]
                    .filter(one => !(one.labels && one.labels.length) && !one.ariaLabel)
                    .map(one => one.name),
            })"""
        )
        assert facts["wide"] <= 0, f"{page.url} is wider than the screen"
        assert facts["headings"] == 1, page.url
        assert facts["lang"] in {"es", "en"}
        assert facts["unlabelled"] == [], page.url

    def mail(self, pattern: str) -> str:
        """Return the first group of ``pattern`` in the newest mail that has it."""
        reader = self.context.new_page()
        for _ in range(100):
            reader.goto(f"{self.acta.base_url}/mailbox?to={self.email}")
            for link in reader.locator("a.row").all()[:1]:
                link.click()
                found = re.search(pattern, reader.locator(".letter").inner_text())
                if found:
                    reader.close()
                    return found[1]
            reader.wait_for_timeout(100)
        raise AssertionError(f"no mail to {self.email} with {pattern}")

    def type_code(self) -> None:
        self.look()
        self.page.fill("#code", self.mail(r"(?<!\d)(\d{6})(?!\d)"))
        self.page.locator("form.panel button").click()
        self.look()

    def read_pages(self) -> None:
        """Scroll to every page picture and see that it is there."""
        pictures = self.page.locator("img[src*='/pages/']")
        assert pictures.count() >= 2
        for picture in pictures.all():
            picture.scroll_into_view_if_needed()
            expect(picture).to_have_js_property("complete", True)
            assert picture.evaluate("one => one.naturalWidth") > 100

    def draw(self) -> None:
        self.page.check("#style-drawn")
        pad = self.page.locator("#pad")
        pad.scroll_into_view_if_needed()
        box = pad.bounding_box()
        assert box is not None
        mouse = self.page.mouse
        mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.7)
        mouse.down()
        for step in range(1, 12):
            mouse.move(
                box["x"] + box["width"] * (0.2 + 0.05 * step),
                box["y"] + box["height"] * (0.3 if step % 2 else 0.7),
            )
        mouse.up()


@pytest.mark.parametrize("width", [390, 1280])
def test_two_people_sign_a_contract(
    acta_server: RunningActa, browser: Browser, width: int, tmp_path: Path
) -> None:
    def person(email: str) -> Person:
        context = browser.new_context(
            viewport={"width": width, "height": 844}, locale="es-ES", accept_downloads=True
        )
        return Person(acta_server, context, email)

    title = f"Poda de los olivos {width}"
    lucia = person(f"lucia.{width}@finca.example")
    lucia.go("/")
    lucia.go("/sign-in")
    lucia.page.fill("#email", lucia.email)
    lucia.page.locator("form.panel button").click()
    lucia.type_code()

    lucia.go("/agreements/new")
    lucia.page.set_input_files("#pdf", LEASE)
    lucia.page.fill("#title", title)
    lucia.page.fill("#sender_name", "Lucía Peña Ortí")
    lucia.page.check("#sender_signs")
    andres = person(f"andres.{width}@campo.example")
    lucia.page.fill("#party_1_name", "Andrés Gil Núñez")
    lucia.page.fill("#party_1_email", andres.email)
    lucia.page.locator("button.main").click()
    lucia.page.wait_for_url("**/agreements/agr_*")
    lucia.look()
    agreement = re.search(r"(/agreements/agr_[a-z2-7]+)", lucia.page.url)
    assert agreement
    path = agreement[1]

    lucia.go(f"{path}/sign")
    lucia.read_pages()
    lucia.page.check("#agree")
    lucia.page.click("#sign-button")
    lucia.page.wait_for_url(f"**{path}?*")
    lucia.look()
    lucia.page.click("#send-button")
    lucia.page.wait_for_load_state()
    lucia.look()

    andres.page.goto(andres.mail(r"(https?://\S+/s/[A-Za-z0-9_-]+)"))
    andres.look()
    andres.page.locator("form.panel button").click()
    andres.type_code()
    andres.page.wait_for_url(f"**{path}/sign")
    andres.read_pages()
    andres.draw()
    andres.page.check("#agree")
    andres.page.click("#sign-button")
    andres.page.wait_for_url(f"**{path}?*")

    evidence = andres.page.locator(f"a[href='{path}/evidence.asice']")
    expect(evidence).to_be_visible(timeout=FINAL_MS)
    andres.look()
    with andres.page.expect_download() as downloading:
        evidence.click()
    saved = tmp_path / "evidence.asice"
    downloading.value.save_as(saved)
    with andres.page.expect_download() as downloading:
        andres.page.locator(f"a[href='{path}/document.pdf']").click()
    pdf = tmp_path / "sealed.pdf"
    downloading.value.save_as(pdf)

    lucia.go("/agreements")
    expect(lucia.page.get_by_text(title)).to_be_visible()

    stranger = person("nobody@example.org")
    stranger.go(path)
    assert path not in stranger.page.url.split("?")[0], "a stranger is asked to sign in"
    stranger.go("/verify")
    stranger.page.set_input_files("#evidence", saved)
    stranger.page.set_input_files("#pdf", pdf)
    stranger.page.locator("#verify-form button").click()
    expect(stranger.page.get_by_text("VÁLIDO").first).to_be_visible(timeout=FINAL_MS)
    stranger.look()
    for one in (lucia, andres, stranger):
        assert one.faults == [], one.faults
        one.context.close()
