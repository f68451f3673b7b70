"""One random schedule: drawn from a seed, made to happen, and then looked at closely."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from anchoring.hashing import leaf_hash
from tests.chaos.arena import Arena, Place
from tests.chaos.invariants import check_anchors, check_everything, hold
from tests.chaos.killable import SPAN, KillableNotary, Orders
from tests.chaos.nodes import FINALITY_DEPTH
from tests.chaos.proxy import ignored
from tests.chaos.subject import EXPECTED, Setting, Subject, make_entry, operator_key

_CALM_LIMIT_S = 45.0
_STEP_LIMIT_S = 90.0
_LONGEST_TURN_S = 1.0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What kind of schedule a seed gives.

    ``chains``: for each chain, the home first, how many RPC nodes it has and how many of them
    lie. ``killed``: the notary runs in processes that are killed; ``writers`` of them run side by
    side then, and take turns otherwise.
    """

    seed: int
    chains: tuple[tuple[int, int], ...]
    killed: bool
    writers: int
    on_postgresql: bool
    steps: int

    @classmethod
    def drawn(cls, seed: int, *, killed: bool, on_postgresql: bool) -> "Plan":
        """Draw the rest."""
        rng = random.Random(f"plan {seed}")
        chains = []
        for _ in range(rng.choices([1, 2], [5, 1])[0]):
            nodes = rng.choices([1, 3, 5], [5, 6, 1])[0]
            chains.append((nodes, (nodes - 1) // 2 if rng.random() < 0.7 else 0))
        return cls(
            seed=seed,
            chains=tuple(chains),
            killed=killed,
            writers=rng.choices([1, 2], [3, 1])[0],
            on_postgresql=on_postgresql,
            steps=rng.randrange(6, 15),
        )

    def __str__(self) -> str:
        nodes = " and ".join(f"{liars} of {count} nodes lie" for count, liars in self.chains)
        how = "killed" if self.killed else f"{self.steps} steps"
        where = "PostgreSQL" if self.on_postgresql else "SQLite"
        return f"seed {self.seed}: {nodes}, {self.writers} writers, {how}, {where}"


@dataclass
class Schedule:
    """A plan on its way. ``journal`` says what was done, for whoever reads a failure."""

    plan: Plan
    places: Sequence[Place]
    folder: Path
    database_url: str
    journal: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        plan = self.plan
        self._rng = random.Random(f"schedule {plan.seed}")
        key = operator_key(plan.seed)
        self._arenas = [
            Arena(name, place, plan.seed, nodes=nodes, liars=liars, key=key)
            for name, place, (nodes, liars) in zip(
                ("home", "beside"), self.places, plan.chains, strict=False
            )
        ]
        self._setting = Setting(
            folder=self.folder,
            database_url=self.database_url,
            origin=f"chaos.example/{plan.seed}",
            key=key,
            chains=tuple(arena.settings for arena in self._arenas),
        )
        self._subjects = [Subject(self._setting)]
        self._accepted: set[bytes] = set()
        self._attempted: set[bytes] = set()
        self._shown_final: set[bytes] = set()
        self._number = 0

    def run(self) -> dict[str, int]:
        """Make it happen and check it; returns counts of what happened."""
        try:
            if self.plan.killed:
                self._run_killed()
            else:
                self._run_here()
            self._calm_down()
            self._finish()
        finally:
            for subject in self._subjects:
                subject.close()
        counted = Counter({"leaves": len(self._accepted)})
        for arena in self._arenas:
            counted.update(arena.counted())
        return dict(counted)

    # The faults, with the notary in this process.

    def _run_here(self) -> None:
        if self.plan.writers == 2:
            self._subjects.append(Subject(self._setting))
        if self._rng.random() < 0.7:
            self._try("start", self._subjects[0].start)
        for _ in range(self.plan.steps):
            self._change()
            subject = self._rng.choice(self._subjects)
            if subject.started or self._try("start", subject.start):
                self._work(subject)
                self._look(subject)
            if self._rng.random() < 0.1:
                self._restart(subject)

    def _work(self, subject: Subject) -> None:
        rng = self._rng
        if rng.random() < 0.6:
            self._accept(subject)
        for mirror in subject.mirrors:
            faults = random.Random(rng.getrandbits(64))
            rate = rng.choice([0, 0, 0, 0.2])
            mirror.fails = partial(lambda faults, rate: faults.random() < rate, faults, rate)
        notary = subject.notary
        if rng.random() < 0.7:
            self._try("sequence", notary.sequence)
        for chain in notary.chain_names:
            steps: list[tuple[str, Callable[[], object]]] = [
                ("sequence", notary.sequence),
                (f"anchor {chain}", partial(notary.anchor_pending, chain)),
                (f"submit {chain}", partial(notary.submit_anchor, chain)),
                (f"confirm {chain}", partial(notary.confirm_anchors, chain)),
                ("watch", notary.watch_chains),
            ]
            for name, step in rng.choices(steps, [2, 12, 4, 4, 1], k=rng.randrange(1, 4)):
                self._try(name, step)
        for mirror in subject.mirrors:
            mirror.fails = lambda: False

    def _accept(self, subject: Subject) -> None:
        rng = self._rng
        numbers = range(self._number, self._number + rng.randrange(1, 4))
        entries = [make_entry(self.plan.seed, number) for number in numbers]
        if self._accepted and rng.random() < 0.1:
            entries.append(rng.choice(sorted(self._accepted)))
        self._number = numbers.stop
        subject.accept(entries)
        self._accepted |= set(entries)
        self._attempted |= set(entries)
        self._say(f"accept {len(entries)}")

    def _restart(self, subject: Subject) -> None:
        self._say("restart")
        subject.close()
        self._subjects[self._subjects.index(subject)] = Subject(self._setting)

    # The faults, with the notary in processes that are killed.

    def _run_killed(self) -> None:
        writers = self.plan.writers
        if self._rng.random() < 0.7:
            self._try("start", self._subjects[0].start)
        for life in range(self._rng.randrange(2, 4)):
            notaries: list[KillableNotary] = []
            try:
                for place in range(writers):
                    notaries.append(self._live(life * writers + place))
                self._trouble_them(notaries)
            finally:
                for arena in self._arenas:
                    arena.tap.before = arena.tap.after = ignored
                for notary in notaries:
                    notary.kill()
                    self._accepted |= set(notary.accepted)
                    self._shown_final |= set(notary.final)
            for notary in notaries:
                hold(notary.failure is None, f"the process failed: {notary.failure}")
            self._say(f"killed, {len(self._accepted)} accepted by now")
            self._look(self._subjects[0])

    def _live(self, life: int) -> KillableNotary:
        rng = self._rng
        first = life * SPAN
        leaves = rng.randrange(2, 8)
        self._attempted |= {make_entry(self.plan.seed, first + at) for at in range(leaves)}
        moment = rng.choice(["commit", "committed", "put", "was-put", None, None, None])
        crash_at = None if moment is None else (moment, rng.randrange(1, 30))
        notary = KillableNotary(
            self._setting,
            Orders(seed=self.plan.seed, first=first, leaves=leaves, crash_at=crash_at),
        )
        if moment is None and rng.random() < 0.7:
            self._kill_at_request(notary.pid, rng.randrange(1, 60), when_done=rng.random() < 0.5)
        self._say(f"life {life}: {leaves} leaves, ends at {crash_at}")
        return notary

    def _kill_at_request(self, pid: int, after: int, *, when_done: bool) -> None:
        """Kill the process at a request, before the node hears of it or after it acted."""
        tap = self._rng.choice(self._arenas).tap
        due = tap.requests + after

        def look(number: int, _method: str) -> None:
            if number == due:
                os.kill(pid, signal.SIGKILL)

        if when_done:
            tap.after = look
        else:
            tap.before = look

    def _trouble_them(self, notaries: list[KillableNotary]) -> None:
        rng = self._rng
        for _ in range(rng.randrange(2, 7)):
            self._change()
            # Measured in what they do, not in time: a busy machine changes nothing then.
            due = self._requests() + rng.randrange(5, 50)
            until = time.monotonic() + _LONGEST_TURN_S
            while self._requests() < due and time.monotonic() < until:
                if not any(notary.alive for notary in notaries):
                    break
                time.sleep(0.005)
            for notary in notaries:
                notary.listen()
            self._look(self._subjects[0])
            if not any(notary.alive for notary in notaries):
                return

    def _requests(self) -> int:
        return sum(arena.tap.requests for arena in self._arenas)

    # What both need.

    def _change(self) -> None:
        for arena in self._arenas:
            self.journal += arena.change()

    def _try(self, name: str, step: Callable[[], object]) -> bool:
        """Take a step as the durable workflow does; any error but an expected one breaks off."""
        begun = time.monotonic()
        try:
            said = step()
        except EXPECTED as error:
            self._say(f"{name}: {type(error).__name__} {str(error)[:150]}")
            return False
        finally:
            took = time.monotonic() - begun
            if took > 1:
                self._say(f"{name} took {took:.1f} s")
        hold(took < _STEP_LIMIT_S, f"{name} took {took:.0f} s: it is not bounded")
        self._say(f"{name}: {said}")
        return True

    def _look(self, subject: Subject) -> None:
        for arena in self._arenas:
            arena.look(subject)

    def _calm_down(self) -> None:
        """End the faults, and let the notary do what is left."""
        self._say("calm")
        for arena in self._arenas:
            arena.calm()
        subject = self._subjects[0]
        until = time.monotonic() + _CALM_LIMIT_S
        last: dict[str, str] = {}
        while time.monotonic() < until:
            try:
                subject.start()
                if not self._accepted:
                    self._accept(subject)
                size = subject.notary.sequence()
                last = {
                    chain: subject.notary.anchor_pending(chain)
                    for chain in subject.notary.chain_names
                }
            except EXPECTED as error:
                size, last = -1, {"error": f"{type(error).__name__} {error}"}
            self._say(f"calm: {last}")
            if all(self._has_all(arena, subject, size) for arena in self._arenas):
                return
            for arena in self._arenas:
                arena.node.mine(FINALITY_DEPTH // 2)
            if "pending" not in last.values():
                time.sleep(0.01)
        states = [
            [(row.size, row.state, row.reason) for row in subject.anchors(arena.chain_id)]
            for arena in self._arenas
        ]
        hold(False, f"not done {_CALM_LIMIT_S:.0f} s after the last fault: {last}; {states}")

    def _has_all(self, arena: Arena, subject: Subject, size: int) -> bool:
        rows = subject.anchors(arena.chain_id)
        return bool(rows) and rows[-1].size == size and {row.state for row in rows} == {"final"}

    def _finish(self) -> None:
        subject = self._subjects[0]
        for arena in self._arenas:
            arena.node.mine(FINALITY_DEPTH)
        self._look(subject)
        truths = [arena.truth(subject) for arena in self._arenas]
        check_everything(subject, truths, self._accepted, self._attempted)
        hold(
            self._shown_final <= {leaf_hash(entry) for entry in self._attempted},
            "a leaf was shown as final that nobody gave",
        )
        # A new process on what is on the disk finds nothing to mend.
        again = Subject(self._setting)
        try:
            again.start()
            hold(again.notary.sequence() == subject.notary.size(), "a restart changed the log")
            for chain in again.notary.chain_names:
                hold(again.notary.anchor_pending(chain) == "idle", "a restart found work to do")
            check_anchors(again, truths)
        finally:
            again.close()

    def _say(self, what: str) -> None:
        self.journal.append(what)
