"""One good agreement for the tests that spoil only a copy of its members or its chain."""

import copy

import pytest

from tests.unit.anchoring_verify.sealed_agreement import Sealed, make


@pytest.fixture(scope="session")
def good_once() -> Sealed:
    """Return the good agreement; nobody may change it."""
    return make()


@pytest.fixture
def good(good_once: Sealed) -> Sealed:
    """Return a copy of the good agreement that a test may spoil."""
    copied = copy.copy(good_once)
    copied.members = dict(good_once.members)
    copied.chain = copy.copy(good_once.chain)
    copied.chain.storage = dict(good_once.chain.storage)
    copied.chain.blocks = dict(good_once.chain.blocks)
    return copied
