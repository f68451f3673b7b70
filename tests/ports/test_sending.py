"""Transactions that are dropped, stuck, doubled, overtaken or taken back, on anvil and Hardhat."""

import secrets
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from contracts_chain import (
    AnchorClient,
    AnchorRefused,
    ChainUnreachable,
    FeePolicy,
    LocalKeySigner,
)
from contracts_chain.fees import Fees
from contracts_chain.transactions import sign_transaction
from tests.chaos.nodes import ChainNode, start_node
from tests.ports.chain_rig import (
    ORIGIN,
    Cut,
    Wire,
    anchor,
    client_with,
    included,
    wire_to_node,
)

SEND = "eth_sendRawTransaction"
BOTH_WAYS = pytest.mark.parametrize("when", ["before", "after"])
GWEI = 10**9
RICH = 10**21


@pytest.fixture(scope="module", params=["anvil", "hardhat"])
def node(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ChainNode]:
    started = start_node(request.param, tmp_path_factory.mktemp(request.param))
    try:
        started.calm_down()
        deployer = LocalKeySigner(secrets.token_bytes(32))
        started.set_balance(deployer.address, RICH)
        with client_with(deployer, started.url) as client:
            client.ensure_deployed()
        yield started
    finally:
        started.stop()


@pytest.fixture
def signer(node: ChainNode) -> LocalKeySigner:
    """A key of the test's own, with coin, on a chain that mines at once."""
    node.calm_down()
    signer = LocalKeySigner(secrets.token_bytes(32))
    node.set_balance(signer.address, RICH)
    return signer


@pytest.fixture
def wire(node: ChainNode) -> Iterator[Wire]:
    with wire_to_node(node.url) as between:
        yield between


@pytest.fixture
def client(wire: Wire, signer: LocalKeySigner) -> Iterator[AnchorClient]:
    with client_with(signer, wire.url) as new:
        yield new


@pytest.fixture
def hasty(wire: Wire, signer: LocalKeySigner, log_id: bytes) -> Iterator[AnchorClient]:
    """A client that takes every transaction in flight for stuck."""
    with client_with(signer, wire.url, fees=FeePolicy(stuck_seconds=0)) as new:
        yield new


@pytest.fixture
def log_id(client: AnchorClient) -> bytes:
    return client.ensure_log(ORIGIN)


def nonce(node: ChainNode, client: AnchorClient) -> int:
    return int(node.ask("eth_getTransactionCount", client.address, "latest"), 16)


def fees_of(node: ChainNode, transaction: str) -> Fees:
    raw = node.ask("eth_getTransactionByHash", transaction)
    return Fees(int(raw["maxPriorityFeePerGas"], 16), int(raw["maxFeePerGas"], 16))


def signed_elsewhere(node: ChainNode, signer: LocalKeySigner, at: int, **more: Any) -> str:
    """Send a transaction of the same key that our client knows nothing of; its hash."""
    made = sign_transaction(
        signer,
        chain_id=int(node.ask("eth_chainId"), 16),
        nonce=at,
        fees=more.get("fees", Fees(2 * GWEI, 20 * GWEI)),
        gas=21_000,
        to=signer.address,
        payload=b"",
    )
    assert node.send_raw("0x" + made.raw.hex()) == made.hash
    return made.hash


@BOTH_WAYS
def test_an_anchor_whose_answer_is_lost_is_made_once(
    node: ChainNode, wire: Wire, client: AnchorClient, log_id: bytes, when: Cut
) -> None:
    wire.cut(SEND, when)
    with pytest.raises(ChainUnreachable):
        client.submit(log_id, 5, b"\x01" * 32)
    anchor(client, log_id, 5, b"\x01" * 32)
    assert client.head(log_id).count == 1
    assert nonce(node, client) == 2


def test_replacements_raise_both_fees_by_an_eighth_each_time(
    node: ChainNode, hasty: AnchorClient, log_id: bytes
) -> None:
    node.set_automine(False)
    offered = []
    for _ in range(4):
        offered.append(fees_of(node, hasty.submit(log_id, 5, b"\x01" * 32)))
    for before, after in pairwise(offered):
        assert after.tip * 8 >= before.tip * 9
        assert after.total * 8 >= before.total * 9
    assert len(node.pending()) == 1
    node.mine()
    assert hasty.head(log_id).count == 1
    assert nonce(node, hasty) == 2


@BOTH_WAYS
def test_whichever_of_all_that_were_sent_is_mined_is_found(
    node: ChainNode, wire: Wire, hasty: AnchorClient, log_id: bytes, when: Cut
) -> None:
    """A replacement whose answer was lost, or that the node never saw: the first may be mined."""
    node.set_automine(False)
    first = hasty.submit(log_id, 5, b"\x01" * 32)
    wire.cut(SEND, when)
    with pytest.raises(ChainUnreachable):
        hasty.submit(log_id, 5, b"\x01" * 32)
    node.mine()
    mined = hasty.submit(log_id, 5, b"\x01" * 32)
    assert (mined == first) == (when == "before")
    assert hasty.receipt(mined).state == "included"
    assert (hasty.head(log_id).count, nonce(node, hasty)) == (1, 2)


