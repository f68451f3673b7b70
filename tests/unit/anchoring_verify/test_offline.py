"""A block whose hash the reader trusts instead of a node: what it decides, and what it does not."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from anchoring.canonical_json import canonical_bytes
from anchoring.cli import main
from anchoring.hashing import sha256
from anchoring.report import Report, Verdict
from anchoring.report_print import render
from anchoring.verify import verify_evidence
from anchoring.verify_context import TrustedBlock
from tests.unit.anchoring_verify.chain_proofs import prove
from tests.unit.anchoring_verify.local_node import serving_rpc
from tests.unit.anchoring_verify.platforms import (
    ANCHOR_BLOCK,
    CHAIN_ID,
    EARLY_BLOCK,
    FINAL_BLOCK,
    later,
)
from tests.unit.anchoring_verify.sealed_agreement import Sealed

NAME = f"anchors/{CHAIN_ID}.json"
DEAD = "http://127.0.0.1:1"
AS_OF = 20
LATER = int(later(5000).timestamp())


def block_hash(good: Sealed) -> bytes:
    """Return the hash of the block that the evidence proves."""
    return good.chain.blocks[ANCHOR_BLOCK][0]


def verify(good: Sealed, *hashes: bytes, rpc: Sequence[str] = (), **choices: Any) -> Report:
    """Verify with blocks of the reader's, of whichever chain is the home."""
    blocks = [TrustedBlock(None, one) for one in hashes]
    return verify_evidence(good.archive(), trust=good.trust, rpc=rpc, blocks=blocks, **choices)


def reason(report: Report) -> tuple[Verdict, str]:
    return report.verdict, report.reason_code


def proved_later(good: Sealed) -> bytes:
    """Prove the chain's present state as of a later block, and return that block's hash."""
    record = json.loads(good.members[NAME])
    found, members = prove(
        good.chain,
        log_id=good.platform.log_id,
        root=bytes.fromhex(record["root"]),
        leaf=good.document_leaf,
        others=[bytes.fromhex(one["root"]) for one in record["otherProofs"]],
        block=AS_OF,
        time=LATER,
    )
    good.members[NAME] = canonical_bytes({**record, **members})
    return found


def change(good: Sealed, **members: Any) -> None:
    good.members[NAME] = canonical_bytes({**json.loads(good.members[NAME]), **members})


def test_without_any_node_the_verdict_names_the_block(good: Sealed) -> None:
    report = verify(good, block_hash(good))
    assert reason(report) == (Verdict.VALID, "ok")
    assert f"block {ANCHOR_BLOCK} of 2026-01-10 12:10:00 UTC" in report.summary
    assert f"bloque {ANCHOR_BLOCK}, de 2026-01-10" in report.summary_in("es")
    assert report.signers[0].proved_after == later(-60)
    assert report.signers[0].proved_before == later(600)
    trusted = {one.code: one for one in report.trusts}
    assert trusted["trusts/block"].facts["hash"] == block_hash(good)
    assert "trusts/nodes" not in trusted
    for lang in ("en", "es"):
        text = render(report, lang)
        assert max(len(line) for line in text.splitlines()) <= 80
        assert "?" not in text
        assert block_hash(good).hex() in text


def test_a_node_that_does_not_answer_is_no_obstacle(good: Sealed) -> None:
    report = verify(good, block_hash(good), rpc=[DEAD])
    assert report.verdict is Verdict.VALID
    assert "None of 1 nodes answers" in " ".join(
        finding.sentence() for step in report.steps for finding in step.findings
    )


def test_the_block_of_another_chain_is_not_the_homes(good: Sealed) -> None:
    found = block_hash(good)
    for chain_id, verdict in ((CHAIN_ID, Verdict.VALID), (CHAIN_ID + 1, Verdict.CANNOT_CHECK)):
        report = verify_evidence(
            good.archive(), trust=good.trust, blocks=[TrustedBlock(chain_id, found)]
        )
        assert report.verdict is verdict


def test_one_of_several_hashes_is_enough(good: Sealed) -> None:
    assert verify(good, sha256(b"another block"), block_hash(good)).verdict is Verdict.VALID


def test_another_blocks_hash_decides_nothing(good: Sealed) -> None:
    other = sha256(b"another block")
    assert reason(verify(good, other))[0] is Verdict.CANNOT_CHECK
    codes = {finding.code for step in verify(good, other).steps for finding in step.findings}
    assert "block/other" in codes
    with serving_rpc(good.chain) as url:
        assert verify(good, other, rpc=[url]).verdict is Verdict.VALID


