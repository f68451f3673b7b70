"""Hundreds of random schedules of faults, on anvil and on the Hardhat node.

``CHAOS_SCHEDULES`` says how many (300), ``CHAOS_FIRST_SEED`` from which seed on. A schedule that
fails is named by the command that repeats it, and its journal is shown.
"""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import IO, Any

import pytest

from tests.conftest import ROOT

_SCHEDULES = int(os.environ.get("CHAOS_SCHEDULES", "300"))
_FIRST_SEED = int(os.environ.get("CHAOS_FIRST_SEED", "1"))
# Waiting, for a node that hangs or rests, takes no processor: more workers than processors pay.
_WORKERS = max(3, (os.cpu_count() or 1) + 1)
_SHOWN = 3


@dataclass
class _Round:
    """Orders for workers, and their answers."""

    node: str
    postgresql: str
    orders: "queue.Queue[dict[str, Any]]" = field(default_factory=queue.Queue)
    answers: list[dict[str, Any]] = field(default_factory=list)

    def run(self) -> None:
        """Have all orders carried out."""
        workers = min(_WORKERS, self.orders.qsize())
        threads = [threading.Thread(target=self._work) for _ in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _work(self) -> None:
        """Run one worker, which is a process with nodes and a chain of its own."""
        command = [sys.executable, "-m", "tests.chaos.worker", "--node", self.node]
        process = subprocess.Popen(
            [*command, "--postgres", self.postgresql],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            self._hand_out(process.stdin, process.stdout)
            process.stdin.close()
            process.wait(30)
        finally:
            if process.poll() is None:
                # With it go its chains and its notaries, which are of its session.
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            process.stdout.close()

    def _hand_out(self, orders: IO[str], answers: IO[str]) -> None:
        while True:
            try:
                order = self.orders.get_nowait()
            except queue.Empty:
                return
            orders.write(json.dumps(order) + "\n")
            orders.flush()
            answer = answers.readline()
            if not answer:
                self.answers.append(dict(order, plan=f"seed {order['seed']}", failure="it ended"))
                return
            self.answers.append(json.loads(answer))


def _told(answer: dict[str, Any], node: str) -> str:
    """Return what a schedule that failed has to say, and how to repeat it."""
    repeat = f"python -m tests.chaos.worker --node {node} --seed {answer['seed']}"
    if answer["killed"]:
        repeat += " --killed"
    if answer["postgresql"]:
        repeat += " --postgres URL"
    journal = "\n".join(f"  {line}" for line in answer.get("journal", []))
    return f"{answer['plan']}\n{repeat}\n{journal}\n{answer['failure']}"


def _seeds(node: str) -> range:
    """Return the seeds of a node: of every fifteen schedules, two are on Hardhat."""
    on_hardhat = _SCHEDULES * 2 // 15
    if node == "hardhat":
        return range(_FIRST_SEED, _FIRST_SEED + on_hardhat)
    return range(_FIRST_SEED + on_hardhat, _FIRST_SEED + _SCHEDULES)


@pytest.mark.parametrize("node", ["anvil", "hardhat"])
def test_whatever_happens_every_leaf_is_anchored_once(node: str, postgres_server: str) -> None:
    """After the faults every accepted leaf has one place, is final, and proves on the real chain.

    In a quarter of the schedules the process that runs the notary is killed; a tenth is on
    PostgreSQL.
    """
    seeds = _seeds(node)
    work = _Round(node, postgres_server)
    for seed in seeds:
        work.orders.put({"seed": seed, "killed": seed % 4 == 0, "postgresql": seed % 10 == 3})
    work.run()
    failed = [answer for answer in work.answers if "failure" in answer]
    counted: Counter[str] = Counter()
    for answer in work.answers:
        counted.update(answer.get("counts", {}))
    print(f"\n{node}: {len(work.answers)} schedules: {dict(counted)}")
    if failed:
        seeds_of_failed = sorted(answer["seed"] for answer in failed)
        told = "\n\n".join(_told(answer, node) for answer in failed[:_SHOWN])
        pytest.fail(f"{len(failed)} schedules failed, seeds {seeds_of_failed}:\n{told}")
    assert len(work.answers) == len(seeds)
    # What is meant to happen did.
    if len(seeds) >= 30:
        for trouble in ("reorganise", "lose_transactions", "change_mining", "lies", "send_again"):
            assert counted[trouble] > 0
