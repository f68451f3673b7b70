"""The outsider's verifier, installed alone, on evidence that the tests keep."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import VERIFIER, child_cpu_seconds
from benchmarks.rows import Row, beside, within
from tests.vectors.evidence_case import base
from tests.vectors.replay_rpc import serving_nodes

_EVIDENCE = "two-parties"
_RUNS = 5


def rows() -> Iterator[Row]:
    """Measure a whole verdict, a node asked included, and how much of it is starting."""
    bare = child_cpu_seconds([VERIFIER.with_name("python"), "-c", ""], times=_RUNS)
    given = base(_EVIDENCE)
    with (
        tempfile.TemporaryDirectory(prefix="acta-verify-") as scratch,
        serving_nodes(given.calls, [{}]) as urls,
    ):
        evidence, trust = Path(scratch, "evidence.asice"), Path(scratch, "trust.json")
        evidence.write_bytes(given.evidence)
        trust.write_bytes(given.trust)
        command = [str(VERIFIER), "verify", str(evidence), "--trust", str(trust), "--rpc", *urls]
        whole = child_cpu_seconds(command, times=_RUNS)
    yield within("verify: acta verify, two parties, from a cold start", whole, "CPU s", "≤ 3")
    yield beside(
        "verify: acta verify, two parties, from a cold start",
        whole,
        "CPU s",
        "starting an empty Python",
        bare,
    )
    helped = child_cpu_seconds([VERIFIER, "--help"], times=_RUNS)
    yield beside(
        "verify: acta --help, from a cold start", helped, "CPU s", "starting an empty Python", bare
    )
