"""What nodes may say or leave unsaid, and how far each of them is believed (rule 13)."""

import contextlib
from collections.abc import Iterator
from copy import copy
from datetime import timedelta
from typing import Any

import pytest

from anchoring.hashing import sha256
from anchoring.report import Report, Verdict
from anchoring.verify import verify_evidence
from tests.unit.anchoring_verify.local_node import ChainState, Failure, serving_rpc
from tests.unit.anchoring_verify.platforms import ANCHOR_BLOCK, FINAL_BLOCK, later
from tests.unit.anchoring_verify.sealed_agreement import Sealed

DEAD = "http://127.0.0.1:1"


def reason(report: Report) -> tuple[Verdict, str]:
    return report.verdict, report.reason_code


def copy_of(chain: ChainState) -> ChainState:
    other = copy(chain)
    other.storage, other.blocks = dict(chain.storage), dict(chain.blocks)
    return other


def denying(good: Sealed) -> ChainState:
    """Return an honest-looking node, final past the block, whose contract lacks the root."""
    other = copy_of(good.chain)
    good_root = bytes.fromhex(good.anchor["root"])
    other.set_anchor(good.platform.log_id, root=good_root, size=0, time=0, block=0)
    return other


@contextlib.contextmanager
def nodes(*states: ChainState) -> Iterator[list[str]]:
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(serving_rpc(state)) for state in states]


def verify(
    good: Sealed, *states: ChainState, extra: tuple[str, ...] = (), **choices: Any
) -> Report:
    with nodes(*states) as urls:
        return verify_evidence(good.archive(), trust=good.trust, rpc=[*urls, *extra], **choices)


def test_no_node_given(good: Sealed) -> None:
    report = verify_evidence(good.archive(), trust=good.trust)
    assert reason(report) == (Verdict.CANNOT_CHECK, "chain/no-nodes")


def test_the_trust_files_nodes_are_asked_by_default(good: Sealed) -> None:
    with serving_rpc(good.chain) as url:
        trust = good.platform.trust(rpc=(url,))
        assert verify_evidence(good.archive(), trust=trust).verdict is Verdict.VALID


def test_an_unreachable_node(good: Sealed) -> None:
    assert reason(verify(good, extra=(DEAD,))) == (Verdict.CANNOT_CHECK, "chain/unreachable")


def test_one_of_two_nodes_unreachable(good: Sealed) -> None:
    assert verify(good, good.chain, extra=(DEAD,)).verdict is Verdict.VALID


def test_a_root_that_the_chain_denies(good: Sealed) -> None:
    assert reason(verify(good, denying(good))) == (Verdict.INVALID, "anchor/absent")


def test_a_denial_needs_a_majority_of_the_nodes_given(good: Sealed) -> None:
    liar = denying(good)
    split = (Verdict.CANNOT_CHECK, "anchor/nodes-disagree")
    assert reason(verify(good, liar, good.chain)) == split
    assert reason(verify(good, liar, good.chain, good.chain)) == split
    assert reason(verify(good, liar, liar, good.chain)) == (Verdict.INVALID, "anchor/absent")
    # Unreachable nodes were given too: one that denies is not most of three.
    assert reason(verify(good, liar, extra=(DEAD, "http://127.0.0.1:2"))) == split


def test_the_same_node_given_twice_counts_once(good: Sealed) -> None:
    with nodes(denying(good), good.chain) as (liar, honest):
        report = verify_evidence(good.archive(), trust=good.trust, rpc=[liar, liar, liar, honest])
    assert report.reason_code == "anchor/nodes-disagree"


def test_a_lagging_node_is_no_denial(good: Sealed) -> None:
    behind = denying(good)
    behind.finalized = ANCHOR_BLOCK - 1
    behind.blocks = {n: b for n, b in behind.blocks.items() if n < ANCHOR_BLOCK}
    behind.blocks[behind.finalized] = (sha256(b"older"), int(later(500).timestamp()))
    assert reason(verify(good, behind)) == (Verdict.CANNOT_CHECK, "anchor/not-final")


def test_an_anchor_that_is_not_final_yet(good: Sealed) -> None:
    good.chain.finalized = ANCHOR_BLOCK - 1
    good.chain.blocks[ANCHOR_BLOCK - 1] = (sha256(b"older"), int(later(500).timestamp()))
    assert reason(verify(good, good.chain)) == (Verdict.CANNOT_CHECK, "anchor/not-final")


def test_a_node_with_another_block_there_may_not_deny(good: Sealed) -> None:
    other = denying(good)
    other.blocks[ANCHOR_BLOCK] = (sha256(b"another fork"), other.blocks[ANCHOR_BLOCK][1])
    assert reason(verify(good, other)) == (Verdict.CANNOT_CHECK, "anchor/other-block")


@pytest.mark.parametrize(
    "change",
    [{"size": 99}, {"time": 1}, {"block": ANCHOR_BLOCK + 1}],
)
def test_a_root_anchored_otherwise(good: Sealed, change: dict[str, int]) -> None:
    root = bytes.fromhex(good.anchor["root"])
    slot = {
        "size": good.anchor["size"],
        "time": good.anchor["block"]["time"],
        "block": ANCHOR_BLOCK,
        **change,
    }
    good.chain.set_anchor(good.platform.log_id, root=root, **slot)
    assert reason(verify(good, good.chain)) == (Verdict.INVALID, "anchor/differs")


