"""What the stores cost: placing at all of them at once, reading every copy again, memory."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from benchmarks.rows import Row, beside, within
from service.custody import Custody, Store
from tests.parts import ManualClock, fresh_database, fresh_keyring
from tests.servers.places import Places

_KINDS = ("disk", "s3", "gcs")
_SIZES = {"200 KB": 200_000, "50 MB": 50_000_000}
_RUNS = {"200 KB": 15, "50 MB": 3}
_SCRUBBED = 8


def rows() -> Iterator[Row]:
    """Measure over a disk, a real S3 server and a Google server, all on this machine."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        places = Places(folder / "servers")
        try:
            for size in _SIZES:
                yield _placing(folder, places, size)
            yield _scrubbing(folder, places)
        finally:
            places.stop()
    yield within("custody: memory above idle, placing 50 MB in 3 stores", _memory(), "MB", "≤ 150")


def _placing(folder: Path, places: Places, size: str) -> Row:
    content = os.urandom(_SIZES[size])
    stores = [places.open(kind, place="bench", name=kind) for kind in _KINDS]
    alone = max(_seconds(folder, [store], content, _RUNS[size]) for store in stores)
    together = _seconds(folder, stores, content, _RUNS[size])
    return beside(
        f"custody: placing {size} in 3 stores, read back",
        1000 * together,
        "ms",
        "the slowest of them alone",
        1000 * alone,
        bar="≤ 1.3×",
    )


def _seconds(folder: Path, stores: Sequence[Store], content: bytes, runs: int) -> float:
    """Return the median of the seconds from having a PDF to its last good copy."""
    custody = _custody(folder, stores)
    took = []
    for number in range(runs):
        # Each run has content of its own, since the same is kept once.
        pdf = number.to_bytes(8, "big") + os.urandom(8) + content[16:]
        began = time.perf_counter()
        custody.keep(f"agr_{os.urandom(6).hex()}", pdf)
        took.append(time.perf_counter() - began)
    return sorted(took)[len(took) // 2]


def _scrubbing(folder: Path, places: Places) -> Row:
    clock = ManualClock()
    stores = [places.open("disk", place="scrubbed", name="disk")]
    custody = _custody(folder, stores, clock)
    for number in range(_SCRUBBED):
        custody.keep(f"agr_scrub_{number}", os.urandom(25_000_000))
    clock.advance(days=31)
    began = time.perf_counter()
    report = custody.scrub(budget_s=120)
    took = time.perf_counter() - began
    assert report.verified >= _SCRUBBED
    return within("custody: scrub of a disk", report.bytes / took / 1e9, "GB/s", "≥ 0.2")


def _memory() -> float:
    """Return the megabytes above idle at the peak, in a process of its own."""
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.storing"], check=True, capture_output=True, text=True
    )
    return float(ran.stdout.splitlines()[-1])


def _custody(folder: Path, stores: Sequence[Store], clock: ManualClock | None = None) -> Custody:
    own = Path(tempfile.mkdtemp(dir=folder))
    return Custody(
        database=fresh_database(own),
        keyring=fresh_keyring(own),
        clock=clock or ManualClock(),
        stores=stores,
        quorum=len(stores),
        spool=own / "spool",
        verify_every=timedelta(days=30),
    )


def _print_memory() -> None:
    with tempfile.TemporaryDirectory() as name:
        places = Places(Path(name) / "servers")
        try:
            stores = [places.open(kind, place="bench", name=kind) for kind in _KINDS]
            custody = _custody(Path(name), stores)
            custody.keep("agr_warm", os.urandom(200_000))
            pdf = Path(name) / "document"
            pdf.write_bytes(os.urandom(50_000_000))
            idle = _resident_megabytes("VmRSS")
            # The service reads the PDF for this call alone, so its bytes count too.
            Path("/proc/self/clear_refs").write_text("5")
            custody.keep("agr_large", pdf.read_bytes())
            print(_resident_megabytes("VmHWM") - idle)
        finally:
            places.stop()


def _resident_megabytes(member: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith(f"{member}:"))
    return int(line.split()[1]) / 1000


if __name__ == "__main__":
    _print_memory()
