"""JSON-RPC to one node: bounded in time and size, every kind of failure told apart."""

import json
import logging
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

from contracts_chain.chains import host_of
from contracts_chain.errors import ChainUnreachable, NodeError
from contracts_chain.records import BlockId, BlockRef
from contracts_chain.recursion import recursion_limit_kept

if TYPE_CHECKING:
    from requests import Response, Session
    from web3 import HTTPProvider
    from web3.types import RPCEndpoint

_CONNECT_SECONDS: Final = 3.0
_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
# eth_getProof and blocks of 36 million gas stay far below.
_LARGEST_ANSWER: Final = 16 * 1024 * 1024
_CHUNK: Final = 65_536
_LONGEST_PAUSE: Final = 300.0
_TOO_MANY_REQUESTS: Final = 429
_UNAVAILABLE: Final = 503
# -32005: EIP-1474 "limit exceeded"; hosted nodes also repeat the HTTP status in the body.
_LIMIT_CODES: Final = (-32005, _TOO_MANY_REQUESTS)
_LIMIT_WORDS: Final = ("rate limit", "ratelimit", "too many requests")


class Rpc:
    """One node's JSON-RPC; any thread may call it.

    Nothing is retried here: a call that timed out may have been carried out, and only the caller
    knows whether it is safe to repeat. The URL may hold a key: messages and logs name its host.
    """

    def __init__(self, rpc_url: str, *, timeout_seconds: float = 10.0) -> None:
        self._url = rpc_url
        self._seconds = timeout_seconds
        self._mutex = threading.Lock()
        self._open: tuple[HTTPProvider, Session] | None = None

    @property
    def host(self) -> str:
        """The node's host and port, which may be shown."""
        return host_of(self._url)

    def call(self, method: str, *params: object) -> Any:
        """Return the node's ``result`` for ``method``.

        Raises NodeError if the node answers with an error (with the contract's revert data, if
        any), ChainUnreachable for everything short of an answer: its ``problem`` is unreachable,
        hanging, rate-limited or garbage.
        """
        codec, session = self._connected()
        question = codec.encode_rpc_request(cast("RPCEndpoint", method), list(params))
        status, headers, body = self._post(session, method, question)
        try:
            reply = json.loads(body)
        except (ValueError, RecursionError):
            reply = None
        error = reply.get("error") if isinstance(reply, dict) else None
        if status in (_TOO_MANY_REQUESTS, _UNAVAILABLE) or _is_limit(error):
            raise self._limited(method, status, headers.get("Retry-After"))
        if error is not None:
            raise _node_error(method, error)
        if status != 200:
            raise ChainUnreachable(f"{self.host} answered {method} with HTTP status {status}")
        if not isinstance(reply, dict) or "result" not in reply:
            raise ChainUnreachable(
                f"expected JSON-RPC from {self.host}, got something else", problem="garbage"
            )
        if reply.get("id") != json.loads(question)["id"]:
            raise ChainUnreachable(
                f"{self.host} answered another question than {method}", problem="garbage"
            )
        return reply["result"]

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        with self._mutex:
            opened, self._open = self._open, None
        if opened is not None:
            opened[1].close()

    def _post(
        self, session: "Session", method: str, question: bytes
    ) -> tuple[int, "dict[str, str]", bytes]:
        import requests

        deadline = time.monotonic() + self._seconds
        try:
            with session.post(
                self._url,
                data=question,
                headers={"Content-Type": "application/json"},
                timeout=(min(_CONNECT_SECONDS, self._seconds), self._seconds),
                # A node that moved is a matter for the settings; the key in its URL stays here.
                allow_redirects=False,
                stream=True,
            ) as response:
                body = self._read(response, method, deadline)
                return response.status_code, dict(response.headers), body
        except requests.Timeout as error:
            raise self._hanging(method) from error
        except (requests.RequestException, ValueError, OSError) as error:
            # Reading the body outside of requests raises urllib3's own errors.
            raise self._unreachable(method, error) from error

    def _read(self, response: "Response", method: str, deadline: float) -> bytes:
        from urllib3.exceptions import HTTPError, ReadTimeoutError

        body = bytearray()
        try:
            # One packet at a time: a node that drips its answer is left at the deadline.
            while chunk := response.raw.read1(_CHUNK, decode_content=True):
                body += chunk
                if len(body) > _LARGEST_ANSWER:
                    raise ChainUnreachable(
                        f"expected at most {_LARGEST_ANSWER} bytes from {self.host}, got more",
                        problem="garbage",
                    )
                if time.monotonic() > deadline:
                    raise self._hanging(method)
        except ReadTimeoutError as error:
            raise self._hanging(method) from error
        except HTTPError as error:
            raise self._unreachable(method, error) from error
        return bytes(body)

    def _hanging(self, method: str) -> ChainUnreachable:
        return ChainUnreachable(
            f"no answer to {method} from {self.host} within {self._seconds:g} s", problem="hanging"
        )

    def _unreachable(self, method: str, error: Exception) -> ChainUnreachable:
        return ChainUnreachable(
            f"no answer to {method} from the node at {self.host}: {type(error).__name__}"
        )

    def _limited(self, method: str, status: int, retry_after: str | None) -> ChainUnreachable:
        if status == _UNAVAILABLE and retry_after is None:
            return ChainUnreachable(f"{self.host} answered {method} with HTTP status {status}")
        return ChainUnreachable(
            f"{self.host} asks for fewer questions ({method})",
            problem="rate-limited",
            wait_seconds=_pause(retry_after),
        )

    def _connected(self) -> "tuple[HTTPProvider, Session]":
        with self._mutex:
            if self._open is None:
                import requests

                with recursion_limit_kept():
                    from web3 import HTTPProvider

                _keep_paths_out_of_logs()
                session = requests.Session()
                # A proxy from the environment never stands between us and our own machine.
                session.trust_env = urlsplit(self._url).hostname not in _LOOPBACK
                # web3 writes and numbers the questions; it is not told where they go.
                codec = HTTPProvider(f"http://{self.host}", exception_retry_configuration=None)
                self._open = codec, session
            return self._open


