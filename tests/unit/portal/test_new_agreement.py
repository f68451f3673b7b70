"""The form of a new agreement."""

from datetime import UTC, datetime

import pytest

from service.agreements import PartyView
from service.portal.texts import CATALOGUES
from service.signing import (
    PdfEncryptedError,
    PdfRefusedError,
    PdfScriptError,
)
from tests.unit.portal.rooms import MemoryRooms
from tests.unit.portal.visits import Visit, form_of, select, tree, words

ANA, BETO, CARLA = "ana@example.com", "beto@example.com", "carla@example.com"
PDF = {"pdf": ("C:\\papeles\\../arriendo.pdf", b"%PDF-1.7 ...", "application/pdf")}
GOOD = {
    "title": "Arriendo de la finca",
    "sender_name": "Ana Ruiz",
    "deadline": "2026-02-20",
    "party_1_name": "Beto Díaz",
    "party_1_email": BETO,
}
NEW = "/agreements/new"


def turns(parties: tuple[PartyView, ...]) -> list[tuple[str, int]]:
    return [(party.email, party.order) for party in parties]


def test_a_draft_is_made_of_what_was_typed(rooms: MemoryRooms, visit: Visit) -> None:
    visit.sign_in(ANA)
    page = visit.send(visit.get(NEW), NEW, PDF, **GOOD, utc_offset="-60")
    assert page.url.path == "/agreements/agr_1"
    assert "El contrato está preparado" in words(page)
    view = rooms.agreements.kept["agr_1"]
    assert (view.title, view.sender, view.sender_name) == (GOOD["title"], ANA, "Ana Ruiz")
    assert view.deadline == datetime(2026, 2, 20, 22, 59, 59, tzinfo=UTC)
    assert turns(view.parties) == [(ANA, 1), (BETO, 2)]
    assert rooms.agreements.uploads["agr_1"] == PDF["pdf"][1]
    assert rooms.agreements.filenames["agr_1"] == "arriendo.pdf"


def test_turns_close_up_behind_a_sender_who_signs(rooms: MemoryRooms, visit: Visit) -> None:
    visit.sign_in(ANA)
    more = {"party_2_name": "Carla", "party_2_email": CARLA, "party_2_order": "4"}
    visit.send(visit.get(NEW), NEW, PDF, **GOOD, **more, party_1_order="9")
    assert turns(rooms.agreements.kept["agr_1"].parties) == [(ANA, 1), (BETO, 3), (CARLA, 2)]


def test_a_sender_who_does_not_sign_is_no_party(rooms: MemoryRooms, visit: Visit) -> None:
    visit.sign_in(ANA)
    visit.send(visit.get(NEW), NEW, PDF, **GOOD, sender_signs="")
    assert turns(rooms.agreements.kept["agr_1"].parties) == [(BETO, 1)]


def test_the_deadline_is_two_weeks_off_by_default(visit: Visit) -> None:
    visit.sign_in(ANA)
    assert form_of(visit.get(NEW), NEW).fields["deadline"] == "2026-02-14"


def test_rows_are_added_and_removed_without_scripts(visit: Visit) -> None:
    visit.sign_in(ANA)
    page = visit.get(NEW)
    values = {**dict(form_of(page, NEW).form_values()), **GOOD}
    page = visit.client.post(NEW, data={**values, "action": "add"})
    fields = form_of(page, NEW).fields
    assert (fields["party_1_name"], fields["party_3_order"]) == ("Beto Díaz", "3")
    values = dict(form_of(page, NEW).form_values())
    page = visit.client.post(NEW, data={**values, "action": "remove-2"})
    assert "party_3_name" not in form_of(page, NEW).fields
    values = dict(form_of(page, NEW).form_values())
    for _ in range(52):
        page = visit.client.post(NEW, data={**values, "action": "add"})
        values = dict(form_of(page, NEW).form_values())
    assert "party_50_name" in values
    assert "party_51_name" not in values
    for _ in range(52):
        page = visit.client.post(NEW, data={**values, "action": "remove-1"})
        values = dict(form_of(page, NEW).form_values())
    assert "party_1_name" in values


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"deadline": "mañana"}, "deadline"),
        ({"deadline": "9999-12-31", "utc_offset": "600"}, "deadline"),
        ({"utc_offset": "99999"}, "deadline"),
        ({"sender_name": ""}, "sender_name"),
        ({"party_1_name": ""}, "party_1_name"),
        ({"party_1_email": ""}, "party_1_email"),
        ({"party_1_email": "beto en casa"}, "party_1_email"),
        ({"party_1_order": "51"}, "party_1_order"),
        ({"party_1_name": "", "party_1_email": "", "sender_signs": ""}, "parties"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    rooms: MemoryRooms, visit: Visit, changed: dict[str, str], field: str
) -> None:
    visit.sign_in(ANA)
    page = visit.send(visit.get(NEW), NEW, PDF, **{**GOOD, **changed})
    assert page.status_code == 422
    assert rooms.agreements.kept == {}
    errors = select(page, ".field-error")
    assert [error.get("id") for error in errors] == [f"{field}_error"]
    links = [link.get("href") for link in select(page, "#errors a")]
    assert links == [f"#{field}"]
    if field != "parties":
        marked = tree(page).get_element_by_id(field)
        assert marked.get("aria-invalid") == "true"
        assert f"{field}_error" in marked.get("aria-describedby")
    # What was typed is still there.
    kept = form_of(page, NEW).fields
    assert kept["party_2_name"] == ""
    assert kept["title"] == changed.get("title", GOOD["title"]).strip()


def test_every_error_is_found_at_once(visit: Visit) -> None:
    visit.sign_in(ANA)
    page = visit.send(visit.get(NEW), NEW)
    found = {error.get("id") for error in select(page, ".field-error")}
    assert found == {"pdf_error", "title_error", "sender_name_error"}


def test_fifty_one_people_are_too_many(rooms: MemoryRooms, visit: Visit) -> None:
    visit.sign_in(ANA)
    rows = {}
    for number in range(1, 51):
        rows[f"party_{number}_name"] = f"P{number}"
        rows[f"party_{number}_email"] = f"p{number}@example.com"
        rows[f"party_{number}_order"] = str(number)
    values = {**dict(form_of(visit.get(NEW), NEW).form_values()), **GOOD, **rows}
    values.pop("pdf", None)
    page = visit.client.post(NEW, data=values, files=PDF)
    assert page.status_code == 422
    assert "cincuenta personas como mucho" in words(page)
    page = visit.client.post(NEW, data={**values, "sender_signs": ""}, files=PDF)
    assert len(rooms.agreements.kept["agr_1"].parties) == 50


@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize("refusal", [PdfEncryptedError, PdfScriptError])
def test_a_refused_pdf_says_why_in_both_languages(
    rooms: MemoryRooms, lang: str, refusal: type[PdfRefusedError]
) -> None:
    visit = Visit(rooms, lang=lang)
    visit.sign_in(ANA)
    rooms.agreements.refuse = refusal("refused")
    page = visit.send(visit.get(NEW), NEW, PDF, **GOOD)
    assert page.status_code == refusal.http_hint
    [error] = select(page, "#pdf_error")
    assert error.text_content() == CATALOGUES[lang][f"error.{refusal.code}"]
    visit.client.close()
