"""Compiles ``solidity/`` into ``contracts_chain/artifacts/``, the same bytes on every machine.

``python -m contracts_chain.compile`` writes the artifact; with ``--check`` it compares instead
and ends with 1 if the committed one is not what the sources give.
"""

import argparse
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from contracts_chain.artifact import ARTIFACT_PATH
from contracts_chain.errors import ArtifactError, ChainError, CompilerMissing

SOLC_VERSION = "0.8.37"
SETTINGS: dict[str, Any] = {
    # The oldest that the libraries need, so that chains which lag behind mainnet can run it too.
    "evmVersion": "cancun",
    # The optimizer that sees across functions, set for calls rather than for deployment: a check
    # is paid for by every registry, the code once a chain.
    "viaIR": True,
    "optimizer": {"enabled": True, "runs": 1_000_000},
    # No hash of the metadata in the code: a comment must not move the contract's address.
    "metadata": {"bytecodeHash": "none"},
}
_CONTRACT = "AnchorLog"
_ROOT = Path(__file__).resolve().parent.parent
_SOURCES = _ROOT / "solidity"
_SHIM = _ROOT / "hardhat-local" / "solc-shim.cjs"
_LIBRARIES = _ROOT / "hardhat-local" / "node_modules"
_OUTPUT = ["abi", "evm.bytecode.object", "evm.deployedBytecode.object", "storageLayout"]


def find_compiler() -> Path:
    """Return a solc of SOLC_VERSION for py-solc-x, as an absolute path.

    First a native one that py-solc-x already has, then npm's behind ``hardhat-local``'s shim,
    then a native one fetched by py-solc-x; CompilerMissing if none can be had.
    """
    import solcx

    installed = [str(version) for version in solcx.get_installed_solc_versions()]
    if SOLC_VERSION not in installed:
        npm_solc = _SHIM.parent / "node_modules" / "solc" / "package.json"
        if npm_solc.is_file() and shutil.which("node"):
            if json.loads(npm_solc.read_text())["version"] != SOLC_VERSION:
                raise CompilerMissing(f"expected npm solc {SOLC_VERSION}; run npm ci again")
            return _SHIM
        try:
            solcx.install_solc(SOLC_VERSION)
        # Whatever stops the download (no network, no build for this machine) has one remedy.
        except Exception as error:
            raise CompilerMissing(
                f"solc {SOLC_VERSION} cannot be fetched ({type(error).__name__}); install Node and "
                "npm's solc instead: npm ci --prefix hardhat-local --ignore-scripts"
            ) from error
    return Path(solcx.install.get_executable(SOLC_VERSION)).resolve()


def compile_sources(sources: dict[str, str]) -> dict[str, Any]:
    """Return the compiler's answer for sources by name, which may import OpenZeppelin's.

    With SETTINGS; takes some 10 seconds with npm's solc. Raises CompilerMissing, or ArtifactError
    with the compiler's words; a warning counts as an error.
    """
    import solcx
    from solcx.exceptions import SolcError

    compiler = find_compiler()
    if not os.access(compiler, os.X_OK):
        raise CompilerMissing(f"expected {compiler.name} to be executable; run: chmod +x it")
    if not (_LIBRARIES / "@openzeppelin").is_dir():
        raise CompilerMissing(
            "expected OpenZeppelin's sources in hardhat-local/node_modules; install them with: "
            "npm ci --prefix hardhat-local --ignore-scripts"
        )
    request = {
        "language": "Solidity",
        "sources": {name: {"content": text} for name, text in sorted(sources.items())},
        "settings": {**SETTINGS, "outputSelection": {"*": {"*": _OUTPUT}}},
    }
    try:
        answer: dict[str, Any] = solcx.compile_standard(
            request, solc_binary=str(compiler), base_path=str(_LIBRARIES)
        )
    except SolcError as error:
        raise ArtifactError(f"the sources do not compile: {error}") from error
    if complaints := [str(error["formattedMessage"]) for error in answer.get("errors", [])]:
        raise ArtifactError("the compiler warns:\n" + "\n".join(complaints))
    return answer


def own_sources() -> dict[str, str]:
    """Return the text of AnchorLog and of what it imports from its own folder, by file name."""
    return {path.name: path.read_text(encoding="utf-8") for path in _SOURCES.glob("*.sol")}


def compile_anchor_log() -> dict[str, Any]:
    """Return the artifact made from the sources: ABI, code, storage, settings, source hashes.

    Raises as `compile_sources`.
    """
    sources = own_sources()
    answer = compile_sources(sources)
    # Whatever else the compiler read is a library's.
    for name in answer["sources"].keys() - sources.keys():
        sources[name] = (_LIBRARIES / name).read_text(encoding="utf-8")
    contract = answer["contracts"][f"{_CONTRACT}.sol"][_CONTRACT]
    layout = contract["storageLayout"]["storage"]
    return {
        "contract": _CONTRACT,
        "compiler": f"solc {SOLC_VERSION}",
        "settings": SETTINGS,
        "sources": {
            name: hashlib.sha256(text.encode()).hexdigest()
            for name, text in sorted(sources.items())
        },
        "storage": {entry["slot"]: entry["label"] for entry in layout},
        "abi": contract["abi"],
        "bytecode": contract["evm"]["bytecode"]["object"],
        "runtimeBytecode": contract["evm"]["deployedBytecode"]["object"],
    }


def differences(compiled: dict[str, Any]) -> list[str]:
    """Return the names of the committed artifact's members that ``compiled`` does not confirm."""
    if not ARTIFACT_PATH.is_file():
        return [ARTIFACT_PATH.name]
    committed = json.loads(ARTIFACT_PATH.read_text(encoding="utf-8"))
    names = sorted(compiled.keys() | committed.keys())
    return [name for name in names if compiled.get(name) != committed.get(name)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code (0 done or equal, 1 different or failed)."""
    parser = argparse.ArgumentParser(prog="python -m contracts_chain.compile")
    parser.add_argument("--check", action="store_true", help="compare with the committed artifact")
    options = parser.parse_args(arguments)
    try:
        compiled = compile_anchor_log()
    except ChainError as error:
        print(error, file=sys.stderr)
        return 1
    if not options.check:
        ARTIFACT_PATH.parent.mkdir(exist_ok=True)
        ARTIFACT_PATH.write_text(json.dumps(compiled, indent=1) + "\n", encoding="utf-8")
        print(f"written: {ARTIFACT_PATH.relative_to(_ROOT)}")
        return 0
    if wrong := differences(compiled):
        print(
            f"{ARTIFACT_PATH.name} differs from what solidity/ compiles to in: {', '.join(wrong)}; "
            "run python -m contracts_chain.compile and commit the result",
            file=sys.stderr,
        )
        return 1
    print(f"{ARTIFACT_PATH.name} is what solidity/ compiles to")
    return 0


if __name__ == "__main__":
    sys.exit(main())
