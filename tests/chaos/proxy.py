"""RPC nodes as the notary sees them: real HTTP in front of one real node, each with its manner."""

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tests.chaos.lies import Liar
from tests.chaos.manners import HONEST, Fault, Manner

_LONGEST_HANG_S = 5.0
_MEMORY = 6
Answer = dict[str, Any]

GARBAGE = (
    b"",
    b"<html><body>It works!</body></html>",
    b"null",
    b"[]",
    b'"ok"',
    b"{}",
    b'{"jsonrpc":"2.0","id":1}',
    b'{"jsonrpc":"2.0","id":1,"result":',
    b"\xff\xfe\x00\x01",
)
# Well-formed answers of the wrong kind, put in the place of the right one.
ABSURD_RESULTS: tuple[object, ...] = (None, [], {}, "", "0x", "0xzz", "latest", 7, True, -1)
_LIMIT_ERROR = {"code": -32005, "message": "daily request count exceeded, request rate limited"}
_INNER_ERROR = {"code": -32603, "message": "internal error: upstream timed out"}


class _GoneError(Exception):
    """The connection ends here, without another byte."""


def ignored(_number: int, _method: str) -> None:
    """Hear of a request and do nothing."""


@dataclass
class Wiretap:
    """What all proxies of a schedule have seen; read and emptied by the schedule's driver.

    ``raw``: transactions handed in, newest last. ``before`` and ``after`` are called in the
    proxies' thread with the number and the method of each request, before the node hears of it
    and after it has acted. A block is mined for every so many requests, and receipts that are not
    there yet: time passes while anyone waits.
    """

    raw: list[str] = field(default_factory=list)
    requests: int = 0
    missed: int = 0
    requests_a_block: int = 40
    missed_a_block: int = 4
    before: Callable[[int, str], None] = ignored
    after: Callable[[int, str], None] = ignored


class _Upstream:
    """Keep-alive HTTP to the real node, over as many connections as are needed at once."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = str(parts.hostname), parts.port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def post(self, body: bytes) -> bytes:
        """Return the answer's body; tries again once where an idle connection was closed."""
        while self._idle:
            reader, writer = self._idle.pop()
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                return await self._exchange(reader, writer, body)
            writer.close()
        reader, writer = await asyncio.open_connection(self._host, self._port)
        return await self._exchange(reader, writer, body)

    async def ask(self, method: str, *params: object) -> Any:
        """Return a result, None for an error."""
        question = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        return json.loads(await self.post(json.dumps(question).encode())).get("result")

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body: bytes
    ) -> bytes:
        writer.write(
            b"POST / HTTP/1.1\r\nHost: node\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body) + body
        )
        line, headers = await _head(reader)
        if not line:
            raise ConnectionResetError("the node closed the connection")
        if headers.get("transfer-encoding") == "chunked":
            answer = b""
            while size := int(await reader.readline(), 16):
                answer += await reader.readexactly(size)
                await reader.readline()
            await reader.readline()
        else:
            answer = await reader.readexactly(int(headers["content-length"]))
        self._idle.append((reader, writer))
        return answer

    def close(self) -> None:
        for _, writer in self._idle:
            writer.close()
        self._idle.clear()


