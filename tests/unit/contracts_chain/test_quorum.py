"""One bad node among three neither misleads nor stalls, and is named for what it does."""

import time

import pytest

from contracts_chain import AnchorRefused, ChainUnreachable, NodeError
from contracts_chain.errors import NodeProblem
from contracts_chain.health import chain_health
from contracts_chain.quorum import Nodes, quantity
from tests.unit.contracts_chain.scripted_chain import (
    CHAIN_ID,
    FINAL,
    NEWEST,
    STATE,
    Manners,
    ScriptedNode,
    nodes_of,
    read_state,
)

REVERT = {"error": {"code": 3, "message": "execution reverted", "data": "0xabcd"}}

BAD: dict[str, tuple[Manners, NodeProblem]] = {
    "closed": (lambda: ScriptedNode(instead=(502, b"", {})), "unreachable"),
    "hangs": (lambda: ScriptedNode(hangs=True), "hanging"),
    "limits": (lambda: ScriptedNode(instead=(429, b"", {"Retry-After": "60"})), "rate-limited"),
    "no JSON": (lambda: ScriptedNode(instead=(200, b"<html>", {})), "garbage"),
    "no state": (lambda: ScriptedNode(says={"eth_call": {"not": "text"}}), "garbage"),
    "no block": (lambda: ScriptedNode(says={"eth_getBlockByNumber": "0x1"}), "garbage"),
    "other chain": (lambda: ScriptedNode(chain_id=1), "wrong-chain"),
    "behind": (lambda: ScriptedNode(newest=NEWEST - 50, state="0x01"), "lagging"),
    "other branch": (lambda: ScriptedNode(branch=1, state="0x01"), "other-branch"),
    "lies": (lambda: ScriptedNode(state="0x01"), "disagrees"),
    "lies of reverts": (lambda: ScriptedNode(says={"eth_call": REVERT}), "disagrees"),
}


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("name", BAD)
def test_one_bad_node_of_three_changes_nothing_and_is_named(name: str, place: int) -> None:
    make, problem = BAD[name]
    scripted = [ScriptedNode(), ScriptedNode()]
    scripted.insert(place, make())
    with nodes_of(*scripted, timeout_seconds=0.7 if problem == "hanging" else 3.0) as nodes:
        assert read_state(nodes) == STATE
        assert nodes.block("latest").number == NEWEST
        assert nodes.final_block().number == FINAL
        assert chain_health(nodes, None).nodes[place].state == problem
        others = [node.state for node in chain_health(nodes, None).nodes]
        others.pop(place)
        assert others == ["answering", "answering"]


@pytest.mark.parametrize(
    "name", [name for name, (_, problem) in BAD.items() if problem != "lagging"]
)
def test_two_bad_nodes_of_three_are_not_believed(name: str) -> None:
    make, _ = BAD[name]
    second = make()
    # Two that agree with each other are a majority; these two are bad each in its own way.
    second.branch += 1
    second.state = "0x02"
    if "eth_call" in second.says:
        second.says = {"eth_call": "0x02"}
    with (
        nodes_of(make(), second, ScriptedNode(), timeout_seconds=0.7) as nodes,
        pytest.raises(ChainUnreachable),
    ):
        read_state(nodes)


@pytest.mark.parametrize("claimed", [NEWEST + 10**9, NEWEST + 1])
def test_a_lie_about_the_newest_and_final_block_moves_neither(claimed: int) -> None:
    liar = ScriptedNode(newest=claimed, final=claimed, state="0x01")
    with nodes_of(ScriptedNode(), liar, ScriptedNode()) as nodes:
        assert nodes.block("latest").number == NEWEST
        assert nodes.final_block().number == FINAL
        assert read_state(nodes) == read_state(nodes, "finalized") == STATE


def test_state_is_read_at_the_newest_block_that_enough_nodes_have() -> None:
    nodes_ = [ScriptedNode(newest=number) for number in (NEWEST, NEWEST - 2, NEWEST - 1)]
    with nodes_of(*nodes_) as nodes:
        assert nodes.block("latest").number == NEWEST - 1
        assert read_state(nodes) == STATE


