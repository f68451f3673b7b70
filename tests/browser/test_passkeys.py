"""Two people sign with passkeys on their phones, and the verdict says whose keys signed."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from playwright.sync_api import Browser, expect

from anchoring.report import Verdict
from tests.browser.test_two_parties import FINAL_MS, LEASE, Person, browser
from tests.journey.people import verified
from tests.running import RunningActa

__all__ = ["browser"]
WIDTH = 390


def with_passkeys(acta: RunningActa, started: Browser, email: str) -> Person:
    """Return somebody whose phone keeps passkeys and verifies them each time."""
    context = started.new_context(
        viewport={"width": WIDTH, "height": 844}, locale="es-ES", accept_downloads=True
    )
    person = Person(acta, context, email)
    devtools = context.new_cdp_session(person.page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return person


def sign(person: Person, path: str) -> None:
    person.page.check("#agree")
    person.page.locator("#sign-passkey").scroll_into_view_if_needed()
    person.look()
    person.page.click("#sign-passkey [data-passkey-go]")
    person.page.wait_for_url(f"**{path}?*")
    person.look()


def test_two_people_sign_by_passkey(
    acta_server: RunningActa, browser: Browser, tmp_path: Path
) -> None:
    lucia = with_passkeys(acta_server, browser, "lucia.llave@finca.example")
    andres = with_passkeys(acta_server, browser, "andres.llave@campo.example")
    lucia.go("/sign-in")
    lucia.page.fill("#email", lucia.email)
    lucia.page.locator("form.panel button").click()
    lucia.type_code()

    # Made on the account page, and good for coming in again.
    lucia.go("/account")
    lucia.page.fill("#passkey-name", "Mi móvil")
    lucia.page.click("#new-passkey [data-passkey-go]")
    lucia.page.wait_for_url("**/account?done=added")
    lucia.look()
    lucia.page.click("form.sign-out button")
    lucia.go("/sign-in")
    lucia.page.click("#passkey-sign-in [data-passkey-go]")
    lucia.page.wait_for_url("**/agreements")

    lucia.go("/agreements/new")
    lucia.page.set_input_files("#pdf", LEASE)
    lucia.page.fill("#title", "Poda con llaves")
    lucia.page.fill("#sender_name", "Lucía Peña Ortí")
    lucia.page.check("#sender_signs")
    lucia.page.fill("#party_1_name", "Andrés Gil Núñez")
    lucia.page.fill("#party_1_email", andres.email)
    lucia.page.locator("button.main").click()
    lucia.page.wait_for_url("**/agreements/agr_*")
    found = re.search(r"(/agreements/agr_[a-z2-7]+)", lucia.page.url)
    assert found
    path = found[1]
    lucia.go(f"{path}/sign")
    # Without the consent nothing is asked of the device.
    lucia.page.click("#sign-passkey [data-passkey-go]")
    expect(lucia.page.locator("#sign-passkey [data-said]")).to_contain_text("acepte el texto")
    sign(lucia, path)
    lucia.page.click("#send-button")
    lucia.page.wait_for_load_state()

    # Whoever was invited makes one on the spot.
    andres.page.goto(andres.mail(r"(https?://\S+/s/[A-Za-z0-9_-]+)"))
    andres.page.locator("form.panel button").click()
    andres.type_code()
    andres.page.wait_for_url(f"**{path}/sign")
    sign(andres, path)

    evidence = andres.page.locator(f"a[href='{path}/evidence.asice']")
    expect(evidence).to_be_visible(timeout=FINAL_MS)
    with andres.page.expect_download() as downloading:
        evidence.click()
    saved = tmp_path / "evidence.asice"
    downloading.value.save_as(saved)
    # In a thread of its own: the browser's loop runs in this one.
    with ThreadPoolExecutor(1) as reader:
        report = reader.submit(verified, acta_server, saved.read_bytes()).result()
    assert report.verdict is Verdict.VALID, report.summary
    assert [line.whose_word for line in report.signers] == ["device-held key"] * 2
    for one in (lucia, andres):
        assert one.faults == [], one.faults
        one.context.close()
