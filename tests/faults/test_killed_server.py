"""SIGKILL at every kind of point of the journey: nothing lost, nothing doubled, it goes on."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from anchoring.evidence import read_evidence
from anchoring.statement import parse_statement
from tests.faults.journey_driver import ServerGoneError, TwoPartyJourney
from tests.running import RunningActa, free_port

# (function, before or after, which of its calls counted from the server's start)
POINTS = [
    ("service.custody.revision_files:RevisionFiles.put", "after", 1),
    ("service.agreements.drafting:Drafting.create_draft", "after", 1),
    ("service.identity.codes:EmailCodes.request_code", "after", 1),
    ("service.identity.codes:EmailCodes.confirm_code", "after", 1),
    ("service.notices.local_mailbox:LocalMailbox.send", "before", 1),
    ("service.agreements.signing_turn:SigningTurns.open_for_signing", "after", 1),
    ("service.signing.signatures:sign_field", "after", 1),
    ("service.agreements.drafting:Drafting.send", "after", 1),
    ("service.identity.links:InvitationLinks.consume_link", "after", 1),
    ("service.agreements.signing_by_code:SigningByCode.sign", "after", 2),
    ("service.notary.sequencer:Sequencer.publish", "before", 2),
    ("service.notary.disk_mirror:DiskMirror.put", "after", 3),
    ("service.notary.sequencer:Sequencer.sign", "after", 1),
    ("service.notary.sequencer:Sequencer.add_checkpoint", "after", 1),
    ("service.signing.signatures:seal_pdf", "after", 1),
    ("service.signing.seal_check:check_sealed", "after", 1),
    ("service.agreements.sealing:Sealing.seal", "after", 1),
    ("service.custody.disk_store:DiskStore.put", "before", 1),
    ("service.custody.disk_store:DiskStore.put", "after", 3),
    ("service.agreements.sealing:Sealing.announce", "after", 1),
    ("service.notary.chain_adapter:ContractsChainAdapter.submit", "after", 2),
    ("contracts_chain.local_chain:LocalChain.snapshot", "before", 2),
    ("contracts_chain.local_chain:LocalChain.snapshot", "after", 2),
    ("service.signing.signatures:sign_container", "after", 1),
]


def _name(point: tuple[str, str, int]) -> str:
    target, moment, nth = point
    return f"{moment}-{target.split(':')[1]}-{nth}"


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningActa]:
    """One data folder for all points, so that each is survived by everything before it."""
    folder = tmp_path_factory.mktemp("killed")
    acta = RunningActa(data=folder / "data", port=free_port(), chain_port=free_port())
    yield acta
    acta.stop()


def verdict_of(acta: RunningActa, journey: TwoPartyJourney, folder: Path) -> dict[str, object]:
    """Return the outsider's report on the journey's evidence."""
    evidence, trust = folder / "evidence.asice", folder / "trust.json"
    person = journey.sender
    evidence.write_bytes(person.visitor.download(f"/agreements/{journey.agreement}/evidence.asice"))
    trust.write_bytes(person.visitor.download("/.well-known/acta-trust.json"))
    done = subprocess.run(
        [
            sys.executable, "-m", "anchoring.cli", "verify", str(evidence),
            "--trust", str(trust), "--rpc", acta.rpc_url, "--json",
        ],
        capture_output=True,
        check=False,
        timeout=60,
    )  # fmt: skip
    report: dict[str, object] = json.loads(done.stdout)
    return report


def _assert_once(journey: TwoPartyJourney, evidence: Path) -> None:
    """Nothing is doubled: each fact of the journey is stated once, each mail came once."""
    statements = read_evidence(evidence.read_bytes()).statements
    facts: Counter[tuple[str, int]] = Counter()
    for raw in statements.values():
        statement = parse_statement(raw)
        facts[statement.type, statement.actor.party] += 1
    for fact in (("prepared", 0), ("sent", 1), ("consented", 1), ("signed", 1), ("signed", 2)):
        assert facts[fact] == 1, (fact, facts)
    for subject, count in journey.mails().items():
        if "código" not in subject:
            assert count == 1, (subject, count)


@pytest.mark.parametrize("point", POINTS, ids=_name)
def test_the_journey_survives_a_kill(
    installation: RunningActa, point: tuple[str, str, int], tmp_path: Path
) -> None:
    acta = installation
    target, moment, nth = point
    acta.stop()
    ordinary = acta.command
    acta.command = (
        sys.executable, "-m", "tests.faults.crashing_server", target, moment, str(nth),
    )  # fmt: skip
    journey = TwoPartyJourney(acta, f"p{POINTS.index(point)}")
    try:
        acta.launch()
        try:
            acta.wait_until_serving()
            journey.run()
        except (ServerGoneError, AssertionError):
            assert acta.process is not None
            acta.process.wait(10)
        assert acta.process is not None
        assert acta.process.poll() == -9, "the point was never reached: it needs another one"
        acta.command = ordinary
        acta.start()
        journey.run()
        report = verdict_of(acta, journey, tmp_path)
        assert report["verdict"] == "VALID", report
        _assert_once(journey, tmp_path / "evidence.asice")
    finally:
        acta.command = ordinary
        journey.close()
