"""What other people's Merkle libraries make of the same leaves; prints one JSON object.

Run by the interpreter of ``.venv-bench``, where nothing of ours is installed:
``log_peers.py NUMBER_OF_LEAVES FOLDER``. Times are CPU seconds of this process.
"""

import hashlib
import json
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path

from opentimestamps.core.notary import PendingAttestation
from opentimestamps.core.serialize import BytesSerializationContext
from opentimestamps.core.timestamp import Timestamp, make_merkle_tree
from pymerkle import BaseMerkleTree, InmemoryTree, SqliteTree, verify_inclusion

_PROOFS = 1_000


def entries(count: int) -> list[bytes]:
    """Return the entries that every library gets, the same as Acta's."""
    return [hashlib.sha256(b"entry" + at.to_bytes(8, "big")).digest() for at in range(count)]


def spent(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def median(count: int, work: Callable[[int], object]) -> float:
    """Return the median cost of asking for leaves spread over the tree."""
    step = count // _PROOFS
    costs = [spent(partial(work, at * step)) for at in range(_PROOFS)]
    return sorted(costs)[len(costs) // 2]


def opentimestamps(leaves: list[bytes]) -> dict[str, object]:
    """Its tree carries the proofs, so that only writing one down remains."""
    stamps = [Timestamp(leaf) for leaf in leaves]
    tips: list[Timestamp] = []
    append = spent(lambda: tips.append(make_merkle_tree(stamps)))
    tips[0].attestations.add(PendingAttestation("https://calendar.example"))

    def written(index: int) -> bytes:
        context = BytesSerializationContext()
        stamps[index].serialize(context)
        return bytes(context.getbytes())

    return {
        "name": f"OpenTimestamps {version('opentimestamps')}",
        "append": append,
        "proof": median(len(leaves), written),
        "proofBytes": len(written(len(leaves) // 2)),
    }


def pymerkle(
    tree: BaseMerkleTree, leaves: list[bytes], append: Callable[[], object]
) -> dict[str, object]:
    begun = time.perf_counter()
    spent_appending = spent(append)
    took = time.perf_counter() - begun
    root = tree.get_root()
    # The first proof reads every leaf and fills a cache; those after it are what it costs.
    tree.prove_inclusion(1)
    place = len(leaves) // 2
    proof, leaf = tree.prove_inclusion(place), tree.get_leaf(place)
    return {
        "name": f"pymerkle {version('pymerkle')} {type(tree).__name__}",
        "append": spent_appending,
        "appendWall": took,
        "proof": median(len(leaves), lambda index: tree.prove_inclusion(index + 1)),
        "check": median(len(leaves), lambda _: verify_inclusion(leaf, root, proof)),
        "root": root.hex(),
    }


def main() -> None:
    count, folder = int(sys.argv[1]), Path(sys.argv[2])
    leaves = entries(count)
    memory = InmemoryTree()
    disk = SqliteTree(str(folder / "pymerkle.db"))

    def one_by_one() -> None:
        for leaf in leaves:
            memory.append_entry(leaf)

    answer = {
        "opentimestamps": opentimestamps(leaves),
        "memory": pymerkle(memory, leaves, one_by_one),
        "sqlite": pymerkle(disk, leaves, lambda: disk.append_entries(leaves)),
    }
    disk.close()
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
