"""What is right is VALID, and the report says what was proved and by whose word."""

import json

import pytest

from anchoring.report import Outcome, Verdict
from anchoring.report_print import render
from anchoring.verify import STEPS
from anchoring.wording_en import ENGLISH, LABELS_EN, STEPS_EN
from anchoring.wording_es import LABELS_ES, SPANISH, STEPS_ES
from tests.unit.anchoring_verify.platforms import later
from tests.unit.anchoring_verify.sealed_agreement import Plan, Sealed, make


def test_a_good_agreement_is_valid_in_every_step(good: Sealed) -> None:
    report = good.verify()
    assert [(s.number, s.outcome) for s in report.steps] == [
        (number, Outcome.OK) for number in range(1, len(STEPS) + 1)
    ]
    assert report.verdict is Verdict.VALID
    assert report.exit_code == 0
    assert report.reason_code == "ok"


@pytest.mark.parametrize("parties", [1, 4])
def test_any_number_of_parties(parties: int) -> None:
    assert make(Plan(parties=parties)).verify().verdict is Verdict.VALID


def test_the_signers_are_the_operators_word(good: Sealed) -> None:
    report = good.verify()
    assert [(s.party, s.name, s.assurance, s.whose_word) for s in report.signers] == [
        (1, "Person 1", "mailbox", "operator's word"),
        (2, "Person 2", "mailbox", "operator's word"),
    ]
    assert report.signers[0].claimed_time == later(111)
    assert report.signers[0].proved_after == later(-60)
    assert report.signers[0].proved_before == later(600)


def test_the_proved_interval_has_no_lower_bound_before_any_anchor(good: Sealed) -> None:
    bounds = good.verify().time_bounds
    assert (bounds.not_before, bounds.not_after) == (None, later(600))


def test_the_pdf_beside_its_evidence(good: Sealed) -> None:
    assert good.verify(pdf=good.pdf).verdict is Verdict.VALID
    report = good.verify(pdf=good.pdf + b"\n")
    assert (report.verdict, report.reason_code) == (Verdict.INVALID, "container/other-pdf")


def test_a_withheld_pdf_given_beside_the_evidence() -> None:
    good = make()
    archive = good.archive()
    from anchoring.evidence import pack, read_evidence

    members = {k: v for k, v in read_evidence(archive).members.items() if k != "document.pdf"}
    good.archive = lambda: pack(members)  # type: ignore[method-assign]
    assert good.verify(pdf=good.pdf).verdict is Verdict.VALID
    assert good.verify().reason_code == "container/no-pdf"
    assert good.verify(pdf=b"%PDF another").verdict is not Verdict.VALID


def test_the_call_that_asks_the_chain(good: Sealed) -> None:
    call = good.verify().chain_call
    assert call is not None
    assert call.contract == "0x5FbDB2315678afecb367f032d93F642f64180aa3"
    assert call.arguments["size"] == len(good.all_leaves)
    assert call.arguments["index"] == good.all_leaves.index(good.document_leaf)
    assert call.calldata.startswith("0x")


@pytest.mark.parametrize(("lang", "words"), [("en", "operator's word"), ("es", "palabra del")])
def test_the_printed_report(good: Sealed, lang: str, words: str) -> None:
    text = render(good.verify(), lang)
    assert text.splitlines()[-1] == "VALID"
    assert words in text
    assert "0x5FbDB2315678afecb367f032d93F642f64180aa3" in text
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "?" not in text
    assert "{" not in text


def test_the_json_report_holds_everything(good: Sealed) -> None:
    data = json.loads(json.dumps(good.verify().to_json("es")))
    assert data["verdict"] == "VALID"
    assert data["exitCode"] == 0
    assert len(data["steps"]) == len(STEPS)
    assert data["steps"][0]["outcome"] == "ok"
    assert data["proved"]["notAfter"] == "2026-01-10T12:10:00.000Z"


def test_both_languages_say_the_same_things() -> None:
    technical = {code for code in SPANISH if code.startswith("anchoring/")}
    assert set(ENGLISH) <= set(SPANISH)
    assert set(SPANISH) - technical <= set(ENGLISH)
    assert set(LABELS_EN) == set(LABELS_ES)
    assert set(STEPS_EN) == set(STEPS_ES)
    assert {spec.name for spec in STEPS} <= set(STEPS_EN)
