"""JSON-RPC to one node, with a time-out on every call and two kinds of failure."""

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from contracts_chain.errors import AnchorRefused, ChainUnreachable, NodeError
from contracts_chain.records import BlockRef

if TYPE_CHECKING:
    from web3 import HTTPProvider

_CONNECT_SECONDS = 3.0
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Rpc:
    """One node's JSON-RPC; any thread may call it.

    Nothing is retried here: a call that timed out may have been carried out, and only the caller
    knows whether it is safe to repeat.
    """

    def __init__(self, rpc_url: str, *, timeout_seconds: float = 10.0) -> None:
        self._url = rpc_url
        self._timeout = (min(_CONNECT_SECONDS, timeout_seconds), timeout_seconds)
        self._mutex = threading.Lock()
        self._provider: HTTPProvider | None = None

    def call(self, method: str, *params: object) -> Any:
        """Return the node's ``result`` for ``method``.

        Raises NodeError if the node answers with an error (with the contract's revert data, if
        any), ChainUnreachable for everything short of an answer.
        """
        import requests
        from web3.types import RPCEndpoint

        try:
            reply = self._connected().make_request(RPCEndpoint(method), list(params))
        except (requests.RequestException, ValueError, OSError) as error:
            raise ChainUnreachable(
                f"no answer to {method} from the node at {_without_secrets(self._url)}: "
                f"{type(error).__name__}"
            ) from error
        if not isinstance(reply, dict) or not ("result" in reply or "error" in reply):
            raise ChainUnreachable(
                f"expected JSON-RPC from {_without_secrets(self._url)}, got something else"
            )
        if "error" in reply:
            raise _node_error(method, reply["error"])
        return reply["result"]

    def block(self, block: int | str) -> BlockRef:
        """Return the block of this number or tag; AnchorRefused (block-missing) if none."""
        return block_ref(self.raw_block(block))

    def raw_block(self, block: int | str) -> dict[str, Any]:
        """Return a block's header as the node gives it; AnchorRefused if there is none."""
        raw = self.call("eth_getBlockByNumber", block_id(block), False)
        if not isinstance(raw, dict):
            raise AnchorRefused("block-missing", f"the node has no block {block!r}")
        return raw

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        with self._mutex:
            provider, self._provider = self._provider, None
        if provider is not None:
            provider.session.close()  # type: ignore[attr-defined]

    def _connected(self) -> "HTTPProvider":
        with self._mutex:
            if self._provider is None:
                import requests
                from web3 import HTTPProvider

                session = requests.Session()
                # A proxy from the environment never stands between us and our own machine.
                session.trust_env = urlsplit(self._url).hostname not in _LOOPBACK
                self._provider = HTTPProvider(
                    self._url,
                    request_kwargs={"timeout": self._timeout},
                    session=session,
                    exception_retry_configuration=None,
                )
                self._provider.session = session  # type: ignore[attr-defined]
            return self._provider


def block_id(block: int | str) -> str:
    """Return a block number as JSON-RPC wants it; tags stay as they are."""
    return block if isinstance(block, str) else hex(block)


def block_ref(raw: dict[str, Any]) -> BlockRef:
    """Return the reference of a block that came over JSON-RPC."""
    return BlockRef(
        number=int(raw["number"], 16),
        hash=bytes.fromhex(raw["hash"][2:]),
        time=int(raw["timestamp"], 16),
    )


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


def _without_secrets(url: str) -> str:
    """Return host and port only: paths and queries of hosted nodes hold their keys."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
