"""Nodes of a log's public tree, read from its tiles (C2SP tlog-tiles: height 8, 256 hashes).

A tile is untrusted: whatever is computed from it counts only when it leads to a root that was
proved otherwise.
"""

from dataclasses import dataclass, field

from anchoring.http_fetch import Unreachable
from anchoring.log_source import open_source, read_tile
from anchoring.tile_layout import TILE_BITS, TILE_WIDTH, Tile
from anchoring.tree import node_hash

_HASH = 32
_MAX_TILES = 64
"""Two roots and one consistency path of a 2^53-leaf log touch fewer tiles than this."""


@dataclass
class TileReader:
    """Reads complete nodes of the first ``size`` leaves from the tiles under a URL or folder."""

    place: str
    size: int
    seconds: float = 10.0
    _tiles: dict[tuple[int, int], list[bytes]] = field(default_factory=dict)

    def read(self, level: int, index: int) -> bytes:
        """Return the complete node (level, index), 32 bytes; raises Unreachable."""
        tile_level, below = divmod(level, TILE_BITS)
        first = index << below
        tile, offset = divmod(first, TILE_WIDTH)
        hashes = self._tile(tile_level, tile)[offset : offset + (1 << below)]
        if len(hashes) != 1 << below:
            raise Unreachable("expected a tile with more hashes")
        while len(hashes) > 1:
            hashes = [node_hash(*pair) for pair in zip(hashes[::2], hashes[1::2], strict=True)]
        return hashes[0]

    def _tile(self, level: int, tile: int) -> list[bytes]:
        cached = self._tiles.get((level, tile))
        if cached is not None:
            return cached
        if len(self._tiles) >= _MAX_TILES:
            raise Unreachable("expected fewer tiles for one proof")
        width = min(TILE_WIDTH, (self.size >> (TILE_BITS * level)) - tile * TILE_WIDTH)
        raw = b""
        if width > 0:
            source = open_source(self.place, seconds=self.seconds)
            raw = read_tile(source, Tile(level, tile, width))
        hashes = [raw[start : start + _HASH] for start in range(0, len(raw), _HASH)]
        self._tiles[level, tile] = hashes
        return hashes
