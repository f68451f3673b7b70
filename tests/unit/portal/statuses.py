"""What the status page is given: a log on its chains, and copies in their stores."""

from dataclasses import replace
from typing import Any

from service.custody import CustodyHealth, StoreHealth
from service.notary import ChainStatus, LogStatus, ShownAnchor
from tests.parts import NOON


def log_status(*further: ChainStatus, **home: Any) -> LogStatus:
    """Return a log of 12 entries, all final at its home but for what ``home`` changes."""
    chain = ChainStatus(
        name="home",
        chain_id=77_001,
        contract=bytes(20),
        is_home=True,
        newest=ShownAnchor(state="final", size=12, block=40, time=NOON, transaction=None),
        waiting=0,
        waiting_since=None,
        silent_since=None,
        alarms=(),
    )
    return LogStatus(
        origin="acta.example/log",
        log_id=bytes(32),
        size=12,
        chains=(replace(chain, **home), *further),
    )


def custody_health(**first: Any) -> CustodyHealth:
    """Return two stores with everything in them but for what ``first`` changes at the first."""
    store = StoreHealth(
        name="disk-1",
        kind="disk",
        resting_since=None,
        reason="",
        latency_s=0.01,
        kept=3,
        lacking=0,
        oldest_verified_at=NOON,
    )
    return CustodyHealth(
        quorum=1,
        objects=3,
        too_few=0,
        stores=[replace(store, **first), replace(store, name="madrid", kind="s3")],
    )
