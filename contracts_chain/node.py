"""One node among several: what it last did wrong, and how long it is left alone for it."""

import threading
import time
from dataclasses import dataclass
from typing import Any, Final

from contracts_chain.errors import ChainUnreachable, NodeError, NodeProblem
from contracts_chain.rpc import Rpc

# Longest pauses, in seconds; each begins with one second and doubles with every failure in a row.
_LONGEST_PAUSE: Final[dict[NodeProblem, float]] = {
    "unreachable": 60.0,
    "hanging": 120.0,
    "garbage": 120.0,
    "rate-limited": 300.0,
}
# A node that contradicts the others about one and the same block, or is of another chain, is
# broken or hostile: time alone does not mend it.
_LONG_REST: Final[dict[NodeProblem, float]] = {"disagrees": 300.0, "wrong-chain": 60.0}
_OF_WHAT_IT_SAYS: Final = ("disagrees", "garbage")
# What a look shows, without saying anything against the node's next answer.
_PASSING: Final = ("lagging", "other-branch", "node-error")


@dataclass(frozen=True)
class Trouble:
    """What a node did wrong: the problem, since when (Unix seconds), what was said about it."""

    problem: NodeProblem
    since: float
    detail: str


class Node:
    """One node's JSON-RPC with a memory of its faults; any thread may call it.

    Before the first question, and after any failure, it is asked for its chain id, where one is
    expected: an address that leads to another chain today may have led to the right one before.
    """

    def __init__(self, rpc: Rpc, *, name: str) -> None:
        self.name = name
        self._rpc = rpc
        self._mutex = threading.Lock()
        self._trouble: Trouble | None = None
        self._failures = 0
        self._rests_until = 0.0
        self._chain_seen = False
        self.expected_chain: int | None = None

    @property
    def trouble(self) -> Trouble | None:
        """What it did wrong last, None if its newest answer was good."""
        return self._trouble

    def resting(self) -> bool:
        """Whether it is left alone for now."""
        return time.monotonic() < self._rests_until

    def may_be_pressed(self) -> bool:
        """Whether it may be asked while it rests, because too few others are left."""
        trouble = self._trouble
        return trouble is None or trouble.problem not in ("rate-limited", "wrong-chain")

    def rest_left(self) -> float:
        """Return the seconds until it is asked again of its own accord."""
        return max(0.0, self._rests_until - time.monotonic())

    def ask(self, method: str, *params: object) -> Any:
        """Return the node's result; errors as of Rpc.call, and ``wrong-chain``; all remembered."""
        try:
            if self.expected_chain is not None and not self._chain_seen:
                self._check_chain(self.expected_chain)
            result = self._rpc.call(method, *params)
        except NodeError:
            # An answer, and often the right one: a contract that reverts is told this way.
            self._answered()
            raise
        except ChainUnreachable as error:
            self.note(error.problem, str(error), wait_seconds=error.wait_seconds)
            raise
        self._answered()
        return result

    def note(self, problem: NodeProblem, detail: str, *, wait_seconds: float | None = None) -> None:
        """Remember a fault, and let the node rest for as long as that fault calls for."""
        with self._mutex:
            known = self._trouble
            since = known.since if known and known.problem == problem else time.time()
            self._trouble = Trouble(problem, since, detail)
            if problem in _PASSING:
                return
            self._chain_seen = False
            self._failures += 1
            if problem in _LONG_REST:
                pause = _LONG_REST[problem]
            else:
                pause = min(2.0 ** (self._failures - 1), _LONGEST_PAUSE[problem])
                if wait_seconds is not None:
                    pause = max(wait_seconds, 0.1)
            self._rests_until = time.monotonic() + pause

    def caught_up(self) -> None:
        """Forget that it was behind or on another branch."""
        with self._mutex:
            if self._trouble is not None and self._trouble.problem in _PASSING:
                self._trouble = None

    def close(self) -> None:
        """Close its connections."""
        self._rpc.close()

    def _answered(self) -> None:
        with self._mutex:
            known = self._trouble
            if known is None or known.problem in _PASSING:
                self._failures = 0
                return
            if known.problem in _OF_WHAT_IT_SAYS and time.monotonic() < self._rests_until:
                # That it answers does not make what it said true.
                return
            self._trouble, self._failures, self._rests_until = None, 0, 0.0

    def _check_chain(self, expected: int) -> None:
        answer = self._rpc.call("eth_chainId")
        try:
            found = int(answer, 16)
        except (TypeError, ValueError) as error:
            raise ChainUnreachable(
                f"expected a chain id from {self.name}, got something else", problem="garbage"
            ) from error
        if found != expected:
            raise ChainUnreachable(
                f"expected chain {expected} from {self.name}, got chain {found}; check its URL",
                problem="wrong-chain",
            )
        self._chain_seen = True
