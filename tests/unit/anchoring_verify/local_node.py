"""A JSON-RPC node on this machine: tells the truth of a small state, or lies in a defined way."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from anchoring.hashing import keccak256


@dataclass
class ChainState:
    """What the node knows: blocks by number, storage words of one contract, the final block."""

    chain_id: int
    contract: bytes
    blocks: dict[int, tuple[bytes, int]]
    finalized: int
    storage: dict[bytes, bytes] = field(default_factory=dict)
    code: bytes = b"\x60\x80"
    override: Callable[[str, list[Any]], Any] | None = None
    """Asked first; what it returns (unless None) is the result."""

    def answer(self, method: str, params: list[Any]) -> Any:
        if self.override is not None and (lie := self.override(method, params)) is not None:
            return lie
        if method == "eth_chainId":
            return hex(self.chain_id)
        if method == "eth_getBlockByNumber":
            number = self.finalized if params[0] == "finalized" else int(params[0], 16)
            if number not in self.blocks:
                return None
            block_hash, time = self.blocks[number]
            return {"number": hex(number), "hash": "0x" + block_hash.hex(), "timestamp": hex(time)}
        mine = params[0] == "0x" + self.contract.hex()
        if method == "eth_getCode":
            return "0x" + (self.code.hex() if mine else "")
        if method == "eth_getStorageAt":
            slot = bytes.fromhex(params[1][2:])
            word = self.storage.get(slot, bytes(32)) if mine else bytes(32)
            return "0x" + word.hex()
        raise AssertionError(f"the verifier asked {method}")

    def set_mapping(self, key: bytes, position: int, word: bytes) -> None:
        self.storage[keccak256(key + position.to_bytes(32, "big"))] = word

    def set_anchor(self, log_id: bytes, *, root: bytes, size: int, time: int, block: int) -> None:
        word = size | time << 64 | block << 128 | 1 << 192
        self.set_mapping(keccak256(log_id + root), 1, word.to_bytes(32, "big"))

    def set_log(self, log_id: bytes, *, count: int, size: int) -> None:
        operator = int.from_bytes(b"\x0a" * 20, "big")
        self.set_mapping(log_id, 0, (count | size << 32 | operator << 96).to_bytes(32, "big"))

    def set_status(self, log_id: bytes, leaf: bytes, *, code: int, time: int, block: int) -> None:
        word = code | time << 8 | block << 72
        self.set_mapping(keccak256(log_id + leaf), 2, word.to_bytes(32, "big"))

    def set_successor(self, log_id: bytes, leaf: bytes, successor: bytes) -> None:
        self.set_mapping(keccak256(log_id + leaf), 3, successor)

    def set_forked(self, log_id: bytes) -> None:
        self.set_mapping(log_id, 5, (1).to_bytes(32, "big"))


@contextmanager
def serving_rpc(state: ChainState) -> Iterator[str]:
    """Serve ``state`` and yield the node's URL."""

    def respond(path: str, body: bytes) -> tuple[int, bytes]:
        request = json.loads(body)
        result = state.answer(request["method"], request["params"])
        if isinstance(result, Failure):
            return result.status, result.body
        answer = {"jsonrpc": "2.0", "id": request["id"], "result": result}
        return 200, json.dumps(answer).encode()

    with serving(respond) as url:
        yield url


@dataclass(frozen=True)
class Failure:
    """An HTTP answer given instead of a JSON-RPC result."""

    status: int
    body: bytes


@contextmanager
def serving(respond: Callable[[str, bytes], tuple[int, bytes]]) -> Iterator[str]:
    """Serve what ``respond(path, body)`` returns as (status, body); yield the base URL.

    The body of a redirect is where to.
    """

    class Handler(BaseHTTPRequestHandler):
        def _respond(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, answer = respond(self.path, body)
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", answer.decode())
                answer = b""
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = _respond  # noqa: N815  # names fixed by http.server

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
