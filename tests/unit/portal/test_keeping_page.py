"""How an agreement is kept, as its page tells, and what may be erased there."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.agreements import KeepingView
from tests.parts import NOON
from tests.unit.portal.rooms import MemoryRooms
from tests.unit.portal.visits import Visit, select, words

ANA = "ana@example.com"
KEPT = KeepingView(
    id="agr_1",
    title="Arriendo de El Olivar",
    state="sealed",
    whole_copies=2,
    copies=3,
    retention="six-years",
    retain_until=NOON + timedelta(days=2192),
    held=False,
    may_erase_all=False,
    may_erase_mine=False,
)


def test_the_page_says_how_an_agreement_is_kept(visit: Visit, rooms: MemoryRooms) -> None:
    rooms.party_custody.kept["agr_1"] = KEPT
    visit.sign_in(ANA)
    page = visit.get("/agreements/agr_1/keeping")
    assert "2 de 3" in words(page)
    assert "2032" in words(page)
    assert not select(page, "button.danger")
    assert visit.get("/agreements/agr_2/keeping").status_code == 404


def test_a_hold_is_said(visit: Visit, rooms: MemoryRooms) -> None:
    rooms.party_custody.kept["agr_1"] = replace(KEPT, held=True)
    visit.sign_in(ANA)
    assert select(visit.get("/agreements/agr_1/keeping"), "p[data-held]")


@pytest.mark.parametrize(
    ("what", "path"), [("all", "erase"), ("mine", "erase-mine")], ids=["all", "mine"]
)
def test_what_may_be_erased_is_offered_and_done(
    visit: Visit, rooms: MemoryRooms, what: str, path: str
) -> None:
    rooms.party_custody.kept["agr_1"] = replace(
        KEPT, may_erase_all=what == "all", may_erase_mine=what == "mine"
    )
    visit.sign_in(ANA)
    page = visit.get("/agreements/agr_1/keeping")
    assert len(select(page, "button.danger")) == 1
    gone = visit.send(page, f"/agreements/agr_1/keeping/{path}")
    assert gone.url.path == "/agreements"
    assert rooms.party_custody.erased == [(what, ANA, "agr_1")]