def test_another_chain_id(good: Sealed) -> None:
    good.chain.chain_id = 1
    assert reason(verify(good, good.chain)) == (Verdict.CANNOT_CHECK, "chain/other-chain")


def test_another_genesis_block_under_the_same_chain_id(good: Sealed) -> None:
    good.chain.blocks[0] = (sha256(b"a forger's chain"), 1)
    assert reason(verify(good, good.chain)) == (Verdict.CANNOT_CHECK, "chain/other-chain")


def test_a_contract_that_is_not_there(good: Sealed) -> None:
    good.chain.code = b""
    good.chain.storage = {}
    report = verify(good, good.chain)
    assert report.steps[15].code == "chain/no-contract"
    assert report.verdict is not Verdict.VALID


@pytest.mark.parametrize(("code", "word"), [(1, "voided"), (2, "superseded")])
def test_a_document_that_its_parties_ended(good: Sealed, code: int, word: str) -> None:
    time = int(later(620).timestamp())
    good.chain.set_status(
        good.platform.log_id, good.document_leaf, code=code, time=time, block=ANCHOR_BLOCK + 1
    )
    good.chain.set_successor(good.platform.log_id, good.document_leaf, sha256(b"successor"))
    report = verify(good, good.chain)
    assert reason(report) == (Verdict.INVALID, f"status/{word}")
    assert report.exit_code == 1
    assert "Genuine, no longer in force" in report.summary
    assert word != "superseded" or sha256(b"successor").hex() in report.summary


def test_an_ended_document_that_is_also_forged_is_called_forged(good: Sealed) -> None:
    good.chain.set_status(good.platform.log_id, good.document_leaf, code=1, time=1, block=2)
    name = f"statements/{good.leaf_of('opened').hex()}.json"
    good.members[name] = good.members[name].replace(b"pdfium", b"pdfiun")
    assert verify(good, good.chain).reason_code == "transcript/statement"


def test_a_status_that_is_not_final_yet(good: Sealed) -> None:
    good.chain.set_status(
        good.platform.log_id, good.document_leaf, code=1, time=1, block=FINAL_BLOCK + 1
    )
    assert reason(verify(good, good.chain)) == (Verdict.CANNOT_CHECK, "status/not-final")


def test_nodes_that_disagree_about_the_status(good: Sealed) -> None:
    other = copy_of(good.chain)
    other.set_status(good.platform.log_id, good.document_leaf, code=1, time=1, block=FINAL_BLOCK)
    report = verify(good, good.chain, other)
    assert reason(report) == (Verdict.CANNOT_CHECK, "status/nodes-disagree")


def test_an_unknown_status(good: Sealed) -> None:
    good.chain.set_status(good.platform.log_id, good.document_leaf, code=7, time=1, block=2)
    assert reason(verify(good, good.chain)) == (Verdict.CANNOT_CHECK, "status/unknown-code")


def test_a_log_that_was_proved_to_fork(good: Sealed) -> None:
    good.chain.set_forked(good.platform.log_id)
    assert reason(verify(good, good.chain)) == (Verdict.INVALID, "status/forked")


@pytest.mark.parametrize(("age", "expected"), [(59, Verdict.CANNOT_CHECK), (61, Verdict.VALID)])
def test_the_oldest_status_accepted(good: Sealed, age: int, expected: Verdict) -> None:
    # The newest final block is 60 seconds younger than the anchor.
    now = later(660 + 60)
    report = verify(good, good.chain, now=now, max_status_age=timedelta(seconds=age))
    assert report.verdict is expected


@pytest.mark.parametrize(
    "answer",
    [
        Failure(500, b"broken"),
        Failure(200, b"not json"),
        Failure(200, b"[]"),
        Failure(200, b"{}"),
        Failure(200, b'{"jsonrpc":"2.0","id":1,"error":{"code":-32601}}'),
        Failure(200, b"[" * 100_000),
        "0xzz",
        "",
        {"number": 7},
        [],
        -1,
        "0x-1",
        "0x1_0",
    ],
)
@pytest.mark.parametrize(
    "method",
    ["eth_chainId", "eth_getBlockByNumber", "eth_getStorageAt", "eth_getCode"],
)
def test_a_node_that_answers_nonsense_is_no_node(good: Sealed, method: str, answer: Any) -> None:
    good.chain.override = lambda asked, params: answer if asked == method else None
    assert reason(verify(good, good.chain)) in (
        (Verdict.CANNOT_CHECK, "chain/unreachable"),
        (Verdict.CANNOT_CHECK, "chain/no-contract"),
    )


def test_a_word_of_more_than_32_bytes(good: Sealed) -> None:
    too_long = "0x" + "ff" * 33
    good.chain.override = lambda asked, _: too_long if asked == "eth_getStorageAt" else None
    assert reason(verify(good, good.chain)) == (Verdict.CANNOT_CHECK, "chain/unreachable")


def test_an_answer_without_end_is_cut(good: Sealed) -> None:
    good.chain.override = lambda asked, params: Failure(200, b" " * (9 * 1024 * 1024))
    assert reason(verify(good, good.chain)) == (Verdict.CANNOT_CHECK, "chain/unreachable")
