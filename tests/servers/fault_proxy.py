"""A proxy in front of a real store that fails in every way a store and its network may."""

import http.client
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FAULTS = (
    "down",
    "hangs",
    "slow",
    "5xx",
    "short-body",
    "corrupt-body",
    "wrong-object",
    "disk-full",
    "expired",
    "killed-in-mid-write",
)
_SLOW_S = 0.12
_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive", "trailer"}
_OTHER_OBJECT = b"age-encryption.org/v1\n-> X25519 another agreement\n" * 40


class _GoneError(Exception):
    """The connection ends here, without another byte."""


@dataclass
class FaultProxy:
    """Passes everything to ``port`` unless ``fault`` says otherwise; ``leaks`` remembers secrets.

    A request whose body contains one of ``secrets`` is counted, whatever becomes of it.
    """

    port: int
    secrets: tuple[bytes, ...] = ()
    rename: bool = False  # the server heeds its own name alone
    fault: str = ""
    leaks: int = 0
    _released: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Listen."""
        self._server = _QuietServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Listen no longer."""
        self.heal()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def fail(self, fault: str) -> None:
        """Fail in this way from now on."""
        self._released.clear()
        self.fault = fault

    def heal(self) -> None:
        """Pass everything on again, and let go of what hangs."""
        self.fault = ""
        self._released.set()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _pass(self) -> None:
                self.close_connection = True
                with suppress(_GoneError, OSError, http.client.HTTPException):
                    proxy.serve(self)

            do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _pass  # noqa: N815

            def log_message(self, *_arguments: object) -> None:
                pass

        return Handler

    def serve(self, asked: BaseHTTPRequestHandler) -> None:
        """Answer one request, in the manner of the present fault."""
        fault = self.fault
        if fault == "down":
            raise _GoneError
        body = _body(asked)
        self.leaks += any(secret in body for secret in self.secrets)
        writes = asked.command in {"PUT", "POST"} and len(body) > 100
        reads = asked.command == "GET" or "/api/v0/cat" in asked.path
        if fault == "hangs":
            self._released.wait(20)
            raise _GoneError
        if fault == "slow":
            time.sleep(_SLOW_S)
        if fault == "5xx":
            return _say(asked, 503, b"<Error><Code>SlowDown</Code></Error>")
        if fault == "expired":
            return _say(asked, 403, b"<Error><Code>ExpiredToken</Code></Error>")
        if fault == "disk-full" and writes:
            return _say(asked, 507, b'{"Message": "no space left on device", "Type": "error"}')
        if fault == "killed-in-mid-write" and writes:
            self._half(asked, body)
            raise _GoneError
        status, headers, content = self._forward(asked, body)
        if fault == "short-body" and (reads or writes):
            return _say(asked, status, content, headers, sent=len(content) // 2)
        if fault == "corrupt-body" and reads and content:
            middle = len(content) // 2
            content = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
        if fault == "wrong-object" and reads and status == 200:
            content = _OTHER_OBJECT[: max(len(content), 1)]
        return _say(asked, status, content, headers)

    def _forward(
        self, asked: BaseHTTPRequestHandler, body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        upstream = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            upstream.putrequest(
                asked.command, asked.path, skip_host=True, skip_accept_encoding=True
            )
            for name, value in asked.headers.items():
                if name.lower() == "host" and self.rename:
                    upstream.putheader(name, f"127.0.0.1:{self.port}")
                elif name.lower() not in _HOP:
                    upstream.putheader(name, value)
            upstream.putheader("Content-Length", str(len(body)))
            upstream.endheaders(body)
            answer = upstream.getresponse()
            content = answer.read()
            headers = [one for one in answer.getheaders() if one[0].lower() not in _HOP]
            if asked.command == "HEAD":
                headers.append(("Content-Length", answer.getheader("Content-Length") or "0"))
            return answer.status, headers, content
        finally:
            upstream.close()

    def _half(self, asked: BaseHTTPRequestHandler, body: bytes) -> None:
        """Give the server the first half of a write, and end the connection there."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as upstream:
            lines = [f"{asked.command} {asked.path} HTTP/1.1"]
            lines += [f"{name}: {value}" for name, value in asked.headers.items()]
            if "Content-Length" not in asked.headers:
                lines = [line for line in lines if not line.lower().startswith("transfer-")]
                lines.append(f"Content-Length: {len(body)}")
            upstream.sendall("\r\n".join([*lines, "", ""]).encode() + body[: len(body) // 2])


class _QuietServer(ThreadingHTTPServer):
    """Clients that stop waiting are no news here."""

    request_queue_size = 64

    def handle_error(self, *_arguments: object) -> None:
        pass


def _body(asked: BaseHTTPRequestHandler) -> bytes:
    if asked.headers.get("Transfer-Encoding", "").lower() != "chunked":
        return asked.rfile.read(int(asked.headers.get("Content-Length") or 0))
    pieces = []
    while size := int(asked.rfile.readline().strip() or b"0", 16):
        pieces.append(asked.rfile.read(size))
        asked.rfile.readline()
    asked.rfile.readline()
    return b"".join(pieces)


def _say(
    asked: BaseHTTPRequestHandler,
    status: int,
    content: bytes,
    headers: list[tuple[str, str]] | None = None,
    *,
    sent: int | None = None,
) -> None:
    asked.send_response_only(status)
    for name, value in headers or []:
        asked.send_header(name, value)
    if asked.command != "HEAD":
        asked.send_header("Content-Length", str(len(content)))
    asked.send_header("Connection", "close")
    asked.end_headers()
    if asked.command != "HEAD":
        asked.wfile.write(content if sent is None else content[:sent])
