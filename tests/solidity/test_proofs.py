"""Halmos proves what no test can show: from any state, for any arguments."""

import re

from tests.solidity.provers import TOOLS, run

PROOFS = TOOLS / "proofs"


def test_every_proof_holds() -> None:
    stated = {
        name
        for path in PROOFS.glob("*.t.sol")
        for name in re.findall(r"function (check_\w+)\(", path.read_text())
    }
    ended = run(
        "run_halmos.py",
        *("--root", str(TOOLS), "--forge-build-out", "cache/forge/out"),
        # The loops that are met go round three times at most; a slow machine is no disproof.
        *("--loop", "4", "--solver-timeout-assertion", "0"),
    )
    said = re.sub(r"\x1b\[[0-9;]*m", "", ended.stdout + ended.stderr)
    assert ended.returncode == 0, said
    assert set(re.findall(r"\[PASS\] (check_\w+)", said)) == stated
    assert "loop unrolling bound" not in said, said
