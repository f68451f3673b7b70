"""Runs schedules on one chain; also the command that repeats a single one.

    python -m tests.chaos.worker --node anvil --seed 42 [--killed] [--postgres URL]

Without ``--seed`` it reads one order a line from its input, ``{"seed", "killed", "postgresql"}``,
answers each with one line, and ends with its input.
"""

import argparse
import json
import os
import secrets
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import create_engine, make_url, text

from tests.chaos.arena import MOST_PROXIES, Place
from tests.chaos.nodes import FINALITY_DEPTH, NodeKind, start_node
from tests.chaos.proxy import ProxyFarm
from tests.chaos.schedule import Plan, Schedule
from tests.chaos.subject import prepare_database

_JOURNAL_SHOWN = 120
# A node that reorganises for long enough loses states of its past; anvil after some 2,000 blocks.
_MOST_BLOCKS = 500


class Worker:
    """The chains that schedules happen on, one after the other, and a folder for their files.

    ``kind`` is the node of their home chain; the chain beside it is anvil's.
    """

    def __init__(self, kind: NodeKind, folder: Path, postgresql: str | None) -> None:
        self._folder = folder
        self._kind = kind
        self._postgresql = postgresql
        self._places: list[Place] = []
        try:
            for each in (kind, "anvil"):
                self._places.append(self._start_place(each))
        except BaseException:
            self.close()
            raise
        self._template = folder / "template.db"
        prepare_database(f"sqlite:///{self._template}")

    def close(self) -> None:
        """End the nodes and the proxies."""
        for place in self._places:
            _stop_place(place)

    def run(self, order: dict[str, Any]) -> dict[str, Any]:
        """Run one schedule; the answer has ``failure`` and ``journal`` if it failed."""
        begun = time.monotonic()
        self._renew_places()
        plan = Plan.drawn(
            order["seed"], killed=order["killed"], on_postgresql=bool(order["postgresql"])
        )
        answer: dict[str, Any] = dict(order, plan=str(plan), node=self._kind)
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        schedule: Schedule | None = None
        try:
            with self._database(folder, plan.on_postgresql) as url:
                schedule = Schedule(plan, self._places, folder, url)
                _log_into(schedule.journal)
                answer["counts"] = schedule.run()
        except Exception:  # noqa: BLE001  reported with the seed that repeats it
            answer["failure"] = traceback.format_exc()
            answer["journal"] = schedule.journal[-_JOURNAL_SHOWN:] if schedule else []
        shutil.rmtree(folder, ignore_errors=True)
        answer["seconds"] = round(time.monotonic() - begun, 2)
        return answer

    def _start_place(self, kind: NodeKind) -> Place:
        node = start_node(kind, self._folder)
        farm = ProxyFarm(node.url, MOST_PROXIES)
        farm.start()
        # A past to which no schedule's reorganisation goes back.
        node.mine(2 * FINALITY_DEPTH)
        return Place(node, farm)

    def _renew_places(self) -> None:
        for number, place in enumerate(self._places):
            if place.node.height() > _MOST_BLOCKS:
                _stop_place(place)
                self._places[number] = self._start_place(place.node.kind)

    @contextmanager
    def _database(self, folder: Path, on_postgresql: bool) -> Iterator[str]:
        if not on_postgresql:
            shutil.copyfile(self._template, folder / "acta.db")
            yield f"sqlite:///{folder / 'acta.db'}"
            return
        assert self._postgresql is not None, "expected --postgres URL for this schedule"
        server = make_url(self._postgresql).set(drivername="postgresql+psycopg")
        name = f"chaos_{secrets.token_hex(6)}"
        engine = create_engine(server, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.execute(text(f"CREATE DATABASE {name}"))
            url = server.set(database=name).render_as_string(hide_password=False)
            prepare_database(url)
            yield url
            with engine.connect() as connection:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        finally:
            engine.dispose()


def _stop_place(place: Place) -> None:
    place.farm.stop()
    place.node.stop()


def _log_into(journal: list[str]) -> None:
    """Let the notary's own log tell the journal why it did what it did."""

    def keep(_logger: Any, _name: str, event: Any) -> Any:
        journal.append(f"    {event.pop('event')} {event}")
        raise structlog.DropEvent

    structlog.configure(processors=[keep], cache_logger_on_first_use=False)


def main() -> int:
    """Run what the arguments or the input say."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.worker")
    parser.add_argument("--node", choices=["anvil", "hardhat"], required=True)
    parser.add_argument("--postgres")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--killed", action="store_true")
    given = parser.parse_args()
    # No power is cut here, so memory is as durable as a disk, and quicker.
    memory = Path("/dev/shm")
    base = memory if os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="acta-chaos-", dir=base) as folder:
        worker = Worker(given.node, Path(folder), given.postgres)
        try:
            if given.seed is None:
                for line in sys.stdin:
                    print(json.dumps(worker.run(json.loads(line))), flush=True)
                return 0
            answer = worker.run(
                {
                    "seed": given.seed,
                    "killed": given.killed,
                    "postgresql": given.postgres is not None,
                }
            )
            print("\n".join(answer.pop("journal", [])))
            print(answer.pop("failure", "held"))
            print(json.dumps(answer))
            return 0
        finally:
            worker.close()


if __name__ == "__main__":
    sys.exit(main())
