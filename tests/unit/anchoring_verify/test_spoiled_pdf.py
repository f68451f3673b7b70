"""Each way to tamper with the PDF, its signatures or its certificates, and what is said of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from anchoring.cms_attributes import statement_attribute
from anchoring.hashing import ZERO32, sha256
from anchoring.report import Verdict
from tests.unit.anchoring_verify.authorities import Stamper, end_entity
from tests.unit.anchoring_verify.pdf_makers import add_page, set_field_text
from tests.unit.anchoring_verify.platforms import later, platform
from tests.unit.anchoring_verify.sealed_agreement import Plan, SignJob, make

Stage = Callable[[str, bytes], bytes]
Sign = Callable[[SignJob], SignJob]


def at_stage(wanted: str, change: Callable[[bytes], bytes]) -> Plan:
    return Plan(edit_pdf=lambda stage, pdf: change(pdf) if stage == wanted else pdf)


def for_field(wanted: str, **changes: object) -> Plan:
    return Plan(edit_signature=lambda job: replace(job, **changes) if job.field == wanted else job)


def verdict_of(plan: Plan) -> tuple[Verdict, str]:
    report = make(plan).verify()
    return report.verdict, report.reason_code


def flipped(pdf: bytes, place: int) -> bytes:
    return pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]


@pytest.mark.parametrize("words", [b"An agreement", b"/MediaBox", b"/ByteRange", b"startxref"])
def test_a_flipped_byte_is_invalid(words: bytes) -> None:
    plan = at_stage("stamped", lambda pdf: flipped(pdf, pdf.index(words) + 3))
    assert verdict_of(plan)[0] is Verdict.INVALID


def test_a_flipped_byte_in_the_last_time_stamp_is_invalid() -> None:
    """At its end stands the signature; the certificates it carries are nobody's business."""

    def change(pdf: bytes) -> bytes:
        start = pdf.rindex(b"/Contents <") + len(b"/Contents <")
        place = start + len(pdf[start : pdf.index(b">", start)].rstrip(b"0")) - 20
        digit = b"0" if pdf[place : place + 1] != b"0" else b"1"
        return pdf[:place] + digit + pdf[place + 1 :]

    assert verdict_of(at_stage("stamped", change))[0] is Verdict.INVALID


@pytest.mark.parametrize("stage", ["acta-party-1", "acta-party-2", "acta-seal", "stamped"])
def test_a_page_added_after_a_signature(stage: str) -> None:
    verdict, code = verdict_of(at_stage(stage, add_page))
    assert verdict is Verdict.INVALID
    assert code == "signatures/changed-later"


def test_an_update_between_two_signatures() -> None:
    verdict, code = verdict_of(
        at_stage("acta-party-1", lambda pdf: set_field_text(pdf, "acta-party-2"))
    )
    assert verdict is Verdict.INVALID
    assert code in ("signatures/changed-later", "revisions/between")


def test_a_change_between_the_prepared_pdf_and_the_first_signature() -> None:
    """The first signature covers it, and no later one minds; only the prepared hash tells."""
    pages: list[bytes] = []

    def change(stage: str, pdf: bytes) -> bytes:
        if stage == "prepared":
            pages.append(pdf)
        return pdf

    plan = Plan(edit_pdf=change)
    other = make(replace(plan, edit_statement=_with_prepared(sha256(b"another pdf"))))
    report = other.verify()
    assert report.verdict is Verdict.INVALID
    codes = {step.code for step in report.steps}
    assert "revisions/prepared-absent" in codes
    assert pages


def _with_prepared(prepared: bytes):  # type: ignore[no-untyped-def]
    def edit(draft):  # type: ignore[no-untyped-def]
        if draft.type in ("prepared", "signed"):
            return replace(draft, body={**draft.body, "prepared": prepared.hex()})
        return draft

    return edit


def test_a_field_that_was_not_announced() -> None:
    plan = Plan(edit_prepared_fields=lambda fields: [*fields, "acta-party-9"])
    assert verdict_of(plan) == (Verdict.INVALID, "revisions/other-fields")


def test_bytes_after_the_last_revision() -> None:
    assert verdict_of(at_stage("stamped", lambda pdf: pdf + b"% more\n%%EOF\n"))[0] in (
        Verdict.INVALID,
        Verdict.CANNOT_CHECK,
    )


def test_no_document_time_stamp() -> None:
    assert verdict_of(Plan(stamped=False)) == (Verdict.CANNOT_CHECK, "time-stamp/none")


def test_not_a_pdf_at_all() -> None:
    assert verdict_of(at_stage("stamped", lambda pdf: b"%PDF-1.7 nothing"))[0] is Verdict.INVALID


