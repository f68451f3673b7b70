"""The log beside other Merkle libraries, over the same leaves in the same run.

Acta's own log does more than a library: it refuses a leaf it has, keeps the order of acceptance,
signs, and writes every tile to a mirror before it does. So there are two rows for appending: the
tree alone, and all of it.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from anchoring.hashing import leaf_hash
from anchoring.tree import append_nodes, inclusion_path_at, root, root_at, verify_inclusion
from benchmarks.measuring import PEERS_PYTHON, answer_of, cpu_seconds, quantile
from benchmarks.rows import Row, beside
from tests.unit.notary.house import House, make_entry

LEAVES = 50_000
_TRANSACTION = 1_000
_PROOFS = 1_000
_Nodes = dict[tuple[int, int], bytes]


def rows() -> Iterator[Row]:
    """Measure appending, proving and checking."""
    with tempfile.TemporaryDirectory(prefix="acta-log-") as scratch:
        folder = Path(scratch)
        program = Path(__file__).with_name("log_peers.py")
        peers = answer_of([PEERS_PYTHON, program, str(LEAVES), str(folder)])
        leaves = [leaf_hash(make_entry(number)) for number in range(LEAVES)]
        if any(peers[kind]["root"] != root(leaves).hex() for kind in ("memory", "sqlite")):
            raise RuntimeError("expected the peers to build the same tree, got another root")
        yield from _tree_rows(leaves, peers)
        yield from _service_rows(folder, peers)


def _tree_rows(leaves: Sequence[bytes], peers: dict[str, Any]) -> Iterator[Row]:
    nodes: _Nodes = {}

    def append() -> None:
        for begin in range(0, LEAVES, _TRANSACTION):
            batch = leaves[begin : begin + _TRANSACTION]
            nodes.update(append_nodes(lambda *at: nodes[at], begin, batch))

    rate = LEAVES / cpu_seconds(append)
    for kind in ("opentimestamps", "memory"):
        yield beside(
            f"log: append, the tree alone in memory, {LEAVES:,} leaves",
            rate,
            "leaves a CPU s",
            peers[kind]["name"],
            LEAVES / peers[kind]["append"],
        )
    rebuilt = cpu_seconds(lambda: root(leaves))
    one_more = cpu_seconds(lambda: append_nodes(lambda *at: nodes[at], LEAVES, leaves[:9]), times=9)
    yield beside(
        f"log: append 9 leaves to {LEAVES:,}",
        one_more * 1e6,
        "CPU µs",
        "building the tree anew",
        rebuilt * 1e6,
        bar="≤ 0.01×",
    )

    def path_of(index: int) -> list[bytes]:
        return inclusion_path_at(lambda *at: nodes[at], index, LEAVES)

    cost = median_cost(path_of, LEAVES)
    for kind in ("opentimestamps", "memory"):
        yield beside(
            "log: a proof made, tree in memory",
            cost * 1e6,
            "CPU µs",
            peers[kind]["name"],
            peers[kind]["proof"] * 1e6,
        )
    whole, place = root_at(lambda *at: nodes[at], LEAVES), LEAVES // 2
    path = path_of(place)
    checked = median_cost(
        lambda _: verify_inclusion(
            leaf_hash=leaves[place], index=place, size=LEAVES, path=path, root=whole
        ),
        LEAVES,
    )
    yield beside(
        "log: a proof checked",
        checked * 1e6,
        "CPU µs",
        peers["memory"]["name"],
        peers["memory"]["check"] * 1e6,
    )


def _service_rows(folder: Path, peers: dict[str, Any]) -> Iterator[Row]:
    house = House(folder, mirror_count=1)
    house.notary.start()
    begun = time.perf_counter()

    def accept() -> None:
        for begin in range(0, LEAVES, _TRANSACTION):
            house.accept(*range(begin, begin + _TRANSACTION))

    accepted = cpu_seconds(accept)
    placed = cpu_seconds(house.notary.sequence)
    wall = time.perf_counter() - begun
    kinds = ("opentimestamps", "sqlite")
    for kind in kinds:
        yield beside(
            f"log: place, sign and publish {LEAVES:,} leaves, SQLite and a mirror",
            LEAVES / placed,
            "leaves a CPU s",
            peers[kind]["name"],
            LEAVES / peers[kind]["append"],
        )
    for kind in kinds:
        yield beside(
            f"log: accept them too, {_TRANSACTION:,} a transaction",
            LEAVES / (accepted + placed),
            "leaves a CPU s",
            peers[kind]["name"],
            LEAVES / peers[kind]["append"],
        )
    yield beside(
        "log: all of it by the clock, disk waits and other load included",
        LEAVES / wall,
        "leaves/s",
        peers["sqlite"]["name"],
        LEAVES / peers["sqlite"]["appendWall"],
    )
    while house.notary.anchor_pending() != "idle":
        pass
    leaves = [leaf_hash(make_entry(number)) for number in range(LEAVES)]
    cost = median_cost(lambda index: house.notary.proof(leaves[index]), LEAVES)
    for kind in kinds:
        yield beside(
            "log: a proof made from SQLite, looked up by its leaf and written down",
            cost * 1e6,
            "CPU µs",
            peers[kind]["name"],
            peers[kind]["proof"] * 1e6,
        )
    yield beside(
        f"log: a written proof, signed checkpoint included, {LEAVES:,} leaves",
        len(house.notary.proof(leaves[LEAVES // 2])),
        "bytes",
        peers["opentimestamps"]["name"],
        peers["opentimestamps"]["proofBytes"],
    )
    house.database.dispose()


def median_cost(work: Callable[[int], object], size: int) -> float:
    """Return the median CPU seconds of ``work`` on indices spread over ``size`` leaves."""
    step = size // _PROOFS
    costs = sorted(cpu_seconds(partial(work, at * step)) for at in range(_PROOFS))
    return quantile(costs, 0.5)
