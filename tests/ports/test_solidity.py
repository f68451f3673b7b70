"""AnchorLog's own tests, run by Hardhat, and what its calls cost."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT
from tests.ports.anchor_gas import SNAPSHOT, measure

TOOLS = ROOT / "hardhat-local"
HARDHAT = "node_modules/hardhat/dist/src/cli.js"


def node() -> str:
    """Return Hardhat's Node (22 or newer): the environment's own, else the machine's."""
    own = Path(sys.executable).with_name("node")
    found = str(own) if own.exists() else shutil.which("node")
    assert found, "expected node beside Python or on PATH; is `make test` setting this up?"
    return found


def test_solidity_tests_pass() -> None:
    run = subprocess.run(
        [node(), HARDHAT, "test", "solidity"],
        cwd=TOOLS,
        env={**os.environ, "HARDHAT_DISABLE_TELEMETRY_PROMPT": "true"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    for suite in ("AnchoringTest", "InclusionTest", "HistoryTest"):
        assert suite in run.stdout
    assert "failing" not in run.stdout
    assert "Warning" not in run.stdout + run.stderr


def test_gas_is_as_committed_and_below_the_bars(tmp_path: Path) -> None:
    committed = json.loads(SNAPSHOT.read_text())
    assert measure(tmp_path) == committed, "run: python -m tests.ports.anchor_gas"
    anchoring = [gas for name, gas in committed.items() if name.startswith("anchor")]
    proving = [gas for name, gas in committed.items() if "depth 20" in name]
    assert len(anchoring) == len(proving) == 3
    assert max(anchoring) <= 54_000
    assert max(proving) <= 55_000
