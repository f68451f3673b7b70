"""Every write to the chain fails both ways: not done, and done but reported failed."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts_chain import (
    AnchorClient,
    AnchorRefused,
    ChainUnreachable,
    FeePolicy,
    LocalChain,
    anchor_log_address,
)
from tests.ports.chain_rig import (
    KEY,
    ORIGIN,
    Cut,
    Wire,
    anchor,
    ask,
    client_of,
    running_chain,
    wire_to,
)

SEND = "eth_sendRawTransaction"
BOTH_WAYS = pytest.mark.parametrize("when", ["before", "after"])


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[LocalChain]:
    with running_chain(tmp_path) as started:
        yield started


@pytest.fixture
def wire(chain: LocalChain) -> Iterator[Wire]:
    with wire_to(chain) as between:
        yield between


@pytest.fixture
def client(chain: LocalChain, wire: Wire) -> Iterator[AnchorClient]:
    with client_of(wire.url) as new:
        chain.fund(new.address)
        yield new


@pytest.fixture
def log_id(client: AnchorClient) -> bytes:
    client.ensure_deployed()
    return client.ensure_log(ORIGIN)


def nonce(chain: LocalChain, client: AnchorClient) -> int:
    return int(ask(chain, "eth_getTransactionCount", client.address, "latest"), 16)


@BOTH_WAYS
@pytest.mark.parametrize("restarted", [False, True])
def test_deploying(
    chain: LocalChain, wire: Wire, client: AnchorClient, when: Cut, restarted: bool
) -> None:
    wire.cut(SEND, when)
    with pytest.raises(ChainUnreachable):
        client.ensure_deployed()
    with client_of(wire.url) as fresh:
        assert (fresh if restarted else client).ensure_deployed().address == anchor_log_address()
    assert nonce(chain, client) == 1


@BOTH_WAYS
@pytest.mark.parametrize("restarted", [False, True])
def test_opening_a_log(
    chain: LocalChain, wire: Wire, client: AnchorClient, when: Cut, restarted: bool
) -> None:
    client.ensure_deployed()
    wire.cut(SEND, when)
    with pytest.raises(ChainUnreachable):
        client.ensure_log(ORIGIN)
    with client_of(wire.url) as fresh:
        log_id = (fresh if restarted else client).ensure_log(ORIGIN)
    assert client.head(log_id).operator == client.address
    assert nonce(chain, client) == 2


@BOTH_WAYS
@pytest.mark.parametrize("restarted", [False, True])
def test_anchoring(
    chain: LocalChain,
    wire: Wire,
    client: AnchorClient,
    log_id: bytes,
    when: Cut,
    restarted: bool,
) -> None:
    root = secrets.token_bytes(32)
    wire.cut(SEND, when)
    with pytest.raises(ChainUnreachable):
        client.submit(log_id, 5, root)
    with client_of(wire.url) as fresh:
        anchor(fresh if restarted else client, log_id, 5, root)
    assert client.head(log_id).count == 1
    anchor(client, log_id, 9, secrets.token_bytes(32))
    assert nonce(chain, client) == 4


@BOTH_WAYS
def test_anchoring_while_blocks_are_slow(
    chain: LocalChain, wire: Wire, client: AnchorClient, log_id: bytes, when: Cut
) -> None:
    """The answer is lost, and the transaction waits in the node's pool (or never got there)."""
    first, second = secrets.token_bytes(32), secrets.token_bytes(32)
    ask(chain, "evm_setAutomine", False)
    wire.cut(SEND, when)
    with pytest.raises(ChainUnreachable):
        client.submit(log_id, 5, first)
    later = client.submit(log_id, 9, second)
    transaction = client.submit(log_id, 5, first)
    assert client.receipt(transaction).state == client.receipt(later).state == "pending"
    assert client.submit(log_id, 5, first) == transaction
    ask(chain, "evm_mine")
    assert client.receipt(transaction).state == client.receipt(later).state == "included"
    assert (client.head(log_id).count, client.head(log_id).size) == (2, 9)


