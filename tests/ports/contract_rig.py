"""AnchorLog on an anvil of the test's own, with or without the P-256 precompile."""

import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from contracts_chain import anchor_log_address, find_anvil
from contracts_chain.artifact import anchor_log_artifact
from contracts_chain.contract_calls import ContractError, call_data, contract_error, returned
from contracts_chain.deploy import CREATE2_PROXY, SALT
from tests.conftest import ROOT
from tests.running import free_port

# osaka is the first that has the precompile (EIP-7951).
Hardfork = Literal["osaka", "prague"]
OPERATOR = "0x" + "0b" * 20
STRANGER = "0x" + "05" * 20
_GAS = 16_000_000  # below what osaka allows a transaction (EIP-7825)


class RevertedError(Exception):
    """AnchorLog refused a call: the name of its error, and the arguments for people."""

    def __init__(self, error: ContractError) -> None:
        super().__init__(f"{error.name}({error.arguments})")
        self.name = error.name


@dataclass(frozen=True)
class Receipt:
    """A transaction that succeeded: its gas, and its logs as the node gives them."""

    gas: int
    logs: list[dict[str, Any]]


@dataclass
class Node:
    """An anvil that signs for every address, asked in batches."""

    url: str
    _ids: int = field(default=0)

    def ask(self, method: str, *params: object) -> Any:
        """Return one JSON-RPC result; RevertedError if AnchorLog refused."""
        (reply,) = self._post([(method, params)])
        return _result(reply)

    def ask_all(self, method: str, questions: Sequence[Sequence[object]]) -> list[Any]:
        """Return the results of many calls of one method, in order."""
        return [_result(reply) for reply in self._post([(method, each) for each in questions])]

    def _post(self, questions: Sequence[tuple[str, Sequence[object]]]) -> list[dict[str, Any]]:
        body = [
            {"jsonrpc": "2.0", "id": place, "method": method, "params": list(params)}
            for place, (method, params) in enumerate(questions)
        ]
        request = urllib.request.Request(  # noqa: S310 - our own loopback address
            self.url, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=60) as answer:
            return sorted(json.load(answer), key=lambda reply: int(reply["id"]))


@dataclass
class Contract:
    """AnchorLog at its address on a node."""

    node: Node
    address: str

    def call(self, function: str, *arguments: object) -> tuple[Any, ...]:
        """Return what a function answers."""
        answer = self.node.ask("eth_call", self._message(function, arguments, STRANGER), "latest")
        return returned(function, bytes.fromhex(answer[2:]))

    def call_all(self, function: str, rows: Sequence[Sequence[object]]) -> list[tuple[Any, ...]]:
        """Return what a function answers to each row of arguments, asked in one batch."""
        questions = [(self._message(function, row, STRANGER), "latest") for row in rows]
        answers = self.node.ask_all("eth_call", questions)
        return [returned(function, bytes.fromhex(answer[2:])) for answer in answers]

    def send(self, function: str, *arguments: object, sender: str = STRANGER) -> Receipt:
        """Send a call and return its receipt; RevertedError if AnchorLog refuses it."""
        message = self._message(function, arguments, sender)
        self.node.ask("eth_call", message, "latest")
        return self.transact(message)

    def transact(self, message: dict[str, str]) -> Receipt:
        """Send a transaction, which must succeed."""
        transaction = self.node.ask("eth_sendTransaction", message)
        deadline = time.monotonic() + 10
        while (receipt := self.node.ask("eth_getTransactionReceipt", transaction)) is None:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        assert receipt["status"] == "0x1", receipt
        return Receipt(int(receipt["gasUsed"], 16), receipt["logs"])

    def _message(self, function: str, arguments: Sequence[object], sender: str) -> dict[str, str]:
        return {
            "from": sender,
            "to": self.address,
            "gas": hex(_GAS),
            "data": "0x" + call_data(function, *arguments).hex(),
        }

    def deploy(self) -> Receipt:
        """Put AnchorLog at its address, as `deploy_anchor_log` does."""
        code = SALT + anchor_log_artifact().bytecode
        message = {
            "from": STRANGER,
            "to": CREATE2_PROXY,
            "gas": hex(_GAS),
            "data": "0x" + code.hex(),
        }
        receipt = self.transact(message)
        deployed = self.node.ask("eth_getCode", self.address, "latest")
        assert deployed == "0x" + anchor_log_artifact().runtime_bytecode.hex()
        return receipt


@contextmanager
def node_of(hardfork: Hardfork) -> Iterator[Node]:
    """A started anvil of a hard fork, ended at the end."""
    port = free_port()
    process = subprocess.Popen(
        [
            *(str(find_anvil(ROOT)), "--host", "127.0.0.1", "--port", str(port), "--silent"),
            *("--hardfork", hardfork, "--accounts", "0", "--auto-impersonate"),
            # A fixed clock, so that nothing measured depends on the hour.
            *("--timestamp", "1800000000", "--no-request-size-limit"),
        ]
    )
    try:
        node = Node(f"http://127.0.0.1:{port}")
        deadline = time.monotonic() + 20
        while True:
            try:
                node.ask("eth_chainId")
                break
            except OSError:
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.02)
        for account in (OPERATOR, STRANGER):
            node.ask("anvil_setBalance", account, hex(10**24))
        yield node
    finally:
        process.terminate()
        process.wait()


@contextmanager
def contract_on(hardfork: Hardfork) -> Iterator[Contract]:
    """AnchorLog, deployed on a fresh anvil of a hard fork."""
    with node_of(hardfork) as node:
        contract = Contract(node, anchor_log_address())
        contract.deploy()
        yield contract


def _result(reply: dict[str, Any]) -> Any:
    if "error" not in reply:
        return reply["result"]
    data = reply["error"].get("data")
    error = contract_error(bytes.fromhex(data[2:])) if isinstance(data, str) else None
    assert error is not None, reply
    raise RevertedError(error)
