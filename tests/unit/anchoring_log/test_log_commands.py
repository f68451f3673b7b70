"""The commands of `acta log`: exit codes, languages, proofs out and in."""

import json
from pathlib import Path

import pytest

from anchoring.cli import main
from anchoring.tlog_proof import parse_tlog_proof
from tests.unit.anchoring_log.public_log import PublicLog, entry


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("LC_ALL", "C")


@pytest.fixture
def log(tmp_path: Path) -> PublicLog:
    log = PublicLog(tmp_path / "log")
    log.grow(300)
    (tmp_path / "trust.json").write_bytes(log.platform.trust_bytes())
    return log


def test_audit_without_nodes(log: PublicLog, capsys: pytest.CaptureFixture[str]) -> None:
    trust = str(log.folder.parent / "trust.json")
    assert main(["log", "audit", str(log.folder), "--trust", trust]) == 3
    printed = capsys.readouterr().out
    assert printed.splitlines()[-1] == "CANNOT CHECK"
    assert " 3  ok           Entries and tiles" in printed


def test_audit_with_a_kept_trust_file_in_spanish(
    log: PublicLog, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["trust", "add", str(log.folder.parent / "trust.json"), "--yes"]) == 0
    assert main(["log", "audit", str(log.folder), "--lang", "es"]) == 3
    assert "Punto de control firmado" in capsys.readouterr().out


def test_audit_as_json(log: PublicLog, capsys: pytest.CaptureFixture[str]) -> None:
    trust = str(log.folder.parent / "trust.json")
    assert main(["log", "audit", str(log.folder), "--trust", trust, "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert (told["acta"], told["verdict"], told["size"]) == ("audit/1", "CANNOT CHECK", 300)
    assert [step["number"] for step in told["steps"]] == list(range(1, 9))


@pytest.mark.parametrize("number", [0, 255, 256, 299])
def test_a_proof_is_written_and_read(
    log: PublicLog, number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = log.folder.parent
    trust, out = str(folder / "trust.json"), str(folder / "leaf.tlog-proof")
    leaf = log.hashes[number].hex()
    assert main(["log", "prove", str(log.folder), "--leaf", leaf, "--out", out]) == 0
    assert parse_tlog_proof(Path(out).read_text()).index == number
    assert main(["log", "prove", str(log.folder), "--entry", entry(number).hex()]) == 0
    assert capsys.readouterr().out == Path(out).read_text()
    assert main(["log", "check-proof", out, "--leaf", leaf, "--trust", trust]) == 0
    assert main(["log", "check-proof", out, "--leaf", leaf]) == 3
    other = log.hashes[number - 1].hex()
    assert main(["log", "check-proof", out, "--leaf", other, "--trust", trust]) == 1


def test_a_leaf_that_is_not_there(log: PublicLog) -> None:
    assert main(["log", "prove", str(log.folder), "--leaf", "00" * 32]) == 3


def test_tiles_that_do_not_lead_to_the_checkpoint(log: PublicLog) -> None:
    log.show(300, bytes(32))
    assert main(["log", "prove", str(log.folder), "--leaf", log.hashes[7].hex()]) == 1


@pytest.mark.parametrize(
    "text",
    ["", "c2sp.org/tlog-proof@v1\nindex 00\n\n", "c2sp.org/tlog-proof@v2\nindex 0\n\nx\n"],
)
def test_what_is_no_proof(log: PublicLog, text: str) -> None:
    file = log.folder.parent / "proof"
    file.write_text(text)
    code = 3 if "@v2" in text else 1
    assert main(["log", "check-proof", str(file), "--leaf", "00" * 32]) == code


def test_a_damaged_memory_is_not_an_empty_one(log: PublicLog, tmp_path: Path) -> None:
    trust, state = str(tmp_path / "trust.json"), tmp_path / "state.json"
    state.write_text("{}")
    audit = ["log", "audit", str(log.folder), "--trust", trust, "--state", str(state)]
    assert main(audit) == 1
    assert state.read_text() == "{}"


def test_wrong_usage(log: PublicLog) -> None:
    for words in (["prove", str(log.folder)], ["prove", "x", "--leaf", "zz"], ["check-proof"]):
        with pytest.raises(SystemExit) as stopped:
            main(["log", *words])
        assert stopped.value.code == 2
    assert main(["log", "check-proof", "/nowhere", "--leaf", "00" * 32]) == 2
