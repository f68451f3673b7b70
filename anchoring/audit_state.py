"""What an auditor remembers between two runs: the last checkpoint, the tree's edge, the chains.

It is the auditor's own, and is believed: whoever can write it can hide a fork from this auditor.
A damaged file is an error, never an empty start.
"""

import contextlib
import json
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anchoring.canonical_json import canonical_bytes
from anchoring.errors import InvalidError
from anchoring.hashing import sha256
from anchoring.log_replay import Edge

_VERSION = "audit-state/1"
_LARGEST = 16 * 1024 * 1024


class MalformedState(InvalidError):  # noqa: N818  # named after what is wrong
    """The state file is not one that an audit wrote."""

    code = "audit/malformed-state"


@dataclass(frozen=True)
class ChainMemory:
    """Up to which final block a chain was read, how many anchors it had then, who operated it."""

    block: int
    count: int
    size: int
    operator: bytes


@dataclass
class AuditState:
    """The memory of one log: its last good checkpoint and what was computed of it.

    ``unanchored``: (size, Unix seconds) of checkpoints first seen then and not anchored yet.
    """

    origin: str
    note: str
    size: int
    root: bytes
    edge: Edge
    chains: dict[int, ChainMemory] = field(default_factory=dict)
    unanchored: list[tuple[int, int]] = field(default_factory=list)


def default_path(origin: str, where: str) -> Path:
    """Return where the state of a log read from one place is kept (XDG Base Directory 0.8)."""
    named = os.environ.get("XDG_STATE_HOME", "")
    base = Path(named) if Path(named).is_absolute() else Path.home() / ".local" / "state"
    name = sha256(f"{origin}\n{where}".encode()).hex()[:32]
    return base / "acta" / "audit" / f"{name}.json"


def read_state(path: Path) -> AuditState | None:
    """Return the state kept at ``path``, None if there is none; raises MalformedState, OSError."""
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST + 1)
    except FileNotFoundError:
        return None
    try:
        return _parse(json.loads(raw))
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as reason:
        raise MalformedState(
            f"expected the state of an audit in {path}, got something else ({reason}); move it "
            "away, and the log is audited from its first leaf"
        ) from None


def write_state(path: Path, state: AuditState) -> None:
    """Keep ``state`` at ``path``, whole or not at all; OSError passes through."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(canonical_bytes(_plain(state)))
            file.flush()
            os.fsync(file.fileno())
        # Crash point: a hidden temporary file, which nothing reads; the next run audits again.
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise


def _plain(state: AuditState) -> dict[str, Any]:
    return {
        "acta": _VERSION,
        "origin": state.origin,
        "note": state.note,
        "size": state.size,
        "root": state.root.hex(),
        "edge": {
            "size": state.edge.size,
            "peaks": [[level, value.hex()] for level, value in state.edge.peaks],
            "tiles": [b"".join(tile).hex() for tile in state.edge.tiles],
        },
        "chains": {
            str(chain): {
                "block": kept.block,
                "count": kept.count,
                "size": kept.size,
                "operator": kept.operator.hex(),
            }
            for chain, kept in state.chains.items()
        },
        "unanchored": [list(pair) for pair in state.unanchored],
    }


def _parse(members: dict[str, Any]) -> AuditState:
    if members["acta"] != _VERSION:
        raise ValueError(f"expected {_VERSION}")
    edge = members["edge"]
    peaks = [(int(level), _word(value)) for level, value in edge["peaks"]]
    tiles = [bytes.fromhex(tile) for tile in edge["tiles"]]
    if sum(1 << level for level, _ in peaks) != edge["size"] or edge["size"] % 256:
        raise ValueError("expected peaks that make up whole tiles")
    return AuditState(
        origin=str(members["origin"]),
        note=str(members["note"]),
        size=int(members["size"]),
        root=_word(members["root"]),
        edge=Edge(
            size=int(edge["size"]),
            peaks=peaks,
            tiles=[[tile[at : at + 32] for at in range(0, len(tile), 32)] for tile in tiles],
        ),
        chains={
            int(chain): ChainMemory(
                block=int(kept["block"]),
                count=int(kept["count"]),
                size=int(kept["size"]),
                operator=bytes.fromhex(kept["operator"]),
            )
            for chain, kept in members["chains"].items()
        },
        unanchored=[(int(size), int(seen)) for size, seen in members["unanchored"]],
    )


def _word(text: str) -> bytes:
    value = bytes.fromhex(text)
    if len(value) != 32:
        raise ValueError("expected 32 bytes")
    return value