@pytest.mark.parametrize(
    "method",
    [
        "eth_call",
        "eth_getTransactionCount",
        "eth_estimateGas",
        "eth_getBlockByNumber",
        "eth_maxPriorityFeePerGas",
    ],
)
def test_a_lost_read_on_the_way_sends_nothing(
    chain: LocalChain, wire: Wire, client: AnchorClient, log_id: bytes, method: str
) -> None:
    sent = nonce(chain, client)
    wire.cut(method, "after")
    with pytest.raises(ChainUnreachable):
        client.submit(log_id, 5, b"\x01" * 32)
    assert nonce(chain, client) == sent
    anchor(client, log_id, 5, b"\x01" * 32)
    assert nonce(chain, client) == sent + 1


@BOTH_WAYS
def test_mining_on(chain: LocalChain, wire: Wire, client: AnchorClient, when: Cut) -> None:
    newest = client.block(0).number
    wire.cut("evm_mine", when)
    ask(chain, "evm_mine")
    with pytest.raises(ChainUnreachable):
        client.mine()
    client.mine()
    assert client.final_block().number > newest


def test_a_restarted_sender_takes_its_place_in_the_pool_again(
    chain: LocalChain, client: AnchorClient, log_id: bytes
) -> None:
    """What an earlier run left in flight is met under its own nonce, at any fee it had."""
    roots = [secrets.token_bytes(32) for _ in range(3)]
    ask(chain, "evm_setAutomine", False)
    with client_of(chain.rpc_url, fees=FeePolicy(floor_tip=40 * 10**9)) as generous:
        for place, root in enumerate(roots):
            generous.submit(log_id, 5 + place, root)
    with client_of(chain.rpc_url) as restarted:
        transactions = [
            restarted.submit(log_id, 5 + place, root) for place, root in enumerate(roots)
        ]
        ask(chain, "evm_mine")
        assert {restarted.receipt(tx).state for tx in transactions} == {"included"}
    assert client.head(log_id).count == 3


def test_a_stuck_transaction_is_replaced_at_a_higher_fee(
    chain: LocalChain, wire: Wire, client: AnchorClient, log_id: bytes
) -> None:
    root = secrets.token_bytes(32)
    ask(chain, "evm_setAutomine", False)
    with client_of(wire.url, fees=FeePolicy(stuck_seconds=0)) as hasty:
        first = hasty.submit(log_id, 5, root)
        second = hasty.submit(log_id, 5, root)
        assert second != first
        ask(chain, "evm_mine")
        assert hasty.receipt(second).state == "included"
        assert hasty.receipt(first).state == "unknown"
        assert hasty.submit(log_id, 5, root) == second
    assert client.head(log_id).count == 1


def test_gas_above_the_ceiling_sends_nothing_and_passes(
    chain: LocalChain, client: AnchorClient, log_id: bytes
) -> None:
    with client_of(chain.rpc_url, fees=FeePolicy(ceiling_total=10**10)) as thrifty:
        ask(chain, "anvil_setNextBlockBaseFeePerGas", hex(50 * 10**9))
        ask(chain, "evm_mine")
        with pytest.raises(AnchorRefused) as refused:
            thrifty.submit(log_id, 5, b"\x01" * 32)
        assert refused.value.reason == "fee-ceiling"
        ask(chain, "anvil_setNextBlockBaseFeePerGas", hex(10**9))
        ask(chain, "evm_mine")
        anchor(thrifty, log_id, 5, b"\x01" * 32)
        assert client.head(log_id).size == 5


def test_the_chain_going_back_leaves_no_gap(
    chain: LocalChain, client: AnchorClient, log_id: bytes
) -> None:
    """The chain forgets mined anchors while later ones are in flight; all are replayed."""
    roots = [secrets.token_bytes(32) for _ in range(4)]
    before = ask(chain, "evm_snapshot")
    for place in (0, 1):
        anchor(client, log_id, 5 + place, roots[place])
    ask(chain, "evm_setAutomine", False)
    for place in (2, 3):
        client.submit(log_id, 5 + place, roots[place])
    ask(chain, "anvil_dropAllTransactions")
    assert ask(chain, "evm_revert", before)
    ask(chain, "evm_setAutomine", True)
    assert client.head(log_id).size == 0
    for place, root in enumerate(roots):
        anchor(client, log_id, 5 + place, root)
    assert client.head(log_id).count == 4


def test_nobody_s_key_moves_between_clients(chain: LocalChain, log_id: bytes) -> None:
    """The same key after a restart speaks for the same log."""
    with client_of(chain.rpc_url, key=KEY) as restarted:
        assert restarted.head(log_id).operator == restarted.address
