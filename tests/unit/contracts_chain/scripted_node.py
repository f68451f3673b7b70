"""Small real HTTP servers that answer JSON-RPC as a test tells them to, and clients of them."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from contracts_chain import AnchorClient, ChainSettings, LocalKeySigner

KEY = b"\x07" * 32

# From a JSON-RPC question to status, body and further headers.
Answer = Callable[[dict[str, Any]], tuple[int, bytes, dict[str, str]]]


@contextmanager
def node(answer: Answer) -> Iterator[str]:
    """Serve JSON-RPC with ``answer`` and yield its URL, which has a secret in its path."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, content, headers = answer(question)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Keep the tests' output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v3/secret-key"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def reply(question: dict[str, Any], **content: object) -> tuple[int, bytes, dict[str, str]]:
    """Return a JSON-RPC answer to ``question``: ``result=…`` or ``error=…``."""
    body = json.dumps({"jsonrpc": "2.0", "id": question["id"], **content})
    return 200, body.encode(), {}


def client_of(*urls: str, **settings: Any) -> AnchorClient:
    """Return a client of the nodes at ``urls``."""
    chain = ChainSettings(name="scripted", rpc_urls=urls, **settings)
    return AnchorClient(chain=chain, signer=LocalKeySigner(KEY))
