"""A node that answers wrongly, late or not at all is told from a chain that says no."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from contracts_chain import AnchorClient, AnchorRefused, ChainUnreachable, NodeError
from contracts_chain.rpc import Rpc
from tests.running import free_port

Answer = Callable[[str], tuple[int, bytes]]


@contextmanager
def node(answer: Answer) -> Iterator[str]:
    """Serve JSON-RPC with ``answer`` (method → status, body) and yield its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, content = answer(body["method"])
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Keep the tests' output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v3/secret-key"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def reply(**content: object) -> tuple[int, bytes]:
    return 200, json.dumps({"jsonrpc": "2.0", "id": 1, **content}).encode()


@pytest.mark.parametrize(
    "answer",
    [
        (200, b"<html>a captive portal</html>"),
        (200, b'"text"'),
        (200, b'{"jsonrpc":"2.0","id":1}'),
        (429, b"slow down"),
        (502, b""),
    ],
)
def test_no_json_rpc_is_unreachable(answer: tuple[int, bytes]) -> None:
    with node(lambda method: answer) as url:
        rpc = Rpc(url)
        with pytest.raises(ChainUnreachable) as unreachable:
            rpc.call("eth_chainId")
        assert unreachable.value.code == "chain/unreachable"
        rpc.close()


def test_a_closed_port_is_unreachable_at_once() -> None:
    rpc = Rpc(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(ChainUnreachable):
        rpc.call("eth_chainId")
    rpc.close()


def test_a_silent_node_is_given_up() -> None:
    waiting = threading.Event()

    def silent(method: str) -> tuple[int, bytes]:
        waiting.wait(10)
        return reply(result="0x1")

    with node(silent) as url:
        rpc = Rpc(url, timeout_seconds=0.3)
        started = time.monotonic()
        with pytest.raises(ChainUnreachable, match="ReadTimeout"):
            rpc.call("eth_chainId")
        assert time.monotonic() - started < 3
        waiting.set()
        rpc.close()


def test_messages_keep_the_key_in_a_node_s_address_secret() -> None:
    with node(lambda method: (500, b"")) as url:
        rpc = Rpc(url)
        with pytest.raises(ChainUnreachable) as unreachable:
            rpc.call("eth_chainId")
        assert "127.0.0.1" in str(unreachable.value)
        assert "secret-key" not in str(unreachable.value)
        rpc.close()


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
    with node(lambda method: reply(error=error)) as url:
        rpc = Rpc(url)
        with pytest.raises(NodeError) as refused:
            rpc.call("eth_call")
        assert refused.value.revert_data == revert_data
        rpc.close()


def test_a_missing_block_is_said_so() -> None:
    with node(lambda method: reply(result=None)) as url:
        client = AnchorClient(rpc_url=url, private_key=b"\x07" * 32)
        with pytest.raises(AnchorRefused) as refused:
            client.final_block()
        assert refused.value.reason == "block-missing"
        client.close()


def test_a_chain_without_the_contract_is_said_so() -> None:
    with node(lambda method: reply(result="0x")) as url:
        client = AnchorClient(rpc_url=url, private_key=b"\x07" * 32)
        with pytest.raises(AnchorRefused) as refused:
            client.head(b"\x01" * 32)
        assert refused.value.reason == "contract-missing"
        assert not refused.value.permanent
        client.close()


def test_a_senseless_answer_is_no_answer() -> None:
    with node(lambda method: reply(result="0xabcd")) as url:
        client = AnchorClient(rpc_url=url, private_key=b"\x07" * 32)
        with pytest.raises(ChainUnreachable, match="makes no sense"):
            client.head(b"\x01" * 32)
        client.close()