def test_an_earlier_attempt_is_found_before_the_state_shows_it(
    node: ChainNode, wire: Wire, hasty: AnchorClient, log_id: bytes
) -> None:
    """The contract's state and the nonce come from a node behind; the receipt is there already."""
    node.set_automine(False)
    first = hasty.submit(log_id, 5, b"\x01" * 32)
    mined = nonce(node, hasty)
    wire.twists["eth_getTransactionCount"] = lambda params, result: hex(mined)
    wire.twists["eth_call"] = lambda params, result: "0x" + "00" * 128
    node.mine()
    sent = wire.seen.count(SEND)
    assert hasty.submit(log_id, 5, b"\x01" * 32) == first
    assert wire.seen.count(SEND) == sent


def test_a_dropped_transaction_is_sent_again(
    node: ChainNode, client: AnchorClient, log_id: bytes
) -> None:
    node.set_automine(False)
    transaction = client.submit(log_id, 5, b"\x01" * 32)
    node.drop(transaction)
    assert client.receipt(transaction).state == "unknown"
    assert client.submit(log_id, 5, b"\x01" * 32) == transaction
    node.mine()
    assert client.receipt(transaction).state == "included"
    assert client.head(log_id).count == 1


def test_a_dropped_transaction_under_a_later_one_is_no_gap(
    node: ChainNode, client: AnchorClient, log_id: bytes
) -> None:
    node.set_automine(False)
    first = client.submit(log_id, 5, b"\x01" * 32)
    client.submit(log_id, 7, b"\x02" * 32)
    node.drop(first)
    third = client.submit(log_id, 9, b"\x03" * 32)
    for _ in range(3):
        node.mine()
    assert included(client, third) == third
    assert (client.head(log_id).count, client.head(log_id).size) == (3, 9)


def test_a_doubled_transaction_changes_nothing(
    node: ChainNode, wire: Wire, client: AnchorClient, log_id: bytes
) -> None:
    node.set_automine(False)
    transaction = client.submit(log_id, 5, b"\x01" * 32)
    raw = node.ask("eth_getTransactionByHash", transaction)
    assert raw is not None
    # Repeats while it waits, while it is being mined and after, from several threads.
    made = set()

    def repeat() -> None:
        for _ in range(5):
            made.add(client.submit(log_id, 5, b"\x01" * 32))

    threads = [threading.Thread(target=repeat) for _ in range(3)]
    for thread in threads:
        thread.start()
    node.mine()
    for thread in threads:
        thread.join()
    assert made == {transaction}
    assert (client.head(log_id).count, nonce(node, client)) == (1, 2)


def test_two_processes_by_mistake_anchor_once(
    node: ChainNode, wire: Wire, client: AnchorClient, log_id: bytes, signer: LocalKeySigner
) -> None:
    node.set_automine(False)
    with client_with(signer, wire.url) as second:
        client.submit(log_id, 5, b"\x01" * 32)
        second.submit(log_id, 5, b"\x01" * 32)
        node.mine()
        node.mine()
        assert client.submit(log_id, 5, b"\x01" * 32) == second.submit(log_id, 5, b"\x01" * 32)
    assert client.head(log_id).count == 1


def test_a_transaction_from_elsewhere_is_gone_round(
    node: ChainNode, client: AnchorClient, log_id: bytes, signer: LocalKeySigner
) -> None:
    node.set_automine(False)
    transaction = client.submit(log_id, 5, b"\x01" * 32)
    node.drop(transaction)
    foreign = signed_elsewhere(node, signer, at=1)
    node.mine()
    assert node.ask("eth_getTransactionReceipt", foreign)["status"] == "0x1"
    # The nonce is spent: the very same transaction can never be mined.
    second = client.submit(log_id, 5, b"\x01" * 32)
    assert second != transaction
    node.mine()
    assert client.receipt(second).state == "included"
    assert client.receipt(transaction).state == "unknown"
    assert (client.head(log_id).count, nonce(node, client)) == (1, 3)


def test_a_transaction_from_elsewhere_is_overtaken_while_it_waits(
    node: ChainNode, client: AnchorClient, log_id: bytes, signer: LocalKeySigner
) -> None:
    node.set_automine(False)
    foreign = signed_elsewhere(node, signer, at=1, fees=Fees(30 * GWEI, 90 * GWEI))
    transaction = client.submit(log_id, 5, b"\x01" * 32)
    node.mine()
    assert client.receipt(transaction).state == "included"
    assert client.receipt(foreign).state == "unknown"
    assert fees_of(node, transaction).tip * 8 >= 9 * 30 * GWEI


