"""How a signer was identified, in what order they signed, and by when: said twice, compared."""

from dataclasses import replace

from anchoring.assurance import (
    COMPANY_POLICY_OID,
    DOCUMENT_FACE_POLICY_OID,
    MAILBOX_POLICY_OID,
    POLICY_OF,
)
from anchoring.fields import format_time
from anchoring.report import Report, Verdict
from anchoring.report_print import render
from tests.unit.anchoring_verify.plans import Draft, Plan, SignJob
from tests.unit.anchoring_verify.platforms import later
from tests.unit.anchoring_verify.sealed_agreement import make


def reason(report: Report) -> tuple[Verdict, str]:
    return report.verdict, report.reason_code


def by_document(draft: Draft) -> Draft:
    """Let every party be identified by document and face."""
    if draft.type != "identified":
        return draft
    return replace(draft, body={**draft.body, "assurance": "document-face"})


def test_no_policy_stands_for_two_assurances() -> None:
    policies = [*POLICY_OF.values(), COMPANY_POLICY_OID]
    assert len(set(policies)) == len(policies)


def test_somebody_identified_by_document_and_face() -> None:
    report = make(Plan(edit_statement=by_document, policy=DOCUMENT_FACE_POLICY_OID)).verify()
    assert report.verdict is Verdict.VALID
    assert {line.assurance for line in report.signers} == {"document-face"}
    assert "documento de identidad y cara en directo" in render(report, "es")


def test_a_certificate_for_less_or_more_than_the_statement_says() -> None:
    less = make(Plan(edit_statement=by_document)).verify()
    more = make(Plan(policy=DOCUMENT_FACE_POLICY_OID)).verify()
    both = make(Plan(policy=f"{MAILBOX_POLICY_OID} {DOCUMENT_FACE_POLICY_OID}")).verify()
    for report in (less, more, both):
        assert reason(report) == (Verdict.INVALID, "binding/assurance")


def test_signing_for_a_company() -> None:
    report = make(
        Plan(for_company=True, policy=f"{MAILBOX_POLICY_OID} {COMPANY_POLICY_OID}")
    ).verify()
    assert report.verdict is Verdict.VALID
    assert report.signers[0].company == "Company 1, S.L. · B00000001"
    assert "Company 2, S.L. · B00000002" in render(report, "en")
    assert report.to_json()["signers"][0]["company"] == "Company 1, S.L. · B00000001"


def test_a_company_that_only_the_certificate_or_only_the_statement_names() -> None:
    named = make(Plan(for_company=True)).verify()
    certified = make(Plan(policy=f"{MAILBOX_POLICY_OID} {COMPANY_POLICY_OID}")).verify()
    for report in (named, certified):
        assert reason(report) == (Verdict.INVALID, "binding/company-policy")


def test_a_company_that_was_not_shown_before_or_by_another_party() -> None:
    def other(draft: Draft) -> Draft:
        if draft.type != "signed" or draft.party != 1:
            return draft
        return replace(draft, body={**draft.body, "company": {"statement": "22" * 32}})

    def others(draft: Draft) -> Draft:
        return replace(draft, party=2) if draft.type == "represented" else draft

    policy = f"{MAILBOX_POLICY_OID} {COMPANY_POLICY_OID}"
    for edit in (other, others):
        report = make(Plan(for_company=True, edit_statement=edit, policy=policy)).verify()
        assert reason(report) == (Verdict.INVALID, "binding/company")


def test_a_certificate_without_the_stated_assurance() -> None:
    report = make(Plan(policy="2.25.12345")).verify()
    assert reason(report) == (Verdict.INVALID, "binding/assurance")


def test_an_assurance_that_this_version_does_not_know() -> None:
    def raised(draft: Draft) -> Draft:
        if draft.type != "identified":
            return draft
        return replace(draft, body={**draft.body, "assurance": "face"})

    report = make(Plan(edit_statement=raised)).verify()
    assert reason(report) == (Verdict.CANNOT_CHECK, "binding/assurance-unknown")


def test_signing_out_of_turn() -> None:
    assert make(Plan(order_of=lambda n: 1)).verify().verdict is Verdict.VALID
    report = make(Plan(order_of=lambda n: 3 - n)).verify()
    assert reason(report) == (Verdict.INVALID, "binding/out-of-turn")


def test_signing_after_the_deadline() -> None:
    def until(seconds: float) -> Plan:
        def edit(draft: Draft) -> Draft:
            if draft.type != "prepared":
                return draft
            return replace(draft, body={**draft.body, "deadline": format_time(later(seconds))})

        return Plan(edit_statement=edit)

    # The second party signs 171 seconds after the start.
    assert make(until(171)).verify().verdict is Verdict.VALID
    report = make(until(170)).verify()
    assert reason(report) == (Verdict.INVALID, "binding/after-deadline")


def test_a_time_stamp_after_the_deadline() -> None:
    """A backdated statement does not help whose time stamp tells when it really was."""

    def edit(draft: Draft) -> Draft:
        if draft.type != "prepared":
            return draft
        return replace(draft, body={**draft.body, "deadline": format_time(later(200))})

    def stamped_later(job: SignJob) -> SignJob:
        if job.stamper is not None and job.field == "acta-party-2":
            job.stamper.moment = later(321)
        return job

    report = make(Plan(edit_statement=edit, edit_signature=stamped_later)).verify()
    assert reason(report) == (Verdict.INVALID, "binding/after-deadline")
