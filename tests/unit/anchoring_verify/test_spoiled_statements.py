"""Each way to tamper with statements, openings, attestations and lists, and what is said of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from anchoring.assurance import COMPANY_POLICY_OID, MAILBOX_POLICY_OID
from anchoring.attestation import build_code_attestation
from anchoring.canonical_json import canonical_bytes
from anchoring.disclosure import disclose
from anchoring.errors import UnknownVersion
from anchoring.evidence_lists import (
    build_disclosures,
    build_openings,
    build_parties,
    parse_openings,
)
from anchoring.hashing import parties_root, party_commit, sha256
from anchoring.report import Report, Verdict
from anchoring.statement import After
from tests.unit.anchoring_verify.platforms import later
from tests.unit.anchoring_verify.sealed_agreement import Draft, Plan, Sealed, make

Edit = Callable[[Draft], Draft | None]


def reason(report: Report) -> tuple[Verdict, str]:
    return report.verdict, report.reason_code


def editing(kind: str, change: Callable[[Draft], Draft | None], party: int | None = None) -> Plan:
    def edit(draft: Draft) -> Draft | None:
        mine = draft.type == kind and party in (None, draft.party)
        return change(draft) if mine else draft

    return Plan(edit_statement=edit)


def with_body(kind: str, party: int | None = None, **values: Any) -> Plan:
    return editing(kind, lambda d: replace(d, body={**d.body, **values}), party)


def without(kind: str, party: int | None = None) -> Plan:
    return editing(kind, lambda draft: None, party)


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"revision": "11" * 32}, "revision"),
        ({"prepared": "11" * 32}, "prepared"),
        ({"field": "acta-party-2"}, "field"),
        ({"fieldsOpen": ["acta-seal"]}, "fieldsOpen"),
        ({"fieldsOpen": ["acta-party-2", "acta-seal", "acta-seal"]}, "fieldsOpen"),
        ({"certificateKey": "11" * 32}, "certificateKey"),
    ],
)
def test_a_signed_statement_that_does_not_fit(values: dict[str, Any], what: str) -> None:
    report = make(with_body("signed", 1, **values)).verify()
    assert reason(report) == (Verdict.INVALID, "binding/differs")
    assert what in report.summary


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        (with_body("signed", 1, identity="11" * 32), "binding/identity"),
        (with_body("signed", 1, values={"rent": "500"}), "binding/other-values"),
        (with_body("consented", 1, lang="es"), "binding/consent"),
        (with_body("consented", 1, textSha256="11" * 32), "binding/consent"),
        (without("consented", 1), "binding/consent"),
        (without("prepared"), "statements/none"),
        (editing("signed", lambda d: replace(d, party=2), 1), "binding/differs"),
        (editing("signed", lambda d: replace(d, role="witness"), 1), "binding/differs"),
        (editing("identified", lambda d: replace(d, party=2), 1), "binding/identity"),
        (editing("identified", lambda d: replace(d, confirmed_at=None), 1), "binding/identity"),
        (editing("signed", lambda d: replace(d, confirmed_at=None), 1), "attestations/none"),
        (
            editing("signed", lambda d: replace(d, confirmed_at=later(5000)), 1),
            "attestations/later",
        ),
        (editing("signed", lambda d: replace(d, at=later(320)), 1), "binding/signed-later"),
        (
            editing("opened", lambda d: replace(d, origin="other.example/log")),
            "statements/other-log",
        ),
        (
            editing("opened", lambda d: replace(d, agreement=bytes(32))),
            "statements/other-agreement",
        ),
        (editing("opened", lambda d: replace(d, subject=bytes(32))), "statements/other-agreement"),
        (
            editing("opened", lambda d: replace(d, type="declined"), 1),
            "statements/ended",
        ),
        (editing("opened", lambda d: replace(d, type="expired"), 1), "statements/ended"),
        (editing("prepared", lambda d: replace(d, party=1)), "anchoring/malformed-statement"),
        (with_body("signed", 1, field=7), "anchoring/malformed-statement"),
        (with_body("prepared", parties=[]), "anchoring/malformed-statement"),
        (with_body("prepared", voidable=True), "parties/voidable"),
    ],
)
def test_invalid_statements(plan: Plan, code: str) -> None:
    assert reason(make(plan).verify()) == (Verdict.INVALID, code)


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        (
            replace(
                with_body("signed", 1, company={"name": "x"}),
                for_company=True,
                policy=f"{MAILBOX_POLICY_OID} {COMPANY_POLICY_OID}",
            ),
            "binding/unknown-company",
        ),
        (with_body("signed", 1, method="voice"), "anchoring/unknown-version"),
        (editing("prepared", lambda d: replace(d, key_commit=b"\1" * 32)), "statements/key"),
    ],
)
def test_what_this_version_cannot_check(plan: Plan, code: str) -> None:
    assert reason(make(plan).verify()) == (Verdict.CANNOT_CHECK, code)


def test_a_party_announced_with_another_field() -> None:
    def change(draft: Draft) -> Draft:
        parties = [dict(party) for party in draft.body["parties"]]
        parties[0]["field"], parties[1]["field"] = parties[1]["field"], parties[0]["field"]
        return replace(draft, body={**draft.body, "parties": parties})

    assert make(editing("prepared", change)).verify().verdict is Verdict.INVALID


def test_a_signed_statement_that_no_signature_carries() -> None:
    signed: list[Draft] = []

    def remember(draft: Draft) -> Draft:
        signed.append(draft)
        return draft

    plan = editing("signed", remember, 1)
    plan = replace(plan, extra_statements=lambda last: [replace(signed[0], at=later(300))])
    assert reason(make(plan).verify()) == (Verdict.INVALID, "binding/orphan")


def test_a_statement_that_names_a_checkpoint_later_than_itself() -> None:
    plan = editing("opened", lambda d: replace(d, after=After(99, sha256(b"root"))))
    assert reason(make(plan).verify()) == (Verdict.INVALID, "statements/after-itself")


def test_a_stripped_statement(good: Sealed) -> None:
    strip(good, good.leaf_of("opened"))
    report = good.verify()
    assert reason(report) == (Verdict.CANNOT_CHECK, "transcript/stripped")
    assert "1 statements" in report.summary


def test_a_stripped_needed_statement_is_not_called_invalid(good: Sealed) -> None:
    """Rule 8: what is missing cannot be judged; only what contradicts itself is invalid."""
    strip(good, good.leaf_of("opened", 2))
    assert good.verify().verdict is Verdict.CANNOT_CHECK


def strip(good: Sealed, leaf: bytes) -> None:
    openings = [o for o in parse_openings(good.members["openings.json"]) if o.leaf != leaf]
    good.members = {name: data for name, data in good.members.items() if leaf.hex() not in name}
    good.members["openings.json"] = build_openings(openings)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("prepared", "statements/prepared-withheld"),
        ("signed-1", "binding/signed-withheld"),
        ("identified-1", "binding/identity-withheld"),
        ("consented-1", "binding/consent-withheld"),
    ],
)
def test_a_needed_statement_withheld(good: Sealed, kind: str, code: str) -> None:
    name, _, party = kind.partition("-")
    leaf = good.leaf_of(name, int(party) if party else None)
    del good.members[f"statements/{leaf.hex()}.json"]
    assert reason(good.verify()) == (Verdict.CANNOT_CHECK, code)


def test_another_statement_withheld_is_only_noted(good: Sealed) -> None:
    del good.members[f"statements/{good.leaf_of('opened').hex()}.json"]
    report = good.verify()
    assert report.verdict is Verdict.VALID
    assert "withheld" in report.steps[5].detail


def test_a_needed_attestation_withheld(good: Sealed) -> None:
    del good.members[f"attestations/{good.leaf_of('signed', 1).hex()}.json"]
    assert reason(good.verify()) == (Verdict.CANNOT_CHECK, "attestations/withheld")


def test_a_swapped_statement(good: Sealed) -> None:
    one, two = (f"statements/{good.leaf_of('signed', n).hex()}.json" for n in (1, 2))
    good.members[one], good.members[two] = good.members[two], good.members[one]
    assert reason(good.verify()) == (Verdict.INVALID, "transcript/statement")


def test_a_statement_with_a_flipped_byte(good: Sealed) -> None:
    name = f"statements/{good.leaf_of('opened').hex()}.json"
    good.members[name] = good.members[name].replace(b"pdfium", b"pdfiun")
    assert reason(good.verify()) == (Verdict.INVALID, "transcript/statement")


@pytest.mark.parametrize("member", ["salt", "subject", "statement_sha256", "attestation_hash"])
def test_an_opening_with_a_flipped_byte(good: Sealed, member: str) -> None:
    openings = list(parse_openings(good.members["openings.json"]))
    openings[1] = replace(openings[1], **{member: b"\1" * 32})
    good.members["openings.json"] = build_openings(openings)
    assert reason(good.verify()) == (Verdict.INVALID, "transcript/leaf")


def test_an_opening_with_another_index(good: Sealed) -> None:
    openings = list(parse_openings(good.members["openings.json"]))
    openings[-1] = replace(openings[-1], index=openings[-1].index + 5)
    good.members["openings.json"] = build_openings(openings)
    assert good.verify().verdict is Verdict.INVALID


@pytest.mark.parametrize(
    ("change", "verdict", "code"),
    [
        ({"statements": 11}, Verdict.CANNOT_CHECK, "transcript/stripped"),
        ({"statements": 9}, Verdict.INVALID, "transcript/added"),
        ({"transcript": bytes(32)}, Verdict.INVALID, "transcript/other"),
        (
            {"parties_root": parties_root([party_commit([bytes(32)])])},
            Verdict.INVALID,
            "parties/root",
        ),
        ({"search_from": 14}, Verdict.INVALID, "log/before-search"),
    ],
)
def test_a_seal_over_something_else(change: dict[str, Any], verdict: Verdict, code: str) -> None:
    plan = Plan(edit_binding=lambda binding: replace(binding, **change))
    assert reason(make(plan).verify()) == (verdict, code)


def test_an_exchanged_attestation(good: Sealed) -> None:
    one, two = (f"attestations/{good.leaf_of('signed', n).hex()}.json" for n in (1, 2))
    good.members[one] = good.members[two]
    assert reason(good.verify()) == (Verdict.INVALID, "attestations/other")


def test_an_attestation_that_no_leaf_commits_to(good: Sealed) -> None:
    name = f"attestations/{good.leaf_of('opened').hex()}.json"
    good.members[name] = build_code_attestation(
        channel="email", statement_sha256=bytes(32), confirmed_at="2026-01-10T12:00:00.000Z"
    )
    assert reason(good.verify()) == (Verdict.INVALID, "attestations/not-committed")


def test_an_attestation_by_an_unknown_method(good: Sealed) -> None:
    name = f"attestations/{good.leaf_of('signed', 1).hex()}.json"
    good.members[name] = canonical_bytes({"acta": "attestation/1", "method": "voice"})
    assert reason(good.verify()) == (Verdict.CANNOT_CHECK, "anchoring/unknown-version")


def test_a_party_more_in_the_list(good: Sealed) -> None:
    good.members["parties.json"] = build_parties(
        [{"party": n, "role": "signer", "order": n, "keys": []} for n in (1, 2, 3)]
    )
    assert reason(good.verify()) == (Verdict.INVALID, "parties/other")


def test_a_kind_of_key_that_this_version_does_not_know(good: Sealed) -> None:
    newer = b'"keys":[{"type":"ed25519"}]'
    parties = good.members["parties.json"].replace(b'"keys":[]', newer, 1)
    good.members["parties.json"] = parties
    with pytest.raises(UnknownVersion):
        good.archive()


def test_a_disclosure_of_another_value(good: Sealed) -> None:
    lie = disclose("name", "Somebody Else", b"\1" * 16)
    good.members["disclosures/1.json"] = build_disclosures(1, [lie.raw])
    report = good.verify()
    assert reason(report) == (Verdict.INVALID, "disclosures/unplaced")
    assert report.signers[0].name is None


def test_without_a_partys_disclosures_it_is_still_valid(good: Sealed) -> None:
    del good.members["disclosures/1.json"]
    report = good.verify()
    assert report.verdict is Verdict.VALID
    assert [signer.name for signer in report.signers] == [None, "Person 2"]
