"""Fixtures for the portal's pages."""

from collections.abc import Iterator

import pytest

from tests.unit.portal.rooms import MemoryRooms
from tests.unit.portal.serving import serve
from tests.unit.portal.visits import Visit


@pytest.fixture
def rooms() -> Iterator[MemoryRooms]:
    """A served portal in whose rooms nothing has happened."""
    with serve() as rooms:
        yield rooms


@pytest.fixture
def visit(rooms: MemoryRooms) -> Iterator[Visit]:
    """A stranger's browser."""
    visit = Visit(rooms)
    yield visit
    visit.client.close()
