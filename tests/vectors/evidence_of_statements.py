"""The cases about statements: changed, exchanged, stripped, withheld; and what is still valid."""

from typing import Any

from tests.vectors.evidence_case import Base, base
from tests.vectors.evidence_making import (
    DOCUMENT,
    OPENINGS,
    Cases,
    cannot_check,
    flipped,
    invalid,
    leaf_of,
    openings,
    row_of,
    valid,
)


def cases() -> Cases:
    """Return the cases of this chapter by name."""
    return {**_good(), **_statements(), **_withheld()}


def _good() -> Cases:
    two = base("two-parties")
    opened = f"statements/{leaf_of(two, 'opened')}.json"
    packaging = [name for name in two.members if name.startswith("META-INF/")]
    return {
        "good_two-parties": valid("as a real run made it"),
        "good_one-party": valid(
            "as a real run made it; the sender does not sign", base="one-party"
        ),
        "good_pdf-beside": valid("the same PDF beside its evidence", pdf=[]),
        "good_pdf-withheld-but-beside": valid(
            "the evidence lists its PDF without holding it, and the PDF lies beside it",
            evidence=[{"member": DOCUMENT, "drop": True}],
            manifest="kept",
            pdf=[],
        ),
        "good_disclosures-removed": valid(
            "one party's personal values were removed; nothing hashed has changed",
            evidence=[{"member": "disclosures/2.json", "drop": True}],
        ),
        "good_statement-shown-by-its-hash": valid(
            "a statement that no other one needs is withheld, its opening is there",
            evidence=[{"member": opened, "drop": True}],
            manifest="kept",
        ),
        "good_repacked-by-a-mirror": valid(
            "the container's own signature is packaging, never part of the verdict",
            evidence=[{"member": name, "drop": True} for name in packaging],
        ),
    }


def _statements() -> Cases:
    two, one = base("two-parties"), base("one-party")
    opened = leaf_of(two, "opened", 2)
    first, second = leaf_of(two, "signed", 1), leaf_of(two, "signed", 2)
    foreign = leaf_of(one, "signed", 1)
    text = two.members[f"statements/{opened}.json"]
    rows = openings(one)
    stranger = rows[row_of(one, foreign)]
    place = row_of(two, second)
    old = openings(two)[place]
    return {
        "bad_statement-flip": invalid(
            "transcript/statement",
            "transcript",
            "one byte of a statement differs",
            evidence=[
                flipped(f"statements/{opened}.json", text.index(b"renderer") + 11, two),
            ],
        ),
        "bad_statement-swapped": invalid(
            "transcript/statement",
            "transcript",
            "another statement of the same agreement in its place",
            evidence=[
                {
                    "member": f"statements/{first}.json",
                    "from": f"statements/{second}.json",
                    "of": "two-parties",
                }
            ],
        ),
        "bad_statement-of-another-agreement": invalid(
            "transcript/statement",
            "transcript",
            "a statement of another agreement in its place",
            evidence=[
                {
                    "member": f"statements/{second}.json",
                    "from": f"statements/{foreign}.json",
                    "of": "one-party",
                }
            ],
        ),
        "bad_statement-of-another-agreement-whole": invalid(
            "transcript/other",
            "transcript",
            "another agreement's statement with its opening, attestation and proof in its place",
            evidence=[
                *(
                    {"member": f"{kind}/{second}.{end}", "drop": True}
                    for kind, end in (
                        ("statements", "json"),
                        ("attestations", "json"),
                        ("proofs", "tlog-proof"),
                    )
                ),
                *(
                    {
                        "member": f"{kind}/{foreign}.{end}",
                        "from": f"{kind}/{foreign}.{end}",
                        "of": "one-party",
                    }
                    for kind, end in (
                        ("statements", "json"),
                        ("attestations", "json"),
                        ("proofs", "tlog-proof"),
                    )
                ),
                {
                    "member": OPENINGS,
                    "path": ["openings", place],
                    "value": {**stranger, "index": old["index"]},
                },
            ],
        ),
        "bad_salt-flip": invalid(
            "transcript/leaf",
            "transcript",
            "one digit of a salt differs",
            evidence=[_in_row(two, opened, "salt")],
        ),
        "bad_subject-flip": invalid(
            "transcript/leaf",
            "transcript",
            "one digit of a subject differs",
            evidence=[_in_row(two, opened, "subject")],
        ),
        "bad_attestation-flip": invalid(
            "attestations/other",
            "attestations",
            "one digit of an attestation's time differs",
            evidence=[
                flipped(
                    f"attestations/{first}.json",
                    two.members[f"attestations/{first}.json"].index(b'Z"') - 1,
                    two,
                )
            ],
        ),
        "bad_attestation-swapped": invalid(
            "attestations/other",
            "attestations",
            "another party's attestation in its place",
            evidence=[
                {
                    "member": f"attestations/{first}.json",
                    "from": f"attestations/{second}.json",
                    "of": "two-parties",
                }
            ],
        ),
        "bad_attestation-unknown-method": cannot_check(
            "anchoring/unknown-version",
            "attestations",
            "an attestation by a method that this version does not know",
            evidence=[
                {"member": f"attestations/{first}.json", "path": ["method"], "value": "voice"}
            ],
        ),
        "bad_disclosure-flip": invalid(
            "disclosures/unplaced",
            "disclosures",
            "one letter of a party's name differs",
            evidence=[
                flipped(
                    "disclosures/1.json", two.members["disclosures/1.json"].index(b"name") + 11, two
                )
            ],
        ),
        "bad_disclosure-of-another-agreement": invalid(
            "disclosures/unplaced",
            "disclosures",
            "a party's values from another agreement",
            evidence=[
                {"member": "disclosures/1.json", "from": "disclosures/1.json", "of": "one-party"}
            ],
        ),
        "bad_unknown-critical-member": cannot_check(
            "anchoring/unknown-version",
            "statements",
            "a statement with a critical member that this version does not know",
            base="unknown-critical-member",
        ),
        "bad_unknown-critical-member-added": invalid(
            "transcript/statement",
            "transcript",
            "a critical member written into a statement afterwards",
            evidence=[
                {"member": f"statements/{opened}.json", "path": ["crit"], "value": ["witness"]}
            ],
        ),
        "bad_statement-version-changed": invalid(
            "transcript/statement",
            "transcript",
            "another version written into a statement afterwards",
            evidence=[
                {"member": f"statements/{opened}.json", "path": ["acta"], "value": "statement/2"}
            ],
        ),
    }


