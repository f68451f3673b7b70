"""The provers' own environment, which pins what ours cannot."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

TOOLS = ROOT / "hardhat-local"
PYTHON = ROOT / ".venv-solidity" / "bin" / "python"
FORGE = TOOLS / "node_modules" / "@foundry-rs" / "forge-linux-amd64" / "bin"


def run(program: str, *arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run one of this folder's programs in the provers' environment and return how it ended."""
    if not PYTHON.exists():
        tell = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        tell("expected the provers in .venv-solidity; set them up with: make solidity")
    return subprocess.run(
        [str(PYTHON), str(Path(__file__).with_name(program)), *arguments],
        cwd=folder,
        env={
            **os.environ,
            "PATH": f"{FORGE}{os.pathsep}{os.environ['PATH']}",
            "FOUNDRY_SOLC": str(TOOLS / "solc-shim.cjs"),
            "NO_COLOR": "1",
        },
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
