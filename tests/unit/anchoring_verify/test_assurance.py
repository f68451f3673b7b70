"""How a signer was identified, in what order they signed, and by when: said twice, compared."""

from dataclasses import replace

from anchoring.assurance import MAILBOX_POLICY_OID, POLICY_OF
from anchoring.fields import format_time
from anchoring.report import Report, Verdict
from service.signing import certificates
from tests.unit.anchoring_verify.plans import Draft, Plan, SignJob
from tests.unit.anchoring_verify.platforms import later
from tests.unit.anchoring_verify.sealed_agreement import make


def reason(report: Report) -> tuple[Verdict, str]:
    return report.verdict, report.reason_code


def test_the_authority_issues_under_the_policies_that_the_verifier_knows() -> None:
    assert certificates.MAILBOX_POLICY_OID == MAILBOX_POLICY_OID
    issued = {
        value
        for name, value in vars(certificates).items()
        if name.endswith("_POLICY_OID") and not name.startswith(("SEAL_", "TIME_STAMP_"))
    }
    assert issued == set(POLICY_OF.values())


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
