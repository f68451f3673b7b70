"""Runs every detector of Slither over AnchorLog; ends with 1 if one finds anything in our files.

In process, because Slither's own command wants an output of the compiler that npm's does not give
(``--combined-json``).
"""

import inspect
import json
import os
import sys
from pathlib import Path
from typing import Any

from crytic_compile import CryticCompile
from crytic_compile.platform.solc_standard_json import SolcStandardJson
from slither import Slither
from slither.detectors import all_detectors
from slither.detectors.abstract_detector import AbstractDetector

# Each with the words of the finding, and the reason why what it finds is meant.
ACCEPTED = {
    # Time and number of the block are what an anchor records and a deadline is measured by.
    "timestamp": "block.timestamp",
    # The libraries state the oldest compiler that they take; the one used is pinned.
    "pragma": "versions of Solidity are used",
    # The getter of a constant, which is named as constants are.
    "naming-convention": "IAnchorLog.MAX_STEP()",
    # Masks, in which every lane is to be seen.
    "too-many-digits": "LOW_OF_",
    # The example leaves out those members of an answer that it has no use for.
    "unused-return": "Registry.",
}
ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "solidity"
TOOLS = ROOT / "hardhat-local"
ARTIFACT = ROOT / "contracts_chain" / "artifacts" / "AnchorLog.json"


def standard_input() -> dict[str, Any]:
    """Return the compiler's input: what AnchorLog is made of, and the examples."""
    made_of = json.loads(ARTIFACT.read_text())["sources"]
    names = [f"node_modules/{name}" if name[0] == "@" else f"contracts/{name}" for name in made_of]
    names += [f"contracts/examples/{path.name}" for path in (SOURCES / "examples").glob("*.sol")]
    return {
        "language": "Solidity",
        "sources": {name: {"content": (TOOLS / name).read_text()} for name in names},
        "settings": {
            "evmVersion": "cancun",
            "optimizer": {"enabled": True},
            "remappings": ["@openzeppelin/=node_modules/@openzeppelin/"],
            "outputSelection": {
                "*": {
                    "*": [
                        "abi",
                        "metadata",
                        "devdoc",
                        "userdoc",
                        "evm.bytecode",
                        "evm.deployedBytecode",
                    ],
                    "": ["ast"],
                }
            },
        },
    }


def findings() -> list[str]:
    """Return what the detectors say about our own files."""
    compiled = CryticCompile(
        SolcStandardJson(standard_input()),
        solc=str(TOOLS / "solc-shim.cjs"),
        solc_working_dir=str(TOOLS),
    )
    slither = Slither(compiled)
    for _, detector in inspect.getmembers(all_detectors, inspect.isclass):
        if issubclass(detector, AbstractDetector):
            slither.register_detector(detector)
    found = [finding for each in slither.run_detectors() for finding in each]
    return [
        f"{finding['impact']} {finding['check']}: {finding['description'].strip()}"
        for finding in found
        if any("node_modules" not in name for name in _files(finding))
        and ACCEPTED.get(finding["check"], "?") not in finding["description"]
    ]


def _files(finding: dict[str, Any]) -> set[str]:
    return {part["source_mapping"]["filename_relative"] for part in finding["elements"]}


def main() -> int:
    """Print what was found; returns the exit code."""
    os.chdir(TOOLS)  # where the sources' names lead to their files
    found = findings()
    print("\n\n".join(found) or "Slither finds nothing in solidity/")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
