"""An agreement anchored at its home and on a second chain, which is down for most of the time."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from anchoring.evidence import read_evidence
from anchoring.hashing import keccak256
from anchoring.verify import verify_evidence
from anchoring.verify_context import TrustedBlock
from contracts_chain import AnchorClient, ChainSettings, LocalChain, LocalKeySigner, find_anvil
from tests.conftest import ROOT
from tests.faults.journey_driver import TwoPartyJourney
from tests.journey.people import trust_of, verified
from tests.running import RunningActa, free_port

KEY = bytes.fromhex("22" * 32)
LIMIT_S = 90


@pytest.fixture
def second(tmp_path: Path) -> Iterator[LocalChain]:
    """A chain that the test runs, and the server only reaches."""
    chain = LocalChain(tmp_path / "second", free_port(), find_anvil(ROOT))
    chain.start()
    chain.fund(LocalKeySigner(KEY).address)
    chain.snapshot()
    yield chain
    chain.stop()


@pytest.fixture
def acta(tmp_path: Path, second: LocalChain) -> Iterator[RunningActa]:
    """An Acta with the embedded home and the second chain beside it."""
    chains = tmp_path / "chains.toml"
    chains.write_text(
        f"[chain.witness]\nchain_id = {second.chain_id}\n"
        f'rpc_urls = ["{second.rpc_url}"]\ntimeout_seconds = 2\n'
    )
    home_port = free_port()
    acta = RunningActa(
        data=tmp_path / "data",
        port=free_port(),
        chain_port=home_port,
        environment={
            "ACTA_CHAINS_FILE": str(chains),
            "ACTA_ALSO_CHAINS": '[{"name": "witness", "every_s": 1, "every_leaves": 100}]',
            "ACTA_CHAIN_KEY": KEY.hex(),
            "ACTA_CHAIN_SILENCE_S": "2",
            "ACTA_PUBLIC_RPC_URLS": json.dumps([f"http://127.0.0.1:{home_port}", second.rpc_url]),
        },
    )
    acta.start()
    yield acta
    acta.stop()


def status_of(acta: RunningActa) -> dict[str, dict[str, object]]:
    answer = httpx.get(f"{acta.base_url}/v1/status", timeout=10).raise_for_status().json()
    return {chain["name"]: chain for chain in answer["chains"]}


def wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + LIMIT_S
    while not true():
        assert time.monotonic() < until, f"it did not come true within {LIMIT_S} s"
        time.sleep(0.3)


def test_second_chain_down_all_along_and_back(acta: RunningActa, second: LocalChain) -> None:
    trust = trust_of(acta)
    assert [home.chain_id for home in trust.homes][1:] == [second.chain_id]
    second.stop()
    journey = TwoPartyJourney(acta, "dos")
    agreement = journey.run()
    early = journey.sender.visitor.download(f"/agreements/{agreement}/evidence.asice")
    assert len(read_evidence(early).anchors) == 1
    report = verified(acta, early)
    assert report.exit_code == 0, report.summary
    page = journey.sender.page_of(agreement).text
    assert 'data-chain="home" data-status="final"' in page
    assert 'data-chain="witness" data-status="final"' not in page
    status = status_of(acta)
    assert status["home"]["waiting"] == 0
    assert status["witness"]["silent_since"] is not None

    second.start()
    client = AnchorClient(
        chain=ChainSettings(name="witness", rpc_urls=(second.rpc_url,)),
        signer=LocalKeySigner(KEY),
    )

    def anchored_everywhere() -> bool:
        # Its blocks come with its transactions alone; one more makes the last of them final.
        client.mine()
        evidence = journey.sender.visitor.download(f"/agreements/{agreement}/evidence.asice")
        return len(read_evidence(evidence).anchors) == 2

    wait_until(anchored_everywhere)
    late = journey.sender.visitor.download(f"/agreements/{agreement}/evidence.asice")
    for evidence in (early, late):
        report = verified(acta, evidence)
        assert report.exit_code == 0, report.summary
    assert {finding.code for step in report.steps for finding in step.findings} >= {"others/ok"}
    assert_valid_by_block_hashes_alone(acta, late)
    page = journey.sender.page_of(agreement).text
    assert 'data-chain="witness" data-status="final"' in page
    wait_until(lambda: status_of(acta)["witness"]["silent_since"] is None)
    client.close()
    journey.close()


def assert_valid_by_block_hashes_alone(acta: RunningActa, evidence: bytes) -> None:
    """Whoever knows the hash of one block of each chain needs no node."""
    blocks = [
        TrustedBlock(chain_id, keccak256(record.header or b""))
        for chain_id, record in read_evidence(evidence).anchors.items()
    ]
    report = verify_evidence(
        evidence, trust=trust_of(acta), rpc=["http://127.0.0.1:9"], blocks=blocks
    )
    assert report.exit_code == 0, report.summary
    assert "others/ok" in {finding.code for step in report.steps for finding in step.findings}
