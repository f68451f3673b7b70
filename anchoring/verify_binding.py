"""The step that ties each signature to its statement, and that to everything it binds (rule 5)."""

from anchoring.assurance import COMPANY_POLICY_OID, POLICY_OF, known_assurances
from anchoring.hashing import ZERO32
from anchoring.pdf_signatures import SignatureFacts
from anchoring.report import Finding, failed, unchecked
from anchoring.statement import Actor, Statement
from anchoring.statement_bodies import SIGNER, PreparedParty, read_assurance, read_consented
from anchoring.verify_context import SEAL_FIELD, BoundSignature, Context, absent, need, or_ok
from anchoring.verify_document import revision_before
from anchoring.verify_roles import check_roles, check_turns
from anchoring.verify_statements import method_of
from anchoring.verify_values import check_values


def check_binding(context: Context) -> list[Finding]:
    """Each signer's CMS, statement, certificate, revision, identity and consent fit together."""
    prepared = need(context.prepared, "prepared")
    bound = {one.party: one for one in need(context.bound, "bound")}
    findings: list[Finding] = []
    for party in prepared.parties:
        if party.role != SIGNER:
            continue
        signature = next((s for s in context.signer_signatures if s.field == party.field), None)
        if signature is None:
            findings.append(failed("binding/unsigned", party=party.party))
        elif party.party not in bound:
            findings.append(_unbound(context, party, signature))
        else:
            findings += _check_one(context, party, bound[party.party])
    findings += check_roles(context)
    findings += check_turns(context, bound)
    paired = {one.entry.opening.leaf for one in bound.values()}
    for entry in context.open_statements("signed"):
        if entry.opening.leaf not in paired:
            findings.append(failed("binding/orphan", leaf=entry.opening.leaf))
    return or_ok(findings, "binding/ok", count=len(bound))


def _unbound(context: Context, party: PreparedParty, signature: SignatureFacts) -> Finding:
    """Say why a signature has no statement: its hash tells a withheld one from none at all."""
    if signature.statement_sha256 is None or signature.seal is not None:
        return failed("binding/no-attribute", party=party.party)
    withheld = {entry.opening.statement_sha256 for entry in context.withheld}
    if signature.statement_sha256 in withheld or context.stripped:
        return unchecked("binding/signed-withheld", party=party.party)
    return failed("binding/other-statement", party=party.party)


def _check_one(context: Context, party: PreparedParty, one: BoundSignature) -> list[Finding]:
    prepared, body, statement = need(context.prepared, "prepared"), one.body, one.statement
    signature = one.signature
    before = revision_before(context, signature)
    done = {s.field for s in context.signer_signatures if s.revision <= signature.revision}
    still_open = {p.field for p in prepared.parties if p.field is not None} - done
    still_open.add(SEAL_FIELD)
    expected = (
        ("actor", (statement.actor.party, statement.actor.role) == (party.party, party.role)),
        ("prepared", body.prepared == prepared.sha256),
        ("revision", body.revision == before),
        ("field", body.field == party.field == signature.field),
        ("fieldsOpen", sorted(body.fields_open) == sorted(still_open)),
        ("certificateKey", body.certificate_key == signature.certificate.spki_sha256),
        ("attribute", signature.seal is None),
    )
    findings = [
        failed("binding/differs", party=party.party, what=name)
        for name, holds in expected
        if not holds
    ]
    if body.has_company and body.company is None:
        findings.append(unchecked("binding/unknown-company", party=party.party))
    findings += check_values(context, party, one)
    stamp, skew = signature.time_stamp, context.options.skew
    if stamp is not None and statement.at > stamp.time + skew:
        findings.append(failed("binding/signed-later", party=party.party))
    if statement.at > prepared.deadline or (
        stamp is not None and stamp.time > prepared.deadline + skew
    ):
        findings.append(failed("binding/after-deadline", party=party.party))
    findings += _accepted(context, one)
    return findings + _identity(context, one) + _company(context, one) + _consent(context, one)


def _accepted(context: Context, one: BoundSignature) -> list[Finding]:
    """The signer signed in one of the ways that were announced to be enough."""
    accepts, method = need(context.prepared, "prepared").accepts, method_of(context, one)
    # Without the attestation its method is unknown, which the step about attestations says.
    if accepts is None or method is None or method in accepts.methods:
        return []
    return [failed("binding/method", party=one.party, method=method)]


def _identity(context: Context, one: BoundSignature) -> list[Finding]:
    leaf, party = one.body.identity, one.party
    for entry in need(context.entries, "statements"):
        if entry.opening.leaf != leaf:
            continue
        if entry.statement is None:
            return [unchecked("binding/identity-withheld", party=party)]
        holds = (
            entry.statement.type == "identified"
            and _same_actor(entry.statement.actor, one.statement.actor)
            and entry.opening.index < one.entry.opening.index
            and entry.opening.attestation_hash != ZERO32
        )
        return (
            _policy(context, one, entry.statement)
            if holds
            else [failed("binding/identity", party=party)]
        )
    if context.stripped:
        return [unchecked("binding/identity-withheld", party=party)]
    return [failed("binding/identity", party=party)]


def _company(context: Context, one: BoundSignature) -> list[Finding]:
    """The company that is signed for was named before, by the same party, and in the certificate.

    Whether the power holds in law is the operator's word, or a reader's own look at the deed.
    """
    if (COMPANY_POLICY_OID in one.signature.certificate.policies) != one.body.has_company:
        return [failed("binding/company-policy", party=one.party)]
    if one.body.company is None:
        return []
    for entry in need(context.entries, "statements"):
        if entry.opening.leaf != one.body.company:
            continue
        if entry.statement is None:
            return [unchecked("binding/company-withheld", party=one.party)]
        holds = (
            entry.statement.type == "represented"
            and _same_actor(entry.statement.actor, one.statement.actor)
            and entry.opening.index < one.entry.opening.index
        )
        return [] if holds else [failed("binding/company", party=one.party)]
    if context.stripped:
        return [unchecked("binding/company-withheld", party=one.party)]
    return [failed("binding/company", party=one.party)]


def _same_actor(earlier: Actor, signer: Actor) -> bool:
    """Say whether an earlier statement is by the signer; its key may have been made since."""
    same = (earlier.party, earlier.role) == (signer.party, signer.role)
    return same and earlier.key_commit in (signer.key_commit, ZERO32)


def _policy(context: Context, one: BoundSignature, identified: Statement) -> list[Finding]:
    """The certificate was issued for the assurance that the identification states (rule 12)."""
    stated = read_assurance(identified)
    if stated not in POLICY_OF:
        return [unchecked("binding/assurance-unknown", party=one.party, assurance=stated)]
    if known_assurances(one.signature.certificate.policies) != {stated}:
        return [failed("binding/assurance", party=one.party, assurance=stated)]
    accepts = need(context.prepared, "prepared").accepts
    if accepts is not None and stated not in accepts.assurances:
        return [failed("binding/assurance-least", party=one.party, assurance=stated)]
    return []


def _consent(context: Context, one: BoundSignature) -> list[Finding]:
    for entry in context.open_statements("consented", party=one.party):
        statement = need(entry.statement, "consented")
        if (
            entry.opening.index < one.entry.opening.index
            and _same_actor(statement.actor, one.statement.actor)
            and read_consented(statement) == one.body.consent
        ):
            return []
    return [
        absent(
            context,
            withheld="binding/consent-withheld",
            missing="binding/consent",
            party=one.party,
        )
    ]
