"""What several nodes say of one transaction, summed up; and what they say of gas."""

from typing import Any

import pytest

from contracts_chain import AnchorRefused, ChainUnreachable, NodeError
from contracts_chain.broadcast import Outcome, broadcast
from contracts_chain.gas import estimate_gas, newest_base_fee, suggested_tip
from contracts_chain.receipts import knows, state_of
from tests.unit.contracts_chain.scripted_chain import NEWEST, ScriptedNode, block_of, nodes_of

SEND, ESTIMATE, TIP = "eth_sendRawTransaction", "eth_estimateGas", "eth_maxPriorityFeePerGas"
RECEIPT, KNOWN = "eth_getTransactionReceipt", "eth_getTransactionByHash"
TX = "0x" + "ab" * 32
DOWN = object()


def saying(method: str, said: Any) -> ScriptedNode:
    """Return a node that answers ``method`` with a result, or an error's message; or is down."""
    if said is DOWN:
        return ScriptedNode(instead=(502, b"", {}))
    answer = {"error": {"code": -32000, "message": said}} if _is_words(said) else said
    return ScriptedNode(says={method: answer})


def _is_words(said: Any) -> bool:
    return isinstance(said, str) and not said.startswith("0x")


TAKEN, POOR = "nonce too low: next nonce 7", "insufficient funds for gas * price + value"
CHEAP, ODD = "replacement transaction underpriced", "internal error"


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ((TX,), Outcome.SENT),
        (("already known",), Outcome.SENT),
        (("ALREADY_EXISTS: already known",), Outcome.SENT),
        (("Known transaction: 0xab",), Outcome.SENT),
        # A node that mines at once tells of the failure of what it mined.
        (("VM Exception while processing transaction: reverted with 'x'",), Outcome.SENT),
        ((TAKEN,), Outcome.NONCE_TAKEN),
        (("Nonce too low. Expected nonce to be 3 but got 2.",), Outcome.NONCE_TAKEN),
        ((POOR,), Outcome.NO_FUNDS),
        (("Sender doesn't have enough funds to send tx.",), Outcome.NO_FUNDS),
        ((CHEAP,), Outcome.TOO_CHEAP),
        (("transaction underpriced: gas tip cap 1",), Outcome.TOO_CHEAP),
        (("max fee per gas less than block base fee",), Outcome.TOO_CHEAP),
        ((TX, TX, TX), Outcome.SENT),
        ((TX, DOWN, DOWN), Outcome.SENT),
        ((TX, TAKEN, ODD), Outcome.SENT),
        # One liar, or one behind, against two.
        ((TX, TAKEN, TAKEN), Outcome.NONCE_TAKEN),
        ((POOR, TX, "already known"), Outcome.SENT),
        ((POOR, POOR, TX), Outcome.NO_FUNDS),
        ((CHEAP, CHEAP, DOWN), Outcome.TOO_CHEAP),
    ],
)
def test_one_that_takes_it_is_enough_and_a_refusal_needs_a_quorum(
    said: tuple[Any, ...], outcome: Outcome
) -> None:
    with nodes_of(*(saying(SEND, one) for one in said)) as nodes:
        assert broadcast(nodes, b"\x02raw") is outcome


@pytest.mark.parametrize("said", [(DOWN,), (TAKEN, DOWN, DOWN), (CHEAP, POOR, TAKEN), (DOWN,) * 3])
def test_without_a_quorum_nothing_is_known(said: tuple[Any, ...]) -> None:
    with (
        nodes_of(*(saying(SEND, one) for one in said)) as nodes,
        pytest.raises(ChainUnreachable),
    ):
        broadcast(nodes, b"\x02raw")


def test_a_reason_of_the_nodes_own_is_passed_on() -> None:
    with (
        nodes_of(*(saying(SEND, ODD) for _ in range(3))) as nodes,
        pytest.raises(NodeError, match=ODD),
    ):
        broadcast(nodes, b"\x02raw")


def test_every_node_gets_it() -> None:
    scripted = [saying(SEND, TX) for _ in range(3)]
    with nodes_of(*scripted) as nodes:
        broadcast(nodes, b"\x02raw")
    assert all(SEND in one.asked for one in scripted)


def gas(*said: Any) -> int:
    with nodes_of(*(saying(ESTIMATE, one) for one in said)) as nodes:
        return estimate_gas(nodes, sender="0x" + "01" * 20, to="0x" + "02" * 20, payload=b"")


