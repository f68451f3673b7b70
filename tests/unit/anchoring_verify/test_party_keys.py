"""Signers with passkeys: whose key signed, whose keys may void, and what nobody may add."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from anchoring.errors import AnchoringError
from anchoring.evidence_lists import build_parties
from anchoring.hashing import KeyType, parties_root, sha256
from anchoring.party_keys import PartyKey, root_of_parties
from anchoring.report import Report, Verdict
from anchoring.report_print import render
from tests.unit.anchoring_verify.plans import Draft, Plan
from tests.unit.anchoring_verify.sealed_agreement import make
from tests.vectors.passkey import Passkey, with_other_s

INES, TOMAS, OTHER = Passkey("ines"), Passkey("tomas"), Passkey("other")
RECOVERY = PartyKey(KeyType.P256, sha256(b"salt"), bytes(32), *Passkey("recovery").point)
WALLET = PartyKey(KeyType.WALLET, sha256(b"salt 2"), bytes(32), b"\x0c" * 20, bytes(32))
BOTH = Plan(passkeys={1: INES, 2: TOMAS}, voidable=True)


def reason(report: Report) -> tuple[Verdict, str]:
    return report.verdict, report.reason_code


def test_two_passkeys_make_a_voidable_document() -> None:
    report = make(BOTH).verify()
    assert reason(report) == (Verdict.VALID, "ok")
    assert {line.whose_word for line in report.signers} == {"device-held key"}
    assert "trusts/device" in {one.code for one in report.trusts}
    assert "clave en su dispositivo" in render(report, "es")
    assert "voidable" not in " ".join(step.detail for step in report.steps)
    assert "may void it on chain" in next(s for s in report.steps if s.name == "parties").detail


def test_one_key_for_two_parties_is_said() -> None:
    report = make(Plan(passkeys={1: INES, 2: INES}, voidable=True)).verify()
    assert report.verdict is Verdict.VALID
    step = next(step for step in report.steps if step.name == "parties")
    assert "Parties 1, 2 have the same key" in step.detail


def test_alternates_that_a_signer_signed_for() -> None:
    plan = replace(BOTH, other_keys={1: [RECOVERY, WALLET]})
    assert make(plan).verify().verdict is Verdict.VALID


def test_a_passkey_beside_a_code_is_not_voidable() -> None:
    report = make(Plan(passkeys={1: INES})).verify()
    assert reason(report) == (Verdict.VALID, "ok")
    assert [line.whose_word for line in report.signers] == ["device-held key", "operator's word"]


def test_announced_as_voidable_but_one_party_has_no_key() -> None:
    with pytest.raises(AnchoringError):
        root_of_parties([[INES.party_key], []])

    def without(parties: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [parties[0], {**parties[1], "keys": []}]

    def coded(draft: Draft) -> Draft:
        if draft.passkey != TOMAS:
            return draft
        body = {**draft.body, "method": "code"}
        return replace(draft, passkey=None, confirmed_at=draft.at, key_commit=bytes(32), body=body)

    plan = replace(BOTH, edit_statement=coded, edit_parties=without)
    report = make(replace(plan, edit_binding=_with_root(parties_root(())))).verify()
    assert reason(report) == (Verdict.INVALID, "parties/voidable")


def _with_root(root: bytes) -> Callable[[Any], Any]:
    return lambda binding: replace(binding, parties_root=root)


def test_a_root_of_keys_where_none_was_announced() -> None:
    keys = root_of_parties([[INES.party_key], [TOMAS.party_key]])
    plan = replace(BOTH, voidable=False, edit_binding=_with_root(keys))
    assert reason(make(plan).verify()) == (Verdict.INVALID, "parties/root")


@pytest.mark.parametrize(
    "keys",
    [
        [[INES.party_key], [OTHER.party_key]],
        [[TOMAS.party_key], [INES.party_key]],
        [[INES.party_key]],
        [[INES.party_key], [TOMAS.party_key], [OTHER.party_key]],
        [[INES.party_key, RECOVERY], [TOMAS.party_key]],
    ],
)
def test_a_root_of_other_keys(keys: list[list[PartyKey]]) -> None:
    plan = replace(BOTH, edit_binding=_with_root(root_of_parties(keys)))
    assert reason(make(plan).verify()) == (Verdict.INVALID, "parties/root")


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ([INES.party_key, OTHER.party_key], "parties/keys"),
        ([OTHER.party_key, INES.party_key], "parties/keys"),
        ([OTHER.party_key], "parties/keys"),
        ([], "parties/keys"),
    ],
)
def test_keys_that_a_signer_did_not_sign_for(keys: list[PartyKey], code: str) -> None:
    """The platform lists and seals them: only the signer's own statement stops it."""

    def listed(parties: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**parties[0], "keys": [key.to_json() for key in keys]}, parties[1]]

    root = root_of_parties([keys, [TOMAS.party_key]]) if keys else parties_root(())
    plan = replace(BOTH, edit_parties=listed, edit_binding=_with_root(root))
    assert reason(make(plan).verify()) == (Verdict.INVALID, code)


