"""The base install alone: every good vector is VALID, every bad one is refused as it says."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.outsider.conftest import ROOT, Verifier
from tests.vectors.build_evidence import problems
from tests.vectors.evidence_case import Case, apply, base, cases
from tests.vectors.replay_rpc import serving_nodes

CASES = [path.stem for path in cases()]
EXIT_CODES = {"valid": 0, "invalid": 1, "cannot-check": 3}
NOT_HERE = ("fastapi", "starlette", "uvicorn", "sqlalchemy", "web3", "dbos")
NOT_NEEDED = (
    *NOT_HERE,
    "service",
    "contracts_chain",
    "httpx",
    "alembic",
    "eth_account",
    "pydantic",
)


def read(name: str) -> Case:
    path = next(path for path in cases() if path.stem == name)
    return dict(json.loads(path.read_bytes()))


def run_case(verifier: Verifier, case: Case, folder: Path) -> subprocess.CompletedProcess[str]:
    """Put a case's files into ``folder``, serve its nodes, and run ``acta verify`` on it."""
    given = apply(case)
    arguments = ["verify"]
    if given.pdf is not None:
        (folder / "contract.pdf").write_bytes(given.pdf)
        arguments.append("contract.pdf")
    if given.evidence is not None:
        (folder / "evidence.asice").write_bytes(given.evidence)
        arguments += ["--evidence"] if given.pdf is not None else []
        arguments.append("evidence.asice")
    if given.trust is not None:
        (folder / "trust.json").write_bytes(given.trust)
        arguments += ["--trust", "trust.json"]
    with serving_nodes(given.calls, given.nodes) as urls:
        for url in urls:
            arguments += ["--rpc", url]
        return verifier.run(*arguments, *given.options, "--json", cwd=folder)


@pytest.mark.parametrize("name", CASES)
def test_each_case_gets_the_verdict_it_expects(
    verifier: Verifier, tmp_path: Path, name: str
) -> None:
    case = read(name)
    done = run_case(verifier, case, tmp_path)
    assert done.stderr == ""
    report: dict[str, Any] = json.loads(done.stdout)
    assert problems(case, report) == []
    assert done.returncode == report["exitCode"] == EXIT_CODES[case["expect"]]
    # No step calls a refused case good where it shows why, nor leaves a valid one unchecked.
    outcomes = {step["name"]: step["outcome"] for step in report["steps"]}
    if case["expect"] == "valid":
        # The newest tree is known to nodes alone: without one, a note says so.
        alone = "--block-hash" in case.get("options", ())
        assert outcomes.pop("consistency") == ("note" if alone else "ok")
        assert set(outcomes.values()) == {"ok"}
    else:
        assert outcomes[case["step"]] in ("failed", "not checked")


def test_there_are_good_and_bad_cases_of_each_kind() -> None:
    expectations = [read(name)["expect"] for name in CASES]
    assert {kind: expectations.count(kind) >= 5 for kind in EXIT_CODES} == dict.fromkeys(
        EXIT_CODES, True
    )
    for name in CASES:
        case = read(name)
        assert next(iter(case)) == "expect", name
        assert name.startswith("good_" if case["expect"] == "valid" else "bad_"), name


def test_the_last_line_says_the_verdict(verifier: Verifier, tmp_path: Path) -> None:
    two = base("two-parties")
    (tmp_path / "evidence.asice").write_bytes(two.evidence)
    (tmp_path / "trust.json").write_bytes(two.trust)
    with serving_nodes(two.calls, [{}]) as urls:
        for lang, word in (("en", "Signers"), ("es", "Firmantes")):
            done = verifier.run(
                "verify", "evidence.asice", "--trust", "trust.json", "--rpc", urls[0],
                "--lang", lang, cwd=tmp_path,
            )  # fmt: skip
            assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "VALID")
            assert word in done.stdout
            assert "verifyInclusion" in done.stdout


