"""A real anvil for tests, and a wire to it that can be cut before or after the node acts."""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from contracts_chain import AnchorClient, FeePolicy, LocalChain, find_anvil
from contracts_chain.rpc import Rpc
from tests.conftest import ROOT
from tests.running import free_port

ORIGIN = "log.example/acta"
KEY = b"\x07" * 32
Cut = Literal["before", "after"]


def new_chain(folder: Path) -> LocalChain:
    """Return a local chain in ``folder``, not yet started, on a free port."""
    return LocalChain(folder, free_port(), find_anvil(ROOT))


@contextmanager
def running_chain(folder: Path) -> Iterator[LocalChain]:
    """A started local chain; stopped at the end, whatever happened to its process."""
    chain = new_chain(folder)
    chain.start()
    try:
        yield chain
    finally:
        chain.stop()


@contextmanager
def client_of(
    url: str, *, key: bytes = KEY, fees: FeePolicy | None = None, timeout_seconds: float = 10.0
) -> Iterator[AnchorClient]:
    """A client of the node at ``url``, closed at the end."""
    client = AnchorClient(rpc_url=url, private_key=key, fees=fees, timeout_seconds=timeout_seconds)
    try:
        yield client
    finally:
        client.close()


def anchor(client: AnchorClient, log_id: bytes, size: int, root: bytes) -> str:
    """Submit an anchor and return its transaction once it is included.

    Even a node that mines at once answers before it has done so.
    """
    transaction = client.submit(log_id, size, root)
    return included(client, transaction)


def included(client: AnchorClient, transaction: str) -> str:
    """Return ``transaction`` once it is included; it may not fail or get lost."""
    deadline = time.monotonic() + 10
    while (state := client.receipt(transaction).state) == "pending":
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert state == "included"
    return transaction


def ask(chain: LocalChain, method: str, *params: object) -> Any:
    """Return a raw JSON-RPC result, for what only a test may do."""
    rpc = Rpc(chain.rpc_url)
    try:
        return rpc.call(method, *params)
    finally:
        rpc.close()


@dataclass
class Wire:
    """Stands between a client and its node; counts calls, and loses the ones it is told to."""

    url: str
    seen: list[str] = field(default_factory=list)
    cuts: list[tuple[str, Cut]] = field(default_factory=list)

    def cut(self, method: str, when: Cut) -> None:
        """Lose the next call of ``method``: the question (before) or only the answer (after)."""
        self.cuts.append((method, when))

    def verdict_on(self, method: str) -> Cut | None:
        """Note a call, and return how it is to be lost, if at all."""
        self.seen.append(method)
        for place, (name, when) in enumerate(self.cuts):
            if name == method:
                del self.cuts[place]
                return when
        return None


@contextmanager
def wire_to(chain: LocalChain) -> Iterator[Wire]:
    """A wire to the chain's node."""
    target = urlsplit(chain.rpc_url)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = self.rfile.read(int(self.headers["Content-Length"]))
            fate = wire.verdict_on(json.loads(question)["method"])
            if fate == "before":
                return
            node = http.client.HTTPConnection(str(target.hostname), target.port, timeout=10)
            try:
                node.request("POST", "/", question, {"Content-Type": "application/json"})
                answer = node.getresponse().read()
            except OSError:
                return
            finally:
                node.close()
            if fate == "after":
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Keep the tests' output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    wire = Wire(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield wire
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
