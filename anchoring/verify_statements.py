"""The steps about what happened: the transcript, its statements, and whose word each one is."""

from collections.abc import Mapping
from dataclasses import replace

from anchoring.attestation import WebauthnAttestation, parse_attestation
from anchoring.disclosure import parse_disclosure
from anchoring.errors import AnchoringError, BadAssertion, MalformedStatement, UnknownVersion
from anchoring.hashing import ZERO32, sha256, transcript
from anchoring.report import Finding, SignerLine, failed, note, unchecked
from anchoring.statement import Statement, parse_statement
from anchoring.statement_bodies import read_assurance, read_prepared, read_signed
from anchoring.verify_context import BoundSignature, Context, Entry, absent, need, or_ok
from anchoring.verify_document import subject_of
from anchoring.verify_roles import Act, acts_of
from anchoring.verify_trusts import DEVICE_HELD_KEY, OPERATORS_WORD

METHODS = frozenset({"code", "face", "webauthn"})
"""How a signer of version 1 may prove control."""
_WORDS = {"code": OPERATORS_WORD, "face": OPERATORS_WORD, "webauthn": DEVICE_HELD_KEY}
_NEVER_SEALED = ("declined", "expired")


def check_transcript(context: Context) -> list[Finding]:
    """The openings give their leaves, and together what the seal signed (rule 8)."""
    binding = need(context.seal.seal, "seal")
    openings = context.evidence.openings
    findings: list[Finding] = []
    for opening in openings:
        if opening.computed_leaf() != opening.leaf:
            findings.append(failed("transcript/leaf", leaf=opening.leaf))
        raw = context.evidence.statements.get(opening.leaf)
        if raw is not None and sha256(raw) != opening.statement_sha256:
            findings.append(failed("transcript/statement", leaf=opening.leaf))
    if len(openings) < binding.statements:
        missing = binding.statements - len(openings)
        findings.append(unchecked("transcript/stripped", missing=missing))
    elif len(openings) > binding.statements:
        findings.append(failed("transcript/added", extra=len(openings) - binding.statements))
    elif transcript([opening.leaf for opening in openings]) != binding.transcript:
        findings.append(failed("transcript/other"))
    return or_ok(findings, "transcript/ok", count=len(openings))


def load_statements(context: Context) -> Context:
    """Read every statement that is here, and what the ``prepared`` one announces."""
    entries = []
    for opening in context.evidence.openings:
        raw = context.evidence.statements.get(opening.leaf)
        entries.append(Entry(opening, None if raw is None else parse_statement(raw)))
    context = replace(context, entries=tuple(entries))
    prepared = context.open_statements("prepared")
    if len(prepared) > 1:
        raise MalformedStatement("expected one prepared statement, got several")
    if not prepared:
        return context
    statement = need(prepared[0].statement, "prepared")
    if statement.actor.party != 0:
        raise MalformedStatement("expected the prepared statement to be the platform's")
    return replace(context, prepared=read_prepared(statement))


def check_statements(context: Context) -> list[Finding]:
    """Each statement is for this log and this agreement, and none that is needed is withheld."""
    locator = need(context.locator, "locator")
    entries = need(context.entries, "statements")
    if context.prepared is None:
        return [absent(context, withheld="statements/prepared-withheld", missing="statements/none")]
    subject = subject_of(context)
    findings: list[Finding] = []
    for entry in entries:
        if entry.opening.subject != subject:
            findings.append(failed("statements/other-agreement", leaf=entry.opening.leaf))
        statement = entry.statement
        if statement is None:
            continue
        facts = {"type": statement.type, "leaf": entry.opening.leaf}
        if (statement.origin, statement.log_id) != (locator.origin, locator.log_id):
            findings.append(failed("statements/other-log", **facts))
        if statement.agreement != subject:
            findings.append(failed("statements/other-agreement", **facts))
        if statement.after.size > entry.opening.index:
            findings.append(failed("statements/after-itself", **facts))
        if statement.type in _NEVER_SEALED:
            findings.append(failed("statements/ended", **facts))
        if statement.actor.key_commit != ZERO32 and statement.actor.party == 0:
            # Parties' keys are opened in parties.json; the platform's have no place there.
            findings.append(unchecked("statements/key", **facts))
    findings = or_ok(findings, "statements/ok", count=len(entries) - len(context.withheld))
    if context.withheld:
        findings.append(note("statements/withheld", count=len(context.withheld)))
    return findings


