"""Two sites on one PostgreSQL, each with its own nearest stores: one is cut off from its own."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.custody import CopyState, Custody, Store, StorePlan, TimeLimits
from service.database import Base, Database
from tests.parts import ManualClock, fresh_keyring
from tests.servers import running
from tests.servers.fault_proxy import FaultProxy
from tests.servers.places import Places

PDF = b"%PDF-1.7 a contract between Ana and Eva" * 1000
QUICK = TimeLimits(base_s=2.0)
# Which stores are near to whom.
NEAR = {"north": ("s3", "gcs"), "south": ("kubo", "disk")}


class Sites:
    """Two custodies over one database and one key, with every store reached by both."""

    def __init__(self, folder: Path, places: Places, database_url: str) -> None:
        self.database = Database(database_url)
        Base.metadata.create_all(self.database.engine)
        ports = {
            "s3": places.server("s3", running.s3_server).port,
            "gcs": places.server("gcs", running.gcs_server).port,
            "kubo": places.node().port,
        }
        # The line of a site to each store is its own, and may be cut alone.
        self.lines = {
            (site, kind): FaultProxy(port, rename=kind == "gcs")
            for site in NEAR
            for kind, port in ports.items()
        }
        for line in self.lines.values():
            line.start()
        self.clock = ManualClock()
        self.custody = {site: self._open(site, folder, places) for site in NEAR}

    def _open(self, site: str, folder: Path, places: Places) -> Custody:
        def store(kind: str) -> Store:
            line = self.lines.get((site, kind))
            place = folder.name
            return places.open(kind, place=place, name=kind, url=line.url if line else "")

        return Custody(
            database=self.database,
            keyring=fresh_keyring(folder),
            clock=self.clock,
            stores=[
                StorePlan(
                    store=store(kind),
                    kind=kind,
                    preference=0 if kind in NEAR[site] else 1,
                    limits=QUICK,
                )
                for kind in ("s3", "gcs", "kubo", "disk")
            ],
            quorum=2,
            spool=folder / site / "spool",
        )

    def cut_off(self, site: str) -> None:
        """Take both of its near stores away from a site, and from the other as well."""
        for (_site, kind), line in self.lines.items():
            if kind in NEAR[site]:
                line.fail("down")

    def heal(self) -> None:
        for line in self.lines.values():
            line.heal()

    def close(self) -> None:
        for line in self.lines.values():
            line.stop()
        self.database.dispose()


@pytest.fixture
def sites(tmp_path: Path, places: Places, postgres_url: str) -> Iterator[Sites]:
    sites = Sites(tmp_path, places, postgres_url)
    yield sites
    sites.close()


def test_both_sites_go_on_when_ones_stores_are_cut_off(sites: Sites) -> None:
    north, south = sites.custody["north"], sites.custody["south"]
    north.keep("agr_before", PDF)
    sites.cut_off("north")
    assert north.fetch("agr_before") == south.fetch("agr_before") == PDF
    north.keep("agr_north", PDF + b"north")
    south.keep("agr_south", PDF + b"south")
    # What one site kept, the other reads and keeps on with, though it never saw the spool.
    assert north.fetch("agr_south") == PDF + b"south"
    assert south.fetch("agr_north") == PDF + b"north"
    assert south.health().too_few == 0
    sites.heal()
    sites.clock.advance(minutes=10)
    # Either may mend what both left undone.
    assert south.repair().still_missing == 0
    for name in ("agr_before", "agr_north", "agr_south"):
        assert {copy.state for copy in north.copies(name)} == {CopyState.KEPT}
    assert north.repair().examined == 0
    assert south.health().stores[0].lacking == 0


def test_both_sites_may_keep_and_repair_the_same_at_once(sites: Sites) -> None:
    with ThreadPoolExecutor(4) as workers:
        kept = list(
            workers.map(
                lambda number: sites.custody[("north", "south")[number % 2]].keep("agr_1", PDF).cid,
                range(4),
            )
        )
        list(workers.map(lambda custody: custody.repair(), sites.custody.values()))
    assert len(set(kept)) == 1
    for custody in sites.custody.values():
        assert custody.fetch("agr_1") == PDF
        assert custody.health().stores[0].kept == 1
