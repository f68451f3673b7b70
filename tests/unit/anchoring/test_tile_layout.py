"""Names and borders of tiles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anchoring.tile_layout import Tile, pack_entries, tiles_between, unpack_entries


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 1067), "tile/0/x001/067"),
        (Tile(2, 1_234_067), "tile/2/x001/x234/067"),
        (Tile(0, 0, 7), "tile/0/000.p/7"),
        (Tile(None, 1000, 255), "tile/entries/x001/000.p/255"),
    ],
)
def test_path_of_a_tile(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert Tile.parse(path) == tile


@given(st.integers(0, 63), st.integers(0, 10**12), st.integers(1, 256))
def test_each_tile_has_one_name(level: int, index: int, width: int) -> None:
    tile = Tile(level, index, width)
    assert Tile.parse(tile.path) == tile


@given(st.integers(0, 200_000), st.integers(0, 70_000))
def test_growth_needs_exactly_the_tiles_that_are_new(old: int, growth: int) -> None:
    new = old + growth
    tiles = list(tiles_between(old, new))
    assert len({tile.path for tile in tiles}) == len(tiles)
    assert all(tile.within(new) for tile in tiles)
    for level in range(3):
        covered = [tile for tile in tiles if tile.level == level]
        before, after = old >> (8 * level), new >> (8 * level)
        if after > before:
            assert covered[0].first <= before
            assert covered[-1].first + covered[-1].width == after
            assert [tile.index for tile in covered] == list(
                range(covered[0].index, covered[-1].index + 1)
            )
            assert all(tile.width == 256 for tile in covered[:-1])
        else:
            assert covered == []


def test_bundle_gives_back_its_entries() -> None:
    entries = [bytes([number]) * 32 for number in range(5)]
    bundle = pack_entries(entries)
    assert bundle[:2] == b"\x00\x20"
    assert unpack_entries(bundle) == entries


@pytest.mark.parametrize("bundle", [b"\x00", b"\x00\x20" + bytes(31), b"\x00\x21" + bytes(32)])
def test_other_bytes_are_no_bundle(bundle: bytes) -> None:
    with pytest.raises(ValueError, match="expected"):
        unpack_entries(bundle)
