"""Where the PDF before any signature ends, and which form fields each revision filled in."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    DiffPolicy,
    FormUpdatingRule,
    ModificationLevel,
    StandardDiffPolicy,
    SuspiciousModification,
)
from pyhanko.sign.diff_analysis.constants import ACROFORM_EXEMPT_STRICT_COMPARISON

from anchoring.pdf_changes import RevisionStep, forbidden_change
from anchoring.pdf_signatures import MalformedPdf, quiet_pyhanko


@dataclass(frozen=True)
class RevisionFacts:
    """The step from one revision to the next: which form fields it changed, or what is wrong."""

    changed_fields: frozenset[str]
    problem: str | None


def prepared_end(pdf: bytes, *, prepared_sha256: bytes, before: int) -> int | None:
    """Return the length of the prefix of ``pdf`` that has the given hash, below ``before``.

    Only places where a PDF can end are tried: after an end-of-file mark and its line end. One
    pass over the bytes, however many marks there are.
    """
    hashed, done = hashlib.sha256(), 0
    mark = pdf.find(b"%%EOF", 0, before)
    while mark >= 0:
        end = mark + len(b"%%EOF")
        # A producer may end the last line with nothing, CR, LF or both, or leave a blank line.
        last = end
        while last < min(before, end + 4) and pdf[last : last + 1] in (b"\r", b"\n"):
            last += 1
        for candidate in range(end, last + 1):
            hashed.update(pdf[done:candidate])
            done = candidate
            if hashed.digest() == prepared_sha256:
                return candidate
        mark = pdf.find(b"%%EOF", end, before)
    return None


def revision_of_prefix(pdf: bytes, end: int) -> int:
    """Return which revision of ``pdf`` its first ``end`` bytes are, counted from 0.

    Raises MalformedPdf if they are none: a prefix that another file's history would continue.
    """
    quiet_pyhanko()
    try:
        whole, prefix = PdfFileReader(io.BytesIO(pdf)), PdfFileReader(io.BytesIO(pdf[:end]))
        last = prefix.xrefs.total_revisions - 1
        same = last < whole.xrefs.total_revisions and all(
            whole.xrefs.get_startxref_for_revision(number)
            == prefix.xrefs.get_startxref_for_revision(number)
            for number in range(last + 1)
        )
    except Exception as reason:  # as in pdf_signatures.examine
        raise MalformedPdf("expected the prepared pdf to be readable by itself") from reason
    if not same:
        raise MalformedPdf("expected the prepared pdf to be an earlier revision of this one")
    return int(last)


def _first_signature_policy() -> DiffPolicy:
    """Return pyHanko's policy, but for the form's /SigFlags.

    The first signature of a file has to set AppendOnly there (ISO 32000-1 §12.7.2), which the
    policy, made for what follows a signature, takes for a forbidden change.
    """
    form_rule = DEFAULT_DIFF_POLICY.form_rule
    if form_rule is None:
        raise MalformedPdf("expected a difference policy with rules for form fields")
    return StandardDiffPolicy(
        global_rules=DEFAULT_DIFF_POLICY.global_rules,
        form_rule=FormUpdatingRule(
            field_rules=form_rule.field_rules,
            ignored_acroform_keys={*ACROFORM_EXEMPT_STRICT_COMPARISON, "/SigFlags"},
        ),
    )


def compare_revisions(pdf: bytes, steps: Sequence[RevisionStep]) -> tuple[RevisionFacts, ...]:
    """Return what each signature's revision changed, by pyHanko's policy and this format's list.

    The first step is that of the first signature.
    """
    quiet_pyhanko()
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        policies = [_first_signature_policy(), *[DEFAULT_DIFF_POLICY] * len(steps)]
        return tuple(
            _compare(policy, reader, step) for policy, step in zip(policies, steps, strict=False)
        )
    except Exception as reason:  # as in pdf_signatures.examine
        raise MalformedPdf("expected revisions that can be compared") from reason


def _compare(policy: DiffPolicy, reader: PdfFileReader, step: RevisionStep) -> RevisionFacts:
    try:
        result = policy.apply(
            reader.get_historical_resolver(step.old), reader.get_historical_resolver(step.new)
        )
    except SuspiciousModification as reason:
        return RevisionFacts(frozenset(), str(reason)[:300])
    problem = None
    if result.modification_level > ModificationLevel.FORM_FILLING:
        problem = f"changes of the kind {result.modification_level.name}"
    changed = frozenset(result.changed_form_fields)
    if problem is None and step.field in changed and not changed - {step.field} - step.values:
        forbidden = forbidden_change(reader, step)
        problem = None if forbidden is None else forbidden.where
    return RevisionFacts(changed, problem)
