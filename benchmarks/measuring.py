"""Clocks and memory, so that every group means the same by its figures."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PEERS_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
"""The environment of other people's Python libraries; nothing of ours is in it."""
VERIFIER = Path(os.environ.get("ACTA_VERIFIER", ROOT / ".venv-verify" / "bin" / "acta"))
"""The outsider's ``acta``, installed without the service."""


def cpu_seconds(work: Callable[[], object], *, times: int = 1) -> float:
    """Return the least CPU time of ``times`` runs: user and system, of this process alone.

    It says the same on a busy machine as on an idle one, but for caches and clock rates.
    """
    return min(_spent(work, time.process_time) for _ in range(times))


def wall_seconds(work: Callable[[], object], *, times: int = 1) -> float:
    """Return the shortest of ``times`` runs; other people's load is in it."""
    return min(_spent(work, time.perf_counter) for _ in range(times))


def child_cpu_seconds(command: Sequence[str | Path], *, times: int = 1) -> float:
    """Return the least CPU time of a command that must succeed, its own children included."""

    def run() -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def spent() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    return min(_spent(run, spent) for _ in range(times))


def own_peak_megabytes() -> float:
    """Return the most memory this process ever held (peak resident set), in MB."""
    # Not getrusage: its peak is inherited from the process that started this one.
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise LookupError("expected VmHWM in /proc/self/status; memory is measured on Linux alone")


def quantile(sorted_values: Sequence[float], share: float) -> float:
    """Return the value below which ``share`` of the ascending values lie."""
    return sorted_values[min(len(sorted_values) - 1, int(share * len(sorted_values)))]


def answer_of(command: Sequence[str | Path]) -> Any:
    """Return the JSON that the last line of a program's output holds; it must succeed."""
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    return json.loads(done.stdout.splitlines()[-1])


def module_command(module: str, *arguments: str) -> list[str]:
    """Return the command that runs one of our modules in a fresh process."""
    return [sys.executable, "-m", module, *arguments]


def _spent(work: Callable[[], object], clock: Callable[[], float]) -> float:
    begun = clock()
    work()
    return clock() - begun
