"""The list of agreements and each one's page."""

from datetime import timedelta

import httpx
import pytest

from tests.unit.portal.rooms import MemoryRooms
from tests.unit.portal.visits import Visit, select, tree, words

ANA, BETO, CARLA = "ana@example.com", "beto@example.com", "carla@example.com"


def titles(page: httpx.Response) -> list[str]:
    return [each.text_content() for each in select(page, ".row-title")]


def test_my_turn_comes_first(rooms: MemoryRooms, visit: Visit) -> None:
    sent = rooms.draft(ANA, BETO, title="Enviado")
    rooms.agreements.set_party(sent, ANA, "signed")
    rooms.agreements.send(ANA, sent)
    rooms.draft(ANA, BETO, title="Me toca")
    page = visit.sign_in(ANA)
    assert titles(page) == ["Me toca", "Enviado"]
    assert "Le toca a usted" in words(page)
    assert "2 contratos" in words(page)


def test_search_answers_with_the_rows_alone(rooms: MemoryRooms, visit: Visit) -> None:
    rooms.draft(ANA, title="Arriendo")
    rooms.draft(ANA, title="Compraventa <b>de</b> ovejas")
    visit.sign_in(ANA)
    fragment = visit.get("/agreements?q=OVEJAS", **{"HX-Request": "true"})
    assert "<html" not in fragment.text
    assert "&lt;b&gt;" in fragment.text
    assert titles(fragment) == ["Compraventa <b>de</b> ovejas"]
    whole = visit.get("/agreements?q=OVEJAS")
    assert titles(whole) == titles(fragment)
    assert "Ningún contrato coincide" in words(visit.get("/agreements?q=cabras"))


def test_archiving_moves_an_agreement_and_back(rooms: MemoryRooms, visit: Visit) -> None:
    kept = rooms.draft(ANA, title="Arriendo")
    visit.sign_in(ANA)
    page = visit.send(visit.get(f"/agreements/{kept}"), f"/agreements/{kept}/archive")
    assert "«Archivados»" in words(page)
    assert titles(visit.get("/agreements")) == []
    assert titles(visit.get("/agreements?archived=1")) == ["Arriendo"]
    visit.send(page, f"/agreements/{kept}/archive")
    assert titles(visit.get("/agreements")) == ["Arriendo"]


def test_a_draft_can_be_deleted(rooms: MemoryRooms, visit: Visit) -> None:
    kept = rooms.draft(ANA, BETO)
    visit.sign_in(ANA)
    page = visit.send(visit.get(f"/agreements/{kept}"), f"/agreements/{kept}/delete")
    assert page.url.path == "/agreements"
    assert "El borrador se ha borrado" in words(page)
    assert rooms.agreements.kept == {}


def test_the_sender_signs_then_sends(rooms: MemoryRooms, visit: Visit) -> None:
    kept = rooms.draft(ANA, BETO)
    visit.sign_in(ANA)
    page = visit.get(f"/agreements/{kept}")
    assert select(page, "#sign-link")
    assert not select(page, "#send-button")
    rooms.agreements.set_party(kept, ANA, "signed")
    rooms.agreements.change(kept, state="ready")
    page = visit.send(visit.get(f"/agreements/{kept}"), f"/agreements/{kept}/send")
    assert "El contrato está enviado" in words(page)
    assert rooms.agreements.kept[kept].state == "sent"
    assert "Invitación enviada" in words(page)


def test_nobody_else_finds_it(rooms: MemoryRooms, visit: Visit) -> None:
    kept = rooms.draft(ANA, BETO)
    visit.sign_in(CARLA)
    for path in ("", "/sign", "/progress", "/pages/1.png", "/document.pdf", "/evidence.asice"):
        page = visit.get(f"/agreements/{kept}{path}")
        assert page.status_code == 404, path
        assert "Olivar" not in page.text
    assert titles(visit.get("/agreements")) == []


def test_strangers_are_asked_to_sign_in_everywhere(rooms: MemoryRooms, visit: Visit) -> None:
    kept = rooms.draft(ANA, BETO)
    for path in ("", "/sign", "/progress", "/pages/1.png", "/document.pdf", "/evidence.asice"):
        page = visit.get(f"/agreements/{kept}{path}")
        assert page.url.path == "/sign-in", path


