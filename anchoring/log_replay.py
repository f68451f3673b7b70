"""Hashing a log anew from its public entries, and comparing every tile with the result.

Memory holds the right edge of the tree, however many leaves the log has.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

from anchoring.hashing import leaf_hash
from anchoring.http_fetch import NotThere, Unreachable
from anchoring.log_source import LogSource, WrongSize, read_tile
from anchoring.tile_layout import TILE_BITS, TILE_WIDTH, Tile, unpack_entries
from anchoring.tree import EMPTY_ROOT, node_hash

_HASH = 32


@dataclass
class Edge:
    """The right edge of a tree: its peaks, and the last tile of each level above the leaves.

    ``peaks``: (level, hash) of the complete subtrees that make up the tree, from the left.
    ``tiles``: of tile level 1, 2, …, the hashes since the last full tile.
    """

    size: int = 0
    peaks: list[tuple[int, bytes]] = field(default_factory=list)
    tiles: list[list[bytes]] = field(default_factory=list)

    def append(self, level: int, value: bytes) -> Iterator[tuple[int, int, list[bytes]]]:
        """Add a complete subtree of 2^level leaves; yield (level, index, hashes) of full tiles.

        It must be aligned: the size is a multiple of 2^level.
        """
        self.size += 1 << level
        while True:
            if level and level % TILE_BITS == 0:
                yield from self._record(level // TILE_BITS, value)
            if not self.peaks or self.peaks[-1][0] != level:
                break
            level, value = level + 1, node_hash(self.peaks.pop()[1], value)
        self.peaks.append((level, value))

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        if not self.peaks:
            return EMPTY_ROOT
        value = self.peaks[-1][1]
        for _, peak in reversed(self.peaks[:-1]):
            value = node_hash(peak, value)
        return value

    def copy(self) -> "Edge":
        """Return an edge that does not grow with this one."""
        return Edge(self.size, list(self.peaks), [list(tile) for tile in self.tiles])

    def partial(self) -> Iterator[tuple[int, int, list[bytes]]]:
        """Yield (level, index, hashes) of the tiles that are not full."""
        for number, hashes in enumerate(self.tiles, start=1):
            if hashes:
                yield number, self.size >> TILE_BITS * (number + 1), hashes

    def _record(self, number: int, value: bytes) -> Iterator[tuple[int, int, list[bytes]]]:
        while len(self.tiles) < number:
            self.tiles.append([])
        hashes = self.tiles[number - 1]
        hashes.append(value)
        if len(hashes) == TILE_WIDTH:
            self.tiles[number - 1] = []
            yield number, (self.size - 1) >> TILE_BITS * (number + 1), hashes


@dataclass(frozen=True)
class Gap:
    """A public file that is not what the log's entries or its other files make it."""

    path: str
    kind: Literal["missing", "wrong", "unreachable"]


@dataclass
class Replay:
    """What came out: roots at the sizes asked for, and every file that is not right.

    ``edge``: at the last full tile of leaves, from where a later replay goes on. ``stopped_at``:
    the index from which neither entries nor hashes could be had, so that nothing is known.
    """

    roots: dict[int, bytes] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    edge: Edge = field(default_factory=Edge)
    stopped_at: int | None = None


def replay(source: LogSource, *, start: Edge, size: int, sizes: Sequence[int]) -> Replay:
    """Hash every entry from ``start``, a full tile's end, up to ``size``, and compare all tiles.

    ``sizes``: where roots are wanted, each from ``start.size`` to ``size``.
    """
    edge, found = start.copy(), Replay()
    wanted = deque(sorted(set(sizes)))
    _note_root(edge, wanted, found.roots)
    first, end = edge.size // TILE_WIDTH, -(-size // TILE_WIDTH)

    def read(block: int) -> _Block:
        return _read_block(source, block, min(TILE_WIDTH, size - block * TILE_WIDTH))

    for block in _ahead(read, range(first, end), source.at_once):
        found.gaps += block.gaps
        hashes = block.computed if block.computed is not None else block.stated
        if edge.size % TILE_WIDTH == 0 and (hashes is None or len(hashes) < TILE_WIDTH):
            found.edge = edge.copy()
        if hashes is None:
            found.stopped_at = edge.size
            return found
        for level, index, full in _grow(edge, hashes, wanted, found.roots):
            _compare(source, Tile(level, index), full, found.gaps)
    if edge.size % TILE_WIDTH == 0:
        found.edge = edge
    for level, index, partial in edge.partial():
        _compare(source, Tile(level, index, len(partial)), partial, found.gaps)
    return found


