"""The pages anybody may open: landing, verify, page codes, the mailbox of a trial."""

import pytest

from service.portal.errors import VerifierBusyError
from tests.unit.portal.rooms import MemoryRooms, MemorySettings
from tests.unit.portal.visits import Visit, select, tree, words

REPORT = {
    "verdict": "VALID",
    "summary": "Se ha comprobado todo, y todo es correcto.",
    "steps": [
        {"number": 1, "name": "container", "outcome": "ok", "detail": "Está <b>entero</b>."},
        {"number": 2, "name": "chain", "outcome": "not checked", "detail": "Sin nodo."},
    ],
    "signers": [
        {
            "party": 1,
            "name": None,
            "whoseWord": "operator's word",
            "claimedTime": "2026-01-31T12:00:00.000Z",
        }
    ],
    "proved": {"notBefore": None, "notAfter": "2026-01-31T12:05:00.000Z"},
    "chainCall": {
        "chainId": 31337,
        "contract": "0xAb",
        "function": "verifyInclusion(…)",
        "calldata": "0x01",
    },
}
EVIDENCE = {"evidence": ("x.asice", b"PK evidence", "application/octet-stream")}


@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize(
    "path", ["/", "/sign-in", "/verify", "/status", "/mailbox", "/d/7K3M-9QXV-2T8B-HW4C"]
)
def test_public_pages_speak_both_languages(rooms: MemoryRooms, lang: str, path: str) -> None:
    visit = Visit(rooms, lang=lang)
    page = visit.get(path)
    assert page.status_code == 200
    assert tree(page).get("lang") == lang
    assert len(select(page, "h1")) == 1
    visit.client.close()


def test_the_language_switch_stays_on_the_page(visit: Visit) -> None:
    page = visit.get("/verify")
    [link] = select(page, "a.language")
    page = visit.get(link.get("href"))
    assert page.url.path == "/verify"
    assert tree(page).get("lang") == "en"
    assert tree(visit.get("/")).get("lang") == "en"
    assert visit.get("/language/fr").status_code == 404


def test_verify_shows_every_step_and_the_verdict(rooms: MemoryRooms, visit: Visit) -> None:
    rooms.report = REPORT
    page = visit.send(visit.get("/verify"), "/verify", EVIDENCE)
    assert rooms.checked == [(b"PK evidence", None, "es")]
    verdict = tree(page).get_element_by_id("verdict").text_content()
    assert "Válido" in verdict
    assert "VALID" in verdict
    said = words(page)
    assert "Archivo de evidencia Está <b>entero</b>." in said
    assert "No comprobado" in said
    assert "Acta (es su palabra" in said
    assert "31 de enero de 2026, 12:05 (UTC)" in said
    assert "0xAb" in said


def test_verify_takes_the_pdf_too(rooms: MemoryRooms, visit: Visit) -> None:
    rooms.report = {**REPORT, "verdict": "CANNOT CHECK", "chainCall": None, "signers": []}
    files = {**EVIDENCE, "pdf": ("x.pdf", b"%PDF", "application/pdf")}
    page = visit.send(visit.get("/verify"), "/verify", files)
    assert rooms.checked == [(b"PK evidence", b"%PDF", "es")]
    assert "No se puede comprobar" in words(page)


def test_verify_says_how_to_do_it_alone(rooms: MemoryRooms, visit: Visit) -> None:
    said = words(visit.get("/verify"))
    assert "acta verify contrato.asice" in said
    assert f"acta trust add {rooms.settings.base_url}/.well-known/acta-trust.json" in said


def test_verify_asks_for_a_file(rooms: MemoryRooms, visit: Visit) -> None:
    page = visit.send(visit.get("/verify"), "/verify")
    assert page.status_code == 400
    assert "Elija un archivo" in words(page)
    assert rooms.checked == []


def test_verify_that_failed_is_told(rooms: MemoryRooms, visit: Visit) -> None:
    rooms.refuse_check = VerifierBusyError("busy")
    page = visit.send(visit.get("/verify"), "/verify", EVIDENCE)
    assert page.status_code == 503
    assert "muchas comprobaciones" in words(page)


def test_a_page_code_says_what_it_is_and_no_more(rooms: MemoryRooms, visit: Visit) -> None:
    rooms.draft("ana@example.com")
    page = visit.get("/d/7k3m9qxv2t8bhw4c")
    assert "7K3M9QXV2T8BHW4C" in words(page)
    assert "Olivar" not in page.text
    assert visit.get("/d/7K3M-9QXV-2T8B-HW4U").status_code == 404
    assert visit.get("/d/<script>").status_code == 404


def test_the_mailbox_shows_mail_with_its_links(rooms: MemoryRooms, visit: Visit) -> None:
    base = rooms.settings.base_url
    rooms.mailbox.send("ana@example.com", "Hola", f"Lea {base}/s/abc. Y http://evil.example/x")
    rooms.mailbox.send("beto@example.com", "<i>Otra</i>", "nada")
    page = visit.get("/mailbox")
    assert "<i>Otra</i>" in words(page)
    page = visit.get("/mailbox?to=ana@example.com")
    links = [a.get("href") for a in select(page, "a.row")]
    assert links == ["/mailbox/msg_0000"]
    mail = visit.get(links[0])
    assert [a.get("href") for a in select(mail, ".letter a")] == [f"{base}/s/abc"]
    assert visit.get("/mailbox/msg_9").status_code == 404


def test_production_has_no_mailbox(rooms: MemoryRooms) -> None:
    rooms.settings = MemorySettings(production=True)
    visit = Visit(rooms)
    rooms.mailbox.send("ana@example.com", "Secreto", "314159")
    for path in ("/mailbox", "/mailbox/msg_0000"):
        page = visit.get(path)
        assert page.status_code == 404
        assert "Secreto" not in page.text
    assert "/mailbox" not in visit.get("/").text
    visit.client.close()
