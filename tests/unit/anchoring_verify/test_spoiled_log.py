"""Each way the log's part can be wrong: proofs, checkpoints, order, other logs and other homes."""

from dataclasses import replace

import pytest

from anchoring.canonical_json import canonical_bytes
from anchoring.checkpoint import Checkpoint, sign_checkpoint
from anchoring.container import write_container
from anchoring.evidence import MIMETYPE
from anchoring.evidence_lists import build_anchor
from anchoring.hashing import sha256
from anchoring.report import Outcome, Verdict
from anchoring.tlog_proof import parse_tlog_proof
from anchoring.trust import build_trust, parse_trust, sign_version
from anchoring.verify import verify_evidence, verify_pdf_alone
from tests.unit.anchoring_verify.platforms import platform
from tests.unit.anchoring_verify.sealed_agreement import Plan, Sealed, make

DOCUMENT = "proofs/document.tlog-proof"


def test_a_flipped_byte_in_a_path(good: Sealed) -> None:
    proof = parse_tlog_proof(good.members[DOCUMENT].decode())
    wrong = replace(proof, path=[sha256(b"wrong"), *proof.path[1:]])
    good.members[DOCUMENT] = wrong.to_text().encode()
    report = good.verify()
    assert (report.verdict, report.reason_code) == (Verdict.INVALID, "anchoring/proof-failed")


def test_another_index(good: Sealed) -> None:
    proof = parse_tlog_proof(good.members[DOCUMENT].decode())
    good.members[DOCUMENT] = replace(proof, index=proof.index - 1).to_text().encode()
    assert good.verify().verdict is Verdict.INVALID


def test_a_checkpoint_with_a_flipped_signature(good: Sealed) -> None:
    text = good.members[DOCUMENT].decode()
    place = len(text) - 20
    digit = "A" if text[place] != "A" else "B"
    good.members[DOCUMENT] = (text[:place] + digit + text[place + 1 :]).encode()
    report = good.verify()
    assert (report.verdict, report.reason_code) == (Verdict.INVALID, "anchoring/bad-checkpoint")


def test_no_proof_of_the_document(good: Sealed) -> None:
    del good.members[DOCUMENT]
    report = good.verify()
    assert report.verdict is Verdict.CANNOT_CHECK
    assert report.reason_code == "anchoring/incomplete-evidence"


def test_no_proof_of_a_statement(good: Sealed) -> None:
    del good.members[f"proofs/{good.leaf_of('opened').hex()}.tlog-proof"]
    report = good.verify()
    assert (report.verdict, report.reason_code) == (Verdict.CANNOT_CHECK, "log/no-proof")


def test_a_proof_of_another_leaf(good: Sealed) -> None:
    one, two = (f"proofs/{good.leaf_of('signed', n).hex()}.tlog-proof" for n in (1, 2))
    good.members[one] = good.members[two]
    report = good.verify()
    assert (report.verdict, report.reason_code) == (Verdict.INVALID, "anchoring/proof-failed")


def test_another_leaf_in_the_log_than_the_pdf_gives() -> None:
    report = make(Plan(edit_entry=lambda entry: sha256(entry))).verify()
    assert (report.verdict, report.reason_code) == (Verdict.INVALID, "anchoring/proof-failed")


def test_a_document_logged_before_its_statements() -> None:
    report = make(Plan(document_first=True)).verify()
    assert (report.verdict, report.reason_code) == (Verdict.INVALID, "log/after-document")


def test_an_anchor_of_another_checkpoint(good: Sealed) -> None:
    anchor = {**good.anchor, "size": good.anchor["size"] + 1}
    good.members[f"anchors/{good.anchor['chainId']}.json"] = build_anchor(anchor)
    report = good.verify()
    assert (report.verdict, report.reason_code) == (Verdict.INVALID, "log/other-anchor")


def test_an_anchor_in_another_contract(good: Sealed) -> None:
    anchor = {**good.anchor, "contract": "11" * 20}
    good.members[f"anchors/{good.anchor['chainId']}.json"] = build_anchor(anchor)
    report = good.verify()
    assert (report.verdict, report.reason_code) == (Verdict.INVALID, "anchor/other-place")


def test_not_anchored_yet(good: Sealed) -> None:
    del good.members[f"anchors/{good.anchor['chainId']}.json"]
    report = good.verify()
    assert (report.verdict, report.reason_code) == (Verdict.CANNOT_CHECK, "anchor/none")