@dataclass
class _Block:
    """One bundle and its tile: the hashes of its entries, and those that the tile states."""

    computed: list[bytes] | None = None
    stated: list[bytes] | None = None
    gaps: list[Gap] = field(default_factory=list)


def _read_block(source: LogSource, index: int, width: int) -> _Block:
    block = _Block()
    bundle, tile = Tile(None, index, width), Tile(0, index, width)
    raw = _read(source, bundle, block.gaps)
    if raw is not None:
        try:
            block.computed = [leaf_hash(entry) for entry in unpack_entries(raw)]
        except ValueError:
            block.gaps.append(Gap(bundle.path, "wrong"))
    raw = _read(source, tile, block.gaps)
    if raw is not None:
        block.stated = _cut(raw)
        if block.computed is not None and block.computed != block.stated:
            block.gaps.append(Gap(tile.path, "wrong"))
    return block


def _read(source: LogSource, tile: Tile, gaps: list[Gap]) -> bytes | None:
    for attempt in (1, 2):
        try:
            return read_tile(source, tile)
        except NotThere:
            gaps.append(Gap(tile.path, "missing"))
        except WrongSize:
            gaps.append(Gap(tile.path, "wrong"))
        except Unreachable:
            if attempt == 1:
                continue
            gaps.append(Gap(tile.path, "unreachable"))
        break
    return None


def _compare(source: LogSource, tile: Tile, hashes: list[bytes], gaps: list[Gap]) -> None:
    raw = _read(source, tile, gaps)
    if raw is not None and _cut(raw) != hashes:
        gaps.append(Gap(tile.path, "wrong"))


def _grow(
    edge: Edge, hashes: list[bytes], wanted: deque[int], roots: dict[int, bytes]
) -> Iterator[tuple[int, int, list[bytes]]]:
    """Add one tile's hashes, noting the roots wanted on the way; yield the tiles that fill up."""
    end = edge.size + len(hashes)
    if len(hashes) == TILE_WIDTH and not (wanted and wanted[0] < end):
        # No size inside is asked about, so the whole tile goes in as one subtree.
        while len(hashes) > 1:
            hashes = [node_hash(*pair) for pair in zip(hashes[::2], hashes[1::2], strict=True)]
        yield from edge.append(TILE_BITS, hashes[0])
    else:
        for value in hashes:
            yield from edge.append(0, value)
            _note_root(edge, wanted, roots)
    _note_root(edge, wanted, roots)


def _note_root(edge: Edge, wanted: deque[int], roots: dict[int, bytes]) -> None:
    if wanted and wanted[0] == edge.size:
        roots[wanted.popleft()] = edge.root()


def _ahead(read: Callable[[int], _Block], indices: Iterable[int], at_once: int) -> Iterator[_Block]:
    """Yield what ``read`` gives for each index, in order, reading a few ahead."""
    left = iter(indices)
    with ThreadPoolExecutor(max_workers=at_once) as pool:
        waiting = deque(pool.submit(read, index) for index in islice(left, 2 * at_once))
        while waiting:
            block = waiting.popleft().result()
            waiting.extend(pool.submit(read, index) for index in islice(left, 1))
            yield block


def _cut(raw: bytes) -> list[bytes]:
    return [raw[start : start + _HASH] for start in range(0, len(raw), _HASH)]
