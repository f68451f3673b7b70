"""The reader in TypeScript reads packed evidence and state proofs as the Python does."""

import io
import json
import subprocess
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from anchoring.chain_proof import prove_state
from anchoring.errors import AnchoringError, InvalidError
from anchoring.evidence import Evidence, read_evidence
from anchoring.evidence_lists import AnchorRecord
from anchoring.report import Finding
from anchoring.trust import parse_trust
from anchoring.verify import STEPS, StepSpec, run
from anchoring.verify_context import Context, Options, need
from tests.vectors.evidence_case import apply, base, cases

READER = Path(__file__).parents[3] / "anchoring" / "browser"
Answers = dict[str, Any]


@lru_cache
def _leaf(name: str) -> bytes | None:
    """Return the leaf of a base's document, whose status its state proofs are of.

    None for the base whose statements nobody can read yet, which hides what was prepared.
    """
    if name == "unknown-critical-member":
        return None
    origin = base(name)
    read = read_evidence(origin.evidence)
    leaves: list[bytes] = []

    def capture(context: Context) -> list[Finding]:
        leaves.append(need(context.document_leaf, "log").leaf)
        return []

    context = Context(
        evidence=read,
        pdf=read.pdf,
        given_pdf=None,
        trust=parse_trust(origin.trust),
        urls=(),
        options=Options(datetime.now(UTC)),
    )
    loads = [StepSpec(step.name, lambda _: [], step.load) for step in STEPS[:14]]
    report = run(context, (*loads, StepSpec("leaf", capture)))
    assert leaves, report.steps
    return leaves[0]


def _code(reason: AnchoringError) -> str:
    family = "invalid" if isinstance(reason, InvalidError) else "cannot-check"
    return f"{family} {reason.code}"


def _state(record: AnchorRecord, leaf: bytes | None) -> Any:
    try:
        proved = prove_state(record, leaf_hash=leaf)
    except AnchoringError as reason:
        return _code(reason)
    if proved is None:
        return None
    block = proved.block
    return {
        "block": [block.number, block.hash.hex(), block.time],
        "code": proved.code_hash.hex(),
        "anchors": {
            root.hex(): [slot.size, slot.time, slot.block] for root, slot in proved.anchors.items()
        },
        "status": proved.status and [proved.status.code, proved.status.successor.hex()],
        "forked": proved.forked,
    }


def _answer(data: bytes, leaf: bytes | None) -> Answers:
    try:
        read: Evidence = read_evidence(data)
    except AnchoringError as reason:
        return {"refused": _code(reason)}
    return {
        "missing": list(read.missing),
        "leaves": [opening.computed_leaf().hex() for opening in read.openings],
        "parties": [[key.commit.hex() for key in party.keys] for party in read.parties],
        "statements": sorted(leaf.hex() for leaf in read.statements),
        "attestations": sorted(leaf.hex() for leaf in read.attestations),
        "proofs": sorted(leaf.hex() for leaf in read.statement_proofs),
        "disclosures": {str(party): len(all_) for party, all_ in read.disclosures.items()},
        "states": {str(chain): _state(record, leaf) for chain, record in read.anchors.items()},
    }


def _repacked() -> dict[str, bytes]:
    """Evidence in zips of another maker: deflated, cut in deflate, with and without extras."""
    members = base("one-party").members
    deflated = _zip(members)
    first = deflated.index(b"manifest.json") + len("manifest.json")
    flipped = bytearray(deflated)
    flipped[first + 40] ^= 0x55
    return {
        "zip-deflated": deflated,
        "zip-deflate-flipped": bytes(flipped),
        "zip-comment": _zip(members, comment=b"hello"),
        "zip-extra-field": _zip(members, extra=b"\x01\xaa\x00\x00"),
        "zip-bomb": _zip({**members, "META-INF/zeros": bytes(3 << 20)}),
        "zip-bzip2": _zip(members, method=zipfile.ZIP_BZIP2),
    }


def _zip(
    members: Mapping[str, bytes],
    *,
    method: int = zipfile.ZIP_DEFLATED,
    comment: bytes = b"",
    extra: bytes = b"",
) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.comment = comment
        for name, data in members.items():
            entry = zipfile.ZipInfo(name)
            entry.extra = extra
            archive.writestr(entry, data, zipfile.ZIP_STORED if name == "mimetype" else method)
    return packed.getvalue()


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Answers, Answers, Any]]:
    """Both readers' answers to every evidence vector, and the vector."""
    folder = tmp_path_factory.mktemp("evidence")
    asked, ours, stated = {}, {}, {}
    for path in cases():
        case = json.loads(path.read_bytes())
        evidence = apply(case).evidence
        if evidence is None:
            continue
        leaf = _leaf(case["base"])
        packed = folder / f"{path.stem}.asice"
        packed.write_bytes(evidence)
        asked[path.stem] = {"evidence": str(packed), "leaf": leaf and leaf.hex()}
        ours[path.stem], stated[path.stem] = _answer(evidence, leaf), case
    for name, evidence in _repacked().items():
        packed = folder / f"{name}.asice"
        packed.write_bytes(evidence)
        asked[name] = {"evidence": str(packed), "leaf": None}
        ours[name], stated[name] = _answer(evidence, None), {}
    question, bundle = folder / "asked.json", folder / "replay.mjs"
    question.write_text(json.dumps(asked))
    subprocess.run(
        [
            READER / "node_modules/.bin/esbuild", "src/replay_evidence.ts", "--bundle",
            "--platform=node", "--format=esm", f"--outfile={bundle}", "--log-level=warning",
        ],
        cwd=READER, check=True,
    )  # fmt: skip
    done = subprocess.run(["node", bundle, question], capture_output=True, text=True, check=True)
    theirs = json.loads(done.stdout)
    return {name: (theirs[name], ours[name], stated[name]) for name in asked}


def test_both_readers_read_every_evidence_alike(
    answers: dict[str, tuple[Answers, Answers, Any]],
) -> None:
    different = {name: pair[:2] for name, pair in answers.items() if pair[0] != pair[1]}
    assert different == {}
    assert len(answers) > 150
    refused = {name: pair[0].get("refused") for name, pair in answers.items() if "zip-" in name}
    assert refused.pop("zip-deflated") is None
    assert all(refused.values())


def test_what_is_refused_is_what_the_vectors_state(
    answers: dict[str, tuple[Answers, Answers, Any]],
) -> None:
    stated = {
        name: f"{case['expect']} {case['code']}"
        for name, (_, _, case) in answers.items()
        if case.get("step") == "container" and case["code"].startswith("anchoring/")
    }
    refused = {
        name: theirs["refused"] for name, (theirs, _, _) in answers.items() if "refused" in theirs
    }
    assert stated.items() <= refused.items()
    assert len(stated) > 10


def test_a_state_proof_cut_or_flipped_is_refused(
    answers: dict[str, tuple[Answers, Answers, Any]],
) -> None:
    proofs = {
        name: theirs["states"]
        for name, (theirs, _, _) in answers.items()
        if name.startswith("bad_state-proof-")
    }
    assert len(proofs) >= 10
    assert all("invalid anchoring/bad-state-proof" in states.values() for states in proofs.values())
