"""One suite for every AnchorChain: the one in memory, and the adapter on a real anvil."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from anchoring.hashing import keccak256
from contracts_chain import AnchorClient, ChainSettings, LocalChain, LocalKeySigner, find_anvil
from service.notary import (
    AnchorChain,
    ChainDownError,
    ChainRefusedError,
    ContractsChainAdapter,
    MemoryChain,
)
from tests.conftest import ROOT
from tests.running import free_port
from tests.unit.notary.house import ORIGIN, House

KEY = bytes.fromhex("11" * 32)


@pytest.fixture
def local_chain(tmp_path: Path) -> Iterator[LocalChain]:
    """An anvil of this test's own."""
    chain = LocalChain(tmp_path / "chain", free_port(), find_anvil(ROOT))
    chain.start()
    yield chain
    chain.stop()


@pytest.fixture
def client(local_chain: LocalChain) -> Iterator[AnchorClient]:
    client = AnchorClient(
        chain=ChainSettings(name="local", rpc_urls=(local_chain.rpc_url,)),
        signer=LocalKeySigner(KEY),
    )
    yield client
    client.close()


@pytest.fixture(params=["memory", "anvil"])
def chain(request: pytest.FixtureRequest) -> AnchorChain:
    if request.param == "memory":
        return MemoryChain()
    return ContractsChainAdapter(
        request.getfixturevalue("client"), local_chain=request.getfixturevalue("local_chain")
    )


def test_opening_a_log_is_idempotent(chain: AnchorChain) -> None:
    log_id = chain.open_log(ORIGIN)
    assert chain.head(log_id).is_open
    assert chain.open_log(ORIGIN) == log_id
    assert chain.head(log_id).size == 0


def test_unknown_log_is_not_open(chain: AnchorChain) -> None:
    assert not chain.head(b"\x01" * 32).is_open
    chain.open_log(ORIGIN)
    assert not chain.head(b"\x01" * 32).is_open


def test_anchor_is_there_once_and_final_after_settling(chain: AnchorChain) -> None:
    log_id = chain.open_log(ORIGIN)
    assert chain.anchored(log_id, b"\x02" * 32) is None
    transaction = chain.submit(log_id, 2, b"\x02" * 32)
    chain.settle()
    assert chain.submit(log_id, 2, b"\x02" * 32) == transaction
    assert chain.transaction(transaction).state == "included"
    made = chain.anchored(log_id, b"\x02" * 32)
    assert made is not None
    assert made.size == chain.head(log_id).size == 2
    assert made.block <= chain.final_block().number
    block = chain.block(made.block)
    assert block is not None
    assert block.time == made.time


def test_smaller_size_is_refused_for_good(chain: AnchorChain) -> None:
    log_id = chain.open_log(ORIGIN)
    chain.submit(log_id, 5, b"\x02" * 32)
    chain.settle()
    with pytest.raises(ChainRefusedError) as refusal:
        chain.submit(log_id, 4, b"\x03" * 32)
    assert (refusal.value.reason, refusal.value.permanent) == ("SizeNotGrowing", True)


def test_unknown_transaction_and_block(chain: AnchorChain) -> None:
    assert chain.transaction("0x" + "ab" * 32).state == "unknown"
    assert chain.block(1_000_000) is None


def test_proof_material_of_an_anchor(chain: AnchorChain) -> None:
    log_id = chain.open_log(ORIGIN)
    chain.submit(log_id, 3, b"\x02" * 32)
    chain.settle()
    made = chain.anchored(log_id, b"\x02" * 32)
    assert made is not None
    material = chain.proof_material(log_id, b"\x02" * 32, b"\x07" * 32, made.block)
    proofs = {"accountProof", "anchorProof", "statusProof", "successorProof", "forkedProof"}
    assert set(material) == {"block", "header", "otherProofs", *proofs}
    assert material["block"]["number"] == made.block


def test_dead_anvil_is_unreachable(local_chain: LocalChain, client: AnchorClient) -> None:
    adapter = ContractsChainAdapter(client, local_chain=local_chain)
    chain_id = adapter.chain_id()
    local_chain.stop()
    assert adapter.chain_id() == chain_id
    with pytest.raises(ChainDownError):
        adapter.head(b"\x01" * 32)
    with pytest.raises(ChainDownError):
        adapter.settle()


def test_notary_on_anvil_survives_its_death(
    tmp_path: Path, local_chain: LocalChain, client: AnchorClient
) -> None:
    """Anchors on a real chain, loses an unsaved tail, replays it, and proves after a restart."""
    adapter = ContractsChainAdapter(client, local_chain=local_chain)
    house = House(tmp_path, chain=adapter)
    house.notary.start()
    leaves = house.accept(1, 2, 3)
    house.work()
    assert house.statuses(leaves) == ["final"] * 3
    snapshot = (tmp_path / "chain" / "state.json").read_bytes()
    leaves += house.accept(4)
    house.work()
    leaves += house.accept(5)
    house.notary.sequence()
    local_chain.stop()
    assert house.notary.anchor_pending() == "unreachable"
    assert house.statuses(leaves[4:]) == ["logged"]
    # As if the disk had lost the newest snapshot: a final anchor is gone and must come again.
    (tmp_path / "chain" / "state.json").write_bytes(snapshot)
    local_chain.start()
    house.work()
    house.check()
    identity = house.notary.identity
    assert adapter.head(identity.log_id).size == 5
    anchored = house.notary.covering_anchor(leaves)
    made = adapter.anchored(identity.log_id, anchored.root)
    assert made is not None
    assert made.size == anchored.size == 5
    # The state of the anchor's block is gone after a restart; what proves it was kept.
    local_chain.stop()
    local_chain.start()
    earlier = house.notary.covering_anchor(leaves[:3])
    assert (
        keccak256(bytes.fromhex(earlier.record["header"])).hex() == earlier.record["block"]["hash"]
    )
    assert earlier.record["anchorProof"]
    house.restart()
    house.work()
    house.check()
    house.database.dispose()


def test_newest_anchor_and_its_root_are_one_answer(chain: AnchorChain) -> None:
    log_id = chain.open_log(ORIGIN)
    with pytest.raises(ChainDownError):
        chain.newest_is(log_id, 2, b"\x02" * 32)
    chain.submit(log_id, 2, b"\x02" * 32)
    chain.settle()
    assert chain.newest_is(log_id, 2, b"\x02" * 32)
    assert not chain.newest_is(log_id, 2, b"\x03" * 32)
    with pytest.raises(ChainDownError):
        chain.newest_is(log_id, 3, b"\x02" * 32)
    chain.submit(log_id, 3, b"\x03" * 32)
    chain.settle()
    # Anchored, and not the newest: nothing may be concluded from it.
    with pytest.raises(ChainDownError):
        chain.newest_is(log_id, 2, b"\x02" * 32)
    assert not chain.newest_is(log_id, 3, b"\x02" * 32)
