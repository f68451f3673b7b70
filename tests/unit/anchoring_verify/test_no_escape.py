"""No exception leaves the verifier, and no fault of its own becomes VALID."""

import random
from dataclasses import replace

import pytest

from anchoring.container import write_container
from anchoring.evidence import MIMETYPE
from anchoring.report import (
    Finding,
    Outcome,
    Verdict,
    conclude,
    failed,
    make_step,
    note,
    ok,
    unchecked,
)
from anchoring.verify import STEPS, run, verify_evidence
from anchoring.verify_context import Context, Options
from tests.unit.anchoring_verify.local_node import serving_rpc
from tests.unit.anchoring_verify.platforms import later
from tests.unit.anchoring_verify.sealed_agreement import Plan, Sealed, make


def breaking(context: Context) -> list[Finding]:
    raise ZeroDivisionError("a fault of the verifier's own")


def loading_nothing(context: Context) -> Context:
    raise RecursionError


def context_of(good: Sealed, url: str) -> Context:
    from anchoring.evidence import read_evidence

    return Context(
        evidence=read_evidence(good.archive()),
        pdf=good.pdf,
        given_pdf=None,
        trust=good.trust,
        urls=[url],
        options=Options(now=later(1000)),
    )


@pytest.mark.parametrize("position", range(len(STEPS)))
def test_a_step_that_breaks_is_never_valid(good: Sealed, position: int) -> None:
    with serving_rpc(good.chain) as url:
        context = context_of(good, url)
        for broken in (
            replace(STEPS[position], check=breaking),
            replace(STEPS[position], load=loading_nothing),
            replace(STEPS[position], check=lambda context: []),
        ):
            steps = [*STEPS[:position], broken, *STEPS[position + 1 :]]
            report = run(context, steps)
            assert report.verdict is Verdict.CANNOT_CHECK
            assert report.steps[position].outcome is Outcome.NOT_CHECKED


def test_no_steps_at_all_is_not_valid(good: Sealed) -> None:
    with serving_rpc(good.chain) as url:
        assert run(context_of(good, url), []).verdict is Verdict.CANNOT_CHECK


@pytest.mark.parametrize(
    ("findings", "verdict", "code"),
    [
        ([], Verdict.CANNOT_CHECK, "step/blocked"),
        ([note("a")], Verdict.CANNOT_CHECK, "step/blocked"),
        ([ok("a")], Verdict.VALID, "ok"),
        ([ok("a"), note("b")], Verdict.VALID, "ok"),
        ([ok("a"), unchecked("b")], Verdict.CANNOT_CHECK, "b"),
        ([unchecked("b"), failed("c"), ok("a")], Verdict.INVALID, "c"),
        ([failed("status/voided"), failed("c")], Verdict.INVALID, "c"),
        ([failed("status/voided"), unchecked("c")], Verdict.INVALID, "status/voided"),
        ([unchecked("step/blocked"), unchecked("c")], Verdict.CANNOT_CHECK, "c"),
    ],
)
def test_how_findings_make_a_verdict(findings: list[Finding], verdict: Verdict, code: str) -> None:
    reached, cause = conclude([make_step(1, "one", findings)])
    assert (reached, cause.code) == (verdict, code)
    each = [make_step(n, "one", [finding]) for n, finding in enumerate(findings, start=1)]
    if findings:
        assert conclude(each)[0] is verdict


def test_random_damage_inside_members_is_never_valid(good: Sealed) -> None:
    """Damage that the manifest does not show, since it is made anew around it."""
    generator = random.Random(20260110)
    names = sorted(name for name in good.members if name != "manifest.json")
    with serving_rpc(good.chain) as url:
        for _ in range(60):
            name = generator.choice(names)
            data = bytearray(good.members[name])
            # What follows the seal's and time stamp's CMS is padding that nothing signs.
            limit = len(data) if name != "document.pdf" else len(data) // 2
            data[generator.randrange(limit)] ^= 1 << generator.randrange(8)
            archive = rebuilt({**good.members, name: bytes(data)})
            report = verify_evidence(archive, trust=good.trust, rpc=[url])
            assert report.verdict is not Verdict.VALID, name
            assert report.reason_code != "verify/internal", name


def test_cut_and_doubled_pdfs_are_never_valid() -> None:
    good = make()
    for cut in range(0, len(good.pdf), len(good.pdf) // 25):
        for pdf in (good.pdf[:cut], good.pdf + good.pdf[cut:] if cut else b""):
            spoiled = make(
                Plan(edit_pdf=lambda stage, old, pdf=pdf: pdf if stage == "stamped" else old)
            )
            report = spoiled.verify()
            assert report.verdict is not Verdict.VALID, cut
            assert report.reason_code != "verify/internal", report.summary


def rebuilt(members: dict[str, bytes]) -> bytes:
    from anchoring.evidence_lists import build_manifest

    listed = {name: data for name, data in members.items() if name != "manifest.json"}
    manifest = build_manifest(listed, created="2026-01-10T12:00:00.000Z")
    return write_container({"mimetype": MIMETYPE, "manifest.json": manifest, **listed})