def load_bound(context: Context) -> Context:
    """Pair each announced party's signature with the statement whose hash it carries."""
    prepared = need(context.prepared, "prepared")
    bound = []
    for party in prepared.parties:
        signature = next((s for s in context.signer_signatures if s.field == party.field), None)
        if signature is None or signature.statement_sha256 is None:
            continue
        for entry in context.open_statements("signed"):
            statement = need(entry.statement, "signed")
            if statement.sha256 == signature.statement_sha256:
                body = read_signed(statement)
                bound.append(BoundSignature(party.party, signature, entry, statement, body))
    return replace(context, bound=tuple(bound))


def check_attestations(context: Context) -> list[Finding]:
    """Each attestation is the one its leaf committed to, made for its statement."""
    findings: list[Finding] = []
    needed = {bound.entry.opening.leaf for bound in need(context.bound, "bound")}
    needed |= {bound.body.identity for bound in need(context.bound, "bound")}
    methods = {one.entry.opening.leaf: one.body.method for one in need(context.bound, "bound")}
    for act in acts_of(context).values():
        needed |= {act.entry.opening.leaf, act.body.identity}
        methods[act.entry.opening.leaf] = act.body.method
    if unknown := sorted(set(methods.values()) - METHODS):
        raise UnknownVersion(f"expected method code, face or webauthn, got {unknown[0]}")
    count = 0
    for entry in need(context.entries, "statements"):
        opening = entry.opening
        raw = context.evidence.attestations.get(opening.leaf)
        facts = {"leaf": opening.leaf}
        if opening.attestation_hash == ZERO32:
            if raw is not None:
                findings.append(failed("attestations/not-committed", **facts))
            elif opening.leaf in needed:
                findings.append(failed("attestations/none", **facts))
            continue
        if raw is None:
            make = unchecked if opening.leaf in needed else note
            findings.append(make("attestations/withheld", **facts))
            continue
        attestation = parse_attestation(raw)
        count += 1
        if attestation.hash != opening.attestation_hash:
            findings.append(failed("attestations/other", **facts))
            continue
        try:
            attestation.check(opening.statement_sha256)
        except BadAssertion as reason:
            findings.append(_refused(reason, **facts))
            continue
        if (
            not isinstance(attestation, WebauthnAttestation)
            and entry.statement is not None
            and not attestation.is_timely(entry.statement.at, skew=context.options.skew)
        ):
            findings.append(failed("attestations/later", **facts))
        method = methods.get(opening.leaf, attestation.method)
        if method != attestation.method:
            findings.append(failed("attestations/other-method", method=method, **facts))
    if all(finding.code == "attestations/withheld" for finding in findings):
        kept = [f for f in findings if f.outcome.value != "note"]
        return or_ok(kept, "attestations/ok", count=count)
    return findings


def check_disclosures(context: Context) -> list[Finding]:
    """Each disclosed value is one whose salted digest a statement holds (rule 7)."""
    known = _claims(context)
    hidden = bool(context.withheld) or context.stripped
    findings: list[Finding] = []
    count = 0
    for party, disclosures in sorted(context.evidence.disclosures.items()):
        for raw in disclosures:
            disclosure = parse_disclosure(raw)
            count += 1
            if (disclosure.claim, disclosure.digest) in known:
                continue
            facts = {"party": party, "claim": disclosure.claim}
            # It may belong to a statement that is not shown; then it proves nothing, and is not
            # shown as if it did.
            make = note if hidden else failed
            findings.append(make("disclosures/unplaced", **facts))
    if any(finding.code == "disclosures/unplaced" for finding in findings) and not hidden:
        return findings
    return [*or_ok([], "disclosures/ok", count=count - len(findings)), *findings]


