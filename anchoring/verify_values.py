"""The part of the binding step about what signers filled in: statement, PDF and picture agree."""

from collections.abc import Mapping

from anchoring.disclosure import parse_disclosure
from anchoring.form_values import CHECKBOX, Value, values_in
from anchoring.report import Finding, failed, unchecked
from anchoring.statement_bodies import PreparedParty
from anchoring.verify_context import BoundSignature, Context, need


def check_values(context: Context, party: PreparedParty, one: BoundSignature) -> list[Finding]:
    """The values that a signer stated are those of its fields in the revision it signed.

    How each is drawn is compared with the revision's other changes (SPEC.md §8).
    """
    stated, announced = one.body.values, {field.field: field for field in party.values}
    if set(stated) != set(announced):
        return [failed("binding/other-values", party=party.party)]
    if not announced:
        return []
    held = values_in(need(context.pdf, "document"), one.signature.revision, announced)
    disclosed = _disclosed(context)
    findings: list[Finding] = []
    for name, field in announced.items():
        facts = {"party": party.party, "field": name}
        digest = _digest(stated[name])
        value = held.get(name)
        right = bool if field.kind == CHECKBOX else str
        if digest is None or not isinstance(value, right):
            findings.append(failed("binding/value", **facts))
        elif field.required and not value:
            findings.append(failed("binding/value-empty", **facts))
        elif digest not in disclosed:
            # The PDF shows a value; that it is the one stated, nobody can say.
            findings.append(unchecked("binding/value-withheld", **facts))
        elif type(disclosed[digest]) is not right or disclosed[digest] != value:
            findings.append(failed("binding/value", **facts))
    return findings


def _digest(stated: object) -> bytes | None:
    """Return the digest of ``{"sd":{"value":hex32}}``, the only form of a stated value."""
    if not isinstance(stated, Mapping) or set(stated) != {"sd"}:
        return None
    claims = stated["sd"]
    # That it is 64 hex digits was seen when the statement was read.
    return bytes.fromhex(claims["value"]) if set(claims) == {"value"} else None


def _disclosed(context: Context) -> dict[bytes, Value]:
    found: dict[bytes, Value] = {}
    for disclosures in context.evidence.disclosures.values():
        for raw in disclosures:
            disclosure = parse_disclosure(raw)
            if disclosure.claim == "value":
                found[disclosure.digest] = disclosure.value
    return found