def test_evidence_without_a_proof_needs_a_node(good: Sealed) -> None:
    found = block_hash(good)
    names = ("header", "accountProof", "anchorProof", "statusProof")
    change(good, **dict.fromkeys((*names, "successorProof", "forkedProof")), otherProofs=[])
    report = verify(good, found)
    assert report.verdict is Verdict.CANNOT_CHECK
    assert "block/no-proof" in {f.code for step in report.steps for f in step.findings}
    with serving_rpc(good.chain) as url:
        assert verify(good, found, rpc=[url]).verdict is Verdict.VALID


def test_nodes_and_a_trusted_block_that_agree(good: Sealed) -> None:
    with serving_rpc(good.chain) as url:
        report = verify(good, block_hash(good), rpc=[url])
    assert report.verdict is Verdict.VALID
    assert {"trusts/nodes", "trusts/block"} <= {one.code for one in report.trusts}
    # The nodes' final block is newer: the verdict is of the present, not of the old block.
    assert "block" not in report.summary


def test_nodes_that_deny_what_the_block_proves(good: Sealed) -> None:
    root = bytes.fromhex(good.anchor["root"])
    good.chain.set_anchor(good.platform.log_id, root=root, size=0, time=0, block=0)
    with serving_rpc(good.chain) as url:
        report = verify(good, block_hash(good), rpc=[url])
    assert reason(report) == (Verdict.CANNOT_CHECK, "anchor/nodes-against-block")


def test_nodes_that_lag_take_nothing_from_the_block(good: Sealed) -> None:
    good.chain.finalized = EARLY_BLOCK
    with serving_rpc(good.chain) as url:
        assert verify(good, block_hash(good), rpc=[url]).verdict is Verdict.VALID


def test_a_block_before_the_anchor_does_not_hold_it(good: Sealed) -> None:
    root = bytes.fromhex(good.anchor["root"])
    good.chain.set_anchor(good.platform.log_id, root=root, size=0, time=0, block=0)
    found = proved_later(good)
    assert reason(verify(good, found)) == (Verdict.INVALID, "anchor/absent-in-block")


@pytest.mark.parametrize(
    "wrong", [{"size": 99}, {"time": 1}, {"block": ANCHOR_BLOCK + 1}], ids=["size", "time", "block"]
)
def test_an_anchor_that_is_another_in_the_block(good: Sealed, wrong: dict[str, int]) -> None:
    record = good.anchor
    told = {"size": record["size"], "time": record["block"]["time"], "block": ANCHOR_BLOCK}
    root = bytes.fromhex(record["root"])
    good.chain.set_anchor(good.platform.log_id, root=root, **{**told, **wrong})
    found = proved_later(good)
    assert reason(verify(good, found)) == (Verdict.INVALID, "anchor/differs-in-block")


def test_a_dated_proof_of_being_in_force(good: Sealed) -> None:
    found = proved_later(good)
    report = verify(good, found)
    assert report.verdict is Verdict.VALID
    assert f"block {AS_OF} of 2026-01-10 13:23:20 UTC" in report.summary


def test_voided_without_a_node(good: Sealed) -> None:
    log, leaf = good.platform.log_id, good.document_leaf
    good.chain.set_status(log, leaf, code=1, time=LATER - 60, block=AS_OF - 1)
    report = verify(good, proved_later(good))
    assert reason(report) == (Verdict.INVALID, "status/voided")
    assert report.exit_code == 1
    assert "no longer in force" in report.summary
    assert "ya no está en vigor" in report.summary_in("es")


def test_superseded_without_a_node_names_the_successor(good: Sealed) -> None:
    log, leaf, successor = good.platform.log_id, good.document_leaf, sha256(b"its successor")
    good.chain.set_status(log, leaf, code=2, time=LATER - 60, block=AS_OF - 1)
    good.chain.set_successor(log, leaf, successor)
    report = verify(good, proved_later(good))
    assert reason(report) == (Verdict.INVALID, "status/superseded")
    assert successor.hex() in report.summary


def test_forked_and_unknown_states_without_a_node(good: Sealed) -> None:
    log, leaf = good.platform.log_id, good.document_leaf
    good.chain.set_status(log, leaf, code=7, time=LATER - 60, block=AS_OF - 1)
    assert reason(verify(good, proved_later(good))) == (
        Verdict.CANNOT_CHECK,
        "status/unknown-code",
    )
    good.chain.set_forked(log)
    assert reason(verify(good, proved_later(good))) == (Verdict.INVALID, "status/forked")


