"""A node that answers wrongly, late or not at all is told from a chain that says no."""

import logging
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from contracts_chain import AnchorRefused, ChainUnreachable, NodeError
from contracts_chain.rpc import Rpc
from tests.conftest import ROOT
from tests.running import free_port
from tests.unit.contracts_chain.scripted_node import client_of, node, reply

Reply = tuple[int, bytes, dict[str, str]]


def asked(url: str, *, timeout_seconds: float = 10.0) -> ChainUnreachable:
    """Return the error that one question ends in."""
    rpc = Rpc(url, timeout_seconds=timeout_seconds)
    with pytest.raises(ChainUnreachable) as failed:
        rpc.call("eth_chainId")
    rpc.close()
    return failed.value


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ((200, b"<html>a captive portal</html>", {}), "garbage"),
        ((200, b'"text"', {}), "garbage"),
        ((200, b"[" * 100_000, {}), "garbage"),
        ((200, b'{"jsonrpc":"2.0","id":1}', {}), "garbage"),
        ((200, b'{"jsonrpc":"2.0","id":"another","result":"0x1"}', {}), "garbage"),
        ((502, b"", {}), "unreachable"),
        ((301, b"", {"Location": "http://127.0.0.1:9/"}), "unreachable"),
        ((503, b"", {}), "unreachable"),
        ((503, b"", {"Retry-After": "3"}), "rate-limited"),
        ((429, b"slow down", {}), "rate-limited"),
    ],
)
def test_no_json_rpc_is_unreachable(answer: Reply, problem: str) -> None:
    with node(lambda question: answer) as url:
        error = asked(url)
    assert (error.code, error.problem) == ("chain/unreachable", problem)


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("7", 7, 7),
        ("100000", 300, 300),
        ("-5", 0, 0),
        ("Tue, 31 Dec 2199 23:59:59 GMT", 300, 300),
        ("Wed, 31 Dec 2025 23:59:59 GMT", 0, 0),
    ],
)
def test_a_node_says_how_long_it_wants_to_be_left_alone(
    header: str, least: float, most: float
) -> None:
    with node(lambda question: (429, b"", {"Retry-After": header})) as url:
        waiting = asked(url).wait_seconds
    assert waiting is not None
    assert least <= waiting <= most


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        ({"code": -32005, "message": "daily request count exceeded"}, "rate-limited"),
        ({"code": 429, "message": "compute units per second"}, "rate-limited"),
        ({"code": -32000, "message": "Too Many Requests"}, "rate-limited"),
        # Besu's words for a transaction that asks for too much gas.
        ({"code": -32005, "message": "Transaction gas limit exceeds block gas limit"}, None),
    ],
)
def test_limits_are_also_said_in_json(error: object, problem: str | None) -> None:
    with node(lambda question: reply(question, error=error)) as url:
        assert asked(url).problem == (problem or "node-error")


def test_an_error_in_json_rpc_counts_whatever_the_status() -> None:
    def refuse(question: dict[str, Any]) -> Reply:
        said = {"code": 3, "message": "execution reverted", "data": "0xabcd"}
        return 400, reply(question, error=said)[1], {}

    with node(refuse) as url:
        error = asked(url)
    assert isinstance(error, NodeError)
    assert (error.revert_data, error.is_revert) == (b"\xab\xcd", True)


def test_a_closed_port_is_unreachable_at_once() -> None:
    assert asked(f"http://127.0.0.1:{free_port()}").problem == "unreachable"


def test_a_silent_node_is_given_up() -> None:
    waiting = threading.Event()

    def silent(question: dict[str, Any]) -> Reply:
        waiting.wait(10)
        return reply(question, result="0x1")

    with node(silent) as url:
        started = time.monotonic()
        error = asked(url, timeout_seconds=0.3)
        assert time.monotonic() - started < 3
        waiting.set()
    assert (error.problem, "within 0.3 s" in str(error)) == ("hanging", True)


@contextmanager
def dripping() -> Iterator[str]:
    """Serve one connection that sends a byte of an endless answer every 0.05 seconds."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = threading.Event()

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                while not done.wait(0.05):
                    try:
                        connection.sendall(b" ")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        done.set()
        thread.join()


def test_a_node_that_drips_its_answer_is_given_up() -> None:
    with dripping() as url:
        started = time.monotonic()
        assert asked(url, timeout_seconds=0.5).problem == "hanging"
        assert time.monotonic() - started < 4


def test_an_answer_without_end_is_cut_off() -> None:
    with node(lambda question: (200, b" " * (17 * 1024 * 1024), {})) as url:
        assert asked(url).problem == "garbage"


def test_a_long_answer_is_read_whole() -> None:
    content = "0x" + "ab" * 2_000_000
    with node(lambda question: reply(question, result=content)) as url:
        rpc = Rpc(url)
        assert rpc.call("eth_getCode") == content
        rpc.close()


def test_messages_keep_the_key_in_a_node_s_address_secret() -> None:
    with node(lambda question: (500, b"", {})) as url:
        error = asked(url)
    assert "127.0.0.1" in str(error)
    assert "secret-key" not in str(error)


def test_logs_keep_the_key_in_a_node_s_address_secret(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), node(lambda q: reply(q, result="0x1")) as url:
        rpc = Rpc(url)
        rpc.call("eth_chainId")
        rpc.close()
    assert "POST" in caplog.text
    assert "secret-key" not in caplog.text


@pytest.mark.parametrize(
    ("error", "revert_data"),
    [
        ({"code": 3, "message": "execution reverted", "data": "0xabcd"}, b"\xab\xcd"),
        ({"code": 3, "message": "x", "data": {"data": "0xabcd"}}, b"\xab\xcd"),
        ({"code": -32015, "message": "x", "data": "Reverted 0xabcd"}, b"\xab\xcd"),
        ({"code": -32000, "message": "x", "data": "0xnothex"}, None),
        ({"code": -32000, "message": "header not found"}, None),
        ("a bare word", None),
    ],
)
def test_errors_keep_what_the_contract_said(error: object, revert_data: bytes | None) -> None:
    with node(lambda question: reply(question, error=error)) as url:
        refused = asked(url)
    assert isinstance(refused, NodeError)
    assert refused.revert_data == revert_data


def test_a_missing_block_is_said_so() -> None:
    with node(lambda question: reply(question, result=None)) as url:
        client = client_of(url)
        with pytest.raises(AnchorRefused) as refused:
            client.final_block()
        assert refused.value.reason == "block-missing"
        client.close()


def test_a_chain_without_the_contract_is_said_so() -> None:
    with node(lambda question: reply(question, result="0x")) as url:
        client = client_of(url)
        with pytest.raises(AnchorRefused) as refused:
            client.head(b"\x01" * 32)
        assert refused.value.reason == "contract-missing"
        assert not refused.value.permanent
        client.close()


def test_a_senseless_answer_is_no_answer() -> None:
    with node(lambda question: reply(question, result="0xabcd")) as url:
        client = client_of(url)
        with pytest.raises(ChainUnreachable, match="makes no sense"):
            client.head(b"\x01" * 32)
        client.close()


def test_web3_leaves_the_guard_against_deep_recursion_where_it_was() -> None:
    script = (
        "import sys; from contracts_chain.rpc import Rpc; before = sys.getrecursionlimit(); "
        "Rpc('http://127.0.0.1:1')._connected(); assert 'web3' in sys.modules; "
        "assert sys.getrecursionlimit() == before"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT)
