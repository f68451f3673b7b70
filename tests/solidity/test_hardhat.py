"""AnchorLog's own tests, run by Hardhat, with the P-256 precompile and without."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

TOOLS = ROOT / "hardhat-local"
HARDHAT = "node_modules/hardhat/dist/src/cli.js"
SUITES = {path.name.split(".")[0] for path in (TOOLS / "test").glob("*.t.sol")}
# Those that check signatures of P-256 keys, which is all that the precompile changes.
SIGNING = ("Attestation", "Status", "StatusSignatures")


def node() -> str:
    """Return Hardhat's Node (22 or newer): the environment's own, else the machine's."""
    own = Path(sys.executable).with_name("node")
    found = str(own) if own.exists() else shutil.which("node")
    assert found, "expected node beside Python or on PATH; is `make test` setting this up?"
    return found


def passed(network: str, *files: str) -> str:
    """Return what Hardhat says of tests that all pass, on a network of its configuration."""
    run = subprocess.run(
        [node(), HARDHAT, "test", "solidity", "--network", network, *files],
        cwd=TOOLS,
        env={**os.environ, "HARDHAT_DISABLE_TELEMETRY_PROMPT": "true"},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "failing" not in run.stdout
    assert "Warning" not in run.stdout + run.stderr
    return run.stdout


def test_every_suite_passes() -> None:
    said = passed("osaka")
    assert len(SUITES) >= 9
    assert {suite for suite in SUITES if f"{suite}Test" not in said} == set()
    # After the first run and not beside it: both write to Hardhat's one cache.
    said = passed("prague", *(f"test/{suite}.t.sol" for suite in SIGNING))
    assert {suite for suite in SIGNING if f"{suite}Test" not in said} == set()
