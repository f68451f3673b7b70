"""AnchorLog on a real node through AnchorClient: what is anchored, refused, read and proved."""

import random
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import pytest
import rlp
from eth_utils import keccak

from anchoring import hashing, tree
from anchoring.errors import AnchoringError
from contracts_chain import AnchorClient, AnchorRefused, LocalChain, anchor_log_address
from contracts_chain.contract_calls import anchor_slot, status_slot
from tests.ports.chain_rig import ORIGIN, anchor, ask, client_of, included, running_chain
from tests.ports.state_proof import trie_value


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalChain]:
    with running_chain(tmp_path_factory.mktemp("chain")) as started:
        yield started


@pytest.fixture
def client(chain: LocalChain) -> Iterator[AnchorClient]:
    """A new operator, funded, with the contract in place."""
    with client_of(chain.rpc_url, key=secrets.token_bytes(32)) as new:
        chain.fund(new.address)
        new.ensure_deployed()
        yield new


@pytest.fixture
def log_id(client: AnchorClient) -> bytes:
    return client.ensure_log(ORIGIN)


def test_deploying_is_idempotent_and_lands_where_it_was_computed(chain: LocalChain) -> None:
    with client_of(chain.rpc_url, key=secrets.token_bytes(32)) as first:
        chain.fund(first.address)
        record = first.ensure_deployed()
        assert (record.chain_id, record.address) == (chain.chain_id, anchor_log_address())
        assert first.ensure_deployed().transaction is None
    with client_of(chain.rpc_url, key=secrets.token_bytes(32)) as poor:
        assert poor.ensure_deployed().address == record.address


def test_opening_a_log_is_idempotent(client: AnchorClient) -> None:
    log_id = client.ensure_log(ORIGIN)
    assert client.ensure_log(ORIGIN) == log_id == client.log_id(ORIGIN)
    head = client.head(log_id)
    assert (head.count, head.size, head.operator) == (0, 0, client.address)
    assert client.head(b"\x01" * 32).operator == "0x" + 40 * "0"


def test_contract_and_hashing_agree_on_ids(
    chain: LocalChain, client: AnchorClient, log_id: bytes
) -> None:
    opener = bytes.fromhex(client.address[2:])
    assert hashing.log_id(opener=opener, origin=ORIGIN) == log_id
    call = {"to": client.contract, "data": "0x" + (keccak(b"home(bytes32)")[:4] + log_id).hex()}
    expected = hashing.home(
        chain_id=chain.chain_id, contract=bytes.fromhex(client.contract[2:]), log_id=log_id
    )
    assert ask(chain, "eth_call", call, "latest") == "0x" + expected.hex()


def test_an_anchor_is_recorded_and_becomes_final(client: AnchorClient, log_id: bytes) -> None:
    root = secrets.token_bytes(32)
    state = client.receipt(anchor(client, log_id, 5, root))
    assert state.state == "included"
    assert state.block is not None
    assert client.block(state.block.number) == state.block
    record = client.anchored(log_id, root)
    assert record is not None
    assert (record.size, record.ordinal) == (5, 1)
    assert (record.block, record.time) == (state.block.number, state.block.time)
    client.mine()
    assert client.final_block().number >= record.block
    assert client.anchored(log_id, root, block="finalized") == record
    assert client.anchored(log_id, secrets.token_bytes(32)) is None


def test_repeating_an_anchor_returns_its_transaction(
    chain: LocalChain, client: AnchorClient, log_id: bytes
) -> None:
    first, second = secrets.token_bytes(32), secrets.token_bytes(32)
    transaction = anchor(client, log_id, 5, first)
    later = anchor(client, log_id, 9, second)
    assert client.submit(log_id, 5, first) == transaction
    assert client.submit(log_id, 9, second) == later
    with client_of(chain.rpc_url, key=secrets.token_bytes(32)) as another:
        assert another.submit(log_id, 5, first) == transaction
    assert client.head(log_id).count == 2


@pytest.mark.parametrize(
    ("size", "root", "reason"),
    [
        (5, b"\x02" * 32, "SizeNotGrowing"),
        (4, b"\x02" * 32, "SizeNotGrowing"),
        (6, b"\x01" * 32, "RootAnchoredWithOtherSize"),
        (6 + 2**32, b"\x02" * 32, "StepTooLarge"),
    ],
)
def test_what_would_rewrite_history_is_refused_unsent(
    client: AnchorClient, log_id: bytes, size: int, root: bytes, reason: str
) -> None:
    anchor(client, log_id, 5, b"\x01" * 32)
    with pytest.raises(AnchorRefused) as refused:
        anchor(client, log_id, size, root)
    assert refused.value.reason == reason
    assert refused.value.permanent
    assert client.head(log_id).count == 1