def test_a_signature_without_a_time_stamp() -> None:
    plan = for_field("acta-party-1", stamper=None)
    assert verdict_of(plan) == (Verdict.CANNOT_CHECK, "certificate/no-time-stamp")


def test_a_signer_certified_by_the_seals_authority() -> None:
    where = platform()
    wrong = end_entity("wrong", where.seal_ca, start=later(-60), end=later(3600))
    plan = for_field("acta-party-1", pair=wrong, issuer=where.seal_ca)
    report = make(plan).verify()
    assert report.verdict is Verdict.INVALID  # its key is not the stated one
    assert "certificate/unknown-issuer" in {step.code for step in report.steps}


def test_a_seal_by_the_signers_authority() -> None:
    where = platform()
    wrong = end_entity("wrong", where.signer_ca, start=later(-60), end=later(3600))
    plan = for_field("acta-seal", pair=wrong, issuer=where.signer_ca)
    assert verdict_of(plan) == (Verdict.CANNOT_CHECK, "certificate/unknown-issuer")


def test_a_time_stamp_by_the_seals_authority() -> None:
    where = platform()
    wrong = end_entity(
        "wrong", where.seal_ca, start=later(-60), end=later(3600), time_stamping=True
    )
    plan = for_field("acta-seal", stamper=Stamper(wrong, where.seal_ca, later(400)))
    assert verdict_of(plan) == (Verdict.CANNOT_CHECK, "certificate/unknown-issuer")


def test_a_time_stamp_by_a_certificate_that_is_not_for_it() -> None:
    where = platform()
    wrong = end_entity("wrong", where.tsa_ca, start=later(-60), end=later(3600))
    plan = for_field("acta-seal", stamper=Stamper(wrong, where.tsa_ca, later(400)))
    assert verdict_of(plan) == (Verdict.INVALID, "certificate/not-valid")


@pytest.mark.parametrize("stamped_at", [later(-7200), later(7200)])
def test_a_certificate_that_was_not_valid_when_it_was_stamped(stamped_at: object) -> None:
    where = platform()
    plan = for_field("acta-party-1", stamper=Stamper(where.tsa, where.tsa_ca, stamped_at))  # type: ignore[arg-type]
    report = make(plan).verify()
    assert report.verdict is Verdict.INVALID
    assert "certificate/not-valid" in {step.code for step in report.steps}


@pytest.mark.parametrize("purpose", ["signer-ca", "seal-ca", "tsa-ca", "log"])
def test_a_revoked_trust_key(purpose: str) -> None:
    good = make()
    revoked = "2026-01-10T12:09:59.000Z"
    good.trust = good.platform.trust(
        edit_keys=lambda keys: [
            {**key, "revokedAfter": revoked} if key["purpose"] == purpose else key for key in keys
        ]
    )
    report = good.verify()
    assert report.verdict is Verdict.CANNOT_CHECK
    assert report.reason_code in (
        "certificate/issuer-not-in-force",
        "anchoring/untrusted-log-key",
    )


def test_a_key_revoked_after_the_anchor_still_counts() -> None:
    good = make()
    revoked = "2026-01-10T12:10:00.000Z"
    good.trust = good.platform.trust(
        edit_keys=lambda keys: [{**key, "revokedAfter": revoked} for key in keys]
    )
    assert good.verify().verdict is Verdict.VALID


@pytest.mark.parametrize("purpose", ["signer-ca", "seal-ca", "tsa-ca", "log"])
def test_an_authority_outside_the_trust_file(purpose: str) -> None:
    good = make()
    good.trust = good.platform.trust(
        edit_keys=lambda keys: [key for key in keys if key["purpose"] != purpose]
    )
    report = good.verify()
    assert report.verdict is Verdict.CANNOT_CHECK
    assert report.reason_code in ("certificate/unknown-issuer", "anchoring/untrusted-log-key")
    if purpose != "log":
        assert "SHA-256" in report.summary


def test_a_seal_without_its_binding() -> None:
    assert verdict_of(for_field("acta-seal", attributes=[])) == (
        Verdict.INVALID,
        "seal/no-binding",
    )


def test_two_statement_attributes_in_one_signature() -> None:
    twice = [statement_attribute(ZERO32), statement_attribute(sha256(b"other"))]
    verdict, code = verdict_of(for_field("acta-party-1", attributes=twice))
    assert (verdict, code) == (Verdict.INVALID, "anchoring/malformed-attribute")


def test_a_certificate_swapped_for_one_with_another_key() -> None:
    where = platform()
    other = end_entity(
        "other", where.signer_ca, start=later(-60), end=later(0) + timedelta(hours=1)
    )
    report = make(for_field("acta-party-2", pair=other)).verify()
    assert report.verdict is Verdict.INVALID
    assert report.reason_code == "binding/differs"
    assert "certificateKey" in report.summary