class RpcProxy:
    """One RPC node in front of the real one: honest, until it is given another manner."""

    def __init__(self, upstream: _Upstream) -> None:
        self._upstream = upstream
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.reset(Wiretap())

    @property
    def url(self) -> str:
        """Where the notary finds this node."""
        return f"http://127.0.0.1:{self.port}"

    def reset(self, tap: Wiretap) -> None:
        """Forget everything, and be honest."""
        self.manner: Manner = HONEST
        self.liar: Liar | None = None
        self.tap = tap
        self._remembered: dict[str, list[Answer]] = {}

    async def open(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Close everything."""
        assert self._server is not None
        self._server.close()
        for writer in list(self._writers):
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        ends = (OSError, asyncio.IncompleteReadError, asyncio.CancelledError, _GoneError)
        with contextlib.suppress(*ends):
            while True:
                line, headers = await _head(reader)
                if not line:
                    break
                body = await reader.readexactly(int(headers["content-length"]))
                status, answer, kept = await self._answer(body)
                extra = "Retry-After: 0\r\n" if status == "429 Too Many Requests" else ""
                writer.write(
                    f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{extra}"
                    f"Content-Length: {len(answer)}\r\n\r\n".encode()
                    + answer[: len(answer) if kept is None else kept]
                )
                await writer.drain()
                if kept is not None:
                    break
        self._writers.discard(writer)
        writer.close()

    async def _answer(self, body: bytes) -> tuple[str, bytes, int | None]:
        """Return status, body, and after how many bytes of it the line is cut, if it is."""
        questions = json.loads(body)
        batch = isinstance(questions, list)
        methods = [question["method"] for question in (questions if batch else [questions])]
        numbers = []
        for method in methods:
            self.tap.requests += 1
            numbers.append(self.tap.requests)
            self.tap.before(self.tap.requests, method)
            if self.tap.requests % self.tap.requests_a_block == 0:
                await self._upstream.ask("evm_mine")
        manner, liar = self.manner, self.liar
        fault = manner.next_fault(methods[0])
        if fault is Fault.DROP:
            raise _GoneError
        if fault is Fault.HANG:
            await self._hang(manner)
        if fault is Fault.TOO_MANY:
            return "429 Too Many Requests", b"slow down\n", None
        if fault is Fault.BAD_GATEWAY:
            return manner.pick(["500 Oops", "502 Bad Gateway", "503 Away"]), b"<html>", None
        if fault is Fault.LATE:
            await asyncio.sleep(manner.late_seconds)
        answers = [
            await self._true_answer(question, manner)
            for question in (questions if batch else [questions])
        ]
        for number, method in zip(numbers, methods, strict=True):
            self.tap.after(number, method)
        if fault is Fault.DONE_BUT_DROPPED:
            raise _GoneError
        if fault is Fault.DONE_BUT_HANGS:
            await self._hang(manner)
        if fault is Fault.DONE_BUT_BAD_GATEWAY:
            return "504 Gateway Timeout", b"<html>", None
        if fault is Fault.GARBAGE:
            return "200 OK", manner.pick(GARBAGE), None
        if fault in (Fault.LIMITED, Fault.DONE_BUT_ERROR, Fault.ABSURD, Fault.STALE):
            answers = [
                self._bent(question, answer, fault, manner)
                for question, answer in zip(
                    questions if batch else [questions], answers, strict=True
                )
            ]
        if liar is not None:
            answers = [
                liar.spoiled(question, answer)
                for question, answer in zip(
                    questions if batch else [questions], answers, strict=True
                )
            ]
        text = json.dumps(answers if batch else answers[0]).encode()
        return "200 OK", text, len(text) // 2 if fault is Fault.CUT else None

    async def _hang(self, manner: Manner) -> None:
        """Say nothing until the manner changes, and then hang up."""
        for _ in range(int(_LONGEST_HANG_S / 0.05)):
            await asyncio.sleep(0.05)
            if self.manner is not manner:
                break
        raise _GoneError

    def _bent(self, question: Any, answer: Answer, fault: Fault, manner: Manner) -> Answer:
        named = {"jsonrpc": "2.0", "id": question["id"]}
        if fault is Fault.LIMITED:
            return named | {"error": _LIMIT_ERROR}
        if fault is Fault.DONE_BUT_ERROR:
            return named | {"error": _INNER_ERROR}
        if fault is Fault.ABSURD:
            return named | {"result": manner.pick(ABSURD_RESULTS)}
        earlier = self._remembered.get(_key(question))
        return answer if not earlier else named | manner.pick(earlier)

    async def _true_answer(self, question: Any, manner: Manner) -> Answer:
        """Return what the real node says, or said ``manner.lag`` blocks ago."""
        method = question["method"]
        if method == "eth_sendRawTransaction":
            raw = question["params"][0]
            if raw not in self.tap.raw:
                self.tap.raw.append(raw)
            if self.liar is not None and self.liar.swallows(question):
                return {"jsonrpc": "2.0", "id": question["id"], "result": self.liar.hash_of(raw)}
        if manner.lag and method != "eth_sendRawTransaction":
            answer = await self._late_view(question, manner.lag)
        else:
            answer = json.loads(await self._upstream.post(json.dumps(question).encode()))
        if method == "eth_getTransactionReceipt" and answer.get("result") is None:
            self.tap.missed += 1
            if self.tap.missed % self.tap.missed_a_block == 0:
                await self._upstream.ask("evm_mine")
        memory = self._remembered.setdefault(_key(question), [])
        part = {name: answer[name] for name in ("result", "error") if name in answer}
        if part not in memory:
            memory.append(part)
            del memory[:-_MEMORY]
        return answer

    async def _late_view(self, question: Any, lag: int) -> Answer:
        """Answer as an honest node does whose newest block is ``lag`` behind."""
        method, params = question["method"], list(question["params"])
        newest = max(0, int(await self._upstream.ask("eth_blockNumber"), 16) - lag)
        named: Answer = {"jsonrpc": "2.0", "id": question["id"]}
        if method == "eth_blockNumber":
            return named | {"result": hex(newest)}
        for place, value in enumerate(params):
            if value in ("latest", "pending"):
                params[place] = hex(newest)
            elif value in ("finalized", "safe"):
                found = await self._upstream.ask("eth_getBlockByNumber", value, False)
                params[place] = hex(max(0, int(found["number"], 16) - lag))
        if method == "eth_getBlockByNumber" and int(params[0], 16) > newest:
            return named | {"result": None}
        if method in ("eth_call", "eth_getCode", "eth_getProof", "eth_getTransactionCount") and (
            await self._number_of(params[-1]) > newest
        ):
            return named | {"error": {"code": -32001, "message": "header not found"}}
        answer: Answer = json.loads(
            await self._upstream.post(json.dumps(question | {"params": params}).encode())
        )
        result = answer.get("result")
        if isinstance(result, dict) and method == "eth_getTransactionReceipt":
            return answer if int(result["blockNumber"], 16) <= newest else named | {"result": None}
        if (
            isinstance(result, dict)
            and method == "eth_getTransactionByHash"
            and result.get("blockNumber")
            and int(result["blockNumber"], 16) > newest
        ):
            unmined = {"blockHash": None, "blockNumber": None, "transactionIndex": None}
            return named | {"result": result | unmined}
        if isinstance(result, dict) and method == "eth_getBlockByHash":
            return answer if int(result["number"], 16) <= newest else named | {"result": None}
        if isinstance(result, list) and method == "eth_getLogs":
            return named | {
                "result": [log for log in result if int(log["blockNumber"], 16) <= newest]
            }
        return answer

    async def _number_of(self, block: Any) -> int:
        """Return the number of a block that a question names by number or by hash (EIP-1898)."""
        if isinstance(block, str):
            return int(block, 16)
        found = await self._upstream.ask("eth_getBlockByHash", block["blockHash"], False)
        # What no node has, the real one refuses by itself.
        return int(found["number"], 16) if found else 0


class ProxyFarm:
    """Several proxies in front of one node, served by one thread."""

    def __init__(self, node_url: str, count: int) -> None:
        self._loop = asyncio.new_event_loop()
        self._upstream = _Upstream(node_url)
        self.proxies = [RpcProxy(self._upstream) for _ in range(count)]
        self._thread = threading.Thread(target=self._run, name="proxies", daemon=True)
        self._ready = threading.Event()

    def start(self) -> None:
        """Serve; returns once every proxy listens."""
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """Close all and end the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        async def opened() -> None:
            for proxy in self.proxies:
                await proxy.open()
            self._ready.set()

        async def closed() -> None:
            for proxy in self.proxies:
                await proxy.close()
            self._upstream.close()
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        self._loop.run_until_complete(opened())
        self._loop.run_forever()
        self._loop.run_until_complete(closed())
        self._loop.close()


def _key(question: Any) -> str:
    return json.dumps([question["method"], question["params"]])


async def _head(reader: asyncio.StreamReader) -> tuple[str, dict[str, str]]:
    """Return the first line and the headers, names in lower case; ("", {}) at the end."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise
        return "", {}
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return first, {name.lower(): value.strip() for name, _, value in pairs}
