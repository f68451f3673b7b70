"""A log that grows to millions of leaves, in a process of its own; prints one JSON object.

``python -m benchmarks.growing_log grow FOLDER MILLIONS`` makes it through the service's own
sequencer on SQLite with one mirror; ``… prove FOLDER MILLIONS`` opens it afterwards, as a fresh
process would, and proves leaves all over it.
"""

import json
import random
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from anchoring.checkpoint import open_checkpoint
from anchoring.hashing import ZERO32, leaf_hash
from anchoring.tlog_proof import parse_tlog_proof
from anchoring.tree import append_nodes, verify_inclusion
from benchmarks.measuring import own_peak_megabytes, quantile
from service.notary.models import Leaf
from service.notary.node_store import read_inclusion_path
from tests.unit.notary.house import House, make_entry

MILLION = 1_000_000
_TRANSACTION = 2_000
# A checkpoint after so many leaves; a busy log would sign one each minute.
CHECKPOINT = 20_000
AT_THE_DOOR = CHECKPOINT // 1_000
_PROOFS = 5_000
_ACCEPTED = datetime(2026, 1, 31, 12, tzinfo=UTC)


class Spending:
    """CPU and wall seconds that some work took."""

    def __init__(self, work: Callable[[], object]) -> None:
        cpu, wall = time.process_time(), time.perf_counter()
        work()
        self.cpu = time.process_time() - cpu
        self.wall = time.perf_counter() - wall


def grow(folder: Path, millions: int) -> dict[str, Any]:
    """Fill the log; return of each million the median cost of a checkpoint's leaves, in seconds.

    One leaf in a thousand comes in through the notary's door, as a caller's do; the others are
    put where it puts them, many at a time, since what is measured is the log. Beside each
    checkpoint a fixed piece of work is done, so that a million that met a busy machine can be
    told from one that cost more.
    """
    folder.mkdir(parents=True, exist_ok=True)
    house = House(folder, mirror_count=1)
    house.notary.start()
    steps = []
    for million in range(millions):
        accepted, placed, fixed = [], [], []
        for begin in range(million * MILLION, (million + 1) * MILLION, CHECKPOINT):
            inside = begin + AT_THE_DOOR
            accepted.append(Spending(partial(house.accept, *range(begin, inside))))
            placed.append(Spending(partial(_put_and_sequence, house, inside, begin + CHECKPOINT)))
            fixed.append(Spending(_fixed_work))
            house.enqueued.work.clear()
        steps.append(
            {
                "accept": _relative(accepted, fixed),
                "append": _relative(placed, fixed),
                "fixed": quantile(sorted(one.cpu for one in fixed), 0.5),
                "peakMegabytes": own_peak_megabytes(),
            }
        )
        print(million + 1, json.dumps(steps[-1]), file=sys.stderr, flush=True)
    while house.notary.anchor_pending() != "idle":
        pass
    house.database.dispose()
    stored = sum(path.stat().st_size for path in folder.glob("acta.db*"))
    return {"millions": steps, "databaseBytes": stored, "peakMegabytes": own_peak_megabytes()}


def _relative(spendings: list[Spending], fixed: list[Spending]) -> dict[str, float]:
    """Return medians: CPU and wall seconds, and the CPU time in units of the fixed work."""
    shares = [one.cpu / beside.cpu for one, beside in zip(spendings, fixed, strict=True)]
    return {
        "cpu": quantile(sorted(one.cpu for one in spendings), 0.5),
        "wall": quantile(sorted(one.wall for one in spendings), 0.5),
        "fixedWorks": quantile(sorted(shares), 0.5),
    }


def _fixed_work() -> None:
    """Do some of what appending does, hashing and SQLite, to a tree that is always empty."""
    leaves = [leaf_hash(make_entry(number)) for number in range(CHECKPOINT // 4)]
    nodes = append_nodes(lambda *_: b"", 0, leaves)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE node (hash BLOB UNIQUE, level INTEGER, place INTEGER)")
        connection.executemany(
            "INSERT INTO node VALUES (?, ?, ?)", [(value, *at) for at, value in nodes.items()]
        )


def prove(folder: Path, millions: int) -> dict[str, Any]:
    """Prove leaves all over the log, check some, and return seconds for each and peak memory."""
    house = House(folder, mirror_count=1)
    size = millions * MILLION
    chosen = random.Random(9162).sample(range(size), _PROOFS)  # noqa: S311 - places in the log
    with house.database.reading() as session:
        paths = [Spending(partial(read_inclusion_path, session, at, size)) for at in chosen]
    leaves = [leaf_hash(make_entry(number)) for number in chosen]
    written = [Spending(partial(house.notary.proof, leaf)) for leaf in leaves]
    for number in chosen[:20]:
        _check(house, number)
    house.database.dispose()
    return {
        "path": _spread(paths),
        "written": _spread(written),
        "peakMegabytes": own_peak_megabytes(),
    }


def _spread(spendings: list[Spending]) -> dict[str, float]:
    """Return the median and the 99th percentile of the CPU time, and the median by the clock."""
    cpu = sorted(one.cpu for one in spendings)
    wall = sorted(one.wall for one in spendings)
    return {
        "median": quantile(cpu, 0.5),
        "99th percentile": quantile(cpu, 0.99),
        "clock": quantile(wall, 0.5),
    }


def _put_and_sequence(house: House, first: int, end: int) -> None:
    for begin in range(first, end, _TRANSACTION):
        rows = []
        for number in range(begin, min(begin + _TRANSACTION, end)):
            entry = make_entry(number)
            rows.append(
                {
                    "leaf_hash": leaf_hash(entry),
                    "entry": entry,
                    "kind": "statement",
                    "subject": ZERO32,
                    "log_index": None,
                    "accepted_at": _ACCEPTED,
                }
            )
        with house.database.transaction() as session:
            session.execute(insert(Leaf), rows)
    house.notary.sequence()


def _check(house: House, number: int) -> None:
    proof = parse_tlog_proof(house.notary.proof(leaf_hash(make_entry(number))))
    checkpoint = open_checkpoint(proof.checkpoint, [house.notary.identity.vkey])
    if proof.index != number:
        raise RuntimeError(f"expected leaf {number} at its own index, got {proof.index}")
    verify_inclusion(
        leaf_hash=leaf_hash(make_entry(number)),
        index=number,
        size=checkpoint.size,
        path=proof.path,
        root=checkpoint.root,
    )


def main() -> None:
    work = {"grow": grow, "prove": prove}[sys.argv[1]]
    print(json.dumps(work(Path(sys.argv[2]), int(sys.argv[3]))))


if __name__ == "__main__":
    main()
