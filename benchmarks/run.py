"""Run every measurement, print the table and write ``results.json``.

A row: name, value, unit, peer (what it stands beside), the peer's value, ratio (value ÷ peer),
bar (the ratio that is wanted) and whether it was met. A missed bar is shown, never hidden, and
does not fail the run.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pyrage

from anchoring.tree import append_nodes, inclusion_path, root
from service.custody import cid_v1
from tests.running import RunningActa, free_port

ROOT = Path(__file__).resolve().parent.parent
LEAVES = 100_000
MEGABYTE = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Row:
    """One figure; ``bar`` reads as ``≤ 1.0`` or ``≥ 0.5`` on the ratio, or is empty."""

    name: str
    value: float
    unit: str
    peer: str
    peer_value: float
    ratio: float
    bar: str
    met: bool | None


def row(name: str, value: float, unit: str, peer: str, peer_value: float, *, bar: str = "") -> Row:
    """Return a row, its ratio and whether the bar was met."""
    ratio = value / peer_value
    met = None
    if bar:
        sense, wanted = bar.split()
        met = ratio <= float(wanted) if sense == "≤" else ratio >= float(wanted)
    return Row(
        name=name,
        value=round(value, 3),
        unit=unit,
        peer=peer,
        peer_value=round(peer_value, 3),
        ratio=round(ratio, 3),
        bar=bar,
        met=met,
    )


def seconds(work: Callable[[], object], *, times: int = 3) -> float:
    """Return the shortest of ``times`` runs, in seconds."""
    best = float("inf")
    for _ in range(times):
        begun = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begun)
    return best


def log_rows() -> Iterator[Row]:
    """The Merkle tree: appending without rebuilding, beside hashing alone."""
    leaves = [hashlib.sha256(n.to_bytes(4, "big")).digest() for n in range(LEAVES)]
    pair = bytes(65)

    def hash_alone() -> None:
        for _ in range(LEAVES):
            hashlib.sha256(pair).digest()

    nodes: dict[tuple[int, int], bytes] = {}

    def append_all() -> None:
        nodes.clear()
        for begin in range(0, LEAVES, 256):
            nodes.update(
                append_nodes(lambda level, at: nodes[level, at], begin, leaves[begin : begin + 256])
            )

    limit = LEAVES / seconds(hash_alone)
    yield row(
        "append to the persisted tree, batches of 256",
        LEAVES / seconds(append_all, times=1),
        "leaves/s",
        "one SHA-256 of 65 bytes a leaf",
        limit,
    )
    one_batch = seconds(
        lambda: append_nodes(lambda level, at: nodes[level, at], LEAVES - LEAVES % 256, leaves[:9])
    )
    rebuild = seconds(lambda: root(leaves), times=1)
    yield row(
        "append 9 leaves at 100,000",
        one_batch * 1000,
        "ms",
        "rebuilding the tree",
        rebuild * 1000,
        bar="≤ 0.01",
    )
    path = inclusion_path(leaves, 70_001)
    yield row(
        "inclusion path at 100,000 leaves",
        32 * len(path),
        "bytes",
        "17 hashes",
        17 * 32,
        bar="≤ 1.0",
    )


def custody_rows() -> Iterator[Row]:
    """Content identifiers and encryption, beside their limits."""
    data = os.urandom(25 * MEGABYTE)
    hashing = 25 / seconds(lambda: hashlib.sha256(data).digest())
    yield row("CID of 25 MB", 25 / seconds(lambda: cid_v1(data)), "MB/s", "SHA-256", hashing)
    recipient = pyrage.x25519.Identity.generate().to_public()
    yield row(
        "encrypting 25 MB (age)",
        25 / seconds(lambda: pyrage.encrypt(data, [recipient])),
        "MB/s",
        "the bar of 300 MB/s",
        300,
        bar="≥ 1.0",
    )


def service_rows(folder: Path) -> Iterator[Row]:
    """The service as a person meets it: starting again, and the whole demonstration."""
    acta = RunningActa(data=folder / "data", port=free_port(), chain_port=free_port())
    acta.start()
    acta.stop()
    begun = time.perf_counter()
    acta.start()
    again = time.perf_counter() - begun
    acta.stop()
    yield row("a second start", again, "s", "the bar of 10 s", 10, bar="≤ 1.0")

    verifier = ROOT / ".venv-verify" / "bin" / "acta"
    out = folder / "demo-out"
    begun = time.perf_counter()
    subprocess.run(
        [
            sys.executable, "-m", "anchoring.cli", "demo",
            "--out", str(out), "--verifier", str(verifier),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    yield row("make demo", time.perf_counter() - begun, "s", "the bar of 30 s", 30, bar="≤ 1.0")

    cold = seconds(
        lambda: subprocess.run([verifier, "--help"], check=True, stdout=subprocess.DEVNULL)
    )
    bare = seconds(lambda: subprocess.run([verifier.with_name("python"), "-c", ""], check=True))
    yield row("acta --help, cold", cold, "s", "an empty Python", bare)


def gas_rows() -> Iterator[Row]:
    """What AnchorLog costs, from the committed snapshot that the tests measure, beside the bars."""
    gas = json.loads((ROOT / "solidity" / "gas.json").read_text())
    for name, bar in {
        "anchor, later": 54_000,
        "verifyInclusion, depth 20, index 1048575": 55_000,
    }.items():
        yield row(f"gas of {name}", gas[name], "gas", f"the bar of {bar:,}", bar, bar="≤ 1.0")


def main() -> int:
    """Measure, print, write; return 0 whatever the figures are."""
    folder = Path(tempfile.mkdtemp(prefix="acta-bench-"))
    rows: list[Row] = []
    try:
        for group in (log_rows(), custody_rows(), gas_rows(), service_rows(folder)):
            for one in group:
                rows.append(one)
                mark = {True: "met", False: "MISSED", None: ""}[one.met]
                print(
                    f"{one.name:46}{one.value:>14,.3f} {one.unit:9}{one.ratio:>9.3f} × "
                    f"{one.peer} ({one.peer_value:,.3f})  {one.bar} {mark}",
                    flush=True,
                )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    path = ROOT / "benchmarks" / "results.json"
    path.write_text(json.dumps([asdict(one) for one in rows], indent=1, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
