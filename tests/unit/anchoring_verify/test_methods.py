"""Ways of signing: what their times must be, and that an agreement gets what it asked for."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from anchoring.report import Report, Verdict
from anchoring.report_print import render
from tests.unit.anchoring_verify.plans import Draft, Plan
from tests.unit.anchoring_verify.sealed_agreement import make
from tests.vectors.passkey import Passkey

VALID = (Verdict.VALID, "ok")


def reason(report: Report) -> tuple[Verdict, str]:
    return report.verdict, report.reason_code


def plan(
    *,
    sent: float = 1,
    confirmed: float = 240,
    channel: str = "sms",
    face: bool = False,
    accepts: dict[str, list[str]] | None = None,
    passkeys: dict[int, Passkey] | None = None,
) -> Plan:
    """Every signer is asked ``sent`` seconds after their statement, and answers ``confirmed``."""

    def edit(draft: Draft) -> Draft:
        if draft.type == "prepared" and accepts is not None:
            return replace(draft, body={**draft.body, "accepts": accepts})
        if draft.type != "signed" or draft.passkey is not None:
            return draft
        return replace(
            draft,
            sent_at=draft.at + timedelta(seconds=sent),
            confirmed_at=draft.at + timedelta(seconds=confirmed),
            channel=channel,
            face=face,
            body={**draft.body, "method": "face" if face else "code"},
        )

    return Plan(edit_statement=edit, passkeys=passkeys or {})


def test_a_code_made_for_the_statement_may_come_back_after_it() -> None:
    report = make(plan()).verify()
    assert reason(report) == VALID
    assert {line.method for line in report.signers} == {"code-sms"}
    assert {line.whose_word for line in report.signers} == {"operator's word"}
    assert "código enviado por SMS" in render(report, "es")
    assert report.to_json()["signers"][0]["method"] == "code-sms"


def test_a_live_face_is_the_operators_word() -> None:
    report = make(plan(face=True)).verify()
    assert reason(report) == VALID
    assert "live face" in render(report, "en")
    assert {line.whose_word for line in report.signers} == {"operator's word"}


@pytest.mark.parametrize("face", [False, True])
@pytest.mark.parametrize(
    ("sent", "confirmed"),
    [(-121, 10), (20, 19), (1, 15 * 60 + 121)],
)
def test_a_claim_at_another_time_is_refused(sent: float, confirmed: float, face: bool) -> None:
    report = make(plan(sent=sent, confirmed=confirmed, face=face)).verify()
    assert reason(report) == (Verdict.INVALID, "attestations/later")


@pytest.mark.parametrize(("sent", "confirmed"), [(-119, 0), (0, 15 * 60 + 119)])
def test_the_clock_may_be_off_by_the_skew(sent: float, confirmed: float) -> None:
    assert reason(make(plan(sent=sent, confirmed=confirmed)).verify()) == VALID


@pytest.mark.parametrize(
    ("methods", "code"),
    [
        (["code-sms"], "ok"),
        (["webauthn", "code-sms"], "ok"),
        (["webauthn"], "binding/method"),
        (["code-email"], "binding/method"),
    ],
)
def test_an_agreement_gets_a_method_that_it_accepts(methods: list[str], code: str) -> None:
    report = make(plan(accepts={"assurances": ["mailbox"], "methods": methods})).verify()
    assert report.reason_code == code


def test_an_agreement_gets_an_assurance_that_it_accepts() -> None:
    accepts = {"assurances": ["document-face"], "methods": ["code-sms"]}
    report = make(plan(accepts=accepts)).verify()
    assert reason(report) == (Verdict.INVALID, "binding/assurance-least")


def test_one_signer_of_two_by_what_is_not_accepted() -> None:
    accepts = {"assurances": ["mailbox"], "methods": ["webauthn"]}
    report = make(plan(accepts=accepts, passkeys={1: Passkey("ines")})).verify()
    assert reason(report) == (Verdict.INVALID, "binding/method")
    assert "Party 2" in report.summary_in("en")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda accepts: {**accepts, "extra": ["x"]},
        lambda accepts: {**accepts, "methods": []},
        lambda accepts: {**accepts, "methods": ["face", "face"]},
        lambda accepts: {**accepts, "methods": ["Face"]},
        lambda accepts: {"methods": accepts["methods"]},
    ],
)
def test_what_is_accepted_has_one_form(spoil: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    accepts = spoil({"assurances": ["mailbox"], "methods": ["code-sms"]})
    assert make(plan(accepts=accepts)).verify().verdict is Verdict.INVALID
