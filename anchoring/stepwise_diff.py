"""pyHanko's difference policy, applied to each revision once.

Left to itself pyHanko compares the revision of every signature with each later one, which for
fifty signatures is a thousand comparisons of ever more objects. Comparing each revision with the
one before says as much: a step that fills in one field and changes nothing else leaves alone what
every earlier signature covers, and what a step may change to an already filled field is judged
more strictly than against a revision in which it was empty.
"""

from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    DiffPolicy,
    DiffResult,
    ModificationLevel,
    SuspiciousModification,
)
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm


class StepwisePolicy(DiffPolicy):
    """Judges one file's revisions; keep it for as long as that file's reader."""

    def __init__(self) -> None:
        self._steps: dict[int, DiffResult | SuspiciousModification] = {}

    def apply(
        self,
        old: HistoricalResolver,
        new: HistoricalResolver,
        field_mdp_spec: FieldMDPSpec | None = None,
        doc_mdp: MDPPerm | None = None,
    ) -> DiffResult:
        """Compare two revisions as pyHanko's own policy does."""
        return DEFAULT_DIFF_POLICY.apply(old, new, field_mdp_spec, doc_mdp)

    def review_file(
        self,
        reader: PdfFileReader,
        base_revision: int | HistoricalResolver,
        field_mdp_spec: FieldMDPSpec | None = None,
        doc_mdp: MDPPerm | None = None,
    ) -> DiffResult | SuspiciousModification:
        """Return what came after ``base_revision``, or what may not have come."""
        if doc_mdp is not None:
            # Which form changes a certification forbids is not kept with a step's result. Only
            # the seal has one, and few revisions follow it.
            return DEFAULT_DIFF_POLICY.review_file(reader, base_revision, field_mdp_spec, doc_mdp)
        base = base_revision if isinstance(base_revision, int) else base_revision.revision
        level, changed = ModificationLevel.NONE, set[str]()
        for revision in range(base + 1, reader.xrefs.total_revisions):
            step = self._step(reader, revision)
            if isinstance(step, SuspiciousModification):
                return step
            for name in step.changed_form_fields:
                if field_mdp_spec is not None and field_mdp_spec.is_locked(name):
                    return SuspiciousModification(
                        f"revision {revision} changes the form field {name}, which is locked"
                    )
            level = max(level, step.modification_level)
            changed |= step.changed_form_fields
        return DiffResult(level, changed)

    def _step(self, reader: PdfFileReader, revision: int) -> DiffResult | SuspiciousModification:
        if revision not in self._steps:
            try:
                self._steps[revision] = DEFAULT_DIFF_POLICY.apply(
                    reader.get_historical_resolver(revision - 1),
                    reader.get_historical_resolver(revision),
                )
            except SuspiciousModification as reason:
                self._steps[revision] = reason
        return self._steps[revision]