def test_a_checkpoint_that_another_key_signed(good: Sealed) -> None:
    """The right tree under the signature of a log that nobody trusts."""
    other = platform("forger.example/log")
    proof = parse_tlog_proof(good.members[DOCUMENT].decode())
    checkpoint = Checkpoint(other.origin, len(good.all_leaves), bytes.fromhex(good.anchor["root"]))
    note = sign_checkpoint(checkpoint, key=other.log_key, name=other.origin)
    good.members[DOCUMENT] = replace(proof, checkpoint=note).to_text().encode()
    report = good.verify()
    assert report.verdict is Verdict.CANNOT_CHECK
    assert report.reason_code == "anchoring/untrusted-log-key"


def test_a_forgery_by_another_platform_is_never_valid() -> None:
    """A second Acta signs the same agreement and shows it to a reader who trusts the first."""
    forged = make(Plan(platform=platform("forger.example/log")))
    forged.trust = platform().trust()
    report = forged.verify()
    assert (report.verdict, report.reason_code) == (Verdict.CANNOT_CHECK, "trust/other-origin")
    assert "forger.example/log" in report.summary
    assert Outcome.FAILED not in {step.outcome for step in report.steps}


def test_a_forgery_under_the_same_origin_is_never_valid() -> None:
    """The forger takes the name too: the keys are still not those of the trust file."""
    platform.cache_clear()
    first = platform()
    platform.cache_clear()
    second = platform()
    forged = make(Plan(platform=second))
    forged.trust = first.trust()
    report = forged.verify()
    assert report.verdict is Verdict.CANNOT_CHECK
    assert report.reason_code == "certificate/unknown-issuer"


def test_another_chain_under_the_same_origin(good: Sealed) -> None:
    where = good.platform
    genesis = where.genesis
    genesis["homes"][0]["chainId"] = 1
    version = sign_version(
        genesis=genesis,
        versions=[],
        at="2026-01-01T00:00:00.000Z",
        keys=where.keys(),
        rpc=[],
        log=[],
        max_delay=86400,
        root_key=where.root_key,
    )
    good.trust = parse_trust(build_trust(genesis=genesis, versions=[version]))
    report = good.verify()
    assert (report.verdict, report.reason_code) == (Verdict.CANNOT_CHECK, "trust/other-home")


def test_without_a_trust_file_it_says_whom_to_trust(good: Sealed) -> None:
    report = good.verify(trust=None)
    assert (report.verdict, report.reason_code) == (Verdict.CANNOT_CHECK, "trust/none")
    assert good.platform.origin in report.summary


def test_without_a_trust_file_an_altered_pdf_is_still_invalid() -> None:
    def change(stage: str, pdf: bytes) -> bytes:
        return pdf.replace(b"An agreement", b"An agreenent") if stage == "stamped" else pdf

    report = make(Plan(edit_pdf=change)).verify(trust=None)
    assert (report.verdict, report.reason_code) == (Verdict.INVALID, "signatures/broken")


@pytest.mark.parametrize("archive", [b"", b"PK\x05\x06" + bytes(18), b"hello", b"PK\x03\x04"])
def test_what_is_no_evidence_at_all(archive: bytes) -> None:
    report = verify_evidence(archive, trust=None)
    assert report.verdict is not Verdict.VALID
    assert report.steps[0].outcome is not Outcome.OK
    assert {step.outcome for step in report.steps[1:]} == {Outcome.NOT_CHECKED}


def test_every_flipped_byte_of_the_container_is_noticed(good: Sealed) -> None:
    archive = good.archive()
    for place in range(0, len(archive), max(1, len(archive) // 60)):
        spoiled = archive[:place] + bytes([archive[place] ^ 1]) + archive[place + 1 :]
        assert verify_evidence(spoiled, trust=None).verdict is Verdict.INVALID, place


def test_an_unknown_version_of_the_manifest(good: Sealed) -> None:
    manifest = canonical_bytes(
        {"acta": "evidence/2", "created": "2026-01-10T12:00:00.000Z", "members": {}}
    )
    archive = write_container({"mimetype": MIMETYPE, "manifest.json": manifest})
    report = verify_evidence(archive, trust=good.trust)
    assert report.verdict is Verdict.CANNOT_CHECK
    assert report.reason_code == "anchoring/unknown-version"


def test_a_pdf_alone(good: Sealed) -> None:
    report = verify_pdf_alone(good.pdf, trust=good.trust)
    assert (report.verdict, report.reason_code) == (Verdict.CANNOT_CHECK, "evidence/none")
    assert "--evidence" in report.summary
    assert verify_pdf_alone(b"%PDF-1.4 x", trust=None).verdict is Verdict.INVALID
