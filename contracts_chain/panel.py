"""Asks several nodes of one chain at once, within a time, and tells who said what."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from contracts_chain.chains import ChainSettings
from contracts_chain.errors import AnchorRefused, ChainUnreachable, NodeError
from contracts_chain.node import Node
from contracts_chain.rpc import Rpc

# Once enough nodes agree, the others may still show that they do not: for so long.
_GRACE_SECONDS: Final = 0.2
# Beyond the nodes' own time limit, for threads to start and end.
_SLACK_SECONDS: Final = 1.0

_Value = TypeVar("_Value", bound=Hashable)


@dataclass(frozen=True)
class Answer(Generic[_Value]):
    """What one node said: a value, or the error in its place."""

    node: Node
    value: _Value | None = None
    error: ChainUnreachable | None = None

    def vote(self) -> Hashable:
        """Return what this answer counts for, None if it says nothing about the chain."""
        if self.error is None:
            return ("value", self.value)
        if isinstance(self.error, NodeError) and self.error.is_revert:
            return ("revert", self.error.revert_data)
        return None


class Panel:
    """The nodes of one chain, asked together; any thread may call.

    Nodes that failed rest for a while (contracts_chain/node.py); while fewer than ``needed`` others
    are left they are asked all the same, except those that asked for rest themselves.
    """

    def __init__(self, chain: ChainSettings) -> None:
        self.nodes: Final = [
            Node(Rpc(url, timeout_seconds=chain.timeout_seconds), name=name)
            for url, name in zip(chain.rpc_urls, _names(chain.hosts), strict=True)
        ]
        self._name = chain.name
        self._needed = chain.read_quorum
        self._seconds = chain.timeout_seconds

    def expect_chain(self, chain_id: int) -> None:
        """Have every node checked for this chain id before its next answer counts."""
        for node in self.nodes:
            node.expected_chain = chain_id

    def close(self) -> None:
        """Close the connections to every node; the next call opens new ones."""
        for node in self.nodes:
            node.close()

    def ask_each(
        self,
        method: str,
        *params: object,
        read: Callable[[Any], _Value],
        enough: Callable[[list[Answer[_Value]]], bool] | None = None,
        everyone: bool = False,
    ) -> list[Answer[_Value]]:
        """Ask all nodes that do not rest, at once, and return what came, in time, from whom.

        Waits for all of them, or a moment longer than until ``enough`` is satisfied. With
        ``everyone``, resting nodes are asked too (those that asked for rest themselves are not).
        """
        asked = self._whom_to_ask(everyone=everyone)
        if len(asked) == 1:
            return [answer_of(asked[0], method, params, read)]
        answers: list[Answer[_Value]] = []
        arrival = threading.Condition()

        def ask(node: Node) -> None:
            answer = answer_of(node, method, params, read)
            with arrival:
                answers.append(answer)
                arrival.notify_all()

        for node in asked:
            # Not a pool: a node that hangs would keep a place in it, and the process from ending.
            threading.Thread(target=ask, args=(node,), name="chain-node", daemon=True).start()
        deadline = time.monotonic() + 2 * self._seconds + _SLACK_SECONDS
        grace_began = False
        with arrival:
            while len(answers) < len(asked):
                if not grace_began and enough is not None and enough(answers):
                    grace_began = True
                    deadline = min(deadline, time.monotonic() + _GRACE_SECONDS)
                if not arrival.wait(max(0.0, deadline - time.monotonic())):
                    break
            return list(answers)

    def _whom_to_ask(self, *, everyone: bool) -> list[Node]:
        asked = [node for node in self.nodes if not node.resting()]
        if everyone or len(asked) < self._needed:
            asked += [node for node in self.nodes if node.resting() and node.may_be_pressed()]
        if asked:
            return asked
        soonest = min(self.nodes, key=Node.rest_left)
        trouble = soonest.trouble
        if trouble is not None and trouble.problem == "wrong-chain":
            raise AnchorRefused("wrong-chain", trouble.detail)
        raise ChainUnreachable(
            f"every node of {self._name} asked to be left alone; "
            f"{soonest.name} for {soonest.rest_left():.0f} s more",
            problem="rate-limited",
            wait_seconds=soonest.rest_left(),
        )


def answer_of(
    node: Node, method: str, params: Sequence[object], read: Callable[[Any], _Value]
) -> Answer[_Value]:
    """Ask one node; an answer that ``read`` makes no sense of is garbage, and remembered."""
    try:
        result = node.ask(method, *params)
    except ChainUnreachable as error:
        return Answer(node, error=error)
    try:
        return Answer(node, value=read(result))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        failure = ChainUnreachable(
            f"the answer of {node.name} to {method} makes no sense: {type(error).__name__}",
            problem="garbage",
        )
        node.note(failure.problem, str(failure))
        return Answer(node, error=failure)


def _names(hosts: Sequence[str]) -> list[str]:
    """Return the hosts, with a number where several nodes share one."""
    shared = Counter(hosts)
    seen: Counter[str] = Counter()
    names = []
    for host in hosts:
        seen[host] += 1
        names.append(f"{host} #{seen[host]}" if shared[host] > 1 else host)
    return names
