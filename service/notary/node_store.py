"""The tree's complete nodes in the database: a row for each tile, written at its end only."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from sqlalchemy import Select, and_, bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from anchoring.tile_layout import TILE_BITS, TILE_WIDTH
from anchoring.tree import append_nodes, consistency_path_at, inclusion_path_at, node_hash, root_at
from service.notary.errors import LogForkRefused
from service.notary.models import LogTile

_HASH = 32
_MIDDLE_BITS = 4
_MIDDLE_WIDTH = 1 << _MIDDLE_BITS

_Key = tuple[int, int]


class NodeReader:
    """The reader of complete nodes that ``anchoring.tree`` asks for, as of one session.

    Each row is read once; those known beforehand (``load``) in one query. A proof needs at most
    two rows for every eight levels of the tree.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rows: dict[_Key, tuple[bytes, bytes]] = {}

    def load(self, keys: Iterable[_Key]) -> None:
        """Read up to two rows (level, index) of each level; those that do not exist stay out."""
        wanted: dict[int, list[int]] = {}
        for level, index in keys:
            if (level, index) not in self._rows:
                wanted.setdefault(level, []).append(index)
        if not wanted:
            return
        places = {}
        for level, indices in wanted.items():
            places[f"first{level}"], places[f"second{level}"] = indices[0], indices[-1]
        for level, index, hashes, middle in self._session.execute(_query(tuple(wanted)), places):
            self._rows[level, index] = hashes, middle

    def load_edge(self, size: int) -> None:
        """Read the last tile of each level of the tree of ``size`` leaves."""
        self.load(_edge(size))

    def row(self, level: int, index: int) -> tuple[bytes, bytes]:
        """Return a tile's hashes and middle, both empty where there is no row."""
        self.load([(level, index)])
        return self._rows.get((level, index), (b"", b""))

    def __call__(self, level: int, position: int) -> bytes:
        """Return the complete node (level, position), 32 bytes; LogForkRefused if it lacks."""
        tile_level, below = divmod(level, TILE_BITS)
        tile, offset = divmod(position << below, TILE_WIDTH)
        hashes, middle = self._rows.get((tile_level, tile)) or self.row(tile_level, tile)
        if below >= _MIDDLE_BITS:
            hashes, offset, below = middle, offset >> _MIDDLE_BITS, below - _MIDDLE_BITS
        found = hashes[offset * _HASH : (offset + (1 << below)) * _HASH]
        if len(found) != _HASH << below:
            raise LogForkRefused(
                f"expected node {position} of level {level} in the database, got none; "
                "the database is damaged: restore it, and the rest is refilled from a mirror"
            )
        nodes = [found[start : start + _HASH] for start in range(0, len(found), _HASH)]
        while len(nodes) > 1:
            nodes = [node_hash(*pair) for pair in zip(nodes[::2], nodes[1::2], strict=True)]
        return nodes[0]


@cache
def _query(levels: tuple[int, ...]) -> Select[int, int, bytes, bytes]:
    """Return the query for two rows of each level; making it anew takes longer than running it."""
    return select(LogTile.level, LogTile.index, LogTile.hashes, LogTile.middle).where(
        or_(
            *(
                and_(
                    LogTile.level == level,
                    LogTile.index.in_([bindparam(f"first{level}"), bindparam(f"second{level}")]),
                )
                for level in levels
            )
        )
    )


def read_root(session: Session, size: int) -> bytes:
    """Return the root of the first ``size`` leaves, in one query."""
    reader = NodeReader(session)
    reader.load_edge(size)
    return root_at(reader, size)


def read_inclusion_path(session: Session, index: int, size: int) -> list[bytes]:
    """Return the path of leaf ``index`` in the tree of the first ``size``, in one query."""
    reader = NodeReader(session)
    above = [(level, index >> TILE_BITS * (level + 1)) for level in range(_height(size))]
    reader.load([*_edge(size), *above])
    return inclusion_path_at(reader, index, size)


def read_consistency_path(session: Session, size1: int, size2: int) -> list[bytes]:
    """Return the path from the tree of the first ``size1`` leaves to that of ``size2``."""
    reader = NodeReader(session)
    reader.load([*_edge(size1), *_edge(size2)])
    return consistency_path_at(reader, size1, size2)


def append_leaf_hashes(session: Session, size: int, leaf_hashes: Sequence[bytes]) -> None:
    """Write every node that becomes complete when ``leaf_hashes`` follow ``size`` leaves.

    Costs the new tiles and the last one of each level, however large the tree is.
    """
    reader = NodeReader(session)
    reader.load_edge(size)
    nodes = append_nodes(reader, size, leaf_hashes)
    after = size + len(leaf_hashes)
    fresh: list[dict[str, object]] = []
    for level in range(_height(after)):
        for index in _grown(size >> level * TILE_BITS, after >> level * TILE_BITS):
            first = index << TILE_BITS
            hashes = _row(nodes, level * TILE_BITS, first, TILE_WIDTH)
            middle = _row(
                nodes,
                level * TILE_BITS + _MIDDLE_BITS,
                first >> _MIDDLE_BITS,
                TILE_WIDTH >> _MIDDLE_BITS,
            )
            held = (size >> level * TILE_BITS) - first
            if held <= 0:
                fresh.append({"level": level, "index": index, "hashes": hashes, "middle": middle})
                continue
            old_hashes, old_middle = reader.row(level, index)
            if len(old_hashes) != held * _HASH:
                raise LogForkRefused(
                    f"expected {held} hashes in tile {index} of level {level}, got "
                    f"{len(old_hashes) // _HASH}; the database is damaged: restore it, and the "
                    "rest is refilled from a mirror"
                )
            session.execute(
                update(LogTile)
                .where(LogTile.level == level, LogTile.index == index)
                .values(hashes=old_hashes + hashes, middle=old_middle + middle)
            )
    if fresh:
        session.execute(insert(LogTile), fresh)


def _row(nodes: Mapping[_Key, bytes], level: int, first: int, width: int) -> bytes:
    """Return what is new of ``width`` nodes of one level."""
    return b"".join(
        nodes[level, position]
        for position in range(first, first + width)
        if (level, position) in nodes
    )


def _grown(before: int, after: int) -> range:
    """Return the tiles of a level that grow when its nodes go from ``before`` to ``after``."""
    if after == before:
        return range(0)
    return range(before // TILE_WIDTH, (after - 1) // TILE_WIDTH + 1)


def _edge(size: int) -> list[_Key]:
    return [(level, size >> TILE_BITS * (level + 1)) for level in range(_height(size))]


def _height(size: int) -> int:
    """Return how many levels of tiles a tree of ``size`` leaves has."""
    return -(-size.bit_length() // TILE_BITS)
