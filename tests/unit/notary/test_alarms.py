"""Alarms: raised once, told once, ended when they are over; and how the log stands."""

from dataclasses import replace
from pathlib import Path

import pytest

from anchoring.hashing import ZERO32
from service.notary import AlarmKind, ChainPlan, ChainRefusedError, MemoryChain
from tests.unit.notary.house import House, make_entry


@pytest.fixture
def mainnet() -> MemoryChain:
    return MemoryChain(our_own=False, chain_id=1, finality=0)


@pytest.fixture
def house(tmp_path: Path, mainnet: MemoryChain) -> House:
    house = House(tmp_path, also=[ChainPlan(name="mainnet", chain=mainnet, late_after_s=3_600)])
    house.notary.start()
    return house


def told(house: House) -> list[tuple[str, str, int]]:
    return [(alarm.chain, str(alarm.kind), alarm.number) for alarm in house.told]


def on(house: House) -> list[tuple[str, str]]:
    return [
        (chain.name, str(alarm.kind))
        for chain in house.notary.log_status().chains
        for alarm in chain.alarms
    ]


def test_chain_without_an_answer_for_long(house: House, mainnet: MemoryChain) -> None:
    mainnet.down = True
    house.notary.watch_chains()
    assert on(house) == []
    house.clock.advance(seconds=599)
    house.notary.watch_chains()
    assert told(house) == []
    house.clock.advance(seconds=1)
    house.notary.watch_chains()
    house.notary.anchor_pending("mainnet")
    house.clock.advance(seconds=100)
    house.notary.watch_chains()
    assert told(house) == [("mainnet", "unreachable", 1)]
    assert on(house) == [("mainnet", "unreachable")]
    shown = house.notary.log_status().chains[1]
    assert shown.silent_since is not None
    assert (house.clock.now() - shown.silent_since).total_seconds() == 700
    house.restart()
    house.notary.watch_chains()
    assert len(house.told) == 1
    mainnet.down = False
    house.notary.watch_chains()
    assert on(house) == []
    assert house.notary.log_status().chains[1].silent_since is None


def test_alarm_that_comes_again_is_told_again(house: House, mainnet: MemoryChain) -> None:
    for _ in range(2):
        mainnet.down = True
        house.notary.watch_chains()
        house.clock.advance(seconds=600)
        house.notary.watch_chains()
        mainnet.down = False
        house.notary.watch_chains()
    assert told(house) == [("mainnet", "unreachable", 1), ("mainnet", "unreachable", 2)]


@pytest.mark.parametrize(
    ("change", "kind"),
    [({"balance_is_low": True}, "low-balance"), ({"disagreeing": 1}, "disagreeing")],
)
def test_what_the_nodes_tell(house: House, change: dict[str, int], kind: str) -> None:
    well = house.memory_chain.told
    house.memory_chain.told = replace(well, **change)
    house.notary.watch_chains()
    house.notary.watch_chains()
    assert told(house) == [("home", kind, 1)]
    house.memory_chain.told = well
    house.notary.watch_chains()
    assert on(house) == []


def test_account_that_cannot_pay_is_told_at_once_and_until_it_can(house: House) -> None:
    chain = house.memory_chain
    chain.refusal = ChainRefusedError("no money", reason="insufficient-funds", permanent=False)
    house.accept(1)
    house.notary.sequence()
    house.notary.anchor_pending()
    house.notary.watch_chains()
    house.notary.anchor_pending()
    assert told(house) == [("home", "low-balance", 1)]
    chain.refusal = None
    house.work()
    house.notary.watch_chains()
    assert on(house) == []


def test_refusal_for_good_needs_somebody(house: House) -> None:
    chain = house.memory_chain
    chain.refusal = ChainRefusedError("no", reason="NotOperator", permanent=True)
    house.accept(1)
    house.work()
    house.work()
    assert told(house) == [("home", "refused", 1)]
    assert house.told[0].reason == "NotOperator"
    chain.refusal = None
    house.accept(2)
    house.work()
    assert on(house) == []


def test_leaf_without_an_anchor_in_time_is_late_on_that_chain(
    house: House, mainnet: MemoryChain
) -> None:
    mainnet.down = True
    house.accept(1)
    house.work()
    house.clock.advance(seconds=3_601)
    house.notary.watch_chains()
    assert ("mainnet", "late") in on(house)
    assert ("home", "late") not in on(house)
    mainnet.down = False
    house.work("mainnet")
    house.notary.watch_chains()
    assert on(house) == []


def test_leaf_that_was_not_even_placed_is_late_too(house: House) -> None:
    house.accept(1)
    house.clock.advance(days=2)
    house.notary.watch_chains()
    assert ("home", str(AlarmKind.LATE)) in on(house)


def test_status_of_the_log(house: House, mainnet: MemoryChain) -> None:
    empty = house.notary.log_status()
    assert (empty.size, [chain.newest for chain in empty.chains]) == (0, [None, None])
    first = house.clock.now()
    house.accept(1, 2)
    house.work()
    house.clock.advance(seconds=5)
    house.accept(3)
    status = house.notary.log_status()
    home, other = status.chains
    assert (status.size, home.is_home, home.chain_id) == (2, True, 77_001)
    assert home.newest is not None
    assert (home.newest.size, home.newest.state) == (2, "final")
    assert (home.waiting, home.waiting_since) == (1, house.clock.now())
    assert (other.newest, other.waiting, other.waiting_since) == (None, 3, first)
    house.work()
    house.work("mainnet")
    assert [chain.waiting for chain in house.notary.log_status().chains] == [0, 0]


def test_documents_that_the_parties_ended_are_noticed(house: House) -> None:
    with house.database.transaction() as session:
        leaves = [
            house.notary.accept(session, make_entry(number), kind="document", subject=ZERO32)
            for number in range(450)
        ]
    house.work()
    log_id = house.notary.identity.log_id
    house.memory_chain.end_document(log_id, leaves[3])
    house.notary.watch_documents()
    # Said only once the block that says so is final.
    assert house.notary.ended(leaves[3]) is None
    house.memory_chain.end_document(log_id, leaves[449], code=2, successor=leaves[3])
    house.memory_chain.mine(2)
    house.notary.watch_documents()
    voided, superseded = house.notary.ended(leaves[3]), house.notary.ended(leaves[449])
    assert voided is not None
    assert superseded is not None
    assert (voided.how, voided.successor) == ("voided", None)
    assert (superseded.how, superseded.successor) == ("superseded", leaves[3])
    assert house.notary.ended(leaves[4]) is None
    house.memory_chain.down = True
    house.notary.watch_documents()
    assert house.notary.ended(leaves[3]) == voided