def test_a_liar_ahead_and_an_honest_node_behind_stall_nobody() -> None:
    """At the second newest block only the liar and one other speak; a block below, all do."""
    liar = ScriptedNode(newest=NEWEST + 5, state="0x01")
    with nodes_of(liar, ScriptedNode(newest=NEWEST), ScriptedNode(newest=NEWEST - 1)) as nodes:
        assert read_state(nodes) == STATE


def test_tips_on_two_branches_are_read_below_where_they_part() -> None:
    scripted = [ScriptedNode(branch=own, parts_at=NEWEST - 2) for own in (0, 1, 2)]
    with nodes_of(*scripted) as nodes:
        assert nodes.block("latest").number == NEWEST - 2


def test_a_liar_is_left_alone_and_heard_no_more() -> None:
    liar = ScriptedNode(state="0x01")
    with nodes_of(ScriptedNode(), ScriptedNode(), liar) as nodes:
        read_state(nodes)
        so_far = len(liar.asked)
        for _ in range(5):
            assert read_state(nodes) == STATE
        assert len(liar.asked) == so_far


def test_a_node_that_failed_is_tried_again_after_its_rest() -> None:
    frail = ScriptedNode(instead=(502, b"", {}))
    with nodes_of(ScriptedNode(), ScriptedNode(), frail) as nodes:
        read_state(nodes)
        frail.instead = None
        assert chain_health(nodes, None).nodes[2].state in ("unreachable", "answering")
        time.sleep(1.1)
        read_state(nodes)
        assert [node.state for node in chain_health(nodes, None).nodes] == ["answering"] * 3


def test_resting_nodes_are_asked_when_too_few_others_are_left() -> None:
    scripted = [ScriptedNode(instead=(502, b"", {})) for _ in range(3)]
    with nodes_of(*scripted) as nodes:
        for _ in range(6):
            with pytest.raises(ChainUnreachable):
                read_state(nodes)
        for one in scripted:
            one.instead = None
        # All three rest by now, for half a minute; an outage that ends ends at once.
        assert read_state(nodes) == STATE


def test_a_node_that_asks_to_be_left_alone_is() -> None:
    busy = ScriptedNode(instead=(429, b"", {"Retry-After": "0.4"}))
    with nodes_of(busy) as nodes:
        with pytest.raises(ChainUnreachable) as first:
            read_state(nodes)
        assert first.value.problem == "rate-limited"
        so_far = len(busy.asked)
        with pytest.raises(ChainUnreachable) as second:
            read_state(nodes)
        assert second.value.problem == "rate-limited"
        assert len(busy.asked) == so_far
        busy.instead = None
        time.sleep(0.45)
        assert read_state(nodes) == STATE


def test_another_chain_is_refused_before_anything_is_asked_of_it() -> None:
    stranger = ScriptedNode(chain_id=1)
    with nodes_of(stranger) as nodes:
        for _ in range(2):
            with pytest.raises(AnchorRefused) as refused:
                read_state(nodes)
            assert refused.value.reason == "wrong-chain"
    assert set(stranger.asked) == {"eth_chainId"}


def test_an_address_that_leads_to_another_chain_later_is_found_out() -> None:
    moving = ScriptedNode()
    with nodes_of(moving) as nodes:
        assert read_state(nodes) == STATE
        moving.instead = (502, b"", {})
        with pytest.raises(ChainUnreachable):
            read_state(nodes)
        moving.instead, moving.chain_id = None, 1
        with pytest.raises(AnchorRefused) as refused:
            read_state(nodes)
        assert refused.value.reason == "wrong-chain"


def test_without_a_chain_id_set_the_nodes_must_agree_on_one() -> None:
    with nodes_of(ScriptedNode(), ScriptedNode(chain_id=1), ScriptedNode(), chain_id=None) as nodes:
        assert nodes.chain_id() == CHAIN_ID
        assert read_state(nodes) == STATE
        assert chain_health(nodes, None).nodes[1].state == "wrong-chain"
    with (
        nodes_of(*(ScriptedNode(chain_id=one) for one in (1, 2, 3)), chain_id=None) as nodes,
        pytest.raises(ChainUnreachable),
    ):
        nodes.chain_id()


