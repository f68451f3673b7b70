"""The step about the parties: who was announced, and whose keys may void the document (rule 4)."""

from collections.abc import Sequence

from anchoring.attestation import WebauthnAttestation, parse_attestation
from anchoring.evidence_lists import PartyRecord
from anchoring.hashing import ZERO32, parties_root
from anchoring.party_keys import root_of_parties
from anchoring.report import Finding, failed, note
from anchoring.verify_context import BoundSignature, Context, need, or_ok


def check_parties(context: Context) -> list[Finding]:
    """The parties are those announced, and the seal's parties root is that of their keys."""
    prepared = need(context.prepared, "prepared")
    listed = context.evidence.parties
    announced = sorted((p.party, p.role, p.order) for p in prepared.parties)
    if [(p.party, p.role, p.order) for p in listed] != announced:
        return [failed("parties/other")]
    bound = {one.party: one for one in need(context.bound, "bound")}
    signers = [party for party in listed if party.role == "signer"]
    findings: list[Finding] = []
    for party in signers:
        if party.party in bound:
            findings += _keys_of_signer(context, party, bound[party.party])
    findings += _named_keys(context, listed)
    expected = parties_root(())
    if prepared.voidable:
        keyless = [party.party for party in signers if not party.keys]
        if keyless:
            # It was announced before anybody signed, so nobody may have been the exception.
            return [*findings, failed("parties/voidable", party=keyless[0])]
        expected = root_of_parties([party.keys for party in signers])
    if need(context.seal.seal, "seal").parties_root != expected:
        findings.append(failed("parties/root"))
    code = "parties/ok-voidable" if prepared.voidable else "parties/ok"
    return [*or_ok(findings, code, count=len(listed)), *_shared_keys(listed)]


def _shared_keys(listed: Sequence[PartyRecord]) -> list[Finding]:
    """One person may sign for two parties, with one key; whoever reads the verdict should know."""
    holders: dict[tuple[bytes, bytes], set[int]] = {}
    for party in listed:
        for key in party.keys:
            holders.setdefault((key.x, key.y), set()).add(party.party)
    shared = sorted({tuple(sorted(parties)) for parties in holders.values() if len(parties) > 1})
    return [note("parties/shared-key", parties=", ".join(map(str, parties))) for parties in shared]


def _keys_of_signer(context: Context, party: PartyRecord, one: BoundSignature) -> list[Finding]:
    """A signer's listed keys are those that they signed for, and one of them did sign."""
    named = one.statement.actor.key_commit
    signed_for = one.body.keys
    if signed_for is None:
        signed_for = () if named == ZERO32 else (named,)
    commits = tuple(key.commit for key in party.keys)
    if commits != signed_for or (named != ZERO32 and named not in commits):
        return [failed("parties/keys", party=party.party)]
    if commits and (named == ZERO32 or one.body.method != "webauthn"):
        # Anybody could list a key for them; only its own signature shows that it is theirs.
        return [failed("parties/unproved-key", party=party.party)]
    return []


def _named_keys(context: Context, listed: Sequence[PartyRecord]) -> list[Finding]:
    """Every key that a statement names is its party's, and an attestation is by that key."""
    keys = {party.party: {key.commit: key for key in party.keys} for party in listed}
    findings: list[Finding] = []
    for entry in need(context.entries, "statements"):
        if entry.statement is None or entry.statement.actor.party == 0:
            continue
        actor = entry.statement.actor
        facts = {"type": entry.statement.type, "party": actor.party}
        key = keys.get(actor.party, {}).get(actor.key_commit)
        if actor.key_commit != ZERO32 and key is None:
            findings.append(failed("parties/unlisted-key", **facts))
            continue
        raw = context.evidence.attestations.get(entry.opening.leaf)
        attestation = None if raw is None else parse_attestation(raw)
        if not isinstance(attestation, WebauthnAttestation):
            continue
        made_by = (attestation.rp_id_hash, attestation.assertion.x, attestation.assertion.y)
        if key is None or made_by != (key.rp_id_hash, key.x, key.y):
            findings.append(failed("parties/other-key", **facts))
    return findings