def test_a_trust_file_is_kept_after_its_fingerprint_was_given(
    verifier: Verifier, tmp_path: Path
) -> None:
    two = base("two-parties")
    (tmp_path / "evidence.asice").write_bytes(two.evidence)
    (tmp_path / "offered.json").write_bytes(two.trust)
    with serving_nodes(two.calls, [{}]) as urls:
        verify = ("verify", "evidence.asice", "--rpc", urls[0])
        assert verifier.run(*verify, cwd=tmp_path).returncode == 3
        refused = verifier.run("trust", "add", "offered.json", cwd=tmp_path)
        assert refused.returncode == 3
        shown = re.search(r"fingerprint: +([0-9a-f ]{79})", refused.stdout)
        assert shown is not None
        wrong = verifier.run(
            "trust", "add", "offered.json", "--fingerprint", "00" * 32, cwd=tmp_path
        )
        assert wrong.returncode in (1, 3)
        assert verifier.run(*verify, cwd=tmp_path).returncode == 3
        added = verifier.run(
            "trust", "add", "offered.json", "--fingerprint", shown[1], cwd=tmp_path
        )
        assert added.returncode == 0, added.stderr
        assert verifier.run(*verify, cwd=tmp_path).returncode == 0


def test_wrong_usage_is_exit_code_2(verifier: Verifier, tmp_path: Path) -> None:
    assert verifier.run("verify", cwd=tmp_path).returncode == 2
    assert verifier.run("verify", "nowhere.asice", cwd=tmp_path).returncode == 2
    assert verifier.run(cwd=tmp_path).returncode == 2


def test_a_command_of_the_service_says_what_to_install(verifier: Verifier, tmp_path: Path) -> None:
    done = verifier.run("serve", cwd=tmp_path)
    assert done.returncode == 2
    assert 'pip install "acta-notary[service]"' in done.stderr
    assert "Traceback" not in done.stderr


def test_no_framework_database_or_web3_is_installed(verifier: Verifier, tmp_path: Path) -> None:
    code = (
        "import importlib.util, json, sys;"
        "print(json.dumps([n for n in sys.argv[1:] if importlib.util.find_spec(n)]))"
    )
    done = verifier.run_python("-c", code, *NOT_HERE, cwd=tmp_path)
    assert json.loads(done.stdout) == []


def test_a_verification_imports_none_of_them(verifier: Verifier, tmp_path: Path) -> None:
    two = base("two-parties")
    (tmp_path / "evidence.asice").write_bytes(two.evidence)
    (tmp_path / "trust.json").write_bytes(two.trust)
    with serving_nodes(two.calls, [{}]) as urls:
        done = verifier.run_python(
            "-X", "importtime", "-m", "anchoring.cli", "verify", "evidence.asice",
            "--trust", "trust.json", "--rpc", urls[0], cwd=tmp_path,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert {"anchoring.verify", "pyhanko.sign.validation"} <= imported
    assert {name.partition(".")[0] for name in imported}.isdisjoint(NOT_NEEDED)


def test_it_is_this_checkouts_verifier(verifier: Verifier, tmp_path: Path) -> None:
    """An old install would make every other test here speak of something else."""
    if "ACTA_VERIFIER" in os.environ:
        return
    code = "import anchoring, pathlib; print(pathlib.Path(anchoring.__file__).parent)"
    installed = Path(verifier.run_python("-c", code, cwd=tmp_path).stdout.strip())
    assert not installed.is_relative_to(ROOT / "anchoring")
    stale = [
        path.name
        for path in sorted((ROOT / "anchoring").glob("*.py"))
        if (installed / path.name).read_bytes() != path.read_bytes()
    ]
    assert stale == [], "run `make test-setup` to install the verifier anew"


def test_every_format_vector_is_answered_as_it_says(verifier: Verifier, tmp_path: Path) -> None:
    done = verifier.run_python(str(ROOT / "tests" / "vectors" / "replay.py"), cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^\d{3} vectors, 0 answered otherwise", done.stdout)


def test_the_cases_are_what_the_script_builds() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.vectors.build_evidence", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