def signer_lines(context: Context) -> tuple[SignerLine, ...]:
    """Return what is known of each announced party; claims, until the verdict is VALID."""
    if context.prepared is None:
        return ()
    names = _names(context)
    done: dict[int, BoundSignature | Act] = {**acts_of(context)} if context.entries else {}
    done.update({one.party: one for one in context.bound or ()})
    lines = []
    for party in sorted(context.prepared.parties, key=lambda p: p.party):
        one = done.get(party.party)
        lines.append(
            SignerLine(
                party=party.party,
                name=names.get(party.party),
                assurance="unknown" if one is None else _assurance(context, one),
                whose_word="unknown" if one is None else _WORDS.get(one.body.method, "unknown"),
                method="unknown" if one is None else method_of(context, one) or one.body.method,
                claimed_time=None if one is None else one.statement.at,
                identified_as=None if one is None else _identified_as(context, one),
                company=None if one is None else _company(context, one),
            )
        )
    return tuple(lines)


def method_of(context: Context, one: BoundSignature | Act) -> str | None:
    """Return how a signer signed, ``code-email`` for example; None if it is withheld or unreadable.

    What it claims counts only once ``check_attestations`` has found it to be the one committed to.
    """
    raw = context.evidence.attestations.get(one.entry.opening.leaf)
    try:
        return None if raw is None else parse_attestation(raw).label
    except AnchoringError:
        return None


def _refused(reason: BadAssertion, **facts: object) -> Finding:
    if reason.code == "webauthn/challenge":
        return failed("attestations/other-challenge", **facts)
    return failed("attestations/assertion", reason=str(reason), rule=reason.code, **facts)


def _assurance(context: Context, bound: BoundSignature | Act) -> str:
    for entry in context.open_statements("identified"):
        if entry.opening.leaf == bound.body.identity and entry.statement is not None:
            return read_assurance(entry.statement)
    return "unknown"


def _identified_as(context: Context, bound: BoundSignature | Act) -> str | None:
    """Return names and number as the identification's disclosures open them."""
    opened = _opened(context, "identified", bound.body.identity)
    names = " ".join(opened[one] for one in ("givenNames", "familyNames") if opened.get(one))
    return _joined(names, opened.get("nationalNumber"))


def _company(context: Context, bound: BoundSignature | Act) -> str | None:
    if isinstance(bound, Act) or bound.body.company is None:
        return None
    opened = _opened(context, "represented", bound.body.company)
    return _joined(opened.get("companyName"), opened.get("companyNumber")) or "?"


def _joined(*words: str | None) -> str | None:
    return " · ".join(word for word in words if word) or None


def _opened(context: Context, type_: str, leaf: bytes) -> Mapping[str, str]:
    """Return the texts that disclosures open in one statement, by claim."""
    digests = {
        hidden.digest
        for entry in context.open_statements(type_)
        if entry.opening.leaf == leaf and entry.statement is not None
        for hidden in entry.statement.hidden
    }
    opened = (
        parse_disclosure(raw)
        for disclosures in context.evidence.disclosures.values()
        for raw in disclosures
    )
    return {
        one.claim: one.value
        for one in opened
        if one.digest in digests and isinstance(one.value, str)
    }


def _claims(context: Context) -> set[tuple[str, bytes]]:
    return {
        (hidden.claim, hidden.digest)
        for entry in need(context.entries, "statements")
        if entry.statement is not None
        for hidden in entry.statement.hidden
    }


def _names(context: Context) -> Mapping[int, str]:
    """Return party names whose disclosures open the digests in ``prepared``."""
    values: dict[bytes, str] = {}
    for disclosures in context.evidence.disclosures.values():
        for raw in disclosures:
            disclosure = parse_disclosure(raw)
            if disclosure.claim == "name" and isinstance(disclosure.value, str):
                values[disclosure.digest] = disclosure.value
    names: dict[int, str] = {}
    for entry in context.open_statements("prepared"):
        statement: Statement = need(entry.statement, "prepared")
        listed = statement.body.get("parties")
        for hidden in statement.hidden:
            if hidden.claim != "name" or hidden.digest not in values:
                continue
            if len(hidden.path) == 2 and hidden.path[0] == "parties" and isinstance(listed, list):
                names[listed[int(hidden.path[1])]["party"]] = values[hidden.digest]
    return names
