"""What a real node's proofs say to somebody who asks no node: anchors, statuses, forks."""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from anchoring import tree
from anchoring.chain_proof import ProvedState, prove_state
from anchoring.chain_view import Block, StatusSlot
from anchoring.errors import BadStateProof
from anchoring.evidence_lists import AnchorRecord, build_anchor, parse_anchor
from anchoring.hashing import ZERO32, keccak256
from contracts_chain import AnchorClient, ChainSettings, LocalKeySigner
from contracts_chain.artifact import anchor_log_artifact
from tests.ports.chain_rig import ORIGIN, anchor
from tests.ports.contract_rig import Contract, Node, node_of
from tests.ports.party_keys import Document, P256Key, Party, Passkey

FAR = 4_000_000_000


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with node_of("osaka") as started:
        yield started


@pytest.fixture
def client(node: Node) -> Iterator[AnchorClient]:
    """A new operator, funded, with the contract in place."""
    chain = ChainSettings(name="local", rpc_urls=(node.url,), finality=1)
    new = AnchorClient(chain=chain, signer=LocalKeySigner(secrets.token_bytes(32)))
    try:
        node.ask("anvil_setBalance", new.address, hex(10**24))
        new.ensure_deployed()
        yield new
    finally:
        new.close()


@pytest.fixture
def log_id(client: AnchorClient) -> bytes:
    return client.ensure_log(ORIGIN)


def anchored(client: AnchorClient, log_id: bytes, leaves: list[bytes]) -> bytes:
    """Anchor a tree and return its root."""
    root = tree.root(leaves)
    anchor(client, log_id, len(leaves), root)
    return root


def newest(node: Node) -> int:
    return int(node.ask("eth_blockNumber"), 16)


def record_of(
    client: AnchorClient, node: Node, log_id: bytes, root: bytes, leaf: bytes, **more: Any
) -> AnchorRecord:
    """Return the evidence's record, proved as of the newest block."""
    slot = client.anchored(log_id, root)
    assert slot is not None
    material = client.proof_material(log_id, root, leaf, newest(node), **more)
    block = client.block(slot.block)
    assert block is not None
    place = {
        "chainId": int(node.ask("eth_chainId"), 16),
        "contract": client.contract[2:].lower(),
        "logId": log_id.hex(),
        "size": slot.size,
        "root": root.hex(),
        "transaction": None,
    }
    at = {"number": block.number, "hash": block.hash.hex(), "time": block.time}
    return parse_anchor(build_anchor({**material, **place, "block": at}))


def proved(record: AnchorRecord, leaf: bytes) -> ProvedState:
    state = prove_state(record, leaf_hash=leaf)
    assert state is not None
    return state


def test_an_anchor_and_an_empty_status_as_of_a_later_block(
    client: AnchorClient, node: Node, log_id: bytes
) -> None:
    leaves = [secrets.token_bytes(32) for _ in range(5)]
    early = anchored(client, log_id, leaves[:2])
    root = anchored(client, log_id, leaves)
    node.ask("anvil_mine", "0x3")
    absent = secrets.token_bytes(32)
    record = record_of(client, node, log_id, root, leaves[3], others=[early, absent])
    state = proved(record, leaves[3])
    raw = node.ask("eth_getBlockByNumber", hex(newest(node)), False)
    assert state.block == Block(
        number=record.block_number + 3,
        hash=bytes.fromhex(raw["hash"][2:]),
        time=int(raw["timestamp"], 16),
    )
    assert state.code_hash == keccak256(anchor_log_artifact().runtime_bytecode)
    assert set(state.anchors) == {root, early}
    for one, size in ((root, 5), (early, 2)):
        slot, kept = state.anchors[one], client.anchored(log_id, one)
        assert kept is not None
        assert (slot.size, slot.time, slot.block) == (size, kept.time, kept.block)
    assert state.status == StatusSlot(0, 0, 0, ZERO32)
    assert state.forked is False


def test_void_and_supersede_show_in_the_proof(
    client: AnchorClient, node: Node, log_id: bytes
) -> None:
    contract = Contract(node, client.contract)
    (home,) = contract.call("home", log_id)
    parties = [Party([Passkey("ines"), P256Key("recovery")]), Party([Passkey("tomas")])]
    old, ended, new = (Document(name, home, parties) for name in ("old", "ended", "new"))
    leaves = [old.leaf_hash, ended.leaf_hash, new.leaf_hash]
    root = anchored(client, log_id, leaves)

    def proof(index: int) -> tuple[object, ...]:
        return (len(leaves), root, index, tree.inclusion_path(leaves, index))

    contract.send(
        "voidDocument", log_id, ended.opening, proof(1), ended.signatures(deadline=FAR), FAR
    )
    contract.send(
        "supersedeDocument",
        *(log_id, old.opening, proof(0), new.leaf_hash, proof(2)),
        *(old.signatures(deadline=FAR, successor=new.leaf_hash), FAR),
    )
    expected = {old.leaf_hash: (2, new.leaf_hash), ended.leaf_hash: (1, ZERO32)}
    for leaf in leaves:
        state = proved(record_of(client, node, log_id, root, leaf), leaf)
        assert state.status is not None
        assert (state.status.code, state.status.successor) == expected.get(leaf, (0, ZERO32))
        assert (state.status.time > 0) is (leaf in expected)


def test_a_proved_fork_shows_in_the_proof(client: AnchorClient, node: Node, log_id: bytes) -> None:
    leaves = [secrets.token_bytes(32) for _ in range(3)]
    others = [secrets.token_bytes(32), *leaves[1:], secrets.token_bytes(32)]
    roots = [anchored(client, log_id, tree_of) for tree_of in (leaves, others)]
    sides = [
        (len(tree_of), root, 0, tree.inclusion_path(tree_of, 0))
        for tree_of, root in zip((leaves, others), roots, strict=True)
    ]
    Contract(node, client.contract).send(
        "proveFork", log_id, sides[0], leaves[0], sides[1], others[0]
    )
    assert proved(record_of(client, node, log_id, roots[0], leaves[0]), leaves[0]).forked is True


def test_a_proof_for_another_leaf_log_or_contract_proves_nothing(
    client: AnchorClient, node: Node, log_id: bytes
) -> None:
    leaves = [secrets.token_bytes(32) for _ in range(2)]
    root = anchored(client, log_id, leaves)
    record = record_of(client, node, log_id, root, leaves[0])
    assert proved(record, leaves[0]).anchors[root].size == 2
    for changed in (
        replace(record, log_id=secrets.token_bytes(32)),
        replace(record, contract=secrets.token_bytes(20)),
        replace(record, root=secrets.token_bytes(32)),
        replace(record, block_number=record.block_number + 1_000_000),
        replace(record, header=None),
        replace(record, anchor_proof=None),
        replace(record, header=(record.header or b"")[:-1] + b"\x01"),
    ):
        with pytest.raises(BadStateProof):
            prove_state(changed, leaf_hash=leaves[0])
