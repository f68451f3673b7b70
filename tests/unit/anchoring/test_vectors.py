"""The golden vectors: rebuilt without a difference, and answered as they say."""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
VECTORS = ROOT / "tests" / "vectors"
SPEC = ROOT / "anchoring" / "SPEC.md"
FORMATS = ["hashing", "tree", "statement", "disclosure", "attestation", "checkpoint", "tlog_proof"]
FORMATS += ["form_value", "webauthn", "locator", "trust", "seal_attribute", "evidence_lists"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, cwd=ROOT
    )


def test_vectors_are_what_the_script_builds() -> None:
    done = run(str(VECTORS / "build.py"), "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_vector_gets_the_answer_it_expects() -> None:
    done = run(str(VECTORS / "replay.py"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^\d{3} vectors, 0 answered otherwise", done.stdout)


def test_vectors_open_with_their_expectation() -> None:
    for folder in FORMATS:
        paths = sorted((VECTORS / folder).iterdir())
        for path in paths:
            vector = json.loads(path.read_bytes())
            assert next(iter(vector)) == "expect", path
            prefix = "good_" if vector["expect"] == "valid" else "bad_"
            assert path.name.startswith(prefix), path
        names = {path.name.partition("_")[0] for path in paths}
        assert names == {"good", "bad"}, folder


def test_the_specifications_worked_values_are_the_vectors() -> None:
    rows = re.findall(
        r"^\| `(\w+/[\w.-]+\.json)` \| `([\w.]+)` \| `([^`]+)` \|$",
        SPEC.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert len(rows) >= 25
    for path, member, value in rows:
        found = json.loads((VECTORS / path).read_bytes())
        for name in member.split("."):
            found = found[int(name)] if isinstance(found, list) else found[name]
        assert str(found) == value, f"{path} {member}"
