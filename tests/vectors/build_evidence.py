"""Write the evidence cases from the stored bases: ``python -m tests.vectors.build_evidence``.

``--check`` writes nothing, names the cases that differ, and exits 1 then. Each case is verified
as it is built, so that none can be written that the verifier answers otherwise. Where a byte is
changed is found in the evidence here; the case itself says plain offsets and values.
"""

import json
import sys
from typing import Any

from anchoring.trust import parse_trust
from anchoring.verify import verify_evidence, verify_pdf_alone
from tests.vectors import (
    evidence_of_chain,
    evidence_of_keys,
    evidence_of_lists,
    evidence_of_pdf,
    evidence_of_statements,
    evidence_to_trust,
)
from tests.vectors.evidence_case import HERE, Case, apply, cases
from tests.vectors.replay_rpc import serving_nodes

EXPECTED = {"VALID": "valid", "INVALID": "invalid", "CANNOT CHECK": "cannot-check"}
_CHAPTERS = (
    evidence_of_statements,
    evidence_of_pdf,
    evidence_of_lists,
    evidence_of_chain,
    evidence_of_keys,
    evidence_to_trust,
)


def verified(case: Case) -> dict[str, Any]:
    """Return the report on a case, as the JSON of ``acta verify`` holds it.

    Options are the command line's and are left out here.
    """
    given = apply(case)
    trust = None if given.trust is None else parse_trust(given.trust)
    with serving_nodes(given.calls, given.nodes) as urls:
        if given.evidence is None:
            assert given.pdf is not None
            return verify_pdf_alone(given.pdf, trust=trust).to_json()
        report = verify_evidence(given.evidence, trust=trust, rpc=urls, pdf=given.pdf)
        return report.to_json()


def problems(case: Case, report: dict[str, Any]) -> list[str]:
    """Return how a report differs from what its case expects, in words."""
    found = []
    got = EXPECTED[report["verdict"]], report["reason"]
    if got != (case["expect"], case["code"]):
        found.append(f"expected {case['expect']} {case['code']}, got {got}: {report['summary']}")
    named = {
        finding["code"]
        for step in report["steps"]
        if step["name"] == case["step"]
        for finding in step["findings"]
    }
    if case["expect"] != "valid" and case["code"] not in named:
        found.append(f"expected {case['code']} in step {case['step']}, got {sorted(named)}")
    found += [
        f"expected {words!r} in: {report['summary']}"
        for words in case.get("says", ())
        if words not in report["summary"]
    ]
    return found


def build() -> dict[str, bytes]:
    """Return every case by its file's name."""
    built = {}
    for chapter in _CHAPTERS:
        for name, case in chapter.cases().items():
            assert name not in built, name
            assert name.startswith("good_" if case["expect"] == "valid" else "bad_"), name
            built[name] = (json.dumps(case, ensure_ascii=False, indent=1) + "\n").encode()
    return {f"{name}.json": text for name, text in built.items()}


def main() -> int:
    """Write the cases, or with ``--check`` name those that differ and return 1."""
    built = build()
    old = {path.name: path.read_bytes() for path in cases()}
    changed = sorted(name for name in built.keys() | old.keys() if built.get(name) != old.get(name))
    if "--check" in sys.argv[1:]:
        for name in changed:
            print(f"differs: {name}")
        return 1 if changed else 0
    wrong = 0
    for name, text in built.items():
        case = json.loads(text)
        if case.get("options"):
            continue
        for problem in problems(case, verified(case)):
            print(f"{name}: {problem}")
            wrong += 1
    if wrong:
        return 1
    for name in changed:
        if name in built:
            (HERE / name).write_bytes(built[name])
        else:
            (HERE / name).unlink()
    print(f"{len(built)} cases, {len(changed)} written or removed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