def test_others_and_unopened_logs_are_refused(
    chain: LocalChain, client: AnchorClient, log_id: bytes
) -> None:
    with pytest.raises(AnchorRefused) as refused:
        client.submit(b"\x09" * 32, 1, b"\x01" * 32)
    assert refused.value.reason == "LogNotOpen"
    with client_of(chain.rpc_url, key=secrets.token_bytes(32)) as stranger:
        chain.fund(stranger.address)
        with pytest.raises(AnchorRefused) as refused:
            stranger.submit(log_id, 1, b"\x01" * 32)
    assert refused.value.reason == "NotOperator"


def test_a_key_without_funds_is_told_so(chain: LocalChain) -> None:
    with client_of(chain.rpc_url, key=secrets.token_bytes(32)) as poor:
        with pytest.raises(AnchorRefused) as refused:
            poor.ensure_log(ORIGIN)
        assert refused.value.reason == "insufficient-funds"
        assert not refused.value.permanent
        chain.fund(poor.address)
        assert poor.head(poor.ensure_log(ORIGIN)).operator == poor.address


def test_a_failed_transaction_says_why(
    chain: LocalChain, client: AnchorClient, log_id: bytes
) -> None:
    """Two sizes in flight, mined in the wrong order by a block producer that reordered a fork."""
    ask(chain, "evm_setAutomine", False)
    try:
        low = client.submit(log_id, 5, b"\x01" * 32)
        with client_of(chain.rpc_url) as other:
            chain.fund(other.address)
        ask(chain, "anvil_impersonateAccount", client.address)
        ask(chain, "anvil_dropTransaction", low)
        raw = ask(
            chain,
            "eth_sendTransaction",
            {
                "from": client.address,
                "to": client.contract,
                "gas": hex(100_000),
                "data": "0x"
                + (keccak(b"anchor(bytes32,uint64,bytes32)")[:4] + log_id + bytes(64)).hex(),
            },
        )
        ask(chain, "evm_mine")
    finally:
        ask(chain, "evm_setAutomine", True)
    state = client.receipt(raw)
    assert (state.state, state.reason) == ("failed", "SizeNotGrowing")
    assert client.receipt(low).state == "unknown"
    anchor(client, log_id, 5, b"\x01" * 32)
    assert client.head(log_id).size == 5


def test_many_threads_anchor_in_ascending_order(client: AnchorClient, log_id: bytes) -> None:
    roots = [secrets.token_bytes(32) for _ in range(12)]
    with ThreadPoolExecutor(4) as pool:
        for size, root in enumerate(roots, 1):
            jobs = [pool.submit(client.submit, log_id, size, root) for _ in range(4)]
            (transaction,) = {job.result() for job in jobs}
    included(client, transaction)
    assert client.head(log_id).count == len(roots)


@dataclass(frozen=True)
class Claim:
    """What verifyInclusion and the Python verifier are both asked."""

    size: int
    root: bytes
    entry: bytes
    index: int
    path: list[bytes]

    def holds_off_chain(self) -> bool:
        try:
            tree.verify_inclusion(
                leaf_hash=hashing.leaf_hash(self.entry),
                index=self.index,
                size=self.size,
                path=self.path,
                root=self.root,
            )
        except AnchoringError:
            return False
        return True

    def holds_on_chain(self, client: AnchorClient, log_id: bytes) -> bool:
        return client.verify_inclusion(
            log_id,
            size=self.size,
            root=self.root,
            entry=self.entry,
            index=self.index,
            path=self.path,
        )


def flipped(content: bytes, dice: random.Random) -> bytes:
    bit = dice.randrange(8 * len(content))
    return (int.from_bytes(content, "big") ^ (1 << bit)).to_bytes(len(content), "big")


