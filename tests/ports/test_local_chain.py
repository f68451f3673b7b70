"""The local chain: one installation's own, and alive again after any kill."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from contracts_chain import AnchorRefused, ChainUnreachable, LocalChain, LocalChainError, find_anvil
from tests.conftest import ROOT
from tests.ports.chain_rig import ORIGIN, anchor, ask, client_of, new_chain, running_chain


def wait_for(condition: Callable[[], bool], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def lives(process_id: int) -> bool:
    """Say whether a process runs; one that ended and waits to be reaped by init does not."""
    status = Path(f"/proc/{process_id}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def kill_anvil(chain: LocalChain) -> None:
    process_id = chain.process_id
    assert process_id is not None
    os.kill(process_id, signal.SIGKILL)
    wait_for(lambda: not chain.running)


def test_each_installation_has_a_chain_of_its_own(tmp_path: Path) -> None:
    with running_chain(tmp_path / "one") as one, running_chain(tmp_path / "two") as two:
        assert one.chain_id != two.chain_id
        assert min(one.chain_id, two.chain_id) > 2**32
        for chain in (one, two):
            assert int(ask(chain, "eth_chainId"), 16) == chain.chain_id
            assert ask(chain, "eth_accounts") == []


def test_the_chain_id_is_known_before_the_chain_runs(tmp_path: Path) -> None:
    chain = new_chain(tmp_path / "not there yet")
    chain_id = chain.chain_id
    chain.start()
    try:
        assert int(ask(chain, "eth_chainId"), 16) == chain_id == chain.chain_id
    finally:
        chain.stop()


def test_genesis_survives_a_kill_before_anything_happened(tmp_path: Path) -> None:
    with running_chain(tmp_path) as chain:
        first = ask(chain, "eth_getBlockByNumber", "0x0", False)["hash"]
        kill_anvil(chain)
        # Without the first start's snapshot, a new genesis would have another time, and hash.
        time.sleep(1.1)
        chain.start()
        assert ask(chain, "eth_getBlockByNumber", "0x0", False)["hash"] == first


def test_funding_is_idempotent(tmp_path: Path) -> None:
    address = "0x" + "11" * 20
    with running_chain(tmp_path) as chain:
        chain.fund(address, wei=100)
        chain.fund(address, wei=50)
        assert int(ask(chain, "eth_getBalance", address, "latest"), 16) == 100


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_restart_finds_everything_up_to_the_snapshot(tmp_path: Path, end: str) -> None:
    kept, lost = secrets.token_bytes(32), secrets.token_bytes(32)
    with running_chain(tmp_path) as chain, client_of(chain.rpc_url) as client:
        chain.fund(client.address)
        client.ensure_deployed()
        log_id = client.ensure_log(ORIGIN)
        transaction = anchor(client, log_id, 5, kept)
        client.mine()
        chain.snapshot()
        before = (client.final_block(), client.receipt(transaction), client.anchored(log_id, kept))
        anchor(client, log_id, 8, lost)
        if end == "stop":
            chain.stop()
        else:
            kill_anvil(chain)
        with pytest.raises(ChainUnreachable):
            client.head(log_id)

        chain.start()
        after = (client.final_block(), client.receipt(transaction), client.anchored(log_id, kept))
        assert after == before
        # The head tells the truth, so the caller knows what to replay; the same client goes on.
        assert (client.head(log_id).size, client.head(log_id).count) == (5, 1)
        assert client.anchored(log_id, lost) is None
        anchor(client, log_id, 8, lost)
        client.mine()
        proof = client.proof_material(log_id, lost, b"\x01" * 32, client.final_block().number)
        assert proof["block"]["number"] == client.final_block().number


def test_state_of_old_blocks_is_gone_after_a_restart_and_said_so(tmp_path: Path) -> None:
    root = secrets.token_bytes(32)
    with running_chain(tmp_path) as chain, client_of(chain.rpc_url) as client:
        chain.fund(client.address)
        client.ensure_deployed()
        log_id = client.ensure_log(ORIGIN)
        anchor(client, log_id, 5, root)
        client.mine()
        old = client.final_block().number
        chain.snapshot()
        kill_anvil(chain)
        chain.start()
        with pytest.raises(AnchorRefused) as refused:
            client.proof_material(log_id, root, b"\x01" * 32, old)
        assert refused.value.reason == "state-unavailable"
        client.mine()
        fresh = client.final_block().number
        assert client.proof_material(log_id, root, b"\x01" * 32, fresh)["statusProof"]


def test_a_snapshot_waits_for_rest_and_keeps_the_old_file(tmp_path: Path) -> None:
    with running_chain(tmp_path) as chain, client_of(chain.rpc_url) as client:
        chain.fund(client.address)
        client.ensure_deployed()
        log_id = client.ensure_log(ORIGIN)
        chain.snapshot()
        kept = (tmp_path / "state.json").read_bytes()
        ask(chain, "evm_setAutomine", False)
        client.submit(log_id, 5, b"\x01" * 32)
        with pytest.raises(LocalChainError, match="transactions in flight"):
            chain.snapshot()
        assert (tmp_path / "state.json").read_bytes() == kept
        ask(chain, "evm_mine")
        chain.snapshot()
        assert (tmp_path / "state.json").read_bytes() != kept
        assert [path.name for path in tmp_path.glob(".*.part")] == []


def test_snapshots_between_anchors_are_whole(tmp_path: Path) -> None:
    with running_chain(tmp_path) as chain, client_of(chain.rpc_url) as client:
        chain.fund(client.address)
        client.ensure_deployed()
        log_id = client.ensure_log(ORIGIN)
        done = threading.Event()

        def anchor_on() -> None:
            size = 0
            while not done.wait(0.03):
                size += 1
                client.submit(log_id, size, size.to_bytes(32, "big"))

        writer = threading.Thread(target=anchor_on)
        writer.start()
        try:
            for _ in range(10):
                chain.snapshot()
        finally:
            done.set()
            writer.join()
        kill_anvil(chain)
        chain.start()
        size = client.head(log_id).size
        record = client.anchored(log_id, size.to_bytes(32, "big"))
        assert record is not None
        assert client.receipt(client.submit(log_id, size, size.to_bytes(32, "big"))).block == (
            client.block(record.block)
        )


def test_a_folder_and_a_port_serve_one_at_a_time(tmp_path: Path) -> None:
    with running_chain(tmp_path) as chain:
        second = LocalChain(tmp_path, chain._port + 1, find_anvil(ROOT))
        with pytest.raises(LocalChainError, match="another Acta"):
            second.start()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        third = LocalChain(tmp_path, taken.getsockname()[1], find_anvil(ROOT))
        with pytest.raises(LocalChainError, match=r"expected port \d+ to be free"):
            third.start()
        assert not third.running


def test_an_unreadable_state_is_reported_not_replaced(tmp_path: Path) -> None:
    with running_chain(tmp_path):
        pass
    whole = (tmp_path / "state.json").read_bytes()
    (tmp_path / "state.json").write_bytes(whole[: len(whole) // 2])
    chain = new_chain(tmp_path)
    with pytest.raises(LocalChainError, match="anvil ended while starting"):
        chain.start()
    assert (tmp_path / "state.json").read_bytes() == whole[: len(whole) // 2]


def test_it_starts_from_any_thread_and_outlives_it(tmp_path: Path) -> None:
    chain = new_chain(tmp_path)
    starter = threading.Thread(target=chain.start)
    starter.start()
    starter.join()
    try:
        time.sleep(0.2)
        assert chain.running
        assert int(ask(chain, "eth_chainId"), 16) == chain.chain_id
    finally:
        chain.stop()


PARENT = textwrap.dedent(
    """
    import json, signal, sys, time
    from pathlib import Path
    from contracts_chain import LocalChain
    # A shell's background job begins with Ctrl-C ignored, and so would the chain's parent here.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    chain = LocalChain(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
    chain.start()
    print(json.dumps(chain.process_id), flush=True)
    time.sleep(60)
    """
)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_anvil_ends_with_its_parent_and_the_folder_is_free(
    tmp_path: Path, end: signal.Signals
) -> None:
    chain = new_chain(tmp_path)
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path), str(chain._port), str(find_anvil(ROOT))],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
    )
    with parent:
        assert parent.stdout is not None
        anvil = json.loads(parent.stdout.readline())
        assert os.getpgid(anvil) != os.getpgid(parent.pid)
        parent.send_signal(end)
        parent.wait(10)
    # At once: the lock is held until the orphan is gone, then this start goes on.
    chain.start()
    try:
        assert not lives(anvil)
        assert chain.running
    finally:
        chain.stop()