def test_a_void_that_the_block_proves_holds_against_nodes_behind(good: Sealed) -> None:
    log, leaf = good.platform.log_id, good.document_leaf
    before = dict(good.chain.storage)
    good.chain.set_status(log, leaf, code=1, time=LATER - 60, block=AS_OF - 1)
    found = proved_later(good)
    good.chain.storage = before
    with serving_rpc(good.chain) as url:
        assert reason(verify(good, found, rpc=[url])) == (Verdict.INVALID, "status/voided")


def test_a_void_that_nodes_know_holds_against_an_older_block(good: Sealed) -> None:
    log, leaf = good.platform.log_id, good.document_leaf
    good.chain.set_status(log, leaf, code=1, time=LATER - 60, block=FINAL_BLOCK)
    with serving_rpc(good.chain) as url:
        report = verify(good, block_hash(good), rpc=[url])
    assert reason(report) == (Verdict.INVALID, "status/voided")


@pytest.mark.parametrize("name", ["statusProof", "forkedProof"])
def test_a_status_that_nothing_proves(good: Sealed, name: str) -> None:
    change(good, **{name: None})
    assert reason(verify(good, block_hash(good))) == (Verdict.CANNOT_CHECK, "status/unproved")
    with serving_rpc(good.chain) as url:
        assert verify(good, block_hash(good), rpc=[url]).verdict is Verdict.VALID


def test_roots_that_statements_name_need_a_proof_too(good: Sealed) -> None:
    change(good, otherProofs=[])
    assert reason(verify(good, block_hash(good))) == (Verdict.CANNOT_CHECK, "anchor/unproved")


def test_the_age_of_a_status_is_that_of_the_block(good: Sealed) -> None:
    found = proved_later(good)
    for age, expected in ((100, "ok"), (99, "status/old")):
        report = verify(good, found, now=later(5100), max_status_age=timedelta(seconds=age))
        assert report.reason_code == expected


@pytest.mark.parametrize("name", ["accountProof", "anchorProof", "statusProof", "forkedProof"])
def test_a_proof_that_is_there_must_hold_whoever_believes_its_block(
    good: Sealed, name: str
) -> None:
    nodes = json.loads(good.members[NAME])[name]
    nodes[-1] = nodes[-1][:-1] + ("0" if nodes[-1][-1] != "0" else "1")
    change(good, **{name: nodes})
    wrong = (Verdict.INVALID, "anchoring/bad-state-proof")
    assert reason(verify(good, block_hash(good))) == wrong
    with serving_rpc(good.chain) as url:
        assert reason(verify(good, rpc=[url])) == wrong


def test_a_forged_header_is_another_block(good: Sealed) -> None:
    header = bytearray.fromhex(json.loads(good.members[NAME])["header"])
    header[-1] ^= 1
    change(good, header=header.hex())
    assert reason(verify(good, block_hash(good))) == (
        Verdict.INVALID,
        "anchoring/bad-state-proof",
    )


def test_another_document_in_the_same_block_has_its_own_status(good: Sealed) -> None:
    """The status slot of another leaf proves nothing of this one."""
    record = json.loads(good.members[NAME])
    log, other = good.platform.log_id, good.leaves[0]
    good.chain.set_status(log, good.document_leaf, code=1, time=LATER - 60, block=AS_OF - 1)
    found, members = prove(
        good.chain,
        log_id=log,
        root=bytes.fromhex(record["root"]),
        leaf=other,
        others=[bytes.fromhex(one["root"]) for one in record["otherProofs"]],
        block=AS_OF,
        time=LATER,
    )
    change(good, **members)
    assert verify(good, found).verdict is not Verdict.VALID


@pytest.mark.parametrize("form", ["0x{}", "{}", f"{CHAIN_ID}:0x{{}}"])
def test_the_command_takes_a_block_hash(good: Sealed, tmp_path: Path, form: str) -> None:
    evidence, trust = tmp_path / "x.asice", tmp_path / "trust.json"
    evidence.write_bytes(good.archive())
    trust.write_bytes(good.platform.trust_bytes())
    words = ["verify", str(evidence), "--trust", str(trust)]
    assert main(words) == 3
    assert main([*words, "--block-hash", form.format(block_hash(good).hex())]) == 0
    with pytest.raises(SystemExit):
        main([*words, "--block-hash", "0x12"])
