"""Keys made in a real browser, and a contract opened off line: what only a browser proves."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from anchoring.age_file import AgeIdentity
from service.portal.open_page import recovery_page
from tests.browser.test_two_parties import FLAGS
from tests.unit.anchoring_recover.kits import DOCUMENT, MadeKit, make_kit
from tests.unit.portal.rooms import CODE, MemoryRooms
from tests.unit.portal.serving import serve

ANA = "ana@example.com"
SECRET = re.compile(r"AGE-SECRET-KEY-1[A-Z0-9]{58}")


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


@pytest.fixture(params=[(390, 844), (1280, 900)], ids=["phone", "desktop"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    width, height = request.param
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="es-ES", accept_downloads=True
    )
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda one: faults.append(one.text) if one.type == "error" else None)
    yield page
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    context.close()
    assert faults == []
    assert wide <= 0


def sent_by(page: Page) -> list[str]:
    """Return what the page sends from now on: addresses and bodies."""
    sent: list[str] = []
    page.on("request", lambda one: sent.append(f"{one.url} {one.post_data or ''}"))
    return sent


def sign_in(page: Page, rooms: MemoryRooms) -> None:
    page.goto(f"{rooms.settings.base_url}/sign-in?next=/keys")
    page.fill("input[name=email]", ANA)
    page.keyboard.press("Enter")
    page.fill("input[name=code]", CODE)
    page.keyboard.press("Enter")
    page.wait_for_url("**/keys")


def secret_on(page: Page) -> str:
    expect(page.locator("#key-sheet")).to_be_visible()
    secret = re.sub(r"\s", "", page.locator("#key-secret").text_content() or "")
    assert SECRET.fullmatch(secret)
    return secret


def confirm(page: Page, secret: str) -> None:
    expect(page.locator("#key-save")).to_be_disabled()
    page.fill("#key-typed", secret[-6:].lower())
    page.click("#key-save")
    expect(page.locator("p.notice")).to_be_visible()


def test_a_key_on_paper_is_made_here_and_only_its_public_half_leaves(
    page: Page, rooms: MemoryRooms, tmp_path: Path
) -> None:
    sign_in(page, rooms)
    sent = sent_by(page)
    page.click("#make-printed")
    secret = secret_on(page)
    page.emulate_media(media="print")
    expect(page.locator("#key-qr")).to_be_visible()
    expect(page.locator("#key-form")).to_be_hidden()
    page.emulate_media(media="screen")
    shots = os.environ.get("ACTA_SHOTS")
    if shots:
        page.screenshot(path=f"{shots}/keys-{page.viewport_size['width']}.png", full_page=True)
    confirm(page, secret)
    (kept,) = rooms.party_custody.recovery_keys(ANA)
    assert kept.recipient == AgeIdentity.parse(secret).recipient
    assert not any("SECRET" in one.upper() or secret[20:40] in one.upper() for one in sent)


def test_a_passkey_makes_the_same_key_again(page: Page, rooms: MemoryRooms) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "ctap2Version": "ctap2_1",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "hasPrf": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    sign_in(page, rooms)
    sent = sent_by(page)
    page.click("#make-passkey")
    secret = secret_on(page)
    confirm(page, secret)
    (kept,) = rooms.party_custody.recovery_keys(ANA)
    assert kept.recipient == AgeIdentity.parse(secret).recipient
    assert kept.credential
    page.click("[data-show-key]")
    assert secret_on(page) == secret
    expect(page.locator("#key-form")).to_be_hidden()
    assert not any(secret[20:40] in one.upper() for one in sent)


def open_offline(page: Page, tmp_path: Path, made: MadeKit) -> None:
    (tmp_path / "open.html").write_bytes(recovery_page("es"))
    (tmp_path / "kit.zip").write_bytes(made.archive)
    (tmp_path / "key.age").write_bytes(made.envelope)
    (tmp_path / "document.pdf.age").write_bytes(made.ciphertext)
    page.goto((tmp_path / "open.html").as_uri())


def saved(page: Page) -> bytes:
    expect(page.locator("#done")).to_be_visible()
    with page.expect_download() as download:
        page.click("#document")
    return Path(download.value.path()).read_bytes()


def test_the_recovery_page_opens_a_kit_from_a_file_with_acta_off(
    page: Page, tmp_path: Path
) -> None:
    made = make_kit()
    open_offline(page, tmp_path, made)
    sent = sent_by(page)
    page.set_input_files("#files", tmp_path / "kit.zip")
    page.fill("#key", " ".join(made.key[at : at + 4] for at in range(0, len(made.key), 4)))
    page.click("button")
    assert saved(page) == DOCUMENT
    assert [one for one in sent if not one.startswith("blob:")] == []


def test_the_recovery_page_says_what_is_wrong(page: Page, tmp_path: Path) -> None:
    made = make_kit()
    open_offline(page, tmp_path, made)
    page.set_input_files("#files", tmp_path / "kit.zip")
    for typed, words in (
        ("", "no está bien escrita"),
        (made.key[:-1] + "Q" if made.key[-1] != "Q" else made.key[:-1] + "P", "bien escrita"),
        (make_kit().key, "no abre este paquete"),
    ):
        page.fill("#key", typed)
        page.click("button")
        expect(page.locator("#said")).to_contain_text(words)
    page.fill("#key", made.key)
    page.set_input_files("#files", tmp_path / "key.age")
    page.click("button")
    expect(page.locator("#said")).to_contain_text("Falta el documento")
    other = bytearray(made.ciphertext)
    other[-1] ^= 1
    (tmp_path / "document.pdf.age").write_bytes(bytes(other))
    page.set_input_files("#files", [tmp_path / "key.age", tmp_path / "document.pdf.age"])
    page.click("button")
    expect(page.locator("#said")).to_contain_text("dañados")
    expect(page.locator("#done")).to_be_hidden()


def test_the_recovery_page_fetches_from_the_place_its_reader_names(
    page: Page, tmp_path: Path
) -> None:
    made = make_kit()
    open_offline(page, tmp_path, made)
    cid = made.description.cid
    page.route(
        f"https://gateway.example/ipfs/{cid}",
        lambda route: route.fulfill(
            body=made.ciphertext, headers={"Access-Control-Allow-Origin": "*"}
        ),
    )
    page.set_input_files("#files", tmp_path / "key.age")
    page.fill("#key", made.key)
    page.click("summary")
    page.fill("#gateway", "https://gateway.example/")
    page.fill("#cid", cid)
    page.click("button")
    assert saved(page) == DOCUMENT
