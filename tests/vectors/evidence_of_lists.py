"""The cases about lists, proofs, checkpoints and the container."""

from typing import Any

from tests.vectors.evidence_case import Base, base
from tests.vectors.evidence_making import (
    DOCUMENT_PROOF,
    OPENINGS,
    Cases,
    cannot_check,
    invalid,
    leaf_of,
    openings,
    row_of,
)


def cases() -> Cases:
    """Return the cases of this chapter by name."""
    return {**_lists(), **_proofs(), **_container()}


def _lists() -> Cases:
    two = base("two-parties")
    signed = row_of(two, leaf_of(two, "signed", 2))
    rows = openings(two)
    return {
        "bad_openings-other-index": invalid(
            "log/other-index",
            "log-statements",
            "an opening names another place in the log",
            evidence=[
                {
                    "member": OPENINGS,
                    "path": ["openings", signed, "index"],
                    "value": rows[signed]["index"] + 1,
                }
            ],
        ),
        "bad_parties-one-more": invalid(
            "parties/other",
            "parties",
            "a party that was never announced",
            evidence=[
                {
                    "member": "parties.json",
                    "path": ["parties"],
                    "value": [
                        {"party": n, "role": "signer", "order": n, "keys": []} for n in (1, 2, 3)
                    ],
                }
            ],
        ),
        "bad_evidence-unknown-version": cannot_check(
            "anchoring/unknown-version",
            "container",
            "evidence of a later version",
            evidence=[
                {"member": "manifest.json", "path": ["acta"], "value": "evidence/2"},
            ],
            manifest="kept",
        ),
        "bad_openings-unknown-version": cannot_check(
            "anchoring/unknown-version",
            "container",
            "openings of a later version",
            evidence=[{"member": OPENINGS, "path": ["acta"], "value": "openings/2"}],
        ),
        "bad_evidence-without-openings": cannot_check(
            "anchoring/incomplete-evidence",
            "container",
            "no openings at all",
            evidence=[{"member": OPENINGS, "drop": True}],
            manifest="kept",
        ),
        "bad_evidence-without-manifest": cannot_check(
            "anchoring/incomplete-evidence",
            "container",
            "no manifest",
            evidence=[{"member": "manifest.json", "drop": True}],
            manifest="kept",
        ),
        "bad_evidence-unlisted-member": invalid(
            "anchoring/malformed-evidence",
            "container",
            "a member that the manifest does not list",
            evidence=[
                {
                    "member": f"statements/{'11' * 32}.json",
                    "from": f"statements/{leaf_of(two, 'opened')}.json",
                    "of": "two-parties",
                }
            ],
            manifest="kept",
        ),
    }


def _proofs() -> Cases:
    two = base("two-parties")
    proof = two.members[DOCUMENT_PROOF]
    lines = proof.split(b"\n")
    index = int(lines[1].removeprefix(b"index "))
    path_start = proof.index(b"\n", proof.index(b"index ")) + 1
    first, second = leaf_of(two, "signed", 1), leaf_of(two, "signed", 2)
    other_index = proof.replace(b"index %d\n" % index, b"index %d\n" % (index - 1))
    note = proof.index(b"\n\n") + 2
    root = proof.index(b"\n", proof.index(b"\n", note) + 1) + 1
    signature = proof.rindex(b" ") + 20
    return {
        "bad_proof-flip-path": invalid(
            "anchoring/proof-failed",
            "log",
            "one letter of the document's path differs",
            evidence=[_letter(DOCUMENT_PROOF, path_start + 3, two)],
        ),
        "bad_proof-other-index": invalid(
            "anchoring/proof-failed",
            "log",
            "the document's proof names another place",
            evidence=[{"member": DOCUMENT_PROOF, "is": other_index.hex()}],
        ),
        "bad_checkpoint-flip-root": invalid(
            "anchoring/bad-checkpoint",
            "log",
            "one letter of the checkpoint's root differs",
            evidence=[_letter(DOCUMENT_PROOF, root + 3, two)],
        ),
        "bad_checkpoint-flip-signature": invalid(
            "anchoring/bad-checkpoint",
            "log",
            "one letter of the checkpoint's signature differs",
            evidence=[_letter(DOCUMENT_PROOF, signature, two)],
        ),
        "bad_proof-of-another-agreement": invalid(
            "anchoring/proof-failed",
            "log",
            "the proof of another document of the same log",
            evidence=[{"member": DOCUMENT_PROOF, "from": DOCUMENT_PROOF, "of": "one-party"}],
        ),
        "bad_proof-swapped": invalid(
            "anchoring/proof-failed",
            "log-statements",
            "the proof of another statement",
            evidence=[
                {
                    "member": f"proofs/{first}.tlog-proof",
                    "from": f"proofs/{second}.tlog-proof",
                    "of": "two-parties",
                }
            ],
        ),
        "bad_proof-withheld": cannot_check(
            "anchoring/incomplete-evidence",
            "log",
            "no proof of the document",
            evidence=[{"member": DOCUMENT_PROOF, "drop": True}],
        ),
        "bad_proof-of-a-statement-withheld": cannot_check(
            "log/no-proof",
            "log-statements",
            "no proof of a statement",
            evidence=[{"member": f"proofs/{first}.tlog-proof", "drop": True}],
        ),
        "bad_proof-unknown-version": cannot_check(
            "anchoring/unknown-version",
            "log",
            "a proof of a later version",
            evidence=[
                {
                    "member": DOCUMENT_PROOF,
                    "at": proof.index(b"@v1") + 2,
                    "hex": b"2".hex(),
                }
            ],
        ),
    }


def _letter(member: str, at: int, origin: Base) -> dict[str, Any]:
    """Return the change of one letter of base64 for another."""
    old = origin.members[member][at : at + 1]
    return {"member": member, "at": at, "hex": (b"B" if old != b"B" else b"C").hex()}


def _container() -> Cases:
    packed = base("two-parties").evidence
    wrong = "anchoring/malformed-evidence"
    return {
        "bad_container-empty": invalid(
            wrong, "container", "no bytes at all", container=[{"cut": 0}]
        ),
        "bad_container-garbage": invalid(
            wrong,
            "container",
            "bytes that are no container",
            container=[{"is": b"PK\x03\x04 this is not evidence".hex()}],
        ),
        "bad_container-cut": invalid(
            wrong, "container", "the last byte is missing", container=[{"cut": len(packed) - 1}]
        ),
        "bad_container-longer": invalid(
            wrong, "container", "one byte more", container=[{"add": "00"}]
        ),
        "bad_container-flip": invalid(
            wrong,
            "container",
            "one byte of a member differs in the packed file",
            container=[{"at": 5000, "hex": bytes([packed[5000] ^ 1]).hex()}],
        ),
    }
