"""The state of the public log, for anybody; and the chains on an agreement's page."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.agreements import ChainStep
from service.notary import AlarmKind, AlarmView, ChainStatus
from tests.parts import NOON
from tests.unit.portal.rooms import MemoryRooms
from tests.unit.portal.statuses import custody_health, log_status
from tests.unit.portal.visits import Visit, select, words

CARMEN = "carmen@finca.example"


def slow_chain(*alarms: AlarmKind) -> ChainStatus:
    """Return a further chain that was never met and on which five entries wait."""
    return ChainStatus(
        name="mainnet",
        chain_id=None,
        contract=bytes(20),
        is_home=False,
        newest=None,
        waiting=5,
        waiting_since=NOON - timedelta(days=2),
        silent_since=NOON - timedelta(days=1),
        alarms=tuple(
            AlarmView(chain="mainnet", kind=kind, number=1, since=NOON, reason=None)
            for kind in alarms
        ),
    )


@pytest.mark.parametrize("lang", ["es", "en"])
def test_every_chain_is_shown_in_both_languages(rooms: MemoryRooms, lang: str) -> None:
    rooms.log = log_status(slow_chain(*AlarmKind))
    visit = Visit(rooms, lang=lang)
    page = visit.get("/status")
    assert page.status_code == 200
    assert [one.get("data-chain") for one in select(page, "[data-chain]")] == ["home", "mainnet"]
    shown = [one.get("data-alarm") for one in select(page, "p[data-alarm]")]
    assert shown == [str(kind) for kind in AlarmKind]
    assert len({one.text_content() for one in select(page, "p[data-alarm]")}) == len(AlarmKind)
    assert "5" in select(page, "section.panel")[1].text_content()
    visit.client.close()


@pytest.mark.parametrize("lang", ["es", "en"])
def test_every_store_is_shown_in_both_languages(rooms: MemoryRooms, lang: str) -> None:
    rooms.custody = replace(
        custody_health(resting_since=NOON, reason="timeout", lacking=2, oldest_verified_at=None),
        too_few=1,
    )
    visit = Visit(rooms, lang=lang)
    page = visit.get("/status")
    assert [one.get("data-store") for one in select(page, "[data-store]")] == ["disk-1", "madrid"]
    shown = [one.get("data-alarm") for one in select(page, "p[data-alarm]")]
    assert shown == ["too-few-copies", "store-down"]
    first, second = (one.text_content() for one in select(page, "[data-store]"))
    assert "2" in first
    assert "S3" in second
    assert "timeout" not in page.text  # a word for programs
    visit.client.close()


@pytest.mark.parametrize("kind", ["disk", "s3", "s3-lock", "azure", "gcs", "kubo", "pinning"])
def test_every_kind_of_store_has_its_words(rooms: MemoryRooms, kind: str, visit: Visit) -> None:
    rooms.custody = custody_health(kind=kind)
    assert f"status.kind.{kind}" not in visit.get("/status").text


def test_without_an_alarm_all_is_well(visit: Visit) -> None:
    page = visit.get("/status")
    assert "Todo funciona." in words(page)
    assert select(page, "p.alert") == []


def test_every_page_leads_to_the_status(visit: Visit) -> None:
    assert [one.get("href") for one in select(visit.get("/"), "footer a")] == ["/status"]


def test_agreement_page_tells_of_each_chain(rooms: MemoryRooms, visit: Visit) -> None:
    agreement = rooms.draft(CARMEN)
    visit.sign_in(CARMEN)
    rooms.agreements.change(
        agreement,
        state="sealed",
        document_status="final",
        chains=(
            ChainStep(name="home", is_home=True, status="final"),
            ChainStep(name="mainnet", is_home=False, status="logged"),
        ),
    )
    page = visit.get(f"/agreements/{agreement}")
    chains = [(one.get("data-chain"), one.get("data-status")) for one in select(page, ".chains li")]
    assert chains == [("home", "final"), ("mainnet", "logged")]


def test_one_chain_alone_needs_no_list(rooms: MemoryRooms, visit: Visit) -> None:
    agreement = rooms.draft(CARMEN)
    visit.sign_in(CARMEN)
    rooms.agreements.change(
        agreement,
        state="sealed",
        document_status="final",
        chains=(ChainStep(name="home", is_home=True, status="final"),),
    )
    assert select(visit.get(f"/agreements/{agreement}"), ".chains") == []


@pytest.mark.parametrize("how", ["voided", "superseded"])
def test_agreement_that_the_parties_ended(rooms: MemoryRooms, visit: Visit, how: str) -> None:
    agreement = rooms.draft(CARMEN)
    visit.sign_in(CARMEN)
    rooms.agreements.change(agreement, state="sealed", document_status="final", ended=how)
    [alert] = select(visit.get(f"/agreements/{agreement}"), "[data-ended]")
    assert alert.get("data-ended") == how
    assert "en vigor" in alert.text_content()
