"""Fixtures for the portal's pages."""

from collections.abc import Iterator

import pytest

from tests.unit.portal.rooms import MemoryRooms
from tests.unit.portal.visits import Visit


@pytest.fixture
def rooms() -> MemoryRooms:
    """Rooms in which nothing has happened."""
    return MemoryRooms()


@pytest.fixture
def visit(rooms: MemoryRooms) -> Iterator[Visit]:
    """A stranger's browser."""
    visit = Visit(rooms)
    yield visit
    visit.client.close()
