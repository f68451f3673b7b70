"""The notary in a process of its own, which works as the durable workflows do until it is killed.

It comes from a fork server that has everything loaded, so that a start costs milliseconds.
"""

import json
import multiprocessing
import os
import random
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Literal, NoReturn

import structlog

from tests.chaos.subject import EXPECTED, Setting, Subject, end_process, make_entry

SPAN = 1_000
"""Each process accepts entries of its own numbers, at most so many."""

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.chaos.killable", "requests", "web3", "eth_account"])


@dataclass(frozen=True, kw_only=True)
class Orders:
    """What one process is to do: which entries it accepts, and where it ends by its own hand.

    ``crash_at``: a commit or put, before or after it, and the how-manieth of them; None leaves
    the end to others.
    """

    seed: int
    first: int
    leaves: int
    crash_at: tuple[Literal["commit", "committed", "put", "was-put"], int] | None


class KillableNotary:
    """One such process and what it has said so far."""

    def __init__(self, setting: Setting, orders: Orders) -> None:
        reading, writing = os.pipe()
        self._reports = os.fdopen(reading, "rb", buffering=0)
        os.set_blocking(reading, False)
        self.orders = orders
        self.accepted: list[bytes] = []
        self.final: list[bytes] = []
        self.failure: str | None = None
        self._rest = b""
        # The fork server hands the descriptor over; ours is closed, so that its end is seen.
        with Connection(writing, readable=False) as channel:
            self._process: BaseProcess = _context.Process(
                target=_work, args=(setting, orders, channel)
            )
            self._process.start()

    @property
    def pid(self) -> int:
        """The process id."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.is_alive()

    def kill(self) -> None:
        """Kill it with SIGKILL, if it lives, and read the last it said."""
        self._process.kill()
        self._process.join()
        self.listen()
        self._process.close()
        self._reports.close()

    def listen(self) -> None:
        """Take in what it has said."""
        while part := self._reports.read(65_536):
            self._rest += part
        *lines, self._rest = self._rest.split(b"\n")
        for line in lines:
            report = json.loads(line)
            self.accepted += [make_entry(self.orders.seed, at) for at in report.get("accepted", [])]
            self.final += [bytes.fromhex(leaf) for leaf in report.get("final", [])]
            self.failure = report.get("failure", self.failure)


def _work(setting: Setting, orders: Orders, channel: Connection) -> None:
    """Accept, sequence and anchor, for ever; runs in the process that is killed."""

    structlog.configure(processors=[_drop])

    def say(**report: object) -> None:
        os.write(channel.fileno(), json.dumps(report).encode() + b"\n")

    try:
        subject = Subject(setting)
        if orders.crash_at is not None:
            _arm(subject, *orders.crash_at)
        _run(subject, orders, say)
    except BaseException:  # noqa: BLE001  told to the schedule, which fails with it
        say(failure=traceback.format_exc())


def _drop(_logger: object, _name: str, _event: object) -> NoReturn:
    """Log nothing: the output is the worker's."""
    raise structlog.DropEvent


def _arm(subject: Subject, moment: str, number: int) -> None:
    left = number

    def told(what: str) -> None:
        nonlocal left
        if what == moment:
            left -= 1
            if left == 0:
                end_process()

    subject.database.told = told
    for mirror in subject.mirrors:
        mirror.told = told


def _run(subject: Subject, orders: Orders, say: Callable[..., None]) -> None:
    rng = random.Random(f"{orders.seed} {orders.first}")
    number, last = orders.first, orders.first + orders.leaves
    leaves: list[bytes] = []
    shown: set[bytes] = set()
    while True:
        try:
            subject.start()
            if number < last:
                batch = range(number, min(last, number + rng.randrange(1, 4)))
                leaves += subject.accept([make_entry(orders.seed, at) for at in batch])
                number = batch.stop
                say(accepted=list(batch))
            subject.notary.sequence()
            for chain in subject.notary.chain_names:
                subject.notary.anchor_pending(chain)
        except EXPECTED:
            time.sleep(0.005)
            continue
        finals = {
            leaf
            for leaf, status in subject.notary.leaf_statuses(leaves).items()
            if status.status == "final"
        }
        if finals - shown:
            shown |= finals
            say(final=[leaf.hex() for leaf in finals])
        time.sleep(rng.choice([0, 0.002, 0.01]))
