"""Voiding, superseding, attesting and proving forks on real nodes, with keys that Python holds.

What each call hashes is made by `anchoring` and by other libraries, so both sides must agree.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pytest
from eth_utils import keccak

from anchoring import hashing, tree
from contracts_chain.contract_calls import anchor_slot, status_slot
from tests.ports.contract_rig import OPERATOR, Contract, RevertedError, contract_on
from tests.ports.party_keys import Document, P256Key, Party, Passkey, Wallet, fixed

DEADLINE = 2**63
SIZE = 11


@pytest.fixture(scope="module", params=["osaka", "prague"])
def contract(request: pytest.FixtureRequest) -> Iterator[Contract]:
    """AnchorLog where the chain checks P-256, and where Solidity has to."""
    with contract_on(request.param) as deployed:
        yield deployed


@dataclass
class Log:
    """A log of the test's own, with a few leaves around those that matter."""

    contract: Contract
    log_id: bytes
    leaves: list[bytes]

    @property
    def home(self) -> bytes:
        return bytes(self.contract.call("home", self.log_id)[0])

    def anchor(self) -> None:
        size, root = len(self.leaves), tree.root(self.leaves)
        self.contract.send("anchor", self.log_id, size, root, sender=OPERATOR)

    def proof(self, leaf_hash: bytes) -> tuple[object, ...]:
        """Return the InclusionProof of a leaf against the newest checkpoint."""
        index = self.leaves.index(leaf_hash)
        path = tree.inclusion_path(self.leaves, index)
        return (len(self.leaves), tree.root(self.leaves), index, path)


@pytest.fixture
def log(contract: Contract) -> Log:
    origin_hash = keccak(secrets.token_bytes(16))
    contract.send("openLog", origin_hash, sender=OPERATOR)
    (log_id,) = contract.call("logIdOf", OPERATOR, origin_hash)
    return Log(contract, bytes(log_id), [secrets.token_bytes(32) for _ in range(SIZE)])


@pytest.fixture
def parties(contract: Contract) -> list[Party]:
    """Three parties: a passkey with a recovery key, a wallet, a P-256 key."""
    chain_id = int(contract.node.ask("eth_chainId"), 16)
    return [
        Party([Passkey("Ana"), P256Key("Ana's paper")]),
        Party([Wallet("Ben", chain_id, contract.address)]),
        Party([P256Key("Cid")]),
    ]


def status(log: Log, leaf_hash: bytes) -> int:
    return int(log.contract.call("statusOf", log.log_id, leaf_hash)[0])


def test_all_parties_void_a_document(log: Log, parties: list[Party]) -> None:
    document = Document("deed", log.home, parties)
    (entry,) = log.contract.call(
        "documentEntry",
        log.log_id,
        document.opening,
        hashing.parties_root([hashing.party_commit(each.key_commits) for each in parties]),
    )
    assert entry == document.entry
    (digest,) = log.contract.call(
        "statusDigest", log.log_id, document.leaf_hash, bytes(32), DEADLINE
    )
    assert digest == hashing.status_digest(
        home=log.home, leaf_hash=document.leaf_hash, deadline=DEADLINE
    )
    log.leaves[4] = document.leaf_hash
    log.anchor()
    signatures = document.signatures(deadline=DEADLINE)
    arguments = (log.log_id, document.opening, log.proof(document.leaf_hash))
    log.contract.send("voidDocument", *arguments, signatures, DEADLINE)
    assert status(log, document.leaf_hash) == 1

    slot = status_slot(log_id=log.log_id, leaf_hash=document.leaf_hash)
    word = log.contract.node.ask(
        "eth_getStorageAt", log.contract.address, "0x" + slot.hex(), "latest"
    )
    code, time, number = log.contract.call("statusOf", log.log_id, document.leaf_hash)
    assert int(word, 16) == code | time << 8 | number << 72
    with pytest.raises(RevertedError) as refused:
        log.contract.send("voidDocument", *arguments, signatures, DEADLINE)
    assert refused.value.name == "StatusAlreadySet"


def test_a_party_speaks_with_any_of_its_keys(log: Log, parties: list[Party]) -> None:
    parties[0] = parties[0].speaking_with(1)
    document = Document("deed", log.home, parties)
    log.leaves[0] = document.leaf_hash
    log.anchor()
    log.contract.send(
        "voidDocument",
        log.log_id,
        document.opening,
        log.proof(document.leaf_hash),
        document.signatures(deadline=DEADLINE),
        DEADLINE,
    )
    assert status(log, document.leaf_hash) == 1


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_without_one_party_nothing_happens(log: Log, parties: list[Party], missing: int) -> None:
    document = Document("deed", log.home, parties)
    log.leaves[4] = document.leaf_hash
    log.anchor()
    signatures = document.signatures(deadline=DEADLINE)
    other = Document("other", log.home, parties).signatures(deadline=DEADLINE)
    signatures[missing] = other[missing]
    proof = log.proof(document.leaf_hash)
    with pytest.raises(RevertedError, match=f"party {missing}") as refused:
        log.contract.send("voidDocument", log.log_id, document.opening, proof, signatures, DEADLINE)
    assert refused.value.name == "SignatureInvalid"
    del signatures[missing]
    with pytest.raises(RevertedError) as refused:
        log.contract.send("voidDocument", log.log_id, document.opening, proof, signatures, DEADLINE)
    assert refused.value.name == "NotIncluded"
    assert status(log, document.leaf_hash) == 0


