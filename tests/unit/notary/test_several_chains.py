"""One log on several chains: each by itself, the first one the home."""

from pathlib import Path

import pytest

from anchoring.evidence_lists import build_anchor, parse_anchor
from anchoring.hashing import ZERO32
from anchoring.tree import verify_consistency
from service.notary import (
    Cadence,
    ChainPlan,
    LogForkRefused,
    MemoryChain,
    OtherHomeError,
    UnknownChainError,
)
from tests.unit.notary.house import House, make_entry


def further(chain: MemoryChain, **cadence: float) -> ChainPlan:
    """Return a plan for a second chain."""
    return ChainPlan(
        name="mainnet",
        chain=chain,
        cadence=Cadence(
            every_s=cadence.get("every_s", 0), every_leaves=int(cadence.get("every_leaves", 1))
        ),
    )


def foreign(chain_id: int = 1) -> MemoryChain:
    """Return a chain of somebody else's that mines at once and finalises at the next block."""
    return MemoryChain(our_own=False, chain_id=chain_id, finality=0)


@pytest.fixture
def mainnet() -> MemoryChain:
    return foreign()


@pytest.fixture
def house(tmp_path: Path, mainnet: MemoryChain) -> House:
    house = House(tmp_path, also=[further(mainnet)])
    house.notary.start()
    return house


def on_chains(house: House, leaf: bytes) -> list[tuple[str, bool, str]]:
    return [
        (one.chain, one.is_home, one.status.status) for one in house.notary.chain_statuses(leaf)
    ]


def test_each_chain_has_its_own_log_anchors_and_status(house: House, mainnet: MemoryChain) -> None:
    log_id = house.notary.identity.log_id
    assert mainnet.head(log_id).is_open
    (leaf,) = house.accept(1)
    house.work()
    assert on_chains(house, leaf) == [("home", True, "final"), ("mainnet", False, "logged")]
    assert house.notary.leaf_status(leaf).status == "final"
    house.work("mainnet")
    assert on_chains(house, leaf) == [("home", True, "final"), ("mainnet", False, "final")]
    assert mainnet.anchored_sizes() == house.memory_chain.anchored_sizes()
    house.check()


def test_a_chain_that_is_down_holds_up_no_other(house: House, mainnet: MemoryChain) -> None:
    mainnet.down = True
    leaves = house.accept(1, 2)
    house.work()
    assert house.notary.anchor_pending("mainnet") == "unreachable"
    assert house.statuses(leaves) == ["final", "final"]
    leaves += house.accept(3)
    house.work()
    house.restart()
    mainnet.down = False
    house.work("mainnet")
    assert {on_chains(house, leaf)[1][2] for leaf in leaves} == {"final"}
    assert [size for size, _ in mainnet.anchored_sizes()] == [3]
    house.check()


def test_home_that_is_down_holds_up_no_other(house: House, mainnet: MemoryChain) -> None:
    house.memory_chain.down = True
    (leaf,) = house.accept(1)
    house.notary.sequence()
    assert house.notary.anchor_pending() == "unreachable"
    house.work("mainnet")
    # Final elsewhere is not final: the document's status lives at its home.
    assert on_chains(house, leaf) == [("home", True, "logged"), ("mainnet", False, "final")]
    assert house.notary.last_anchored().size == 0
    house.memory_chain.down = False
    house.work()
    house.check()


def test_chain_that_was_never_met_is_opened_when_it_comes(
    tmp_path: Path, mainnet: MemoryChain
) -> None:
    mainnet.down = True
    house = House(tmp_path, also=[further(mainnet)])
    house.notary.start()
    assert [home.chain_id for home in house.notary.homes()] == [77_001]
    (leaf,) = house.accept(1)
    house.work()
    assert house.notary.chain_statuses(leaf)[1].chain_id is None
    mainnet.down = False
    house.work("mainnet")
    assert on_chains(house, leaf)[1][2] == "final"
    assert [home.chain_id for home in house.notary.homes()] == [77_001, 1]


def test_a_chain_that_joins_later_takes_the_whole_log_at_once(
    tmp_path: Path, mainnet: MemoryChain
) -> None:
    house = House(tmp_path)
    house.notary.start()
    leaves = [*house.accept(1), *house.accept(2)]
    house.work()
    house.also = [further(mainnet)]
    house.restart()
    house.work("mainnet")
    assert [size for size, _ in mainnet.anchored_sizes()] == [2]
    assert on_chains(house, leaves[0])[1][2] == "final"


def test_anchors_wait_for_time_or_number(tmp_path: Path, mainnet: MemoryChain) -> None:
    house = House(tmp_path, also=[further(mainnet, every_s=3_600, every_leaves=4)])
    house.notary.start()
    house.accept(1)
    house.work()
    house.work("mainnet")
    assert mainnet.anchored_sizes() == []
    (due,) = house.notary.anchors_due()
    assert (due.chain, due.first, due.size, due.wait_s) == ("mainnet", 0, 1, 3_600)
    house.clock.advance(seconds=1_000)
    house.accept(2)
    house.work()
    (due,) = house.notary.anchors_due()
    assert due.wait_s == 2_600
    house.clock.advance(seconds=2_600)
    house.work("mainnet")
    assert [size for size, _ in mainnet.anchored_sizes()] == [2]
    assert house.notary.anchors_due() == []
    house.accept(3, 4, 5, 6)
    house.work()
    assert house.notary.anchors_due()[0].wait_s == 0
    house.work("mainnet")
    assert [size for size, _ in mainnet.anchored_sizes()] == [2, 6]


