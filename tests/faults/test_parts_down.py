"""A part of the journey is down, hung or lost: people go on signing, and it catches up."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from tests.faults.journey_driver import TwoPartyJourney
from tests.faults.test_killed_server import verdict_of
from tests.running import START_LIMIT_S, RunningActa


def chain_process(acta: RunningActa) -> int:
    """Return the process id of the server's embedded chain."""
    assert acta.process is not None
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue  # ended meanwhile
        name, _, rest = text.partition("(")[2].rpartition(")")
        if name == "anvil" and int(rest.split()[1]) == acta.process.pid:
            return int(stat.parent.name)
    raise AssertionError("expected an anvil among the server's children")


def wait_until(true: Callable[[], bool], limit_s: float = 60) -> None:
    """Wait until the callable answers true."""
    until = time.monotonic() + limit_s
    while time.monotonic() < until:
        if true():
            return
        time.sleep(0.2)
    raise AssertionError(f"it did not come true within {limit_s} s")


def test_the_chain_is_killed_and_comes_back_with_everything(
    own_acta: RunningActa, tmp_path: Path
) -> None:
    first = TwoPartyJourney(own_acta, "before")
    first.run()
    os.kill(chain_process(own_acta), signal.SIGKILL)
    second = TwoPartyJourney(own_acta, "after")
    second.run()
    for journey in (first, second):
        assert verdict_of(own_acta, journey, tmp_path)["verdict"] == "VALID"
        journey.close()


def test_the_chain_lost_its_newest_blocks(own_acta: RunningActa, tmp_path: Path) -> None:
    first = TwoPartyJourney(own_acta, "one")
    first.run()
    state = own_acta.data / "chain" / "state.json"
    older = state.read_bytes()
    second = TwoPartyJourney(own_acta, "two")
    second.run()
    own_acta.stop()
    state.write_bytes(older)
    own_acta.start()

    def anchored_again() -> bool:
        if not second.sender.offers(str(second.agreement), "evidence.asice"):
            return False
        return verdict_of(own_acta, second, tmp_path)["verdict"] == "VALID"

    wait_until(anchored_again)
    assert verdict_of(own_acta, first, tmp_path)["verdict"] == "VALID"
    first.close()
    second.close()


def test_with_the_chain_hung_agreements_are_sealed_and_anchoring_catches_up(
    own_acta: RunningActa, tmp_path: Path
) -> None:
    chain = chain_process(own_acta)
    os.kill(chain, signal.SIGSTOP)
    journey = TwoPartyJourney(own_acta, "hung")
    try:
        while journey.agreement is None or journey.sender.state_of(journey.agreement) != "sealed":
            assert not journey.advance(), "no evidence can be final while the chain hangs"
        page = journey.sender.page_of(journey.agreement).text
        assert 'data-status="logged"' in page or 'data-status="accepted"' in page
        assert journey.sender.visitor.download(
            f"/agreements/{journey.agreement}/document.pdf"
        ).startswith(b"%PDF")
    finally:
        os.kill(chain, signal.SIGCONT)
    journey.run()
    assert verdict_of(own_acta, journey, tmp_path)["verdict"] == "VALID"
    journey.close()


def test_a_failing_store_holds_nobody_up_and_is_repaired(
    own_acta: RunningActa, tmp_path: Path
) -> None:
    lost = own_acta.data / "stores" / "two"
    # Behind a folder that only a file stands for, every write fails, whoever the server runs as.
    blocking = tmp_path / "blocking"
    blocking.write_text("a file where a folder should be")

    def blocked() -> bool:
        shutil.rmtree(lost, ignore_errors=True)
        try:
            blocking.replace(lost)
        except OSError:
            return False  # the server has just made the folder again
        return True

    # Only a mirror that was used before is missed when its folder is empty.
    wait_until((lost / "log" / "acta-mirror.json").is_file)
    wait_until(blocked)
    journey = TwoPartyJourney(own_acta, "store")
    journey.run()
    assert verdict_of(own_acta, journey, tmp_path)["verdict"] == "VALID"
    journey.close()

    own_acta.stop()
    lost.unlink()
    # An empty folder may be a disk that is not mounted: the operator says that it is a new one.
    own_acta.launch()
    assert own_acta.process is not None
    assert own_acta.process.wait(START_LIMIT_S) == 1
    assert "retire-mirror" in own_acta.output
    retired = subprocess.run(
        [*own_acta.command[:-1], "log", "retire-mirror", str(lost / "log")],
        env=os.environ | {"ACTA_DATA_DIR": str(own_acta.data)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert retired.returncode == 0, retired.stderr
    own_acta.start()
    kept = own_acta.data / "stores" / "one" / "custody"

    def same_copies() -> bool:
        there = {path.name for path in kept.rglob("*") if path.is_file()}
        here = {path.name for path in (lost / "custody").rglob("*") if path.is_file()}
        return bool(there) and there == here

    wait_until(same_copies)
    assert httpx.get(f"{own_acta.base_url}/healthz").is_success
