"""The committed artifact is what the sources compile to, and says how."""

import copy
import hashlib
import json

from contracts_chain.artifact import ARTIFACT_PATH, anchor_log_artifact
from contracts_chain.compile import SOLC_VERSION, compile_anchor_log, differences, main
from tests.conftest import ROOT

COMMITTED = json.loads(ARTIFACT_PATH.read_text())


def test_recompiling_gives_the_committed_artifact() -> None:
    assert differences(compile_anchor_log()) == []
    assert main(["--check"]) == 0


def test_any_difference_is_named() -> None:
    changed = copy.deepcopy(COMMITTED)
    changed["bytecode"] = changed["bytecode"][:-2] + "00"
    changed["sources"]["AnchorLog.sol"] = "00" * 32
    del changed["settings"]
    assert differences(changed) == ["bytecode", "settings", "sources"]


def test_sources_are_those_in_the_tree() -> None:
    folders = {"@openzeppelin": ROOT / "hardhat-local" / "node_modules", "": ROOT / "solidity"}
    for name, digest in COMMITTED["sources"].items():
        folder = folders[name.partition("/")[0] if name.startswith("@") else ""]
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name
    own = {path.name for path in (ROOT / "solidity").glob("*.sol")}
    assert own == {name for name in COMMITTED["sources"] if not name.startswith("@")}


def test_settings_and_storage_layout_are_the_protocol_s() -> None:
    assert COMMITTED["compiler"] == f"solc {SOLC_VERSION}"
    assert COMMITTED["settings"] == {
        "evmVersion": "cancun",
        "viaIR": True,
        "optimizer": {"enabled": True, "runs": 1_000_000},
        "metadata": {"bytecodeHash": "none"},
    }
    assert COMMITTED["storage"] == {
        "0": "logs",
        "1": "anchors",
        "2": "statuses",
        "3": "successors",
        "4": "pendingOperator",
        "5": "forked",
    }


def test_hardhat_tests_the_code_that_runs() -> None:
    config = (ROOT / "hardhat-local" / "hardhat.config.ts").read_text()
    for setting in ('version: "0.8.37"', '"cancun"', "viaIR: true", "runs: 1_000_000", '"none"'):
        assert setting in config


def test_code_is_whole() -> None:
    artifact = anchor_log_artifact()
    assert artifact.runtime_bytecode in artifact.bytecode
    assert len(artifact.runtime_bytecode) < 24_576
