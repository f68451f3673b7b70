"""The committed build of AnchorLog: what runs on chain, and what it was made from."""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from contracts_chain.errors import ArtifactError

ARTIFACT_PATH = Path(__file__).with_name("artifacts") / "AnchorLog.json"


@dataclass(frozen=True)
class Artifact:
    """One compiled contract: its ABI and its code, creation and runtime, as bytes.

    ``settings_hash``: SHA-256 of the compiler's version and settings, as JSON with sorted keys.
    """

    abi: list[dict[str, Any]]
    bytecode: bytes
    runtime_bytecode: bytes
    compiler: str
    settings_hash: bytes


@cache
def anchor_log_artifact() -> Artifact:
    """Return the committed AnchorLog; raises ArtifactError if the file is missing or malformed."""
    try:
        content = json.loads(ARTIFACT_PATH.read_text(encoding="utf-8"))
        return Artifact(
            abi=content["abi"],
            bytecode=bytes.fromhex(content["bytecode"]),
            runtime_bytecode=bytes.fromhex(content["runtimeBytecode"]),
            compiler=content["compiler"],
            settings_hash=_hash_of({name: content[name] for name in ("compiler", "settings")}),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(
            f"expected a compiled AnchorLog in {ARTIFACT_PATH.name}, got {error!r}; "
            "make it with: python -m contracts_chain.compile"
        ) from error


def _hash_of(settings: dict[str, Any]) -> bytes:
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).digest()
