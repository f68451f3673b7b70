"""A JSON-RPC node that repeats recorded answers, and lies where a case says so.

A node is described by plain data, so that another implementation's tests can use the vectors:
``{"answers": [call…]}`` (each ``{"method", "params", "result"}``; they go before the recorded
ones), ``{"down": true}`` (nothing listens), ``{"status": 500}`` (always this HTTP status), or
``{"says": text}`` (always this body).
"""

import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Call = dict[str, Any]
Node = Mapping[str, Any]
Respond = Callable[[str, bytes], tuple[int, bytes]]


def answered(recorded: Sequence[Call], node: Node) -> Respond:
    """Return how ``node`` answers a request, given the recorded truth."""
    known = {_key(call): call["result"] for call in (*recorded, *node.get("answers", ()))}

    def respond(_path: str, body: bytes) -> tuple[int, bytes]:
        if "status" in node:
            return int(node["status"]), b""
        if "says" in node:
            return 200, str(node["says"]).encode()
        request = json.loads(body)
        reply = {"jsonrpc": "2.0", "id": request["id"]}
        if _key(request) in known:
            return 200, json.dumps({**reply, "result": known[_key(request)]}).encode()
        error = {"code": -32000, "message": "the vector holds no answer to this"}
        return 200, json.dumps({**reply, "error": error}).encode()

    return respond


@contextmanager
def serving_nodes(recorded: Sequence[Call], nodes: Sequence[Node]) -> Iterator[list[str]]:
    """Serve every node on a port of its own; yield their URLs, in order."""
    with ExitStack() as stack:
        urls = []
        for node in nodes:
            if node.get("down"):
                urls.append(stack.enter_context(_nobody()))
            else:
                urls.append(stack.enter_context(serving(answered(recorded, node))))
        yield urls


@contextmanager
def serving(respond: Respond) -> Iterator[str]:
    """Serve what ``respond(path, body)`` returns as (status, body); yield the base URL."""

    class Handler(BaseHTTPRequestHandler):
        def _respond(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, answer = respond(self.path, body)
            self.send_response(status)
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


@contextmanager
def _nobody() -> Iterator[str]:
    """Yield the URL of a port that is taken, so that nobody else listens there either."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def _key(call: Mapping[str, Any]) -> str:
    return json.dumps([call["method"], call["params"]], sort_keys=True)
