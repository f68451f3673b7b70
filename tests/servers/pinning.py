"""A pinning service over a real IPFS node: the Pinning Service API, a pin for each request.

What it pins it takes from the node of origin as a CAR file, since the nodes of the tests know no
other node; after that its own node has every block, and its gateway serves them.
"""

import itertools
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from service.custody import KuboStore, StoreFailedError
from tests.servers.running import KuboNode

TOKEN = "token-of-the-tests"


class PinningService:
    """``url`` speaks the API; pins go to ``node``, from ``origin``."""

    def __init__(self, node: KuboNode, origin: KuboNode) -> None:
        self.gateway = node.gateway
        self._node = KuboStore(node.url, name="pins")
        self._origin = KuboStore(origin.url, name="origin")
        self._pins: dict[str, dict[str, Any]] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, Any] | None]:
        """Return status and body for one request."""
        where = urlsplit(path)
        number = where.path.removeprefix("/pins").strip("/")
        with self._lock:
            if method == "POST" and not number:
                return 202, self._pin(json.loads(body))
            if method == "GET" and not number:
                asked = {name: values[0] for name, values in parse_qs(where.query).items()}
                found = [
                    one
                    for one in self._pins.values()
                    if one["pin"].get("name") == asked["name"]
                    and one["status"] in asked["status"].split(",")
                ]
                return 200, {"count": len(found), "results": found}
            if number not in self._pins:
                return 404, {"error": {"reason": "NOT_FOUND"}}
            if method == "DELETE":
                del self._pins[number]
                return 202, None
            one = self._pins[number]
            if one["status"] == "queued":
                self._take(one)
            return 200, one

    def _pin(self, pin: dict[str, Any]) -> dict[str, Any]:
        number = f"{next(self._numbers):06}"
        self._pins[number] = {
            "requestid": number,
            "status": "queued",
            "created": f"2026-01-31T12:00:00.{number}Z",
            "pin": pin,
            "delegates": [],
        }
        return dict(self._pins[number])

    def _take(self, one: dict[str, Any]) -> None:
        try:
            self._node.import_car(self._origin.export_car(one["pin"]["cid"]))
        except StoreFailedError:
            one["status"] = "failed"
        else:
            one["status"] = "pinned"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, found = 401, {"error": {"reason": "UNAUTHORIZED"}}
                if self.headers.get("Authorization") == f"Bearer {TOKEN}":
                    status, found = service.answer(self.command, self.path, body)
                content = b"" if found is None else json.dumps(found).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_DELETE = _answer  # noqa: N815  # the library's names

            def log_message(self, *_arguments: object) -> None:
                pass

        return Handler
