"""A real anvil for tests, and a wire to it that can be cut before or after the node acts."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from contracts_chain import (
    AnchorClient,
    ChainSettings,
    FeePolicy,
    LocalChain,
    LocalKeySigner,
    TransactionSigner,
    find_anvil,
)
from contracts_chain.rpc import Rpc
from tests.conftest import ROOT
from tests.running import free_port

ORIGIN = "log.example/acta"
KEY = b"\x07" * 32
Cut = Literal["before", "after", "never"]


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
    settings = {"fees": fees or FeePolicy(), "timeout_seconds": timeout_seconds}
    with client_with(LocalKeySigner(key), url, **settings) as client:
        yield client


@contextmanager
def client_with(signer: TransactionSigner, *urls: str, **settings: Any) -> Iterator[AnchorClient]:
    """A client of the nodes at ``urls``, with this key, closed at the end."""
    chain = ChainSettings(name="local", rpc_urls=urls, **settings)
    client = AnchorClient(chain=chain, signer=signer)
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


# From a question's parameters and the node's result to what is answered instead.
Twist = Callable[[list[Any], Any], Any]


@dataclass
class Wire:
    """Stands between a client and its node; counts calls, and loses the ones it is told to.

    ``twists``: results it changes, by method; ``hangs``: it keeps every question to itself.
    """

    url: str
    seen: list[str] = field(default_factory=list)
    cuts: list[tuple[str, Cut]] = field(default_factory=list)
    twists: dict[str, Twist] = field(default_factory=dict)
    hangs: bool = False
    closing: threading.Event = field(default_factory=threading.Event)

    def cut(self, method: str, when: Cut) -> None:
        """Lose the next call of ``method``: the question (before) or only the answer (after)."""
        self.cuts.append((method, when))

    def pass_first(self, method: str, count: int) -> None:
        """Let so many calls of ``method`` through before the next one is lost."""
        self.cuts += [(method, "never")] * count

    def verdict_on(self, method: str) -> Cut | None:
        """Note a call, and return how it is to be lost, if at all."""
        self.seen.append(method)
        for place, (name, when) in enumerate(self.cuts):
            if name == method:
                del self.cuts[place]
                return when
        return None


def wire_to(chain: LocalChain) -> AbstractContextManager[Wire]:
    """A wire to the chain's node."""
    return wire_to_node(chain.rpc_url)


@contextmanager
def wire_to_node(url: str) -> Iterator[Wire]:
    """A wire to the node at ``url``."""
    target = urlsplit(url)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = self.rfile.read(int(self.headers["Content-Length"]))
            asked = json.loads(question)
            fate = wire.verdict_on(asked["method"])
            if wire.hangs:
                wire.closing.wait(30)
            if fate == "before" or wire.closing.is_set():
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
            twist = wire.twists.get(asked["method"])
            reply = json.loads(answer)
            if twist is not None and "result" in reply:
                reply["result"] = twist(asked["params"], reply["result"])
                answer = json.dumps(reply).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Keep the tests' output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    wire = Wire(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield wire
    finally:
        wire.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()
