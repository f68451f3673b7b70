"""One chain through three nodes, of which one hangs, lies, lags or limits: nothing goes wrong."""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from contracts_chain import AnchorClient, ChainUnreachable, LocalKeySigner
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
ROOT = b"\x01" * 32
FINALITY = 3


@pytest.fixture(scope="module", params=["anvil", "hardhat"])
def node(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ChainNode]:
    started = start_node(request.param, tmp_path_factory.mktemp(request.param))
    yield started
    started.stop()


@pytest.fixture
def wires(node: ChainNode) -> Iterator[list[Wire]]:
    with ExitStack() as stack:
        yield [stack.enter_context(wire_to_node(node.url)) for _ in range(3)]


@pytest.fixture
def client(node: ChainNode, wires: list[Wire]) -> Iterator[AnchorClient]:
    node.calm_down()
    signer = LocalKeySigner(secrets.token_bytes(32))
    node.set_balance(signer.address, 10**21)
    settings = {"chain_id": int(node.ask("eth_chainId"), 16), "finality": FINALITY}
    urls = [wire.url for wire in wires]
    with client_with(signer, *urls, timeout_seconds=2.0, **settings) as new:
        yield new


@pytest.fixture
def log_id(node: ChainNode, client: AnchorClient) -> bytes:
    client.ensure_deployed()
    log_id = client.ensure_log(ORIGIN)
    node.mine(FINALITY)
    return log_id


def nonce(node: ChainNode, client: AnchorClient) -> int:
    return int(node.ask("eth_getTransactionCount", client.address, "latest"), 16)


def word(number: int) -> str:
    return number.to_bytes(32, "big").hex()


def hang(node: ChainNode, wire: Wire) -> None:
    wire.hangs = True


def claim_it_is_anchored(node: ChainNode, wire: Wire) -> None:
    """Say of every question to the contract that it is done, long ago, by ourselves."""
    wire.twists["eth_call"] = lambda params, result: "0x" + word(5) + word(1) + word(1) + word(1)


def deny_all(node: ChainNode, wire: Wire) -> None:
    """Say that nothing was ever anchored, sent or mined."""
    wire.twists["eth_call"] = lambda params, result: "0x" + word(0) * 4
    wire.twists["eth_getTransactionCount"] = lambda params, result: "0x0"
    wire.twists["eth_getTransactionReceipt"] = lambda params, result: None
    wire.twists["eth_getTransactionByHash"] = lambda params, result: None


def claim_a_later_chain(node: ChainNode, wire: Wire) -> None:
    """Claim blocks that nobody has made, and with them that everything is final."""

    def newer(params: list[Any], result: Any) -> Any:
        return result if params[0] != "latest" else {**result, "number": hex(10**6)}

    wire.twists["eth_getBlockByNumber"] = newer


def lag(node: ChainNode, wire: Wire) -> None:
    """Stand still at the present block."""
    frozen = node.ask("eth_getBlockByNumber", "latest", False)
    mined = int(frozen["number"], 16)

    def older(params: list[Any], result: Any) -> Any:
        if params[0] == "latest":
            return frozen
        return result if int(params[0], 16) <= mined else None

    wire.twists["eth_getBlockByNumber"] = older
    wire.twists["eth_getTransactionReceipt"] = lambda params, result: (
        result if result and int(result["blockNumber"], 16) <= mined else None
    )


def swallow(node: ChainNode, wire: Wire) -> None:
    """Take every transaction, and pass none on."""
    wire.cuts += [(SEND, "before")] * 100


TROUBLES = [hang, claim_it_is_anchored, deny_all, claim_a_later_chain, lag, swallow]


