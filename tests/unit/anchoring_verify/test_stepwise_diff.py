"""Comparing each revision once finds what pyHanko's own way finds."""

import io
from collections.abc import Callable

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffPolicy, DiffResult

from anchoring.stepwise_diff import StepwisePolicy
from tests.pdfs.attacks import AFTER
from tests.unit.anchoring_verify.plans import Plan
from tests.unit.anchoring_verify.sealed_agreement import make


def _untouched(pdf: bytes) -> bytes:
    return pdf


def _rewritten(pdf: bytes) -> bytes:
    """Add a revision that changes nothing."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _found(pdf: bytes, policy: DiffPolicy) -> list[object]:
    """Return of each signature what came later: its level and fields, or that it may not be."""
    found: list[object] = []
    for signature in PdfFileReader(io.BytesIO(pdf)).embedded_signatures:
        signature.compute_integrity_info(policy)
        result = signature.diff_result
        if isinstance(result, DiffResult):
            found.append((result.modification_level, frozenset(result.changed_form_fields)))
        else:
            found.append("suspicious")
    return found


@pytest.mark.parametrize(
    "change",
    [_untouched, _rewritten, *[AFTER[name] for name in AFTER if name in {
        "isa_page_injected", "isa_content_replaced", "isa_note_over_the_price", "isa_script_added",
    }]],
)  # fmt: skip
@pytest.mark.parametrize("stage", ["acta-party-1", "acta-party-2", "acta-seal", "stamped"])
def test_the_same_as_every_pair(stage: str, change: Callable[[bytes], bytes]) -> None:
    plan = Plan(edit_pdf=lambda at, pdf: change(pdf) if at == stage else pdf)
    pdf = make(plan).pdf
    assert _found(pdf, StepwisePolicy()) == _found(pdf, DEFAULT_DIFF_POLICY)