def test_a_node_that_lies_about_gas_neither_starves_nor_bloats_a_transaction() -> None:
    assert gas(hex(40_000)) == 50_000
    assert gas(hex(40_000), hex(41_000), hex(21_000)) == 50_000
    assert gas(hex(40_000), hex(40_000), hex(30_000_000)) == 50_000
    with pytest.raises(ChainUnreachable) as disagreement:
        gas(hex(40_000), hex(30_000_000), DOWN)
    assert disagreement.value.problem == "disagrees"


def test_a_node_that_lies_about_a_revert_refuses_nothing() -> None:
    assert gas("execution reverted", hex(40_000), hex(40_000)) == 50_000
    with pytest.raises(AnchorRefused) as refused:
        gas("execution reverted", "execution reverted", hex(40_000))
    assert refused.value.reason == "reverted"
    with pytest.raises(ChainUnreachable):
        gas("execution reverted", hex(40_000), DOWN)


@pytest.mark.parametrize(
    ("said", "tip"),
    [
        (("0x5",), 5),
        (("0x1", "0x5", hex(10**30)), 5),
        (("0x5", "the method does not exist", DOWN), 5),
        (("the method does not exist",), 0),
    ],
)
def test_the_middle_one_of_the_suggested_tips_is_taken(said: tuple[Any, ...], tip: int) -> None:
    with nodes_of(*(saying(TIP, one) for one in said)) as nodes:
        assert suggested_tip(nodes) == tip


@pytest.mark.parametrize("count", [1, 3])
def test_the_base_fee_is_the_newest_block_s(count: int) -> None:
    with nodes_of(*(ScriptedNode() for _ in range(count))) as nodes:
        assert newest_base_fee(nodes) == 7


def receipt(*, branch: int = 0, status: int = 1) -> dict[str, str]:
    block = block_of(NEWEST, branch=branch)
    return {
        "blockNumber": block["number"],
        "blockHash": block["hash"],
        "status": hex(status),
        "gasUsed": "0x5208",
    }


def with_receipt(found: Any, *, knows_it: bool = False, **more: Any) -> ScriptedNode:
    transaction = {"from": TX, "to": TX, "input": "0x", "gas": "0xffff"} if knows_it else None
    return ScriptedNode(says={RECEIPT: found, KNOWN: transaction}, **more)


@pytest.mark.parametrize(
    ("scripted", "state"),
    [
        ([with_receipt(receipt())] * 1, "included"),
        ([with_receipt(None, knows_it=True)] * 1, "pending"),
        ([with_receipt(None)] * 1, "unknown"),
        ([with_receipt(receipt())] * 2 + [with_receipt(None)], "included"),
        # One alone may be ahead of the others, or lie: it makes nothing included, and nothing
        # failed.
        ([with_receipt(receipt())] + [with_receipt(None)] * 2, "pending"),
        ([with_receipt(receipt(status=0))] + [with_receipt(receipt())] * 2, "included"),
        # The nodes are on another branch than the receipts.
        ([with_receipt(receipt(branch=3))] * 3, "pending"),
        ([with_receipt(None, knows_it=True)] * 2 + [with_receipt(None)], "pending"),
        # A liar that claims to know it cannot keep it from being sent again.
        ([with_receipt(None, knows_it=True)] + [with_receipt(None)] * 2, "unknown"),
    ],
)
def test_how_far_a_transaction_is(scripted: list[ScriptedNode], state: str) -> None:
    nodes_ = [ScriptedNode(says=dict(one.says)) for one in scripted]
    with nodes_of(*nodes_) as nodes:
        assert state_of(nodes, TX).state == state


def test_a_transaction_that_failed_says_why() -> None:
    said = {
        RECEIPT: receipt(status=0),
        KNOWN: {"from": TX, "to": TX, "input": "0x", "gas": "0xffff"},
        "eth_call": {"error": {"code": 3, "message": "execution reverted", "data": "0x"}},
    }
    with nodes_of(ScriptedNode(says=said)) as nodes:
        assert (state_of(nodes, TX).state, state_of(nodes, TX).reason) == ("failed", "reverted")
    said[KNOWN]["gas"] = "0x5208"
    with nodes_of(ScriptedNode(says=said)) as nodes:
        assert state_of(nodes, TX).reason == "out-of-gas"


def test_whether_a_transaction_is_known_needs_an_answer() -> None:
    with (
        nodes_of(*(ScriptedNode(instead=(502, b"", {})) for _ in range(3))) as nodes,
        pytest.raises(ChainUnreachable),
    ):
        knows(nodes, TX)