@pytest.mark.parametrize("place", [0, 2])
@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda each: each.__name__)
def test_one_bad_node_of_three_is_neither_believed_nor_waited_for(
    node: ChainNode,
    wires: list[Wire],
    client: AnchorClient,
    log_id: bytes,
    trouble: Callable[[ChainNode, Wire], None],
    place: int,
) -> None:
    trouble(node, wires[place])
    assert client.anchored(log_id, ROOT) is None
    before = nonce(node, client)
    transaction = anchor(client, log_id, 5, ROOT)
    made = client.anchored(log_id, ROOT)
    assert made is not None
    assert made.block > client.final_block().number
    assert client.anchored(log_id, ROOT, block="finalized") is None
    for _ in range(3):
        # Repeated for as long as anybody likes, it stays one transaction.
        assert client.submit(log_id, 5, ROOT) == transaction
    node.mine(FINALITY)
    assert client.anchored(log_id, ROOT, block="finalized") == made
    assert client.final_block().number >= made.block
    assert nonce(node, client) == before + 1
    assert client.head(log_id).count == 1
    anchor(client, log_id, 9, b"\x02" * 32)
    assert client.head(log_id).count == 2


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_anchor_whose_answer_every_node_loses_is_made_once(
    node: ChainNode, wires: list[Wire], client: AnchorClient, log_id: bytes, when: Cut
) -> None:
    before = nonce(node, client)
    for wire in wires:
        wire.cut(SEND, when)
    with pytest.raises(ChainUnreachable):
        client.submit(log_id, 5, ROOT)
    anchor(client, log_id, 5, ROOT)
    assert client.head(log_id).count == 1
    assert nonce(node, client) == before + 1


def test_a_transaction_goes_to_every_node(
    wires: list[Wire], client: AnchorClient, log_id: bytes
) -> None:
    for wire in wires:
        wire.seen.clear()
    anchor(client, log_id, 5, ROOT)
    deadline = time.monotonic() + 5
    while not all(SEND in wire.seen for wire in wires):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_two_that_hang_are_a_standstill_for_as_long_as_they_do(
    node: ChainNode, wires: list[Wire], client: AnchorClient, log_id: bytes
) -> None:
    for wire in wires[:2]:
        wire.hangs = True
    with pytest.raises(ChainUnreachable):
        client.anchored(log_id, ROOT)
    for wire in wires[:2]:
        wire.hangs = False
    anchor(client, log_id, 5, ROOT)


def test_nodes_change_their_manners_while_anchors_go_on(
    node: ChainNode, wires: list[Wire], client: AnchorClient, log_id: bytes
) -> None:
    done = threading.Event()

    def change() -> None:
        while not done.wait(0.15):
            for wire in wires:
                wire.twists.clear()
            claim_it_is_anchored(node, wires[secrets.randbelow(3)])

    changing = threading.Thread(target=change)
    changing.start()
    try:
        for size in range(1, 8):
            root = secrets.token_bytes(32)
            sent = persist(lambda root=root, size=size: client.submit(log_id, size, root))
            persist(lambda sent=sent: included(client, sent))
    finally:
        done.set()
        changing.join()
        for wire in wires:
            wire.twists.clear()
    assert persist(lambda: client.head(log_id).count) == 7


def test_newest_anchor_is_told_as_of_one_block(
    node: ChainNode, wires: list[Wire], client: AnchorClient, log_id: bytes
) -> None:
    """What most nodes say of "latest" or of a number may be old; of one very block it cannot be."""
    sent = client.submit(log_id, 5, ROOT)
    persist(lambda: included(client, sent))
    for wire in wires[:2]:
        wire.twists["eth_call"] = lambda params, result: (
            result if isinstance(params[-1], dict) else "0x" + word(0) * 4
        )
    assert client.anchored(log_id, ROOT) is None
    assert client.newest_is(log_id, size=5, root=ROOT)
    assert not client.newest_is(log_id, size=5, root=b"\x02" * 32)
    with pytest.raises(ChainUnreachable, match="repeat"):
        client.newest_is(log_id, size=6, root=ROOT)


def test_nodes_that_take_no_block_hash_tell_the_newest_anchor_once_it_is_final(
    node: ChainNode, wires: list[Wire], client: AnchorClient, log_id: bytes
) -> None:
    for wire in wires:
        wire.twists["eth_call"] = lambda params, result: (
            "no such parameter" if isinstance(params[-1], dict) else result
        )
    sent = client.submit(log_id, 5, ROOT)
    persist(lambda: included(client, sent))
    with pytest.raises(ChainUnreachable):
        client.newest_is(log_id, size=5, root=ROOT)
    node.mine(FINALITY)
    assert persist(lambda: client.newest_is(log_id, size=5, root=ROOT))
    assert not persist(lambda: client.newest_is(log_id, size=5, root=b"\x02" * 32))


def persist(attempt: Callable[[], Any]) -> Any:
    """Repeat while too few nodes agree, as whoever anchors does."""
    deadline = time.monotonic() + 30
    while True:
        try:
            return attempt()
        except ChainUnreachable:
            assert time.monotonic() < deadline
            time.sleep(0.05)
