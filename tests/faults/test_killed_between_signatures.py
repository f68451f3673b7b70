"""SIGKILL between any two signatures on one PDF: none is lost, none is there twice."""

import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

from anchoring.cms_attributes import read_statement_attribute
from anchoring.hashing import sha256
from tests.faults.signing_house import PARTIES, SigningHouse
from tests.unit.signing.judges import signatures_of

# Around each thing that one signature does: the PDF, the file, the transaction.
_POINTS = [
    ("service.signing.signatures:sign_field", "before", "1"),
    ("service.signing.signatures:sign_field", "after", "1"),
    ("service.custody.revision_files:RevisionFiles.put", "after", "1"),
    ("service.agreements.signing_by_code:SigningByCode.sign", "after", "1"),
    ("service.agreements.signing_turn:SigningTurns.open_for_signing", "after", "2"),
    ("service.agreements.signing_by_code:SigningByCode.sign", "after", "2"),
    ("service.custody.revision_files:RevisionFiles.put", "after", "2"),
    ("service.agreements.signing_by_code:SigningByCode.sign", "before", "2"),
]


def _go_on(folder: Path, *point: str) -> int:
    command = [sys.executable, "-m", "tests.faults.signing_house", str(folder), *point]
    return subprocess.run(command, check=False, timeout=120).returncode


def test_killed_between_any_two_signatures(tmp_path: Path) -> None:
    room = SigningHouse(tmp_path)
    agreement = room.draft()
    (tmp_path / "agreement").write_text(agreement)
    seen = [room.pdf(agreement)]
    for point in _POINTS:
        assert _go_on(tmp_path, *point) in (-signal.SIGKILL, 0)
        seen.append(room.pdf(agreement))
        # What was signed stays as it was; the file only grows.
        assert seen[-1].startswith(seen[-2])
    assert len({len(pdf) for pdf in seen}) > 3
    assert _go_on(tmp_path) == 0
    found = signatures_of(room.pdf(agreement))
    assert list(found) == [f"acta-party-{number}" for number in range(1, PARTIES + 1)]
    rows = room.row(
        agreement,
        lambda row: [(one.type, one.party, one.raw) for one in row.statements],
    )
    assert isinstance(rows, list)
    counted = Counter((kind, party) for kind, party, _ in rows if kind in ("signed", "consented"))
    assert counted == {
        (kind, party): 1 for kind in ("signed", "consented") for party in range(1, PARTIES + 1)
    }
    said = {party: sha256(raw) for kind, party, raw in rows if kind == "signed"}
    for number, signature in enumerate(found.values(), start=1):
        attributes = signature.signer_info["signed_attrs"]
        assert read_statement_attribute(attributes) == said[number]
    room.agreements.seal(agreement)
    assert room.row(agreement, lambda row: row.sealed_sha256) is not None
    room.close()