def test_what_an_earlier_run_left_is_overtaken_within_the_ceiling_alone(
    node: ChainNode, wire: Wire, log_id: bytes, signer: LocalKeySigner
) -> None:
    node.set_automine(False)
    waiting = signed_elsewhere(node, signer, at=1, fees=Fees(30 * GWEI, 90 * GWEI))
    with client_with(signer, wire.url, fees=FeePolicy(ceiling_total=95 * GWEI)) as thrifty:
        with pytest.raises(AnchorRefused) as refused:
            thrifty.submit(log_id, 5, b"\x01" * 32)
        assert (refused.value.reason, refused.value.permanent) == ("fee-ceiling", False)
        node.mine()
        assert thrifty.receipt(waiting).state == "included"
        transaction = thrifty.submit(log_id, 5, b"\x01" * 32)
        node.mine()
        assert thrifty.receipt(transaction).state == "included"


def test_a_stuck_transaction_at_the_ceiling_stays_in_the_pool(
    node: ChainNode, wire: Wire, log_id: bytes, signer: LocalKeySigner
) -> None:
    node.set_automine(False)
    fees = FeePolicy(floor_tip=GWEI, floor_total=9 * GWEI, ceiling_total=10 * GWEI, stuck_seconds=0)
    with client_with(signer, wire.url, fees=fees) as thrifty:
        transaction = thrifty.submit(log_id, 5, b"\x01" * 32)
        node.drop(transaction)
        with pytest.raises(AnchorRefused) as refused:
            thrifty.submit(log_id, 5, b"\x01" * 32)
        assert refused.value.reason == "fee-ceiling"
        assert node.pending() == [transaction]
        node.mine()
        assert thrifty.submit(log_id, 5, b"\x01" * 32) == transaction


def test_an_account_without_coin_is_told_and_goes_on_once_it_has_some(
    node: ChainNode, client: AnchorClient, log_id: bytes
) -> None:
    node.set_balance(client.address, 1000)
    with pytest.raises(AnchorRefused) as refused:
        client.submit(log_id, 5, b"\x01" * 32)
    assert (refused.value.reason, refused.value.permanent) == ("insufficient-funds", False)
    node.set_balance(client.address, RICH)
    anchor(client, log_id, 5, b"\x01" * 32)
    assert client.head(log_id).count == 1


@pytest.mark.parametrize("kept", [True, False])
def test_an_anchor_that_a_reorganisation_took_back_is_sent_again(
    node: ChainNode, client: AnchorClient, log_id: bytes, kept: bool
) -> None:
    """Included, then gone with its block, and in no pool; the very same transactions come back."""
    snapshot = node.ask("evm_snapshot")
    roots = [secrets.token_bytes(32) for _ in range(3)]
    sent = [anchor(client, log_id, 5 + place, root) for place, root in enumerate(roots)]
    assert node.ask("evm_revert", snapshot)
    node.mine(4)
    assert client.head(log_id).size == 0
    assert {client.receipt(each).state for each in sent} == {"unknown"}
    if not kept:
        # After a restart nothing is remembered; what comes may be another transaction.
        client._sender._attempts.clear()
    again = [anchor(client, log_id, 5 + place, root) for place, root in enumerate(roots)]
    if kept:
        assert again == sent
    assert (client.head(log_id).count, client.head(log_id).size) == (3, 7)
    assert nonce(node, client) == 4


def test_a_log_that_a_reorganisation_took_back_is_opened_again(
    node: ChainNode, client: AnchorClient
) -> None:
    snapshot = node.ask("evm_snapshot")
    log_id = client.ensure_log(ORIGIN)
    assert node.ask("evm_revert", snapshot)
    with pytest.raises(AnchorRefused) as refused:
        client.submit(log_id, 5, b"\x01" * 32)
    assert (refused.value.reason, refused.value.permanent) == ("LogNotOpen", False)
    assert client.ensure_log(ORIGIN) == log_id
    anchor(client, log_id, 5, b"\x01" * 32)


def test_finality_by_depth_follows_the_chain(
    node: ChainNode, wire: Wire, log_id: bytes, signer: LocalKeySigner
) -> None:
    with client_with(signer, wire.url, finality=3) as client:
        anchor(client, log_id, 5, b"\x01" * 32)
        made = client.anchored(log_id, b"\x01" * 32)
        assert made is not None
        for missing in (3, 2, 1):
            assert client.final_block().number == made.block - missing
            assert client.anchored(log_id, b"\x01" * 32, block="finalized") is None
            node.mine()
        assert client.final_block().number == made.block
        assert client.anchored(log_id, b"\x01" * 32, block="finalized") == made


def test_a_transaction_that_runs_out_of_gas_says_so(
    node: ChainNode, client: AnchorClient, log_id: bytes, wire: Wire
) -> None:
    node.set_automine(False)
    wire.twists["eth_estimateGas"] = lambda params, result: hex(20_000)
    transaction = client.submit(log_id, 5, b"\x01" * 32)
    node.mine()
    deadline = time.monotonic() + 10
    while client.receipt(transaction).state == "pending":
        assert time.monotonic() < deadline
    assert (client.receipt(transaction).state, client.receipt(transaction).reason) == (
        "failed",
        "out-of-gas",
    )
    wire.twists.clear()
    second = client.submit(log_id, 5, b"\x01" * 32)
    node.mine()
    assert client.receipt(second).state == "included"
