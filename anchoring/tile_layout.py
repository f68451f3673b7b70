"""The names and bytes of a log's public files (C2SP tlog-tiles, SPEC.md §6).

Tiles of height 8: up to 256 hashes of 32 bytes, one level of the tree in eight. Entries stand in
bundles of as many, each after its length.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

CHECKPOINT = "checkpoint"
TILE_WIDTH = 256
TILE_BITS = 8
MAX_BUNDLE = TILE_WIDTH * 34
"""The bytes of a full bundle; of a full tile, 256 · 32."""
_ENTRY_BYTES = 32
# Groups of three digits, all but the last marked with an x; no superfluous leading group.
_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-5]?[0-9]|6[0-3])"
    r"/(?P<groups>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True)
class Tile:
    """A tile of ``width`` (1 to 256) hashes, or entries where ``level`` is None.

    Tile ``index`` of level L begins at node index·256 of the tree's level 8·L.
    """

    level: int | None
    index: int
    width: int = TILE_WIDTH

    @property
    def tree_level(self) -> int:
        """The level of the tree whose hashes the tile holds; entries stand beside level 0."""
        return TILE_BITS * (self.level or 0)

    @property
    def first(self) -> int:
        """The index of the first node or entry in the tile."""
        return self.index * TILE_WIDTH

    @property
    def path(self) -> str:
        """The tile's path, such as ``tile/0/x001/067`` or ``tile/entries/000.p/7``."""
        groups = [f"{self.index % 1000:03d}"]
        rest = self.index // 1000
        while rest:
            groups.insert(0, f"x{rest % 1000:03d}")
            rest //= 1000
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        level = "entries" if self.level is None else str(self.level)
        return f"tile/{level}/{'/'.join(groups)}{partial}"

    @classmethod
    def parse(cls, path: str) -> Self | None:
        """Return the tile that ``path`` names, None if it names none."""
        match = _PATH.fullmatch(path)
        if match is None:
            return None
        digits = match["groups"].replace("x", "").replace("/", "")
        if len(digits) > 18:
            return None
        tile = cls(
            level=None if match["level"] == "entries" else int(match["level"]),
            index=int(digits),
            width=int(match["width"] or TILE_WIDTH),
        )
        # One tile has one name: 000.p/256, x000/001 and level 07 are not it.
        return tile if tile.path == path and tile.width <= TILE_WIDTH else None

    def within(self, size: int) -> bool:
        """Whether a log of ``size`` leaves has everything that is in the tile."""
        return self.first + self.width <= size >> self.tree_level


def tiles_between(old: int, new: int) -> Iterator[Tile]:
    """Yield what a mirror that is complete for ``old`` leaves needs to be so for ``new``.

    Entries first; the partial tiles are those of size ``new``.
    """
    for level in (None, *range(64 // TILE_BITS)):
        shift = TILE_BITS * (level or 0)
        before, after = old >> shift, new >> shift
        if after > before:
            for index in range(before // TILE_WIDTH, (after - 1) // TILE_WIDTH + 1):
                yield Tile(level, index, min(TILE_WIDTH, after - index * TILE_WIDTH))


def pack_entries(entries: Iterable[bytes]) -> bytes:
    """Return an entry bundle: each entry after its length, two bytes, big-endian."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def unpack_entries(bundle: bytes) -> list[bytes]:
    """Return the entries of a bundle; ValueError unless each has exactly 32 bytes."""
    step = 2 + _ENTRY_BYTES
    if len(bundle) % step:
        raise ValueError(f"expected a bundle of {step}-byte items, got {len(bundle)} bytes")
    length = _ENTRY_BYTES.to_bytes(2, "big")
    items = [bundle[start : start + step] for start in range(0, len(bundle), step)]
    if any(item[:2] != length for item in items):
        raise ValueError(f"expected entries of {_ENTRY_BYTES} bytes")
    return [item[2:] for item in items]
