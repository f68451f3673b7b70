"""What AnchorLog's calls cost: as committed, and below the bars."""

import json

import pytest

from tests.ports.anchor_gas import SNAPSHOT, measure


@pytest.fixture(scope="module")
def committed() -> dict[str, int]:
    """Return the snapshot in the repository."""
    return {str(name): int(gas) for name, gas in json.loads(SNAPSHOT.read_text()).items()}


def test_gas_is_as_committed(committed: dict[str, int]) -> None:
    assert measure() == committed, "run: python -m tests.ports.anchor_gas"


def test_gas_is_below_the_bars(committed: dict[str, int]) -> None:
    anchoring = [gas for name, gas in committed.items() if name.startswith("anchor,")]
    proving = [gas for name, gas in committed.items() if "Inclusion, depth 20" in name]
    assert len(anchoring) == len(proving) == 3
    assert max(anchoring) <= 54_000
    assert max(proving) <= 55_000
    # Both against the same path; every other thing that an attestation needs comes on top.
    beside = committed["verifyInclusion, depth 20, index 1048575"]
    assert committed["verifyAttestation, depth 20"] - beside <= 20_000
