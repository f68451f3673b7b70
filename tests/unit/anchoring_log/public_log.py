"""A log's public files in a folder, its trust file, and a node that knows its anchors."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anchoring.anchor_events import TOPIC
from anchoring.checkpoint import Checkpoint, sign_checkpoint
from anchoring.hashing import leaf_hash, sha256
from anchoring.tile_layout import Tile, pack_entries, tiles_between
from anchoring.tree import append_nodes, root
from tests.unit.anchoring_verify.local_node import ChainState, serving_rpc
from tests.unit.anchoring_verify.platforms import (
    CHAIN_ID,
    CONTRACT,
    GENESIS_BLOCK,
    OPENER,
    T0,
    Platform,
    platform,
)


def entry(number: int, history: bytes = b"") -> bytes:
    """Return a distinct entry for each number and history."""
    return sha256(b"entry" + history + number.to_bytes(8, "big"))


@dataclass
class PublicLog:
    """The files of a log under ``folder``, written as a mirror has them."""

    folder: Path
    entries: list[bytes] = field(default_factory=list)
    platform: Platform = field(default_factory=platform)

    @property
    def hashes(self) -> list[bytes]:
        return [leaf_hash(one) for one in self.entries]

    def grow(self, count: int, history: bytes = b"") -> None:
        """Append entries, and write every file that this calls for."""
        first = len(self.entries)
        self.write([*self.entries, *(entry(n, history) for n in range(first, first + count))])

    def write(self, entries: Sequence[bytes]) -> None:
        """Write the files of a log of these entries over those that are there."""
        old = 0 if list(entries[: len(self.entries)]) != self.entries else len(self.entries)
        self.entries = list(entries)
        nodes = append_nodes(lambda _level, _index: b"", 0, self.hashes)
        for tile in tiles_between(old, len(self.entries)):
            places = range(tile.first, tile.first + tile.width)
            self._put(
                tile.path,
                pack_entries(self.entries[tile.first : tile.first + tile.width])
                if tile.level is None
                else b"".join(nodes[tile.tree_level, place] for place in places),
            )
        self.show(len(self.entries), root(self.hashes))

    def show(self, size: int, shown_root: bytes) -> None:
        """Sign and show a checkpoint."""
        checkpoint = Checkpoint(self.platform.origin, size, shown_root)
        note = sign_checkpoint(checkpoint, key=self.platform.log_key, name=self.platform.origin)
        self._put("checkpoint", note.encode())

    def file(self, tile: Tile) -> Path:
        return self.folder / tile.path

    def _put(self, path: str, content: bytes) -> None:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


@dataclass
class Anchors:
    """A chain with one log on it: (size, root) by block, sixty seconds a block."""

    log_id: bytes
    made: list[tuple[int, int, bytes]] = field(default_factory=list)
    newest: int = 1
    finalized: int = 1
    hidden: set[int] = field(default_factory=set)
    """Sizes whose events the node leaves out."""
    largest_range: int = 10**9
    asked: list[tuple[int, int]] = field(default_factory=list)

    def anchor(self, size: int, anchored_root: bytes, *, blocks: int = 1) -> None:
        self.newest += blocks
        self.finalized = self.newest
        self.made.append((self.newest, size, anchored_root))

    def state(self) -> ChainState:
        """Return what a node says now."""
        numbers = {
            number: (sha256(b"block %d" % number), 60 * number)
            for number in range(1, self.newest + 1)
        }
        start = int(T0.timestamp())
        state = ChainState(
            chain_id=CHAIN_ID,
            contract=CONTRACT,
            blocks={0: (GENESIS_BLOCK, start)}
            | {number: (value, start + after) for number, (value, after) in numbers.items()},
            finalized=self.finalized,
        )
        size = self.made[-1][1] if self.made else 0
        operator = int.from_bytes(OPENER, "big")
        word = len(self.made) | size << 32 | operator << 96
        state.set_mapping(self.log_id, 0, word.to_bytes(32, "big"))
        state.override = self._answer
        return state

    def _answer(self, method: str, params: list[Any]) -> Any:
        if method == "eth_getBlockByNumber" and params[0] == "latest":
            time = int(T0.timestamp()) + 60 * self.newest
            block_hash = sha256(b"block %d" % self.newest)
            return {
                "number": hex(self.newest),
                "hash": "0x" + block_hash.hex(),
                "timestamp": hex(time),
            }
        if method != "eth_getLogs":
            return None
        start, end = int(params[0]["fromBlock"], 16), int(params[0]["toBlock"], 16)
        self.asked.append((start, end))
        if end - start >= self.largest_range:
            return "range too large"
        assert params[0]["topics"] == ["0x" + TOPIC.hex(), "0x" + self.log_id.hex()]
        return [
            {
                "blockNumber": hex(block),
                "data": "0x" + (size.to_bytes(32, "big") + anchored).hex(),
            }
            for block, size, anchored in self.made
            if start <= block <= end and size not in self.hidden
        ]


@contextmanager
def node_of(anchors: Anchors) -> Iterator[str]:
    """Serve the chain as it is when asked; yield the node's URL."""
    state = anchors.state()

    def follow(method: str, params: list[Any]) -> Any:
        now = anchors.state()
        state.blocks, state.storage, state.finalized = now.blocks, now.storage, now.finalized
        assert now.override is not None
        return now.override(method, params)

    state.override = follow
    with serving_rpc(state) as url:
        yield url
