"""Nodes of a log's public tree, read from its tiles (C2SP tlog-tiles: height 8, 256 hashes).

A tile is untrusted: whatever is computed from it counts only when it leads to a root that was
proved otherwise.
"""

import urllib.parse
from dataclasses import dataclass, field

from anchoring.http_fetch import Unreachable, fetch
from anchoring.tree import node_hash

_HEIGHT = 8
_WIDTH = 1 << _HEIGHT
_HASH = 32
_MAX_TILES = 64
"""Two roots and one consistency path of a 2^53-leaf log touch fewer tiles than this."""


@dataclass
class TileReader:
    """Reads complete nodes of the first ``size`` leaves from the tiles under ``url``."""

    url: str
    size: int
    seconds: float = 10.0
    _tiles: dict[tuple[int, int], list[bytes]] = field(default_factory=dict)

    def read(self, level: int, index: int) -> bytes:
        """Return the complete node (level, index), 32 bytes; raises Unreachable."""
        tile_level, below = divmod(level, _HEIGHT)
        first = index << below
        tile, offset = divmod(first, _WIDTH)
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
        width = min(_WIDTH, (self.size >> (_HEIGHT * level)) - tile * _WIDTH)
        raw = b""
        if width > 0:
            raw = self._fetch(tile_path(level, tile, width), width)
        hashes = [raw[start : start + _HASH] for start in range(0, len(raw), _HASH)]
        self._tiles[level, tile] = hashes
        return hashes

    def _fetch(self, path: str, width: int) -> bytes:
        address = urllib.parse.urljoin(self.url.rstrip("/") + "/", path)
        try:
            raw = fetch(address, limit=width * _HASH, seconds=self.seconds)
        except Unreachable:
            # A partial tile may be gone once the full one exists, and then the full one begins
            # with the same hashes (tlog-tiles, Partial Tiles).
            if ".p/" not in path:
                raise
            address = urllib.parse.urljoin(self.url.rstrip("/") + "/", path.partition(".p/")[0])
            raw = fetch(address, limit=_WIDTH * _HASH, seconds=self.seconds)[: width * _HASH]
        if len(raw) != width * _HASH:
            raise Unreachable(f"expected a tile of {width} hashes, got {len(raw)} bytes")
        return raw


def tile_path(level: int, tile: int, width: int) -> str:
    """Return a tile's path below the log's URL: groups of three digits, all but the last with x."""
    groups = [f"{tile % 1000:03d}"]
    while tile >= 1000:
        tile //= 1000
        groups.insert(0, f"x{tile % 1000:03d}")
    path = f"tile/{level}/" + "/".join(groups)
    return path if width == _WIDTH else f"{path}.p/{width}"
