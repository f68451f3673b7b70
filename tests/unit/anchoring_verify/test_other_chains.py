"""Anchors of the same log on another chain: they prove time, and never decide a verdict."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from anchoring.evidence_lists import build_anchor
from anchoring.hashing import leaf_hash, sha256
from anchoring.report import Outcome, Report, Verdict
from anchoring.tree import consistency_path, root
from anchoring.trust import Home, TrustFile
from anchoring.verify import verify_evidence
from anchoring.verify_context import TrustedBlock
from tests.unit.anchoring_verify.chain_proofs import prove
from tests.unit.anchoring_verify.local_node import ChainState, serving_rpc
from tests.unit.anchoring_verify.platforms import CHAIN_ID, CONTRACT, later
from tests.unit.anchoring_verify.sealed_agreement import Sealed

OTHER_CHAIN, GENESIS = CHAIN_ID + 1, sha256(b"the other chain's genesis block")
BLOCK, TIME = 70, int(later(9000).timestamp())


@dataclass(frozen=True)
class Elsewhere:
    """The good agreement, anchored on another chain too."""

    good: Sealed
    chain: ChainState
    block_hash: bytes

    @property
    def trust(self) -> TrustFile:
        """A trust file that names both chains."""
        there = Home(OTHER_CHAIN, CONTRACT, self.good.platform.log_id, GENESIS)
        return replace(self.good.platform, other_homes=(there,)).trust()

    @contextmanager
    def urls(self, *, there: bool = True) -> Iterator[list[str]]:
        with ExitStack() as stack:
            chains = (self.good.chain, self.chain) if there else (self.good.chain,)
            yield [stack.enter_context(serving_rpc(chain)) for chain in chains]

    def verify(self, *, there: bool = True, **choices: Any) -> Report:
        with self.urls(there=there) as urls:
            arguments: dict[str, Any] = {"trust": self.trust, "rpc": urls, **choices}
            return verify_evidence(self.good.archive(), **arguments)


def anchored(good: Sealed, leaves: Sequence[bytes], **changed: Any) -> Elsewhere:
    """Anchor a tree of ``leaves`` on the other chain, and put its record into the evidence."""
    log, size, there = good.platform.log_id, len(leaves), root(leaves)
    chain = ChainState(OTHER_CHAIN, CONTRACT, {0: (GENESIS, 0)}, finalized=BLOCK + 9)
    chain.set_anchor(log, root=there, size=size, time=TIME, block=BLOCK)
    found, proofs = prove(
        chain, log_id=log, root=there, leaf=bytes(32), others=[], block=BLOCK, time=TIME
    )
    chain.blocks[BLOCK], chain.blocks[BLOCK + 9] = (found, TIME), (sha256(b"final"), TIME + 90)
    smaller, larger = sorted((list(leaves), good.all_leaves), key=len)
    path = consistency_path(larger, len(smaller))
    record = {
        "chainId": OTHER_CHAIN,
        "contract": CONTRACT.hex(),
        "logId": log.hex(),
        "size": size,
        "root": there.hex(),
        "transaction": None,
        "block": {"number": BLOCK, "hash": found.hex(), "time": TIME},
        **proofs,
        "consistency": [node.hex() for node in path],
        **changed,
    }
    good.members[f"anchors/{OTHER_CHAIN}.json"] = build_anchor(record)
    return Elsewhere(good, chain, found)


def grown(good: Sealed) -> list[bytes]:
    return [*good.all_leaves, *(leaf_hash(sha256(bytes([n]))) for n in range(40))]


def others(report: Report) -> tuple[Verdict, str, Outcome]:
    step = next(step for step in report.steps if step.name == "others")
    return report.verdict, step.code, step.outcome


VALID_OK = (Verdict.VALID, "others/ok", Outcome.OK)


def test_the_same_checkpoint_elsewhere(good: Sealed) -> None:
    report = anchored(good, good.all_leaves).verify()
    assert others(report) == VALID_OK
    step = next(step for step in report.steps if step.name == "others")
    assert f"block {BLOCK} on 2026-01-10 14:30:00 UTC" in step.detail
    assert f"bloque {BLOCK}" in step.detail_in("es")


def test_a_larger_tree_elsewhere(good: Sealed) -> None:
    assert others(anchored(good, grown(good)).verify()) == VALID_OK


def test_a_smaller_tree_that_holds_the_document(good: Sealed) -> None:
    size = good.all_leaves.index(good.document_leaf) + 1
    assert size < len(good.all_leaves)
    assert others(anchored(good, good.all_leaves[:size]).verify()) == VALID_OK


def test_a_smaller_tree_without_the_document(good: Sealed) -> None:
    size = good.all_leaves.index(good.document_leaf)
    report = anchored(good, good.all_leaves[:size]).verify()
    assert others(report) == (Verdict.VALID, "others/unrelated", Outcome.NOTE)


@pytest.mark.parametrize("path", [None, [], ["00" * 32]])
def test_a_tree_that_is_not_shown_to_be_the_same(good: Sealed, path: list[str] | None) -> None:
    report = anchored(good, grown(good), consistency=path).verify()
    assert others(report) == (Verdict.VALID, "others/unrelated", Outcome.NOTE)


def test_no_node_of_the_other_chain(good: Sealed) -> None:
    report = anchored(good, grown(good)).verify(there=False)
    assert others(report) == (Verdict.VALID, "others/not-asked", Outcome.NOTE)


def test_the_other_chain_denies_it(good: Sealed) -> None:
    made = anchored(good, grown(good))
    made.chain.storage.clear()
    report = made.verify()
    assert others(report) == (Verdict.VALID, "others/unconfirmed", Outcome.NOTE)


def test_a_chain_that_the_reader_does_not_trust(good: Sealed) -> None:
    report = anchored(good, grown(good)).verify(trust=good.trust)
    assert others(report) == (Verdict.VALID, "others/untrusted", Outcome.NOTE)


def test_a_block_of_the_other_chain_instead_of_its_nodes(good: Sealed) -> None:
    made = anchored(good, grown(good))
    for chain_id, code in ((OTHER_CHAIN, "others/ok"), (None, "others/not-asked")):
        blocks = [TrustedBlock(chain_id, made.block_hash)]
        assert others(made.verify(there=False, blocks=blocks))[:2] == (Verdict.VALID, code)


def test_a_broken_proof_of_the_other_chain_is_altered_evidence(good: Sealed) -> None:
    report = anchored(good, grown(good), anchorProof=["c0"]).verify()
    assert (report.verdict, report.reason_code) == (Verdict.INVALID, "anchoring/bad-state-proof")


def test_a_void_elsewhere_ends_nothing(good: Sealed) -> None:
    """The status lives at the document's home alone (protocol, rule 9)."""
    made = anchored(good, good.all_leaves)
    made.chain.set_status(good.platform.log_id, good.document_leaf, code=1, time=TIME, block=BLOCK)
    made.chain.set_forked(good.platform.log_id)
    assert others(made.verify()) == VALID_OK


def test_a_home_that_is_out_of_reach_is_not_replaced(good: Sealed) -> None:
    made = anchored(good, good.all_leaves)
    with serving_rpc(made.chain) as url:
        report = verify_evidence(good.archive(), trust=made.trust, rpc=[url])
    assert report.verdict is Verdict.CANNOT_CHECK
    assert others(report)[1] == "others/ok"
