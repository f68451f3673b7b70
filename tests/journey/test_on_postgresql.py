"""The same journey on PostgreSQL."""

from pathlib import Path

from tests.faults.journey_driver import TwoPartyJourney
from tests.faults.test_killed_server import verdict_of
from tests.running import start_acta


def test_the_journey_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    acta = start_acta(tmp_path / "data", ACTA_DATABASE_URL=postgres_url)
    journey = TwoPartyJourney(acta, "pg")
    try:
        journey.run()
        assert verdict_of(acta, journey, tmp_path)["verdict"] == "VALID"
        acta.kill()
        acta.start()
        assert verdict_of(acta, journey, tmp_path)["verdict"] == "VALID"
        assert not (acta.data / "acta.db").exists()
    finally:
        journey.close()
        acta.stop()