def spoiled(claim: Claim, dice: random.Random) -> Claim:
    """Return ``claim`` with one thing wrong."""
    choices = [
        replace(claim, entry=flipped(claim.entry, dice)),
        replace(claim, root=flipped(claim.root, dice)),
        replace(claim, index=claim.index + dice.choice([-1, 1]) if claim.index else 1),
        replace(claim, index=claim.size + dice.randrange(3)),
        replace(claim, path=[*claim.path, dice.randbytes(32)]),
        replace(claim, path=claim.path[:-1] if claim.path else [dice.randbytes(32)]),
        replace(claim, entry=hashing.leaf_hash(claim.entry)),
    ]
    if claim.path:
        place = dice.randrange(len(claim.path))
        wrong = [*claim.path]
        wrong[place] = flipped(wrong[place], dice)
        choices.append(replace(claim, path=wrong))
    if len(claim.path) > 1:
        choices.append(replace(claim, path=claim.path[::-1]))
    return dice.choice(choices)


def test_the_contract_agrees_with_rfc_9162_proofs(client: AnchorClient, log_id: bytes) -> None:
    dice = random.Random(9162)
    entries = [dice.randbytes(32) for _ in range(1100)]
    leaf_hashes = [hashing.leaf_hash(entry) for entry in entries]
    sizes = sorted({1, 2, 3, 4, 5, 7, 8, 9, 1023, 1024, 1025, *dice.sample(range(1, 1100), 10)})
    for size in sizes:
        root = tree.root(leaf_hashes[:size])
        anchor(client, log_id, size, root)
        for index in {0, size - 1, *(dice.randrange(size) for _ in range(4))}:
            path = tree.inclusion_path(leaf_hashes[:size], index)
            claim = Claim(size, root, entries[index], index, path)
            assert claim.holds_off_chain()
            assert claim.holds_on_chain(client, log_id)
            for _ in range(3):
                wrong = spoiled(claim, dice)
                assert not wrong.holds_off_chain()
                assert not wrong.holds_on_chain(client, log_id), wrong
    # A sound proof of a checkpoint that was never anchored proves nothing.
    unanchored = tree.root(leaf_hashes[:600])
    claim = Claim(600, unanchored, entries[0], 0, tree.inclusion_path(leaf_hashes[:600], 0))
    assert claim.holds_off_chain()
    assert not claim.holds_on_chain(client, log_id)


def test_proof_material_proves_the_anchor_and_the_status_off_line(
    client: AnchorClient, log_id: bytes
) -> None:
    root, leaf_hash = secrets.token_bytes(32), secrets.token_bytes(32)
    anchor(client, log_id, 77, root)
    client.mine()
    record = client.anchored(log_id, root)
    assert record is not None
    final = client.final_block()
    proof = client.proof_material(log_id, root, leaf_hash, final.number)

    header = bytes.fromhex(proof["header"])
    assert keccak(header) == final.hash == bytes.fromhex(proof["block"]["hash"])
    fields = rlp.decode(header)
    assert len(fields) == 21
    assert int.from_bytes(fields[8], "big") == final.number == proof["block"]["number"]
    assert int.from_bytes(fields[11], "big") == final.time == proof["block"]["time"]
    nodes = {
        name: [bytes.fromhex(node) for node in proof[name]]
        for name in ("accountProof", "anchorProof", "statusProof")
    }
    address = bytes.fromhex(client.contract[2:])
    account = trie_value(fields[3], address, nodes["accountProof"])
    assert account is not None
    storage_root = rlp.decode(account)[2]
    slot = anchor_slot(log_id=log_id, root=root)
    word = trie_value(storage_root, slot, nodes["anchorProof"])
    assert word is not None
    packed = record.size | record.time << 64 | record.block << 128 | record.ordinal << 192
    assert int.from_bytes(rlp.decode(word), "big") == packed
    slot = status_slot(log_id=log_id, leaf_hash=leaf_hash)
    assert trie_value(storage_root, slot, nodes["statusProof"]) is None


def test_no_proof_is_made_of_what_is_not_there(client: AnchorClient, log_id: bytes) -> None:
    newest = client.final_block().number
    with pytest.raises(AnchorRefused) as refused:
        client.proof_material(log_id, b"\x01" * 32, b"\x02" * 32, newest)
    assert refused.value.reason == "not-anchored"
    with pytest.raises(AnchorRefused) as refused:
        client.proof_material(log_id, b"\x01" * 32, b"\x02" * 32, newest + 10_000)
    assert refused.value.reason == "block-missing"


def test_genesis_is_the_first_block(chain: LocalChain, client: AnchorClient) -> None:
    assert client.chain_id() == chain.chain_id
    assert client.genesis_hash() == client.block(0).hash
