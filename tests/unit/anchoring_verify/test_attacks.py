"""The corpus of attacks on sealed files, as the outsider's verifier sees them."""

import pytest

from anchoring.report import Verdict
from tests.pdfs.attacks import AFTER
from tests.unit.anchoring_verify.plans import Plan
from tests.unit.anchoring_verify.sealed_agreement import make

# Its redrawn signature needs an appearance to start from, which these small files have not.
_ELSEWHERE = {"isa_signature_redrawn"}


@pytest.mark.parametrize("name", sorted(set(AFTER) - _ELSEWHERE))
def test_an_attacked_file_is_never_valid(name: str) -> None:
    plan = Plan(edit_pdf=lambda stage, pdf: AFTER[name](pdf) if stage == "stamped" else pdf)
    verdict = make(plan).verify().verdict
    # A file cut back to a revision that once was true lacks its time stamp, which is no lie.
    expected = Verdict.CANNOT_CHECK if name == "cut_back_to_the_seal" else Verdict.INVALID
    assert verdict is expected