def _in_row(origin: Base, leaf: str, name: str) -> dict[str, Any]:
    """Return the change of one digit in a leaf's opening."""
    value = openings(origin)[row_of(origin, leaf)][name]
    other = "0" if value[9] != "0" else "1"
    path = ["openings", row_of(origin, leaf), name]
    return {"member": OPENINGS, "path": path, "value": value[:9] + other + value[10:]}


def _stripped(origin: Base, leaf: str) -> list[dict[str, Any]]:
    """Return the changes that leave no trace of a statement."""
    mine = [name for name in origin.members if leaf in name]
    return [
        {"member": OPENINGS, "path": ["openings", row_of(origin, leaf)]},
        *({"member": name, "drop": True} for name in mine),
    ]


def _withheld() -> Cases:
    two = base("two-parties")
    stripped = {
        f"bad_stripped-{kind}-{party}": cannot_check(
            "transcript/stripped",
            "transcript",
            f"party {party}'s statement `{kind}` and its opening are gone",
            evidence=_stripped(two, leaf_of(two, kind, party)),
        )
        for kind, party in (("sent", 1), ("opened", 2), ("identified", 1), ("signed", 2))
    }
    codes = {
        ("prepared", 0): ("statements/prepared-withheld", "statements"),
        ("signed", 1): ("binding/signed-withheld", "binding"),
        ("identified", 2): ("binding/identity-withheld", "binding"),
        ("consented", 1): ("binding/consent-withheld", "binding"),
    }
    withheld = {
        f"bad_withheld-{kind}-{party}": cannot_check(
            code,
            step,
            f"party {party}'s statement `{kind}` is withheld, its opening is there",
            evidence=[{"member": f"statements/{leaf_of(two, kind, party)}.json", "drop": True}],
            manifest="kept",
        )
        for (kind, party), (code, step) in codes.items()
    }
    attestation = f"attestations/{leaf_of(two, 'signed', 1)}.json"
    return {
        **stripped,
        **withheld,
        "bad_withheld-attestation": cannot_check(
            "attestations/withheld",
            "attestations",
            "the attestation of a signature is withheld",
            evidence=[{"member": attestation, "drop": True}],
            manifest="kept",
        ),
    }