def test_a_revert_is_believed_of_enough_nodes() -> None:
    scripted = [ScriptedNode(says={"eth_call": REVERT}) for _ in range(2)]
    with nodes_of(*scripted, ScriptedNode()) as nodes, pytest.raises(NodeError) as refused:
        read_state(nodes)
    assert refused.value.revert_data == b"\xab\xcd"


def test_with_a_quorum_of_one_two_that_contradict_each_other_are_not_believed() -> None:
    with nodes_of(ScriptedNode(), ScriptedNode(state="0x01")) as nodes:
        assert nodes.quorum == 1
        with pytest.raises(ChainUnreachable) as disagreement:
            read_state(nodes)
        assert disagreement.value.problem == "disagrees"
    with nodes_of(ScriptedNode(), ScriptedNode(instead=(502, b"", {}))) as nodes:
        assert read_state(nodes) == STATE


@pytest.mark.parametrize("count", [1, 3])
def test_finality_by_depth(count: int) -> None:
    with nodes_of(*(ScriptedNode() for _ in range(count)), finality=12) as nodes:
        assert nodes.final_block().number == NEWEST - 12
    with nodes_of(*(ScriptedNode(newest=5, final=0) for _ in range(count)), finality=12) as nodes:
        assert nodes.final_block().number == 0


def test_a_block_that_enough_nodes_lack_is_missing() -> None:
    with nodes_of(*(ScriptedNode() for _ in range(3))) as nodes:
        with pytest.raises(AnchorRefused) as refused:
            nodes.block(NEWEST + 1)
        assert refused.value.reason == "block-missing"


@pytest.mark.parametrize("slow", [0, 1, 2])
def test_a_hanging_node_costs_a_moment_and_not_its_time_limit(slow: int) -> None:
    scripted = [ScriptedNode() for _ in range(3)]
    scripted[slow].hangs = True
    with nodes_of(*scripted, timeout_seconds=8.0) as nodes:
        started = time.monotonic()
        assert nodes.state("eth_getBalance", "0x" + "00" * 20, read=quantity) == int(STATE, 16)
        assert time.monotonic() - started < 8


def test_health_raises_nothing_when_all_is_down() -> None:
    with nodes_of(*(ScriptedNode(instead=(502, b"", {})) for _ in range(2))) as nodes:
        health = chain_health(nodes, "0x" + "00" * 20)
    assert (health.newest, health.final, health.balance, health.answering) == (None, None, None, 0)
    assert [node.state for node in health.nodes] == ["unreachable", "unreachable"]


def test_health_names_hosts_and_never_whole_addresses() -> None:
    with nodes_of(ScriptedNode(), ScriptedNode(instead=(502, b"", {}))) as nodes:
        said = repr(chain_health(nodes, None)) + repr(nodes.chain)
    assert "127.0.0.1" in said
    assert "secret-key" not in said


def test_a_low_balance_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with nodes_of(*(ScriptedNode() for _ in range(3)), low_balance_wei=43) as nodes:
        health = chain_health(nodes, "0x" + "00" * 20)
    assert (health.balance, health.balance_is_low) == (42, True)
    assert (health.newest, health.final) != (None, None)


def test_the_same_node_under_two_names_is_told_apart() -> None:
    with nodes_of(ScriptedNode(), ScriptedNode()) as nodes:
        names = [node.name for node in nodes.panel.nodes]
        assert len(set(names)) == 2
    assert isinstance(nodes, Nodes)


def test_state_of_a_very_block_is_told_by_those_who_have_it() -> None:
    behind, aside = ScriptedNode(newest=NEWEST - 1, state="0x01"), ScriptedNode(branch=1)
    with nodes_of(ScriptedNode(), ScriptedNode(), behind) as nodes:
        pin = next(nodes.pins())
        assert (pin.number, read_state(nodes, pin)) == (NEWEST, STATE)
        behind.newest = NEWEST
        behind.state = STATE
        assert read_state(nodes, pin) == STATE
    with nodes_of(ScriptedNode(), aside, behind) as nodes:
        pin = nodes.block(NEWEST)
        aside.newest = behind.newest = NEWEST - 1
        # One alone has it by now: that is no quorum, and never the state of another block.
        with pytest.raises(ChainUnreachable):
            read_state(nodes, pin)
