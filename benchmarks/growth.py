"""Ten million leaves in one log: the last million must cost what the second did."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import growing_log
from benchmarks.measuring import answer_of, module_command
from benchmarks.rows import Row, beside, within

MILLIONS = 10
_SIZE = f"{MILLIONS} million leaves"


def rows() -> Iterator[Row]:
    """Grow a log, then open it in a fresh process and prove; takes most of an hour."""
    with tempfile.TemporaryDirectory(prefix="acta-growth-") as folder:
        yield from rows_of(Path(folder))


def rows_of(folder: Path) -> Iterator[Row]:
    """Grow the log in ``folder``, which is empty or does not exist."""
    grown = _worker("grow", folder)
    second, last = grown["millions"][1], grown["millions"][-1]
    leaves = growing_log.CHECKPOINT - growing_log.AT_THE_DOOR
    yield beside(
        "growth: append, CPU, the last of 10 million",
        last["append"]["fixedWorks"] * last["fixed"] / leaves * 1e6,
        "CPU µs a leaf",
        "the second million, scaled by fixed work done beside both",
        second["append"]["fixedWorks"] * last["fixed"] / leaves * 1e6,
        bar="≤ 1.2×",
    )
    yield beside(
        "growth: append, CPU, the last of 10 million",
        last["append"]["cpu"] / leaves * 1e6,
        "CPU µs a leaf",
        "the second million, as it was",
        second["append"]["cpu"] / leaves * 1e6,
    )
    yield beside(
        "growth: append by the clock, disk waits and other load included",
        last["append"]["wall"] / leaves * 1e6,
        "µs a leaf",
        "the second million, as it was",
        second["append"]["wall"] / leaves * 1e6,
    )
    yield beside(
        "growth: accept at the notary's door, CPU, at 10 million",
        last["accept"]["fixedWorks"] * last["fixed"] / growing_log.AT_THE_DOOR * 1e6,
        "CPU µs a leaf",
        "the second million, scaled by fixed work done beside both",
        second["accept"]["fixedWorks"] * last["fixed"] / growing_log.AT_THE_DOOR * 1e6,
        bar="≤ 1.2×",
    )
    yield within(
        f"growth: peak memory while growing to {_SIZE}", grown["peakMegabytes"], "MB", "≤ 300"
    )
    yield beside(
        f"growth: the database of {_SIZE}",
        grown["databaseBytes"] / (MILLIONS * 1_000_000),
        "bytes a leaf",
        "entry and leaf hash alone",
        64,
    )
    proved = _worker("prove", folder)
    for kind, what in (("path", "an inclusion path"), ("written", "a written proof, looked up")):
        for share in ("median", "99th percentile"):
            yield within(
                f"growth: {what}, {_SIZE}, {share}", proved[kind][share] * 1e3, "CPU ms", "≤ 1"
            )
        yield within(
            f"growth: {what}, {_SIZE}, median by the clock",
            proved[kind]["clock"] * 1e3,
            "ms",
            "≤ 1",
        )
    yield within(
        f"growth: peak memory of a fresh process that proves, {_SIZE}",
        proved["peakMegabytes"],
        "MB",
        "≤ 300",
    )


def _worker(task: str, folder: Path) -> dict[str, Any]:
    command = module_command("benchmarks.growing_log", task, str(folder), str(MILLIONS))
    return dict(answer_of(command))
