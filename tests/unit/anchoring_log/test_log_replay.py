"""Hashing a log from its files gives the tree's own roots, from wherever it goes on."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anchoring.hashing import sha256
from anchoring.log_replay import Edge, replay
from anchoring.log_source import open_source
from anchoring.log_tiles import TileReader
from anchoring.tile_layout import Tile
from anchoring.tree import consistency_path_at, inclusion_path_at, root, verify_inclusion
from tests.unit.anchoring_log.public_log import PublicLog


@given(st.lists(st.integers(1, 3), max_size=40))
def test_an_edge_has_the_trees_root(steps: list[int]) -> None:
    hashes = [sha256(bytes([n])) for n in range(sum(steps))]
    edge = Edge()
    for count, value in enumerate(hashes, start=1):
        list(edge.append(0, value))
        assert edge.root() == root(hashes[:count])
    assert Edge().root() == root([])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(data=st.data())
def test_every_size_gives_its_root_and_every_part_goes_on(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    log = PublicLog(tmp_path_factory.mktemp("log"))
    first = data.draw(st.integers(1, 700))
    log.grow(first)
    source = open_source(str(log.folder))
    sizes = data.draw(st.lists(st.integers(0, first), max_size=5))
    found = replay(source, start=Edge(), size=first, sizes=sizes)
    assert found.roots == {size: root(log.hashes[:size]) for size in sizes}
    assert (found.gaps, found.stopped_at) == ([], None)
    assert found.edge.size == first - first % 256
    log.grow(data.draw(st.integers(1, 700)))
    size = len(log.entries)
    later = replay(source, start=found.edge, size=size, sizes=[first, size])
    assert later.roots == {first: root(log.hashes[:first]), size: root(log.hashes)}
    assert later.gaps == []


def test_three_levels_of_tiles(tmp_path: Path) -> None:
    log = PublicLog(tmp_path)
    log.grow(65_536 + 700)
    source = open_source(str(tmp_path))
    size = len(log.entries)
    found = replay(source, start=Edge(), size=size, sizes=[size])
    assert found.roots == {size: root(log.hashes)}
    assert found.gaps == []
    log.file(Tile(2, 0, 1)).write_bytes(bytes(32))
    log.file(Tile(1, 0)).unlink()
    gaps = replay(source, start=Edge(), size=size, sizes=[]).gaps
    assert [(gap.path, gap.kind) for gap in gaps] == [
        ("tile/1/000", "missing"),
        ("tile/2/000.p/1", "wrong"),
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=10)
@given(data=st.data())
def test_every_leaf_proves_from_tiles(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    log = PublicLog(tmp_path_factory.mktemp("log"))
    size = data.draw(st.integers(1, 1_500))
    log.grow(size)
    tiles = TileReader(str(log.folder), size)
    index = data.draw(st.integers(0, size - 1))
    verify_inclusion(
        leaf_hash=log.hashes[index],
        index=index,
        size=size,
        path=inclusion_path_at(tiles.read, index, size),
        root=root(log.hashes),
    )
    old = data.draw(st.integers(1, size))
    assert consistency_path_at(tiles.read, old, size) is not None
