"""From checkpoint to final anchor, on a chain in memory."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from anchoring.evidence_lists import build_anchor, parse_anchor
from anchoring.hashing import ZERO32, home, leaf_hash, log_id
from anchoring.statement import After
from anchoring.tlog_proof import parse_tlog_proof
from anchoring.tree import EMPTY_ROOT
from service.notary import (
    ChainDownError,
    ChainRefusedError,
    LeafNotFoundError,
    LogForkRefused,
    MemoryChain,
    NotAnchoredYetError,
    NotStartedError,
)
from service.notary.models import Anchor
from tests.unit.notary.house import ORIGIN, House, make_entry


def _foreign(tmp_path: Path, *, finality: int = 1) -> House:
    """Return a house on a chain of somebody else's, which mines when told to."""
    chain = MemoryChain(our_own=False, mines_at_once=False, finality=finality)
    house = House(tmp_path, chain=chain)
    house.notary.start()
    return house


def test_identity_is_known_while_our_own_chain_is_down(tmp_path: Path) -> None:
    chain = MemoryChain()
    chain.down = True
    identity = House(tmp_path, chain=chain).notary.identity
    assert identity.log_id == log_id(opener=chain.operator, origin=ORIGIN)
    assert identity.home == home(chain_id=77_001, contract=chain.contract, log_id=identity.log_id)
    assert identity.vkey.startswith(f"{ORIGIN}+")


def test_one_transaction_covers_everything_pending(house: House) -> None:
    leaves = house.accept(*range(40))
    house.work()
    assert house.memory_chain.transactions_sent == 1
    assert set(house.statuses(leaves)) == {"final"}
    house.check()


def test_nothing_new_is_not_anchored_again(house: House) -> None:
    house.accept(1)
    house.work()
    house.work()
    assert house.notary.anchor_pending() == "idle"
    assert house.notary.submit_anchor() is None
    assert house.memory_chain.transactions_sent == 1


def test_empty_log_is_not_anchored(house: House) -> None:
    house.work()
    assert house.notary.last_anchored() == After(0, EMPTY_ROOT)
    assert house.memory_chain.transactions_sent == 0


def test_status_climbs_the_ladder(tmp_path: Path) -> None:
    house = _foreign(tmp_path, finality=2)
    chain = house.memory_chain
    (leaf,) = house.accept(1)
    ladder = [house.notary.leaf_status(leaf)]
    house.notary.sequence()
    ladder.append(house.notary.leaf_status(leaf))
    transaction = house.notary.submit_anchor()
    ladder.append(house.notary.leaf_status(leaf))
    assert house.notary.anchor_pending() == "waiting"
    chain.mine()
    assert house.notary.anchor_pending() == "waiting"
    ladder.append(house.notary.leaf_status(leaf))
    assert house.notary.last_anchored() == After(0, EMPTY_ROOT)
    chain.mine(2)
    assert house.notary.anchor_pending() == "idle"
    ladder.append(house.notary.leaf_status(leaf))
    assert [status.status for status in ladder] == [
        "accepted",
        "logged",
        "broadcast",
        "included",
        "final",
    ]
    assert [status.index for status in ladder] == [None, 0, 0, 0, 0]
    final = ladder[-1]
    assert (final.transaction, final.size) == (transaction, 1)
    block = chain.block(final.block or 0)
    assert block is not None
    assert final.block_time == datetime.fromtimestamp(block.time, UTC)
    assert house.notary.last_anchored().size == 1
    house.check()


def test_one_anchor_at_a_time_and_the_next_takes_all_that_came_meanwhile(tmp_path: Path) -> None:
    house = _foreign(tmp_path)
    house.accept(1)
    house.notary.sequence()
    first = house.notary.submit_anchor()
    for number in (2, 3, 4):
        house.accept(number)
        house.notary.sequence()
        assert house.notary.submit_anchor() == first
    house.memory_chain.mine(2)
    assert house.notary.anchor_pending() == "pending"
    house.notary.submit_anchor()
    house.memory_chain.mine(2)
    assert house.notary.anchor_pending() == "idle"
    assert [size for size, _ in house.memory_chain.anchored_sizes()] == [1, 4]
    house.check()


def test_chain_down_leaves_stay_logged(house: House) -> None:
    chain = house.memory_chain
    chain.down = True
    (leaf,) = house.accept(1)
    house.notary.sequence()
    assert house.notary.anchor_pending() == "unreachable"
    with pytest.raises(ChainDownError):
        house.notary.submit_anchor()
    assert house.statuses([leaf]) == ["logged"]
    assert house.notary.last_anchored().size == 0
    chain.down = False
    house.work()
    house.check()


