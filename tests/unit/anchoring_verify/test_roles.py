"""Parties that do not sign: what a verdict asks of approvers, witnesses and whoever only reads."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from anchoring.report import Report, Verdict
from tests.unit.anchoring_verify.platforms import CONSENT, later
from tests.unit.anchoring_verify.sealed_agreement import OWN_IDENTITY, Draft, Plan, Sealed, make

NUMBER = 3
_CONSENT = {"textSha256": CONSENT.hex(), "lang": "en"}
Edit = Callable[[Draft], Draft | None]


def _same(draft: Draft) -> Draft | None:
    return draft


def _plan(role: str, *, act: str | None, edit: Edit, order: int) -> Plan:
    prepared: dict[str, str] = {}

    def announce(draft: Draft) -> Draft:
        if draft.type == "signed":
            prepared["hash"] = str(draft.body["prepared"])
        if draft.type != "prepared":
            return draft
        third = {"party": NUMBER, "role": role, "order": order, "field": None}
        return replace(draft, body={**draft.body, "parties": [*draft.body["parties"], third]})

    def do_part(last: Draft) -> list[Draft]:
        if act is None:
            return []
        common = {"party": NUMBER, "role": role, "at": later(310)}
        body = {
            "prepared": prepared["hash"],
            "revision": prepared["hash"],
            "identity": OWN_IDENTITY,
            "consent": _CONSENT,
            "method": "code",
        }
        drafts = [
            replace(
                last,
                type="identified",
                body={"assurance": "mailbox"},
                confirmed_at=later(309),
                **common,
            ),
            replace(last, type="consented", body=_CONSENT, **common),
            replace(last, type=act, body=body, confirmed_at=later(309), **common),
        ]
        return [edited for draft in drafts if (edited := edit(draft)) is not None]

    def list_party(parties: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [*parties, {"party": NUMBER, "role": role, "order": order, "keys": []}]

    return Plan(edit_statement=announce, extra_statements=do_part, edit_parties=list_party)


def _made(role: str, act: str | None, *, edit: Edit = _same, order: int = 2) -> Sealed:
    return make(_plan(role, act=act, edit=edit, order=order))


def _reason(report: Report) -> tuple[Verdict, str]:
    return report.verdict, report.reason_code


def _without(kind: str) -> Edit:
    return lambda draft: None if draft.type == kind else draft


def _with(**body: Any) -> Edit:
    return lambda draft: (
        replace(draft, body={**draft.body, **body}) if draft.type == "approved" else draft
    )


@pytest.mark.parametrize(
    ("role", "act"), [("approver", "approved"), ("witness", "witnessed"), ("viewer", None)]
)
def test_whoever_does_their_part_is_shown(role: str, act: str | None) -> None:
    report = _made(role, act).verify()
    assert report.verdict is Verdict.VALID, report.summary
    line = next(line for line in report.signers if line.party == NUMBER)
    assert line.whose_word == ("unknown" if act is None else "operator's word")


@pytest.mark.parametrize(
    ("role", "act", "edit", "code"),
    [
        ("approver", None, _same, "binding/act"),
        ("witness", None, _same, "binding/act"),
        ("approver", "witnessed", _same, "binding/act"),
        ("viewer", "approved", _same, "binding/act-orphan"),
        ("approver", "approved", _without("identified"), "binding/identity"),
        ("approver", "approved", _without("consented"), "binding/consent"),
        ("approver", "approved", _with(revision="11" * 32), "binding/differs"),
        ("approver", "approved", _with(prepared="11" * 32), "binding/differs"),
        ("approver", "approved", _with(identity="11" * 32), "binding/identity"),
        (
            "approver",
            "approved",
            lambda d: replace(d, confirmed_at=None) if d.type == "approved" else d,
            "binding/differs",
        ),
        (
            "approver",
            "approved",
            lambda d: replace(d, role="viewer") if d.type == "approved" else d,
            "binding/differs",
        ),
    ],
)
def test_a_part_that_was_not_done_is_found(
    role: str, act: str | None, edit: Edit, code: str
) -> None:
    assert _reason(_made(role, act, edit=edit).verify()) == (Verdict.INVALID, code)


def test_who_was_to_go_first_did_not() -> None:
    report = _made("approver", "approved", order=0).verify()
    assert _reason(report) == (Verdict.INVALID, "binding/out-of-turn")


def test_a_role_of_the_future_cannot_be_checked() -> None:
    report = _made("guarantor", None).verify()
    assert _reason(report) == (Verdict.CANNOT_CHECK, "binding/role")


def test_a_withheld_part_cannot_be_checked() -> None:
    sealed = _made("approver", "approved")
    leaf = sealed.leaf_of("approved", NUMBER)
    del sealed.members[f"statements/{leaf.hex()}.json"]
    assert _reason(sealed.verify()) == (Verdict.CANNOT_CHECK, "binding/act-withheld")