def test_a_key_that_nobody_signed_with() -> None:
    """A code proves no key: the platform could have listed one of its own."""

    def named(draft: Draft) -> Draft:
        if draft.type != "signed" or draft.party != 1:
            return draft
        return replace(draft, key_commit=INES.party_key.commit)

    def listed(parties: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**parties[0], "keys": [INES.party_key.to_json()]}, parties[1]]

    plan = Plan(edit_statement=named, edit_parties=listed)
    assert reason(make(plan).verify()) == (Verdict.INVALID, "parties/unproved-key")


def test_an_attestation_by_another_key_than_the_statement_names() -> None:
    def signed_by_other(draft: Draft) -> Draft:
        return replace(draft, passkey=OTHER) if draft.passkey == INES else draft

    report = make(replace(BOTH, edit_statement=signed_by_other)).verify()
    assert reason(report) == (Verdict.INVALID, "parties/other-key")


def test_a_passkey_without_a_key_commitment() -> None:
    def unnamed(draft: Draft) -> Draft:
        return replace(draft, key_commit=bytes(32)) if draft.passkey == INES else draft

    report = make(replace(BOTH, edit_statement=unnamed)).verify()
    assert reason(report) == (Verdict.INVALID, "parties/keys")


def test_an_assertion_that_breaks_a_rule() -> None:
    report = make(replace(BOTH, edit_assertion=with_other_s)).verify()
    assert reason(report) == (Verdict.INVALID, "attestations/assertion")
    assert report.facts["rule"] == "webauthn/high-s"


def test_an_assertion_over_another_statement() -> None:
    other = INES.sign(sha256(b"another statement"))
    report = make(replace(BOTH, edit_assertion=lambda made: other)).verify()
    assert reason(report) == (Verdict.INVALID, "attestations/other-challenge")


def test_a_method_that_is_not_the_attestations() -> None:
    def coded(draft: Draft) -> Draft:
        return replace(draft, passkey=None, confirmed_at=draft.at) if draft.passkey else draft

    report = make(replace(BOTH, edit_statement=coded)).verify()
    assert reason(report) == (Verdict.INVALID, "attestations/other-method")


def test_a_statement_that_names_an_unlisted_key() -> None:
    def named(draft: Draft) -> Draft:
        return (
            replace(draft, key_commit=OTHER.party_key.commit) if draft.type == "opened" else draft
        )

    report = make(replace(BOTH, edit_statement=named)).verify()
    assert reason(report) == (Verdict.INVALID, "parties/unlisted-key")


def test_an_identification_by_another_key() -> None:
    def named(draft: Draft) -> Draft:
        mine = draft.type == "identified" and draft.party == 1
        return replace(draft, key_commit=RECOVERY.commit) if mine else draft

    plan = replace(BOTH, other_keys={1: [RECOVERY]}, edit_statement=named)
    assert reason(make(plan).verify()) == (Verdict.INVALID, "binding/identity")


def test_the_platform_names_no_key() -> None:
    def named(draft: Draft) -> Draft:
        return replace(draft, key_commit=sha256(b"key")) if draft.party == 0 else draft

    report = make(Plan(edit_statement=named)).verify()
    assert reason(report) == (Verdict.CANNOT_CHECK, "statements/key")


def test_keys_read_back_as_they_were_written() -> None:
    keys = [INES.party_key, RECOVERY, WALLET]
    raw = build_parties(
        [{"party": 1, "role": "signer", "order": 1, "keys": [key.to_json() for key in keys]}]
    )
    from anchoring.evidence_lists import parse_parties

    assert list(parse_parties(raw)[0].keys) == keys