def test_passing_refusal_is_told_and_tried_again(house: House) -> None:
    chain = house.memory_chain
    chain.refusal = ChainRefusedError("no money", reason="insufficient-funds", permanent=False)
    (leaf,) = house.accept(1)
    house.notary.sequence()
    assert house.notary.anchor_pending() == "unreachable"
    status = house.notary.leaf_status(leaf)
    assert (status.status, status.reason) == ("logged", "insufficient-funds")
    chain.refusal = None
    house.work()
    assert house.notary.leaf_status(leaf).reason is None
    house.check()


def test_lasting_refusal_fails_the_leaf_until_a_restart(house: House) -> None:
    chain = house.memory_chain
    chain.refusal = ChainRefusedError("not the operator", reason="NotOperator", permanent=True)
    (leaf,) = house.accept(1)
    house.work()
    status = house.notary.leaf_status(leaf)
    assert (status.status, status.reason) == ("failed", "NotOperator")
    assert house.notary.confirm_anchors().reason == "NotOperator"
    chain.refusal = None
    assert house.notary.anchor_pending() == "idle"
    house.restart()
    house.work()
    house.check()


def test_failed_leaf_is_saved_by_a_later_anchor(house: House) -> None:
    chain = house.memory_chain
    chain.refusal = ChainRefusedError("no", reason="StepTooLarge", permanent=True)
    leaves = house.accept(1)
    house.work()
    chain.refusal = None
    leaves += house.accept(2)
    house.work()
    assert house.statuses(leaves) == ["final", "final"]
    house.check()


def test_transaction_that_fails_on_chain_is_sent_again(house: House) -> None:
    house.memory_chain.fails_next_transaction = True
    (leaf,) = house.accept(1)
    house.notary.sequence()
    assert house.notary.anchor_pending() == "unreachable"
    status = house.notary.leaf_status(leaf)
    assert (status.status, status.reason) == ("logged", "out-of-gas")
    house.work()
    house.check()


def test_reorganisation_of_what_is_not_final(tmp_path: Path) -> None:
    house = _foreign(tmp_path, finality=3)
    chain = house.memory_chain
    (leaf,) = house.accept(1)
    house.notary.sequence()
    house.notary.submit_anchor()
    chain.mine()
    house.notary.anchor_pending()
    assert house.statuses([leaf]) == ["included"]
    chain.lose_tail(1)
    house.notary.confirm_anchors()
    assert house.statuses([leaf]) == ["logged"]
    house.notary.anchor_pending()
    assert house.statuses([leaf]) == ["broadcast"]
    chain.mine(4)
    assert house.notary.anchor_pending() == "idle"
    house.check()


def test_lost_tail_is_replayed_in_ascending_order(house: House) -> None:
    chain = house.memory_chain
    house.accept(1)
    house.work()
    saved = house.notary.last_anchored()
    for number in (2, 3, 4):
        house.accept(number)
        house.work()
    chain.lose_tail(len(chain.anchored_sizes()) * 2)
    sizes = [size for size, _ in chain.anchored_sizes()]
    assert len(sizes) < 4
    house.work()
    assert [size for size, _ in chain.anchored_sizes()] == [1, 2, 3, 4]
    assert house.notary.last_anchored().size == 4
    assert saved.size == 1
    house.check()


def test_chain_that_lost_contract_and_log_gets_them_again(house: House) -> None:
    house.accept(1)
    house.work()
    house.accept(2)
    house.work()
    house.memory_chain.lose_tail(1_000)
    assert not house.memory_chain.head(house.notary.identity.log_id).is_open
    house.work()
    assert [size for size, _ in house.memory_chain.anchored_sizes()] == [1, 2]
    house.check()


def test_anchor_of_another_history_stops_everything(house: House) -> None:
    house.accept(1)
    house.notary.sequence()
    chain = house.memory_chain
    chain.submit(house.notary.identity.log_id, 1, b"\x05" * 32)
    with pytest.raises(LogForkRefused):
        house.notary.anchor_pending()
    chain.submit(house.notary.identity.log_id, 9, b"\x06" * 32)
    with pytest.raises(LogForkRefused):
        house.notary.submit_anchor()


def test_proof_is_against_the_smallest_final_anchor(house: House) -> None:
    leaves = house.accept(1, 2)
    house.notary.sequence()
    with pytest.raises(NotAnchoredYetError):
        house.notary.proof(leaves[0])
    with pytest.raises(NotAnchoredYetError):
        house.notary.covering_anchor(leaves)
    house.work()
    later = house.accept(3, 4, 5)
    house.work()
    assert "\n2\n" in parse_tlog_proof(house.notary.proof(leaves[1])).checkpoint
    assert "\n5\n" in parse_tlog_proof(house.notary.proof(later[0])).checkpoint
    with pytest.raises(LeafNotFoundError):
        house.notary.proof(leaf_hash(make_entry(99)))


