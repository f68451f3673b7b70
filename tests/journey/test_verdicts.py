"""What a reader is told of real agreements, of a forger's, and by the contract itself."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from anchoring.report import Outcome, Verdict
from anchoring.verify import verify_evidence
from tests.conftest import ROOT
from tests.journey.people import (
    PRODUCERS,
    contact,
    signed_by_two,
    trust_of,
    verified,
)
from tests.running import RunningActa, start_acta

TRUE = "0x" + "1".rjust(64, "0")


@pytest.fixture(scope="module")
def sealed(acta_server: RunningActa) -> tuple[bytes, bytes]:
    """One agreement's sealed PDF and evidence."""
    return signed_by_two(acta_server)


def cli(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run ``acta`` of this environment."""
    return subprocess.run(
        [sys.executable, "-m", "anchoring.cli", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "HOME": str(cwd), "PATH": "/usr/bin:/bin"},
    )


def test_its_own_agreement_is_valid_in_every_step(
    acta_server: RunningActa, sealed: tuple[bytes, bytes]
) -> None:
    pdf, evidence = sealed
    report = verified(acta_server, evidence, pdf=pdf)
    assert report.verdict is Verdict.VALID, report.summary
    assert {step.outcome for step in report.steps} == {Outcome.OK}
    assert [signer.name for signer in report.signers] == ["Lucía Prado Vela", "Hugo Santos Mir"]
    assert {signer.whose_word for signer in report.signers} == {"operator's word"}


@pytest.mark.parametrize("path", sorted(PRODUCERS.glob("*.pdf")), ids=lambda path: path.stem)
def test_a_contract_of_another_producer_is_valid(acta_server: RunningActa, path: Path) -> None:
    pdf, evidence = signed_by_two(acta_server, pdf=path.read_bytes(), title=path.stem)
    report = verified(acta_server, evidence, pdf=pdf)
    assert report.verdict is Verdict.VALID, report.summary


def test_an_older_agreement_is_in_the_history_of_the_newest_log(
    acta_server: RunningActa, sealed: tuple[bytes, bytes]
) -> None:
    """The log's public tiles prove that nothing was rewritten since."""
    signed_by_two(acta_server, title="Uno más, para que el registro crezca")
    report = verified(acta_server, sealed[1])
    assert report.verdict is Verdict.VALID, report.summary
    history = next(step for step in report.steps if step.name == "consistency")
    assert (history.outcome, history.code) == (Outcome.OK, "consistency/ok")


def test_one_byte_changed_is_invalid(acta_server: RunningActa, sealed: tuple[bytes, bytes]) -> None:
    pdf, evidence = sealed
    beside = bytearray(pdf)
    beside[len(pdf) // 2] ^= 1
    report = verified(acta_server, evidence, pdf=bytes(beside))
    assert (report.verdict, report.reason_code) == (Verdict.INVALID, "container/other-pdf")


def test_a_node_of_nobody_decides_nothing(
    acta_server: RunningActa, sealed: tuple[bytes, bytes]
) -> None:
    trust = trust_of(acta_server)
    report = verify_evidence(sealed[1], trust=trust, rpc=["http://127.0.0.1:9"])
    assert (report.verdict, report.reason_code) == (Verdict.CANNOT_CHECK, "chain/unreachable")


@pytest.mark.parametrize("same_origin", [False, True])
def test_a_second_acta_that_forges_the_agreement_is_never_valid(
    acta_server: RunningActa, tmp_path: Path, same_origin: bool
) -> None:
    """It has other keys, another log, another chain; everything a person reads is the same."""
    trusted = trust_of(acta_server)
    origin = {"ACTA_LOG_ORIGIN": trusted.origin} if same_origin else {}
    names = (contact("Lucía Prado Vela"), contact("Hugo Santos Mir"))
    forger = start_acta(tmp_path / "forger", **origin)
    try:
        pdf, evidence = signed_by_two(forger, contacts=names)
        believed = verified(forger, evidence, pdf=pdf)
        assert believed.verdict is Verdict.VALID, believed.summary
        for rpc in ([acta_server.rpc_url], [forger.rpc_url], None):
            report = verify_evidence(evidence, trust=trusted, rpc=rpc, pdf=pdf)
            assert report.verdict is Verdict.CANNOT_CHECK
            assert report.reason_code == (
                "trust/other-home" if same_origin else "trust/other-origin"
            )
            home = trust_of(forger).homes[0]
            assert str(home.chain_id) in report.summary
            assert home.contract.hex() in report.summary.lower()
    finally:
        forger.stop()


def test_the_contract_answers_true_to_the_call_that_is_printed(
    acta_server: RunningActa, sealed: tuple[bytes, bytes], tmp_path: Path
) -> None:
    (tmp_path / "evidence.asice").write_bytes(sealed[1])
    (tmp_path / "trust.json").write_bytes(trust_of(acta_server).raw)
    verify = ("verify", "evidence.asice", "--trust", "trust.json", "--rpc", acta_server.rpc_url)
    machine = cli(*verify, "--json", cwd=tmp_path)
    assert machine.returncode == 0, machine.stderr
    call: dict[str, Any] = json.loads(machine.stdout)["chainCall"]

    def ask(calldata: str) -> Any:
        params = [{"to": call["contract"], "data": calldata}, "finalized"]
        request = {"jsonrpc": "2.0", "id": 1, "method": "eth_call", "params": params}
        return httpx.post(acta_server.rpc_url, json=request, timeout=10).json()

    assert ask(call["calldata"])["result"] == TRUE
    words = [call["calldata"][10:][start : start + 64] for start in range(0, 64 * 6, 64)]
    arguments = call["arguments"]
    assert words[0] == arguments["logId"][2:]
    assert words[2] == arguments["root"][2:]
    assert words[3] == arguments["entry"][2:]
    assert (int(words[1], 16), int(words[4], 16)) == (arguments["size"], arguments["index"])
    for place in (10, 10 + 2 * 64, 10 + 3 * 64, 10 + 5 * 64 - 1, 10 + 7 * 64):
        other = "0" if call["calldata"][place] != "0" else "1"
        lie = call["calldata"][:place] + other + call["calldata"][place + 1 :]
        assert ask(lie).get("result") != TRUE, place

    printed = cli(*verify, "--lang", "en", cwd=tmp_path)
    for value in (call["contract"], call["function"].split("(")[0], arguments["entry"]):
        assert value in printed.stdout
    assert printed.stdout.splitlines()[-1] == "VALID"
