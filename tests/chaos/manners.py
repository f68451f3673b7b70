"""How an RPC node behaves for a while: which of its answers fail, and how."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TypeVar

_Choice = TypeVar("_Choice")


class Fault(Enum):
    """What may happen to one request; the DONE_BUT ones after the node has acted on it."""

    DROP = auto()
    HANG = auto()
    TOO_MANY = auto()
    BAD_GATEWAY = auto()
    LATE = auto()
    DONE_BUT_DROPPED = auto()
    DONE_BUT_HANGS = auto()
    DONE_BUT_BAD_GATEWAY = auto()
    DONE_BUT_ERROR = auto()
    CUT = auto()
    GARBAGE = auto()
    LIMITED = auto()
    ABSURD = auto()
    STALE = auto()


# Each is a fault that a node which means well may have; the last two put another answer in the
# place of the right one, so only a minority of several nodes may have them.
_HARMLESS = tuple(fault for fault in Fault if fault not in (Fault.ABSURD, Fault.STALE))
_HANGS = (Fault.HANG, Fault.DONE_BUT_HANGS)
_ON_SENDING = (
    Fault.DROP,
    Fault.DONE_BUT_DROPPED,
    Fault.DONE_BUT_ERROR,
    Fault.DONE_BUT_HANGS,
    Fault.DONE_BUT_BAD_GATEWAY,
    Fault.CUT,
)


@dataclass(eq=False)
class Manner:
    """The faults of one node while this lasts, each drawn from ``rng``.

    ``rate``: the share of requests that go wrong; ``kinds``: how. ``sending_rate`` is that of
    eth_sendRawTransaction. ``lag``: how many blocks the node is behind. ``hangs``: so many
    requests may be left hanging, since each costs the test a whole time-out.
    """

    rng: random.Random
    rate: float = 0.0
    sending_rate: float = 0.0
    kinds: Sequence[Fault] = ()
    lag: int = 0
    hangs: int = 1
    late_seconds: float = 0.02
    counted: dict[str, int] = field(default_factory=dict)

    def next_fault(self, method: str) -> Fault | None:
        """Return what happens to a request, None if nothing does."""
        if method == "eth_sendRawTransaction":
            rate, kinds = max(self.rate, self.sending_rate), [*self.kinds, *_ON_SENDING]
        else:
            rate, kinds = self.rate, list(self.kinds)
        if not kinds or self.rng.random() >= rate:
            return None
        fault = self.rng.choice(kinds)
        if fault in _HANGS:
            if self.hangs == 0:
                return Fault.DROP if fault is Fault.HANG else Fault.DONE_BUT_DROPPED
            self.hangs -= 1
        self.counted[fault.name] = self.counted.get(fault.name, 0) + 1
        return fault

    def pick(self, choices: Sequence[_Choice]) -> _Choice:
        """Draw one of several."""
        return self.rng.choice(choices)

    def __str__(self) -> str:
        kinds = "+".join(fault.name for fault in self.kinds)
        return f"{kinds or 'honest'} {self.rate:.2f}/{self.sending_rate:.2f} lag {self.lag}"


HONEST = Manner(random.Random(0))


def drawn_manner(rng: random.Random, *, may_mislead: bool) -> Manner:
    """Draw how a node behaves next; ``may_mislead``: also with answers to other questions."""
    own = random.Random(rng.getrandbits(64))
    mood = rng.choices(["calm", "flaky", "dead", "sending", "lagging"], [3, 5, 1, 3, 3])[0]
    lag = rng.randrange(1, 4) if mood == "lagging" or rng.random() < 0.15 else 0
    if mood in ("calm", "lagging"):
        return Manner(own, lag=lag)
    if mood == "sending":
        return Manner(own, sending_rate=rng.choice([0.3, 0.6, 0.9]), lag=lag)
    if mood == "dead":
        kinds = (rng.choice([Fault.DROP, Fault.TOO_MANY, Fault.BAD_GATEWAY, Fault.HANG]),)
        return Manner(own, rate=1.0, kinds=kinds)
    pool = [*_HARMLESS, Fault.ABSURD, Fault.STALE] if may_mislead else _HARMLESS
    kinds = tuple(rng.sample(pool, rng.randrange(1, 4)))
    return Manner(own, rate=rng.choice([0.03, 0.1, 0.3]), kinds=kinds, lag=lag)