def test_covering_anchor_proves_all_leaves_under_one_checkpoint(house: House) -> None:
    leaves = house.accept(1, 2)
    house.work()
    with house.database.transaction() as session:
        document = house.notary.accept(session, make_entry(3), kind="document", subject=ZERO32)
    house.work()
    house.accept(4)
    house.work()
    anchored = house.notary.covering_anchor([*leaves, document])
    assert anchored.size == 3
    for leaf in (*leaves, document):
        assert parse_tlog_proof(anchored.proof_for(leaf)).checkpoint == anchored.note
    record = parse_anchor(build_anchor(anchored.record))
    identity = house.notary.identity
    assert (record.chain_id, record.log_id, record.size, record.root) == (
        identity.chain_id,
        identity.log_id,
        3,
        anchored.root,
    )
    status = house.notary.leaf_status(document)
    assert status.transaction == f"0x{(record.transaction or b'').hex()}"
    assert (record.block_number, record.status_proof) == (status.block, (document,))
    with pytest.raises(NotAnchoredYetError):
        anchored.proof_for(leaf_hash(make_entry(4)))


def test_proof_material_is_kept_before_anybody_asks(house: House) -> None:
    with house.database.transaction() as session:
        document = house.notary.accept(session, make_entry(1), kind="document", subject=ZERO32)
    house.work()
    house.memory_chain.down = True
    house.restart()
    record = parse_anchor(build_anchor(house.notary.covering_anchor([document]).record))
    assert record.status_proof == (document,)
    assert record.anchor_proof is not None


def test_record_without_a_document_proves_no_status(house: House) -> None:
    leaves = house.accept(1)
    house.work()
    record = parse_anchor(build_anchor(house.notary.covering_anchor(leaves).record))
    assert record.status_proof is None
    assert record.anchor_proof is not None


def test_material_follows_the_anchor_into_another_block(tmp_path: Path) -> None:
    house = _foreign(tmp_path, finality=3)
    chain = house.memory_chain
    leaves = house.accept(1)
    house.notary.sequence()
    house.notary.submit_anchor()
    chain.mine()
    house.notary.anchor_pending()
    chain.lose_tail(1)
    house.notary.confirm_anchors()
    house.notary.submit_anchor()
    chain.mine(5)
    assert house.notary.anchor_pending() == "idle"
    record = parse_anchor(build_anchor(house.notary.covering_anchor(leaves).record))
    block = chain.block(record.block_number)
    assert block is not None
    assert record.block_hash == block.hash
    assert record.header is not None


def test_node_that_forgets_states_gives_a_record_without_proofs(tmp_path: Path) -> None:
    house = _foreign(tmp_path, finality=3)
    chain = house.memory_chain
    chain.keeps_old_states = False
    leaves = house.accept(1)
    house.notary.sequence()
    house.notary.submit_anchor()
    chain.mine(8)
    assert house.notary.anchor_pending() == "idle"
    record = parse_anchor(build_anchor(house.notary.covering_anchor(leaves).record))
    assert record.block_number == house.notary.leaf_status(leaves[0]).block
    assert (record.header, record.anchor_proof) == (None, None)


def test_every_attempt_is_looked_at_before_another_is_made(tmp_path: Path) -> None:
    house = _foreign(tmp_path)
    house.accept(1)
    house.notary.sequence()
    first = house.notary.submit_anchor()
    # It was repriced, and the network kept the earlier one: the later is heard of no more.
    with house.database.transaction() as session:
        row = session.get_one(Anchor, (house.notary.identity.chain_id, 1))
        row.transaction = "0x" + "bb" * 32
    house.notary = house.new_notary()
    with pytest.raises(NotStartedError):
        house.notary.confirm_anchors()
    house.notary.start()
    assert house.notary.confirm_anchors().state == "broadcast"
    assert house.notary.leaf_status(leaf_hash(make_entry(1))).transaction == first
    assert house.memory_chain.transactions_sent == 1
    house.memory_chain.mine(2)
    house.work()
    house.check()


def test_roots_that_statements_name_are_proved_beside_the_anchor(house: House) -> None:
    house.accept(1)
    house.work()
    earlier = house.notary.last_anchored()
    leaves = house.accept(2)
    house.work()
    never = b"\x09" * 32
    anchored = house.notary.covering_anchor(leaves, after=[earlier.root, earlier.root, never])
    record = parse_anchor(build_anchor(anchored.record))
    assert list(record.other_proofs) == [earlier.root]
    house.memory_chain.down = True
    record = parse_anchor(
        build_anchor(house.notary.covering_anchor(leaves, after=[earlier.root]).record)
    )
    assert record.anchor_proof is not None
    assert record.other_proofs == {}
