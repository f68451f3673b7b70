"""A started notary on a chain in memory and two mirrors on disk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.notary.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    house.notary.start()
    yield house
    house.database.dispose()