def block_id(block: BlockId) -> str | dict[str, str]:
    """Return a block as JSON-RPC wants it: a number, or a very block by its hash (EIP-1898).

    Tags stay as they are.
    """
    if isinstance(block, BlockRef):
        return {"blockHash": "0x" + block.hash.hex()}
    return block if isinstance(block, str) else hex(block)


def block_ref(raw: dict[str, Any]) -> BlockRef:
    """Return the reference of a block that came over JSON-RPC."""
    return BlockRef(
        number=int(raw["number"], 16),
        hash=bytes.fromhex(raw["hash"][2:]),
        time=int(raw["timestamp"], 16),
    )


def _is_limit(error: Any) -> bool:
    if not isinstance(error, dict):
        return False
    said = str(error.get("message", "")).lower()
    # Besu says -32005 of a transaction above the block's gas limit.
    limit = error.get("code") in _LIMIT_CODES and "gas" not in said
    return limit or any(words in said for words in _LIMIT_WORDS)


def _pause(retry_after: str | None) -> float | None:
    """Return the seconds that a Retry-After header asks for (RFC 9110 §10.2.3), None if none."""
    if retry_after is None:
        return None
    try:
        seconds = float(retry_after)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            return None
    return min(max(seconds, 0.0), _LONGEST_PAUSE)


def _node_error(method: str, error: Any) -> NodeError:
    message = str(error.get("message", error)) if isinstance(error, dict) else str(error)
    return NodeError(method, message, next(_revert_data(error), None))


def _revert_data(error: Any) -> Iterator[bytes]:
    """Yield what a node quotes of a contract's revert; nodes nest it differently."""
    data = error.get("data") if isinstance(error, dict) else None
    if isinstance(data, dict):
        yield from _revert_data(data)
    elif isinstance(data, str) and (start := data.find("0x")) >= 0:
        try:
            yield bytes.fromhex(data[start + 2 :])
        except ValueError:
            return


class _PathsLeftOut(logging.Filter):
    """Takes the path, where hosted nodes have their keys, out of what urllib3 logs of a request."""

    def filter(self, record: logging.LogRecord) -> bool:
        # Its line is: scheme, host, port, method, path, version, status, length.
        if isinstance(record.args, tuple) and len(record.args) == 8:
            record.args = (*record.args[:4], "/…", *record.args[5:])
        return True


def _keep_paths_out_of_logs() -> None:
    logger = logging.getLogger("urllib3.connectionpool")
    if not any(isinstance(known, _PathsLeftOut) for known in logger.filters):
        logger.addFilter(_PathsLeftOut())
