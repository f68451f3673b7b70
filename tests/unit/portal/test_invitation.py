"""The link in an invitation."""

import pytest

from service.identity import LinkView, TooManyRequestsError
from tests.unit.portal.rooms import CODE, MemoryRooms
from tests.unit.portal.visits import Visit, words

ANA, BETO = "ana@example.com", "beto@example.com"
TOKEN = "x" * 43
LINK = f"/s/{TOKEN}"


@pytest.fixture
def agreement(rooms: MemoryRooms) -> str:
    kept = rooms.draft(ANA, BETO)
    rooms.agreements.set_party(kept, ANA, "signed")
    rooms.agreements.send(ANA, kept)
    rooms.identity.links[TOKEN] = LinkView(agreement=kept, party=2)
    return kept


def test_looking_changes_nothing(rooms: MemoryRooms, visit: Visit, agreement: str) -> None:
    for _ in range(3):
        page = visit.get(LINK)
        assert page.status_code == 200
        assert "Ana Ruiz Gómez le pide" in words(page)
        assert BETO not in page.text
    visit.client.head(LINK)
    assert rooms.identity.used_links == set()
    assert rooms.identity.challenges == {}
    assert rooms.mailbox.mails == []
    assert rooms.identity.sessions == {}


def test_the_code_opens_the_agreement_and_uses_up_the_link(
    rooms: MemoryRooms, visit: Visit, agreement: str
) -> None:
    page = visit.send(visit.get(LINK), LINK)
    assert page.url.path == f"{LINK}/code"
    assert BETO not in page.text
    [mail] = rooms.mailbox.mails
    assert mail.to == BETO
    page = visit.send(page, f"{LINK}/code", code=CODE)
    assert page.url.path == f"/agreements/{agreement}/sign"
    assert rooms.identity.used_links == {TOKEN}
    assert BETO in words(page)

    page = visit.get(LINK)
    assert page.status_code == 410
    assert "ya se usó" in words(page)


def test_a_wrong_code_leaves_the_link_whole(
    rooms: MemoryRooms, visit: Visit, agreement: str
) -> None:
    page = visit.send(visit.get(LINK), LINK)
    page = visit.send(page, f"{LINK}/code", code="000000")
    assert page.status_code == 400
    assert rooms.identity.used_links == set()
    page = visit.send(page, LINK)
    assert visit.send(page, f"{LINK}/code", code=CODE).status_code == 200


def test_a_code_for_signing_in_does_not_open_the_link(
    rooms: MemoryRooms, visit: Visit, agreement: str
) -> None:
    visit.send(visit.get("/sign-in"), "/sign-in", email=BETO)
    page = visit.send(visit.get(f"{LINK}/code"), f"{LINK}/code", code=CODE)
    assert "ya no vale" in words(page)
    assert rooms.identity.used_links == set()


def test_whoever_was_signed_in_before_is_not_any_more(
    rooms: MemoryRooms, visit: Visit, agreement: str
) -> None:
    visit.sign_in(ANA)
    page = visit.send(visit.get(LINK), LINK)
    visit.send(page, f"{LINK}/code", code=CODE)
    assert [view.email for view in rooms.identity.sessions.values()] == [BETO]


def test_too_many_codes_are_refused_in_words(
    rooms: MemoryRooms, visit: Visit, agreement: str
) -> None:
    page = visit.get(LINK)
    rooms.identity.refuse_codes = TooManyRequestsError("wait", retry_after_s=20)
    page = visit.send(page, LINK)
    assert page.status_code == 429
    assert BETO not in page.text


def test_an_unknown_link_says_so(visit: Visit) -> None:
    assert "se copió a medias" in words(visit.get(f"/s/{'y' * 43}"))
    assert visit.get("/s/short").status_code == 404
