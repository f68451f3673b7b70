"""The service as a person meets it: starting again, and the whole demonstration."""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import VERIFIER, module_command, wall_seconds
from benchmarks.rows import Row, within
from tests.running import RunningActa, free_port


def rows() -> Iterator[Row]:
    """Measure by the clock, since a person waits by it; other load is in these figures."""
    with tempfile.TemporaryDirectory(prefix="acta-start-") as scratch:
        acta = RunningActa(data=Path(scratch, "data"), port=free_port(), chain_port=free_port())
        acta.start()
        acta.stop()
        again = wall_seconds(acta.start)
        acta.stop()
        yield within("starting: a second start, by the clock", again, "s", "≤ 10")

        options = ("--out", str(Path(scratch, "out")), "--verifier", str(VERIFIER))
        command = module_command("anchoring.cli", "demo", *options)
        shown = wall_seconds(lambda: subprocess.run(command, check=True, capture_output=True))
        yield within("starting: make demo, by the clock", shown, "s", "≤ 30")
