"""hardhat-local installs the same bytes everywhere, from whatever registry npm is set to."""

import json
import re
from pathlib import Path

import pytest

from contracts_chain import LocalChainError, find_anvil
from contracts_chain.compile import SOLC_VERSION
from tests.conftest import ROOT

FOLDER = ROOT / "hardhat-local"
PACKAGE = json.loads((FOLDER / "package.json").read_text())
LOCK = json.loads((FOLDER / "package-lock.json").read_text())


def test_versions_are_exact() -> None:
    wanted = {**PACKAGE["devDependencies"], **PACKAGE["optionalDependencies"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    assert wanted["solc"] == SOLC_VERSION


def test_running_acta_needs_nothing_but_anvil() -> None:
    assert list(PACKAGE["optionalDependencies"]) == ["@foundry-rs/anvil-linux-amd64"]
    needed = [place for place, entry in LOCK["packages"].items() if not entry.get("dev")]
    assert needed == ["", "node_modules/@foundry-rs/anvil-linux-amd64"]


def test_the_lock_names_hashes_and_no_addresses() -> None:
    for place, entry in LOCK["packages"].items():
        assert "resolved" not in entry, place
        assert place == "" or entry["integrity"].startswith("sha512-"), place


def test_hardhat_s_native_part_is_installed_by_any_node() -> None:
    """npm on Node 20 would leave it out; ``npm run lock`` sees to it."""
    native = [entry for place, entry in LOCK["packages"].items() if "/edr-" in place]
    assert native
    assert all("engines" not in entry for entry in native)


def test_a_missing_anvil_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(LocalChainError, match="npm ci --prefix hardhat-local --ignore-scripts"):
        find_anvil(tmp_path)