@pytest.mark.parametrize(
    ("status", "done"),
    [("accepted", 0), ("logged", 1), ("broadcast", 2), ("included", 3), ("final", 5)],
)
def test_the_ladder_shows_how_far_the_entry_came(
    rooms: MemoryRooms, visit: Visit, status: str, done: int
) -> None:
    kept = rooms.draft(ANA)
    rooms.agreements.change(kept, state="sealed", document_status=status)
    visit.sign_in(ANA)
    page = tree(visit.get(f"/agreements/{kept}"))
    assert len(select(page, ".ladder li")) == 5
    assert len(select(page, ".ladder .done")) == done
    assert len(select(page, ".ladder .now")) == (0 if status == "final" else 1)


def test_a_failed_entry_is_told(rooms: MemoryRooms, visit: Visit) -> None:
    kept = rooms.draft(ANA)
    rooms.agreements.change(kept, state="sealed", document_status="failed")
    visit.sign_in(ANA)
    assert "No se ha podido anotar" in words(visit.get(f"/agreements/{kept}"))


def test_the_refresh_is_the_same_fragment_and_only_when_something_changed(
    rooms: MemoryRooms, visit: Visit
) -> None:
    kept = rooms.draft(ANA, BETO)
    rooms.agreements.set_party(kept, ANA, "signed")
    rooms.agreements.send(ANA, kept)
    visit.sign_in(ANA)
    progress = tree(visit.get(f"/agreements/{kept}")).get_element_by_id("progress")
    path = progress.get("hx-get")
    assert visit.get(path, **{"HX-Request": "true"}).status_code == 204
    rooms.agreements.note(kept, "opened", 2, "logged")
    fragment = visit.get(path, **{"HX-Request": "true"})
    assert "Beto: abrió el documento" in words(fragment)
    assert "<html" not in fragment.text
    again = tree(fragment).get("hx-get")
    assert visit.get(again, **{"HX-Request": "true"}).status_code == 204
    # Without scripts somebody who opens that address sees the page.
    assert visit.get(path).url.path == f"/agreements/{kept}"


@pytest.mark.parametrize("state", ["draft", "ready", "declined", "expired"])
def test_what_cannot_change_by_itself_is_not_refreshed(
    rooms: MemoryRooms, visit: Visit, state: str
) -> None:
    kept = rooms.draft(ANA, BETO)
    rooms.agreements.change(kept, state=state, decline_reason="No es el precio")
    visit.sign_in(ANA)
    page = visit.get(f"/agreements/{kept}")
    assert tree(page).get_element_by_id("progress").get("hx-get") is None
    assert ("No es el precio" in words(page)) == (state == "declined")


def test_a_final_agreement_is_downloaded(rooms: MemoryRooms, visit: Visit) -> None:
    kept = rooms.draft(ANA, title='Año "nuevo"/../: cesión\r\nX: y')
    rooms.agreements.change(kept, state="sealed", document_status="final", evidence_ready=True)
    visit.sign_in(ANA)
    page = tree(visit.get(f"/agreements/{kept}"))
    pdf = visit.get(page.get_element_by_id("pdf-link").get("href"))
    evidence = visit.get(page.get_element_by_id("evidence-link").get("href"))
    assert pdf.content == b"%PDF-sealed"
    assert evidence.content == b"PK-evidence"
    assert pdf.headers["content-disposition"] == ('attachment; filename="ano-nuevo-cesion-x-y.pdf"')
    assert evidence.headers["content-type"] == "application/vnd.etsi.asic-e+zip"
    assert "no-store" in pdf.headers["cache-control"]


def test_page_pictures_come_in_a_few_widths(rooms: MemoryRooms, visit: Visit) -> None:
    kept = rooms.draft(ANA)
    visit.sign_in(ANA)
    picture = visit.get(f"/agreements/{kept}/pages/2.png?width=10")
    assert picture.headers["content-type"] == "image/png"
    assert picture.content[16:20] == (800).to_bytes(4, "big")
    widest = visit.get(f"/agreements/{kept}/pages/2.png?width=99999")
    assert widest.content[16:20] == (1600).to_bytes(4, "big")
    assert visit.get(f"/agreements/{kept}/pages/x.png").status_code == 404
    assert visit.get(f"/agreements/{kept}/pages/2.png?width=many").status_code == 404


def test_the_deadline_has_its_time_zone(rooms: MemoryRooms, visit: Visit) -> None:
    kept = rooms.draft(ANA)
    rooms.agreements.change(kept, deadline=rooms.clock.now() + timedelta(days=1))
    visit.sign_in(ANA)
    assert "1 de febrero de 2026, 12:00 (UTC)" in words(visit.get(f"/agreements/{kept}"))
