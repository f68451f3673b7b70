"""Signing in by code, and out again."""

import pytest

from service.identity import TooManyRequestsError
from tests.unit.portal.rooms import CODE, MemoryRooms
from tests.unit.portal.visits import Visit, form_of, words


def test_a_code_signs_in_and_out(rooms: MemoryRooms, visit: Visit) -> None:
    page = visit.send(visit.get("/sign-in"), "/sign-in", email="Ana@Example.com")
    assert page.url.path == "/sign-in/code"
    assert "Ana@Example.com" in words(page)
    page = visit.send(page, "/sign-in/code", code=CODE)
    assert page.url.path == "/agreements"
    assert "ana@example.com" in words(page)
    assert len(rooms.identity.sessions) == 1

    page = visit.send(page, "/sign-out")
    assert page.url.path == "/"
    assert rooms.identity.sessions == {}
    assert visit.get("/agreements").url.path == "/sign-in"


def test_a_wrong_code_says_so_and_can_be_tried_again(rooms: MemoryRooms, visit: Visit) -> None:
    page = visit.send(visit.get("/sign-in"), "/sign-in", email="ana@example.com")
    page = visit.send(page, "/sign-in/code", code="000000")
    assert page.status_code == 400
    assert "Ese no es el código" in words(page)
    assert rooms.identity.sessions == {}
    assert visit.send(page, "/sign-in/code", code=CODE).url.path == "/agreements"


def test_the_code_page_can_be_opened_again(visit: Visit) -> None:
    visit.send(visit.get("/sign-in"), "/sign-in", email="ana@example.com")
    page = visit.get("/sign-in/code")
    assert page.status_code == 200
    assert visit.send(page, "/sign-in/code", code=CODE).url.path == "/agreements"


def test_another_code_can_be_asked_for(rooms: MemoryRooms, visit: Visit) -> None:
    page = visit.send(visit.get("/sign-in"), "/sign-in", email="ana@example.com")
    page = visit.send(page, "/sign-in")
    assert page.url.path == "/sign-in/code"
    assert len(rooms.mailbox.messages("ana@example.com")) == 2


def test_a_code_counts_only_in_the_browser_that_asked(rooms: MemoryRooms, visit: Visit) -> None:
    visit.send(visit.get("/sign-in"), "/sign-in", email="ana@example.com")
    other = Visit(rooms)
    assert other.get("/sign-in/code").url.path == "/sign-in"
    page = other.send(other.get("/sign-in"), "/sign-in", email="beto@example.com")
    other.send(page, "/sign-in/code", code=CODE)
    emails = [session.email for session in rooms.identity.sessions.values()]
    assert emails == ["beto@example.com"]
    other.client.close()


def test_after_signing_in_one_is_where_one_wanted_to_be(visit: Visit) -> None:
    page = visit.get("/agreements/new?x=1")
    assert page.url.path == "/sign-in"
    page = visit.send(page, "/sign-in", email="ana@example.com")
    page = visit.send(page, "/sign-in/code", code=CODE)
    assert str(page.url).endswith("/agreements/new?x=1")


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/x\r\nSet-Cookie: a=b",
        "evil",
        "/" + "x" * 600,
    ],
)
def test_no_address_elsewhere_is_ever_led_to(rooms: MemoryRooms, visit: Visit, wanted: str) -> None:
    page = visit.client.get("/sign-in", params={"next": wanted})
    assert form_of(page, "/sign-in").fields["next"] == "/agreements"
    sent = visit.client.get("/language/en", params={"next": wanted}, follow_redirects=False)
    assert sent.headers["location"] == "/"


def test_known_and_unknown_mailboxes_get_the_same_answer(rooms: MemoryRooms) -> None:
    rooms.draft("ana@example.com")
    pages = []
    for email in ("ana@example.com", "zoe@example.com"):
        visit = Visit(rooms)
        page = visit.send(visit.get("/sign-in"), "/sign-in", email=email)
        pages.append(words(page).replace(email, "…"))
        visit.client.close()
    assert pages[0] == pages[1]


def test_asking_too_often_is_said_on_the_page(rooms: MemoryRooms, visit: Visit) -> None:
    rooms.identity.refuse_codes = TooManyRequestsError("wait", retry_after_s=17)
    page = visit.send(visit.get("/sign-in"), "/sign-in", email="ana@example.com")
    assert page.status_code == 429
    assert "17 s" in words(page)


def test_a_new_sign_in_ends_the_session_before(rooms: MemoryRooms, visit: Visit) -> None:
    visit.sign_in("ana@example.com")
    visit.client.cookies.delete("acta_session")
    visit.sign_in("ana@example.com")
    assert len(rooms.identity.sessions) == 2
    assert visit.get("/sign-in").url.path == "/agreements"
