"""The ``acta`` command: exit codes, languages, trust, and what it does not import."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from anchoring.cli import main
from tests.unit.anchoring_verify.local_node import serving, serving_rpc
from tests.unit.anchoring_verify.platforms import platform
from tests.unit.anchoring_verify.sealed_agreement import Plan, Sealed, make


@pytest.fixture(autouse=True)
def own_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("LC_ALL", "C")


@pytest.fixture
def files(good: Sealed, tmp_path: Path) -> Iterator[dict[str, str]]:
    with serving_rpc(good.chain) as url:
        contents = {
            "asice": good.archive(),
            "pdf": good.pdf,
            "trust": good.platform.trust_bytes(rpc=(url,)),
        }
        paths = {name: tmp_path / f"contract.{name}" for name in contents}
        for name, path in paths.items():
            path.write_bytes(contents[name])
        yield {**{name: str(path) for name, path in paths.items()}, "rpc": url}


def test_valid_evidence(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", files["asice"], "--trust", files["trust"]]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "VALID"


def test_a_pdf_with_its_evidence(files: dict[str, str]) -> None:
    arguments = ["verify", files["pdf"], "--evidence", files["asice"], "--trust", files["trust"]]
    assert main(arguments) == 0
    pdf = Path(files["pdf"])
    pdf.write_bytes(pdf.read_bytes() + b"\n")
    assert main(arguments) == 1


def test_a_pdf_alone(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", files["pdf"], "--trust", files["trust"]]) == 3
    assert "--evidence" in " ".join(capsys.readouterr().out.split())


def test_without_trust(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", files["asice"], "--rpc", files["rpc"]]) == 3
    printed = capsys.readouterr().out
    assert printed.splitlines()[-1] == "CANNOT CHECK"
    assert platform().origin in printed


def test_a_dead_node(files: dict[str, str]) -> None:
    dead = ["--rpc", "http://127.0.0.1:1"]
    assert main(["verify", files["asice"], "--trust", files["trust"], *dead]) == 3


def test_an_old_status(files: dict[str, str]) -> None:
    old = ["--max-status-age", "60"]
    assert main(["verify", files["asice"], "--trust", files["trust"], *old]) == 3


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("LC_ALL", "es_ES.UTF-8", "correcto"),
        ("LC_ALL", "es", "correcto"),
        ("LC_ALL", "fr_FR.UTF-8", "checked"),
        ("LC_ALL", "C", "checked"),
    ],
)
def test_the_language_of_the_system(
    files: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    words: str,
) -> None:
    monkeypatch.setenv(name, value)
    main(["verify", files["asice"], "--trust", files["trust"]])
    assert words in capsys.readouterr().out


def test_a_chosen_language_and_json(
    files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["verify", files["asice"], "--trust", files["trust"], "--lang", "es", "--json"]
    assert main(arguments) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["verdict"] == "VALID"
    assert "comprobado" in report["summary"]


def test_a_terminal_that_cannot_show_a_letter(
    files: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", narrow)
    assert main(["verify", files["asice"], "--trust", files["trust"], "--lang", "es"]) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["verify"],
        ["verify", "x", "--lang", "fr"],
        ["verify", "x", "--max-status-age", "0"],
        ["trust"],
        ["trust", "add"],
        ["trust", "add", "x", "--yes", "--fingerprint", "00"],
    ],
)
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert capsys.readouterr().err


def test_files_that_cannot_be_read(files: dict[str, str], tmp_path: Path) -> None:
    absent = str(tmp_path / "absent")
    assert main(["verify", absent]) == 2
    assert main(["verify", files["asice"], "--trust", absent]) == 2
    assert main(["verify", files["asice"], "--evidence", files["asice"]]) == 2
    assert main(["trust", "add", absent, "--yes"]) == 2


def test_a_trust_file_that_is_broken(
    files: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.json"
    broken.write_bytes(b"{}")
    assert main(["verify", files["asice"], "--trust", str(broken), "--json"]) == 3
    report = json.loads(capsys.readouterr().out)
    assert (report["verdict"], report["reason"]) == ("CANNOT CHECK", "trust/unusable")
    assert main(["trust", "add", str(broken), "--yes"]) == 1


def test_trust_is_added_once_and_then_used(
    files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["trust", "show"]) == 0
    assert "nobody" in capsys.readouterr().out
    raw = Path(files["trust"]).read_bytes()
    with serving(lambda path, body: (200, raw)) as url:
        assert main(["trust", "add", f"{url}/.well-known/acta-trust.json", "--yes"]) == 0
    shown = capsys.readouterr().out
    assert platform().origin in shown
    assert "fingerprint:" in shown
    assert main(["trust", "add", files["trust"]]) == 0
    assert "already kept" in capsys.readouterr().out
    assert main(["trust", "show"]) == 0
    assert "31337001" in capsys.readouterr().out
    assert main(["verify", files["asice"]]) == 0


def test_trust_needs_an_answer(
    files: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n"))
    assert main(["trust", "add", files["trust"]]) == 3
    assert "--fingerprint" in capsys.readouterr().err
    assert main(["trust", "add", files["trust"], "--fingerprint", "00" * 32]) == 3
    assert main(["verify", files["asice"]]) == 3


@pytest.mark.parametrize(("answer", "code"), [("yes", 0), ("sí", 0), ("", 3), ("no", 3)])
def test_a_person_accepts_the_fingerprint(
    files: dict[str, str], monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal(answer + "\n"))
    assert main(["trust", "add", files["trust"]]) == code


def test_among_several_trusted_logs_the_documents_own_is_taken(
    files: dict[str, str], tmp_path: Path
) -> None:
    other = tmp_path / "other.json"
    other.write_bytes(platform("a.example/log").trust_bytes())
    for path in (str(other), files["trust"]):
        assert main(["trust", "add", path, "--yes"]) == 0
    assert main(["verify", files["asice"]]) == 0
    assert main(["verify", files["pdf"], "--evidence", files["asice"]]) == 0
    forged = tmp_path / "forged.asice"
    forged.write_bytes(make(Plan(platform=platform("b.example/log"))).archive())
    assert main(["verify", str(forged)]) == 3


def test_no_web_framework_database_or_web3_is_imported(files: dict[str, str]) -> None:
    forbidden = "fastapi starlette uvicorn sqlalchemy web3 dbos jinja2 pikepdf service"
    script = (
        "import sys\n"
        "from anchoring.cli import main\n"
        f"code = main(['verify', {files['asice']!r}, '--trust', {files['trust']!r}])\n"
        f"print(sorted(set({forbidden!r}.split()) & set(sys.modules)), code, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stderr.strip() == "[] 0"


def test_the_trust_commands_do_without_pyhanko() -> None:
    script = (
        "import sys\n"
        "from anchoring.cli import main\n"
        "main(['trust', 'show'])\n"
        "print('pyhanko' in sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stderr.strip() == "False"
