"""Every fault of a store, alone and in random pairs, over real servers behind proxies.

Two of three stores must have an object before it counts as kept. No agreement is lost, nothing
readable reaches a store, no wrong byte comes back, and after repair every copy is whole again.
"""

import hashlib
import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from service.custody import (
    CopyState,
    Custody,
    NoGoodCopyError,
    QuorumNotReachedError,
    Store,
    StorePlan,
    TimeLimits,
    envelope_key,
)
from service.database import Database
from service.keyring import Keyring
from tests.parts import ManualClock, fresh_database, fresh_keyring
from tests.servers import running
from tests.servers.fault_proxy import FAULTS, FaultProxy
from tests.servers.places import Places

MARKER = b"a contract between Ana and Eva"
SECRETS = (MARKER, b"AGE-SECRET-KEY")
KINDS = ("s3", "gcs", "kubo")
# So long may a store take here: far less than in earnest, so that what hangs is soon given up.
QUICK = TimeLimits(base_s=0.35, least_bytes_s=10_000_000)
PATIENT = TimeLimits(base_s=30.0)
# Few at a time, since every scrub reads all that was kept before.
SEEDS, PAIRS_A_SEED = 22, 8


class Site:
    """Custody over three real stores, each behind a proxy that may fail."""

    def __init__(self, folder: Path, places: Places) -> None:
        self.folder = folder
        self.database: Database = fresh_database(folder)
        self.keyring: Keyring = fresh_keyring(folder)
        self.clock = ManualClock()
        ports = {
            "s3": places.server("s3", running.s3_server).port,
            "gcs": places.server("gcs", running.gcs_server).port,
            "kubo": places.node().port,
        }
        self.proxies = {
            kind: FaultProxy(port, SECRETS, rename=kind == "gcs") for kind, port in ports.items()
        }
        for proxy in self.proxies.values():
            proxy.start()
        self.behind: dict[str, Store] = {
            kind: places.open(kind, place=folder.name, name=kind) for kind in KINDS
        }
        self._before: dict[str, Store] = {
            kind: places.open(kind, place=folder.name, name=kind, url=self.proxies[kind].url)
            for kind in KINDS
        }

    def close(self) -> None:
        for proxy in self.proxies.values():
            proxy.stop()
        self.database.dispose()

    def open(self, limits: TimeLimits) -> Custody:
        """Return a custody as after a restart."""
        return Custody(
            database=self.database,
            keyring=self.keyring,
            clock=self.clock,
            stores=[
                StorePlan(store=store, kind=kind, limits=limits)
                for kind, store in self._before.items()
            ],
            quorum=2,
            spool=self.folder / "spool",
            verify_every=timedelta(days=30),
        )

    def run(self, number: int, faults: Mapping[str, str], *, early: bool) -> None:
        """Keep an agreement while stores fail, or let them fail after it was kept; then heal."""
        agreement, pdf = f"agr_{number}", b"%PDF-1.7 " + MARKER + b" %d " % number * 300
        if early:
            self._fail(faults)
        custody = self.open(QUICK)
        try:
            custody.keep(agreement, pdf)
            kept = True
        except QuorumNotReachedError:
            kept = False
        if not kept and not early:
            # No store fails yet, but on a busy machine a good one may outlast the quick limits:
            # it is tried again, as the service does.
            self.open(PATIENT).keep(agreement, pdf)
        self._fail(faults)
        try:
            assert custody.fetch(agreement) == pdf, faults
        except NoGoodCopyError:
            if len(faults) < 2:
                assert self.open(PATIENT).fetch(agreement) == pdf, faults
        self.clock.advance(days=31)
        custody.scrub(budget_s=3.0)
        custody.repair()
        for proxy in self.proxies.values():
            proxy.heal()
        self._check_whole(agreement, pdf, faults)

    def _fail(self, faults: Mapping[str, str]) -> None:
        for kind, fault in faults.items():
            self.proxies[kind].fail(fault)

    def _check_whole(self, agreement: str, pdf: bytes, faults: Mapping[str, str]) -> None:
        custody = self.open(PATIENT)
        custody.repair()
        kept = custody.keep(agreement, pdf)
        assert [copy.state for copy in kept.copies] == [CopyState.KEPT] * 3, faults
        envelopes = set()
        for kind, store in self.behind.items():
            whole = hashlib.sha256(store.get(kept.cid)).digest()
            assert whole == kept.ciphertext_sha256, (kind, faults)
            envelopes.add(store.get(envelope_key(kept.cid)))
        assert len(envelopes) == 1, faults
        assert custody.fetch(agreement) == pdf
        assert not list((self.folder / "spool").glob("*")), faults
        assert custody.repair().examined == 0

    def check_nothing_leaked(self, places: Places) -> None:
        assert [proxy.leaks for proxy in self.proxies.values()] == [0, 0, 0]
        for server in (places.server("s3", running.s3_server), places.node()):
            for path in server.folder.rglob("*"):
                if path.is_file():
                    content = path.read_bytes()
                    assert not any(secret in content for secret in SECRETS), path


@pytest.fixture
def site(places: Places) -> Iterator[Site]:
    # In memory where there is such a folder: power cuts are another test's.
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        site = Site(Path(folder), places)
        yield site
        site.close()
        site.check_nothing_leaked(places)


def schedules(seed: int, count: int) -> Sequence[dict[str, str]]:
    """Return pairs of faults at two stores each, the same for a seed."""
    rng = random.Random(seed)
    return [{kind: rng.choice(FAULTS) for kind in rng.sample(KINDS, 2)} for _ in range(count)]


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_alone(site: Site, fault: str) -> None:
    for number, kind in enumerate(KINDS):
        site.run(number, {kind: fault}, early=(number + FAULTS.index(fault)) % 2 == 0)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_random_pairs_of_faults(site: Site, seed: int) -> None:
    for number, faults in enumerate(schedules(seed, PAIRS_A_SEED)):
        site.run(number, faults, early=number % 2 == 0)
    report = site.open(PATIENT).report_since(site.clock.now() - timedelta(days=3650))
    assert report.objects == report.quorum_reached == PAIRS_A_SEED
    assert report.lost == 0
    assert {(store.kept, store.lacking) for store in report.stores} == {(PAIRS_A_SEED, 0)}
    # What went wrong is told, and so is that it was put right.
    assert sum(one.found_missing + one.found_rotten + one.not_placed for one in report.stores) > 0
    assert sum(store.mended for store in report.stores) > 0


def test_the_secrets_would_be_noticed(site: Site) -> None:
    """The search for what is readable finds it where it is."""
    proxy = site.proxies["s3"]
    key = "bafkreidextcuc2cpnd54dqrubatgdeq5tbs6as4f4nwyh7b2sussc5b6gy"
    site._before["s3"].put(key, b"%PDF-1.7 " + MARKER)
    assert proxy.leaks == 1
    site.behind["s3"].delete(key)
    proxy.leaks = 0
