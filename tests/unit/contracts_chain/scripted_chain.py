"""A small chain that several scripted nodes serve, each with manners of its own."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from contracts_chain import ChainSettings
from contracts_chain.quorum import Nodes
from contracts_chain.records import BlockId
from tests.unit.contracts_chain.scripted_node import node, reply

CHAIN_ID = 4711
NEWEST = 100
FINAL = 90
STATE = "0x2a"
Reply = tuple[int, bytes, dict[str, str]]


def block_of(number: int, *, branch: int = 0) -> dict[str, str]:
    """Return a block as JSON-RPC gives it; its hash tells its number and branch."""
    return {
        "number": hex(number),
        "hash": "0x" + bytes([branch] * 24 + list(number.to_bytes(8, "big"))).hex(),
        "timestamp": hex(1_000_000 + number),
        "baseFeePerGas": hex(7),
    }


@dataclass
class ScriptedNode:
    """One node of the chain: honest, unless told otherwise; what it was asked is noted."""

    newest: int = NEWEST
    final: int = FINAL
    chain_id: int = CHAIN_ID
    # A branch of its own has other blocks above that number.
    branch: int = 0
    parts_at: int = FINAL
    state: str = STATE
    # What it says to some methods instead: a result, or an error as {"error": …}.
    says: dict[str, Any] = field(default_factory=dict)
    # An answer of another kind to everything: status, body, headers.
    instead: Reply | None = None
    hangs: bool = False
    asked: list[str] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def answer(self, question: dict[str, Any]) -> Reply:
        """Answer one question."""
        method, params = question["method"], question["params"]
        self.asked.append(method)
        if self.hangs:
            self.released.wait(10)
        if self.instead is not None:
            return self.instead
        if method in self.says:
            said = self.says[method]
            if isinstance(said, dict) and "error" in said:
                return reply(question, **said)
            return reply(question, result=said)
        if method == "eth_chainId":
            return reply(question, result=hex(self.chain_id))
        if method == "eth_getBlockByNumber":
            return reply(question, result=self._block(params[0]))
        if not self._has(params[-1]):
            return reply(question, error={"code": -32000, "message": "header not found"})
        return reply(question, result=self.state)

    def _has(self, wanted: Any) -> bool:
        if isinstance(wanted, dict):
            number = int(wanted["blockHash"][-16:], 16)
            block = self._block(hex(number))
            return block is not None and block["hash"] == wanted["blockHash"]
        return wanted == "latest" or int(wanted, 16) <= self.newest

    def _block(self, wanted: str) -> dict[str, str] | None:
        tags = {"latest": self.newest, "finalized": self.final}
        number = tags[wanted] if wanted in tags else int(wanted, 16)
        if number > self.newest:
            return None
        return block_of(number, branch=self.branch if number > self.parts_at else 0)


@contextmanager
def nodes_of(*scripted: ScriptedNode, **settings: Any) -> Iterator[Nodes]:
    """Serve these nodes, and yield the panel that asks them."""
    with ExitStack() as stack:
        urls = [stack.enter_context(node(one.answer)) for one in scripted]
        chosen = {"chain_id": CHAIN_ID, "timeout_seconds": 3.0, **settings}
        nodes = Nodes(ChainSettings(name="scripted", rpc_urls=tuple(urls), **chosen))
        try:
            yield nodes
        finally:
            for one in scripted:
                one.released.set()
            nodes.panel.close()


def read_state(nodes: Nodes, block: BlockId = "latest") -> str:
    """Return the chain's state as the nodes agree on it."""
    return nodes.state("eth_call", {"to": "0x" + "00" * 20}, read=_text, block=block)


def _text(result: Any) -> str:
    if not isinstance(result, str):
        raise TypeError
    return result


Manners = Callable[[], ScriptedNode]
