"""Our CIDs against an independent implementation, the npm package ipfs-unixfs-importer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from service.custody import cid_v1

TOOLS = Path(__file__).resolve().parents[2] / "hardhat-local"
MIB = 1 << 20


def judged_cid(path: Path) -> str:
    """Return the CID that the judge gives to the file at ``path``."""
    own_node = Path(sys.executable).with_name("node")
    judge = subprocess.run(
        [str(own_node) if own_node.exists() else "node", "judges/unixfs-cid.mjs", str(path)],
        cwd=TOOLS,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert judge.returncode == 0, f"{judge.stderr}\nis `make setup` done?"
    return judge.stdout.strip()


@pytest.mark.parametrize("size", [0, 10, MIB, MIB + 1, 5 * MIB + 3, 25 * MIB, 40 * MIB + 7])
def test_the_judge_gives_the_same_cid(size: int, tmp_path: Path) -> None:
    content = os.urandom(size)
    path = tmp_path / "content"
    path.write_bytes(content)
    assert cid_v1(content) == judged_cid(path)