def test_a_chain_of_successors_is_followed(log: Log, parties: list[Party]) -> None:
    documents = [Document(f"deed {number}", log.home, parties) for number in range(3)]
    for place, document in zip((2, 5, 9), documents, strict=True):
        log.leaves[place] = document.leaf_hash
    log.anchor()
    for old, new in pairwise(documents):
        signatures = old.signatures(deadline=DEADLINE, successor=new.leaf_hash)
        log.contract.send(
            "supersedeDocument",
            log.log_id,
            old.opening,
            log.proof(old.leaf_hash),
            new.leaf_hash,
            log.proof(new.leaf_hash),
            signatures,
            DEADLINE,
        )
    first, second, third = (document.leaf_hash for document in documents)
    assert log.contract.call("resolve", log.log_id, first, 1) == (second, 2, False)
    assert log.contract.call("resolve", log.log_id, first, 2) == (third, 0, True)
    codes, times, successors = log.contract.call("statusesOf", log.log_id, [first, second, third])
    assert (codes, successors) == ((2, 2, 0), (second, third, bytes(32)))
    assert times[0]
    assert not times[2]


def test_a_statement_is_attested_since_its_anchor(log: Log) -> None:
    statement, salt, subject = (secrets.token_bytes(32) for _ in range(3))
    assertion = Passkey("Ana").assertion(statement)
    entry = hashing.statement_entry(
        salt=salt,
        subject=subject,
        statement_sha256=statement,
        attestation_hash=assertion.hash,
    )
    leaf_hash = hashing.leaf_hash(entry)
    log.leaves[6] = leaf_hash
    log.anchor()
    (record,) = log.contract.call("anchorsOf", log.log_id, [tree.root(log.leaves)])[0]
    arguments = (salt, subject, statement, assertion.struct)
    proof = log.proof(leaf_hash)
    answer = log.contract.call("verifyAttestation", log.log_id, proof, *arguments)
    assert answer == (True, record[1], record[2])
    log.contract.node.ask("anvil_mine", "0x5")
    assert log.contract.call("verifyAttestation", log.log_id, proof, *arguments) == answer
    other = (secrets.token_bytes(32), *arguments[1:])
    assert log.contract.call("verifyAttestation", log.log_id, proof, *other) == (False, 0, 0)


def test_consistency_agrees_with_the_python_side(log: Log) -> None:
    sizes = [1, 2, 3, 4, 7, 8, 11]
    leaves = log.leaves
    for size in sizes:
        log.leaves = leaves[:size]
        log.anchor()
    for size1 in sizes:
        for size2 in (size for size in sizes if size >= size1):
            path = tree.consistency_path(leaves[:size2], size1)
            roots = tree.root(leaves[:size1]), tree.root(leaves[:size2])
            asked = (log.log_id, size1, roots[0], size2, roots[1], path)
            assert log.contract.call("verifyConsistency", *asked) == (True,)
            longer = (*asked[:-1], [*path, bytes(32)])
            assert log.contract.call("verifyConsistency", *longer) == (False,)


def test_a_fork_is_marked_for_ever(log: Log) -> None:
    log.anchor()
    honest = (log.proof(log.leaves[3]), log.leaves[3])
    log.leaves = [*log.leaves[:3], fixed("rewritten"), *log.leaves[4:], fixed("more")]
    log.anchor()
    rewritten = (log.proof(log.leaves[3]), log.leaves[3])
    assert log.contract.call("forked", log.log_id) == (False,)
    log.contract.send("proveFork", log.log_id, *honest, *rewritten)
    assert log.contract.call("forked", log.log_id) == (True,)
    with pytest.raises(RevertedError) as refused:
        log.contract.send("proveFork", log.log_id, *rewritten, *honest)
    assert refused.value.name == "ForkAlreadyProved"


def test_a_log_is_handed_over_in_two_steps(log: Log) -> None:
    heir = "0x" + "0e" * 20
    log.contract.node.ask("anvil_setBalance", heir, hex(10**20))
    log.contract.send("offerOperator", log.log_id, heir, sender=OPERATOR)
    assert log.contract.call("pendingOperatorOf", log.log_id) == (heir,)
    log.anchor()
    log.contract.send("acceptOperator", log.log_id, sender=heir)
    with pytest.raises(RevertedError) as refused:
        log.contract.send("anchor", log.log_id, SIZE + 1, fixed("next"), sender=OPERATOR)
    assert refused.value.name == "NotOperator"
    log.contract.send("anchor", log.log_id, SIZE + 1, fixed("next"), sender=heir)
    slot = anchor_slot(log_id=log.log_id, root=fixed("next"))
    word = log.contract.node.ask(
        "eth_getStorageAt", log.contract.address, "0x" + slot.hex(), "latest"
    )
    assert int(word, 16) & 2**64 - 1 == SIZE + 1