def test_the_same_need_is_one_ticket(tmp_path: Path, mainnet: MemoryChain) -> None:
    house = House(tmp_path, also=[further(mainnet, every_s=100, every_leaves=50)])
    house.notary.start()
    tickets = set()
    for number in range(40):
        house.accept(number)
        house.work()
        tickets |= {due.ticket for due in house.notary.anchors_due()}
        house.clock.advance(seconds=1)
    assert len(tickets) <= 2
    # A run that a fast clock started a moment early has a successor of another name.
    house.clock.advance(seconds=59.99)
    (due,) = house.notary.anchors_due()
    assert 0 < due.wait_s < 0.1
    assert due.ticket not in tickets


@pytest.mark.parametrize(("every_s", "every_leaves"), [(-1, 1), (0, 0)])
def test_impossible_cadence_is_refused(every_s: float, every_leaves: int) -> None:
    with pytest.raises(ValueError, match="expected"):
        Cadence(every_s=every_s, every_leaves=every_leaves)


def test_evidence_gets_the_records_of_every_chain_that_is_final(
    house: House, mainnet: MemoryChain
) -> None:
    with house.database.transaction() as session:
        document = house.notary.accept(session, make_entry(1), kind="document", subject=ZERO32)
    house.work()
    assert house.notary.covering_anchor([document]).further == ()
    assert house.notary.further_anchors([document]) == {document: 0}
    house.accept(2, 3)
    house.notary.sequence()
    house.work("mainnet")
    anchored = house.notary.covering_anchor([document])
    assert house.notary.further_anchors([document]) == {document: 1}
    record = parse_anchor(build_anchor(anchored.record))
    (other,) = (parse_anchor(build_anchor(one)) for one in anchored.further)
    assert (record.chain_id, record.size, record.status_proof) == (77_001, 1, (document,))
    assert (other.chain_id, other.size, other.status_proof) == (1, 3, None)
    verify_consistency(
        size1=record.size,
        root1=record.root,
        size2=other.size,
        root2=other.root,
        path=other.consistency or (),
    )


def test_any_chain_that_knows_more_than_we_do_stops_the_start(
    house: House, mainnet: MemoryChain
) -> None:
    mainnet.submit(house.notary.identity.log_id, 9, b"\x06" * 32)
    with pytest.raises(LogForkRefused, match="mainnet"):
        house.restart()


def test_any_chain_with_another_root_stops_the_start(house: House, mainnet: MemoryChain) -> None:
    house.accept(1)
    house.work()
    mainnet.submit(house.notary.identity.log_id, 1, b"\x06" * 32)
    with pytest.raises(LogForkRefused):
        house.restart()


def test_further_chain_that_is_another_one_is_an_alarm_and_no_stop(house: House) -> None:
    house.also = [further(foreign(chain_id=2))]
    house.restart()
    assert [(alarm.chain, alarm.kind, alarm.reason) for alarm in house.told] == [
        ("mainnet", "refused", "other-home")
    ]
    (leaf,) = house.accept(1)
    house.work()
    assert house.statuses([leaf]) == ["final"]
    with pytest.raises(OtherHomeError):
        house.notary.anchor_pending("mainnet")


def test_home_under_another_name_is_refused(tmp_path: Path) -> None:
    chain = MemoryChain()
    house = House(tmp_path, chain=chain, also=[further(chain)])
    house.notary.start()
    with pytest.raises(OtherHomeError):
        house.notary.anchor_pending("mainnet")


def test_log_that_was_handed_over_goes_on_with_the_new_key(house: House) -> None:
    leaves = house.accept(1)
    house.work()
    identity = house.notary.identity
    chain = house.memory_chain
    house.chain = other_key(chain)
    with pytest.raises(OtherHomeError, match="operator"):
        house.restart()
    chain.hand_over(identity.log_id, bytes(20)[:-1] + b"\x07")
    house.chain = other_key(chain)
    house.restart()
    assert house.notary.identity == identity
    leaves += house.accept(2)
    house.work()
    assert house.statuses(leaves) == ["final", "final"]


def other_key(chain: MemoryChain) -> MemoryChain:
    """Return the same chain as another key's client sees it."""
    client = MemoryChain(operator=bytes(20)[:-1] + b"\x07")
    client.share_blocks_of(chain)
    return client


def test_only_the_opener_can_open_the_log_on_a_further_chain(tmp_path: Path) -> None:
    stranger = MemoryChain(our_own=False, chain_id=1, operator=b"\x09" * 20)
    house = House(tmp_path, also=[further(stranger)])
    house.notary.start()
    assert [(alarm.chain, alarm.kind) for alarm in house.told] == [("mainnet", "refused")]
    (leaf,) = house.accept(1)
    house.work()
    assert on_chains(house, leaf) == [("home", True, "final"), ("mainnet", False, "logged")]


def test_unknown_chain(house: House) -> None:
    with pytest.raises(UnknownChainError):
        house.notary.anchor_pending("elsewhere")
    assert house.notary.chain_names == ("home", "mainnet")
