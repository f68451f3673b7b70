"""The part of the binding step about parties that do not sign: each did what its role says."""

from collections.abc import Mapping
from dataclasses import dataclass

from anchoring.hashing import ZERO32
from anchoring.report import Finding, failed, unchecked
from anchoring.statement import Statement
from anchoring.statement_bodies import (
    ACTS,
    SIGNER,
    ActBody,
    PreparedParty,
    read_act,
    read_consented,
)
from anchoring.verify_context import BoundSignature, Context, Entry, absent, need

VIEWER = "viewer"


@dataclass(frozen=True)
class Act:
    """What a party did that does not sign: its statement, and where that stands in the log."""

    entry: Entry
    statement: Statement
    body: ActBody


def acts_of(context: Context) -> dict[int, Act]:
    """Return by party the first ``approved`` or ``witnessed`` statement of its role."""
    found: dict[int, Act] = {}
    for party in need(context.prepared, "prepared").parties:
        if party.role not in ACTS:
            continue
        for entry in context.open_statements(ACTS[party.role], party=party.party)[:1]:
            statement = need(entry.statement, "act")
            found[party.party] = Act(entry, statement, read_act(statement))
    return found


def check_roles(context: Context) -> list[Finding]:
    """Each approver approved and each witness witnessed, once, for what the PDF came to be."""
    findings: list[Finding] = []
    acts = acts_of(context)
    for party in need(context.prepared, "prepared").parties:
        facts = {"party": party.party, "role": party.role}
        if party.role in (SIGNER, VIEWER):
            continue
        if party.role not in ACTS:
            # What its part is, only a newer reader knows.
            findings.append(unchecked("binding/role", **facts))
        elif party.party not in acts:
            findings.append(
                absent(context, withheld="binding/act-withheld", missing="binding/act", **facts)
            )
        else:
            findings += _check_act(context, party, acts[party.party])
    known = {act.entry.opening.leaf for act in acts.values()}
    for kind in ACTS.values():
        for entry in context.open_statements(kind):
            if entry.opening.leaf not in known:
                findings.append(failed("binding/act-orphan", leaf=entry.opening.leaf))
    return findings


def check_turns(context: Context, bound: Mapping[int, BoundSignature]) -> list[Finding]:
    """Who was announced to go earlier did, in the PDF and in the log."""
    prepared = need(context.prepared, "prepared")
    done: list[tuple[int, int, int, int | None]] = [
        (prepared.order_of(party), party, one.entry.opening.index, one.signature.revision)
        for party, one in bound.items()
    ]
    done += [
        (prepared.order_of(party), party, act.entry.opening.index, None)
        for party, act in acts_of(context).items()
    ]
    findings = []
    for order, party, index, revision in done:
        early = any(
            other < order
            and (
                ahead > index or (before is not None and revision is not None and before > revision)
            )
            for other, _, ahead, before in done
        )
        if early:
            findings.append(failed("binding/out-of-turn", party=party))
    return findings


def _check_act(context: Context, party: PreparedParty, act: Act) -> list[Finding]:
    prepared = need(context.prepared, "prepared")
    expected = (
        ("actor", act.statement.actor.role == party.role),
        ("prepared", act.body.prepared == prepared.sha256),
        ("revision", act.body.revision in _revisions(context)),
        ("attestation", act.entry.opening.attestation_hash != ZERO32),
    )
    findings = [
        failed("binding/differs", party=party.party, what=name)
        for name, holds in expected
        if not holds
    ]
    if act.statement.at > prepared.deadline:
        findings.append(failed("binding/after-deadline", party=party.party))
    return findings + _identity(context, party, act) + _consent(context, party, act)


def _revisions(context: Context) -> set[bytes]:
    """Return the hashes of the PDF as it was before any signature and after each signer's."""
    document = need(context.document, "document")
    ends = [signature.covered_end for signature in context.signer_signatures]
    return {
        need(context.prepared, "prepared").sha256,
        *(document.prefix_sha256(end) for end in ends),
    }


def _identity(context: Context, party: PreparedParty, act: Act) -> list[Finding]:
    for entry in need(context.entries, "statements"):
        if entry.opening.leaf != act.body.identity:
            continue
        if entry.statement is None:
            return [unchecked("binding/identity-withheld", party=party.party)]
        holds = (
            entry.statement.type == "identified"
            and entry.statement.actor.party == party.party
            and entry.opening.index < act.entry.opening.index
            and entry.opening.attestation_hash != ZERO32
        )
        return [] if holds else [failed("binding/identity", party=party.party)]
    if context.stripped:
        return [unchecked("binding/identity-withheld", party=party.party)]
    return [failed("binding/identity", party=party.party)]


def _consent(context: Context, party: PreparedParty, act: Act) -> list[Finding]:
    for entry in context.open_statements("consented", party=party.party):
        before = entry.opening.index < act.entry.opening.index
        if before and read_consented(need(entry.statement, "consented")) == act.body.consent:
            return []
    return [
        absent(
            context,
            withheld="binding/consent-withheld",
            missing="binding/consent",
            party=party.party,
        )
    ]
