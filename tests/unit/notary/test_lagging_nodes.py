"""Nodes that lag behind, each question answered by another one: no false fork, nothing lost."""

from pathlib import Path

import pytest

from anchoring.hashing import leaf_hash
from service.notary import ChainDownError, LogForkRefused, MemoryChain
from tests.unit.notary.house import House, make_entry

METHODS = ("head", "anchored", "newest_is")


def _started(tmp_path: Path, *, finality: int = 1) -> House:
    """Return a house on a chain of somebody else's, which mines when told to."""
    chain = MemoryChain(our_own=False, mines_at_once=False, finality=finality)
    house = House(tmp_path, chain=chain)
    house.notary.start()
    return house


def _anchor_outside(house: House, *, root: bytes | None = None) -> None:
    """Have the first leaf anchored by a process that died before it wrote anything down."""
    house.accept(1)
    house.notary.sequence()
    house.chain.submit(house.notary.identity.log_id, 1, root or leaf_hash(make_entry(1)))
    house.memory_chain.mine()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("blocks", [1, 2, 30])
def test_anchor_that_one_node_has_and_another_not_yet_is_no_fork(
    tmp_path: Path, method: str, blocks: int
) -> None:
    house = _started(tmp_path)
    _anchor_outside(house)
    chain = house.memory_chain
    chain.behind[method] = blocks
    for _ in range(4):
        assert house.notary.anchor_pending() in ("waiting", "unreachable", "pending", "idle")
    chain.behind.clear()
    while house.notary.anchor_pending() != "idle":
        chain.mine()
    assert chain.transactions_sent == 1
    house.check()


def test_restart_while_one_node_is_behind_is_no_fork(tmp_path: Path) -> None:
    house = _started(tmp_path)
    _anchor_outside(house)
    house.memory_chain.behind["anchored"] = 1
    house.restart()
    assert house.notary.anchor_pending() == "waiting"


def test_nothing_is_said_of_a_root_before_its_block_is_seen(tmp_path: Path) -> None:
    house = _started(tmp_path)
    _anchor_outside(house)
    house.memory_chain.behind = {"anchored": 1, "newest_is": 1}
    with pytest.raises(ChainDownError):
        house.notary.submit_anchor()
    assert house.notary.anchor_pending() == "unreachable"


def test_another_root_is_refused_once_one_block_shows_it(tmp_path: Path) -> None:
    house = _started(tmp_path)
    _anchor_outside(house, root=b"\x05" * 32)
    chain = house.memory_chain
    chain.behind["newest_is"] = 1
    assert house.notary.anchor_pending() == "unreachable"
    chain.behind.clear()
    with pytest.raises(LogForkRefused):
        house.notary.anchor_pending()


def test_lagging_node_takes_no_included_anchor_back(tmp_path: Path) -> None:
    house = _started(tmp_path, finality=3)
    leaves = house.accept(1)
    house.notary.sequence()
    house.notary.anchor_pending()
    chain = house.memory_chain
    chain.mine()
    house.notary.anchor_pending()
    assert house.statuses(leaves) == ["included"]
    chain.behind["head"] = 1
    assert house.notary.anchor_pending() == "unreachable"
    assert house.statuses(leaves) == ["included"]


def test_included_anchor_whose_block_is_gone_is_sent_again(tmp_path: Path) -> None:
    house = _started(tmp_path, finality=3)
    leaves = house.accept(1)
    house.notary.sequence()
    house.notary.anchor_pending()
    chain = house.memory_chain
    chain.mine()
    house.notary.anchor_pending()
    assert house.statuses(leaves) == ["included"]
    # The chain is shorter now, and has no block of that number.
    chain.lose_tail(1)
    house.notary.anchor_pending()
    assert house.statuses(leaves) == ["broadcast"]
    while house.notary.anchor_pending() != "idle":
        chain.mine()
    house.check()


def test_log_just_opened_and_not_seen_yet_is_no_other_home(tmp_path: Path) -> None:
    chain = MemoryChain(our_own=False)
    chain.behind["head"] = 30
    house = House(tmp_path, chain=chain)
    house.notary.start()
    house.accept(1)
    house.notary.sequence()
    with pytest.raises(ChainDownError, match="just opened"):
        house.notary.submit_anchor()
    chain.behind.clear()
    assert house.notary.submit_anchor() is not None


def test_lagging_node_takes_no_final_anchor_back(tmp_path: Path) -> None:
    house = _started(tmp_path)
    chain = house.memory_chain
    (leaf,) = house.accept(1)
    house.notary.sequence()
    house.notary.submit_anchor()
    chain.mine(3)
    assert house.notary.anchor_pending() == "idle"
    blocks = chain.final_block().number
    chain.lose_tail(3)  # as a node that has not seen them yet
    house.accept(2)
    house.notary.sequence()
    assert house.notary.anchor_pending() == "unreachable"
    assert house.statuses([leaf]) == ["final"]
    # Now the chain itself is another one above the fork, and the anchor is gone for sure.
    chain.mine(blocks + 3)
    house.notary.anchor_pending()
    assert house.statuses([leaf]) == ["broadcast"]
    chain.mine(2)
    house.notary.anchor_pending()
    chain.mine(2)
    house.notary.anchor_pending()
    chain.mine(2)
    assert house.notary.anchor_pending() == "idle"
    assert [size for size, _ in chain.anchored_sizes()] == [1, 2]
    house.check()
