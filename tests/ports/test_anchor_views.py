"""Every change and every question of AnchorLog through the client, on anvil and on Hardhat."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from anchoring import hashing, tree
from contracts_chain import (
    AnchorClient,
    AnchorRefused,
    DocumentOpening,
    InclusionProof,
    LocalKeySigner,
    PartySignature,
    WebAuthnAssertion,
)
from tests.chaos.nodes import ChainNode, start_node
from tests.ports.chain_rig import ORIGIN, anchor, client_with, included
from tests.ports.party_keys import Document, P256Key, Party, Passkey, fixed

DEADLINE = 2**62
SIZE = 7


@pytest.fixture(scope="module", params=["anvil", "hardhat"])
def node(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ChainNode]:
    started = start_node(request.param, tmp_path_factory.mktemp(request.param))
    started.calm_down()
    yield started
    started.stop()


def new_client(node: ChainNode) -> AnchorClient:
    signer = LocalKeySigner(secrets.token_bytes(32))
    node.set_balance(signer.address, 10**20)
    return client_with(signer, node.url)


@dataclass
class Log:
    """A log of the test's own, opened by its client."""

    client: AnchorClient
    log_id: bytes
    leaves: list[bytes]

    @property
    def home(self) -> bytes:
        return hashing.home(
            chain_id=self.client.chain_id(),
            contract=bytes.fromhex(self.client.contract[2:]),
            log_id=self.log_id,
        )

    @property
    def root(self) -> bytes:
        return bytes(tree.root(self.leaves))

    def anchor(self) -> None:
        anchor(self.client, self.log_id, len(self.leaves), self.root)

    def proof(self, leaf_hash: bytes) -> InclusionProof:
        index = self.leaves.index(leaf_hash)
        path = tuple(tree.inclusion_path(self.leaves, index))
        return InclusionProof(size=len(self.leaves), root=self.root, index=index, path=path)


@pytest.fixture
def log(node: ChainNode) -> Iterator[Log]:
    with new_client(node) as client:
        client.ensure_deployed()
        log_id = client.ensure_log(ORIGIN)
        yield Log(client, log_id, [secrets.token_bytes(32) for _ in range(SIZE)])


def opening_of(document: Document) -> DocumentOpening:
    content, agreement_ref, transcript = document.opening
    return DocumentOpening(content=content, agreement_ref=agreement_ref, transcript=transcript)


def signatures_of(document: Document, digest: bytes) -> list[PartySignature]:
    signatures = []
    for party in document.parties:
        commits, position, kind, salt, rp_id_hash, x, y, signature = party.signature(digest)
        signatures.append(
            PartySignature(
                key_commits=tuple(commits),
                position=position,
                key_type=kind,
                key_salt=salt,
                rp_id_hash=rp_id_hash,
                x=x,
                y=y,
                signature=signature,
            )
        )
    return signatures


def parties() -> list[Party]:
    return [Party([Passkey("Ana"), P256Key("Ana's paper")]), Party([P256Key("Cid")])]


def void(log: Log, document: Document, *, deadline: int = DEADLINE) -> str:
    digest = log.client.status_digest(log.log_id, document.leaf_hash, deadline=deadline)
    return log.client.void_document(
        log.log_id,
        document.leaf_hash,
        opening=opening_of(document),
        proof=log.proof(document.leaf_hash),
        parties=signatures_of(document, digest),
        deadline=deadline,
    )


def test_a_log_changes_hands_in_two_steps(node: ChainNode, log: Log) -> None:
    with new_client(node) as heir:
        with pytest.raises(AnchorRefused) as refused:
            heir.accept_operator(log.log_id)
        assert (refused.value.reason, refused.value.permanent) == ("NotOffered", False)
        included(log.client, log.client.offer_operator(log.log_id, heir.address))
        assert log.client.pending_operator(log.log_id) == heir.address
        assert log.client.offer_operator(log.log_id, heir.address) == ""
        included(log.client, log.client.offer_operator(log.log_id, None))
        assert log.client.pending_operator(log.log_id) is None
        assert log.client.offer_operator(log.log_id, None) == ""

        included(log.client, log.client.offer_operator(log.log_id, heir.address))
        included(heir, heir.accept_operator(log.log_id))
        assert heir.accept_operator(log.log_id) == ""
        assert heir.head(log.log_id).operator == heir.address
        anchor(heir, log.log_id, SIZE, log.root)
        with pytest.raises(AnchorRefused) as refused:
            log.client.submit(log.log_id, SIZE + 1, b"\x01" * 32)
        assert (refused.value.reason, refused.value.permanent) == ("NotOperator", True)


def test_anchors_are_consistent_and_read_in_one_go(log: Log) -> None:
    earlier = (4, bytes(tree.root(log.leaves[:4])))
    anchor(log.client, log.log_id, *earlier)
    log.anchor()
    path = tree.consistency_path(log.leaves, 4)
    later = (SIZE, log.root)
    assert log.client.verify_consistency(log.log_id, earlier=earlier, later=later, path=path)
    assert not log.client.verify_consistency(log.log_id, earlier=later, later=earlier, path=path)
    records = log.client.anchors_of(log.log_id, [log.root, bytes(32), earlier[1]])
    assert records == [
        log.client.anchored(log.log_id, log.root),
        None,
        log.client.anchored(log.log_id, earlier[1]),
    ]
    assert log.client.verify_inclusion(
        log.log_id,
        size=SIZE,
        root=log.root,
        entry=b"\x01" * 32,
        index=0,
        path=list(tree.inclusion_path(log.leaves, 0)),
    ) == (log.leaves[0] == hashing.leaf_hash(b"\x01" * 32))


def test_a_fork_is_marked_once_and_an_honest_log_never(node: ChainNode, log: Log) -> None:
    log.anchor()
    honest = log.proof(log.leaves[2])
    leaf = log.leaves[2]
    with new_client(node) as anybody:
        with pytest.raises(AnchorRefused) as refused:
            anybody.prove_fork(log.log_id, honest, leaf, honest, leaf)
        assert refused.value.reason == "NotAFork"
        assert not anybody.is_forked(log.log_id)
        log.leaves[2] = b"\x66" * 32
        log.leaves.append(b"\x67" * 32)
        log.anchor()
        other = log.proof(log.leaves[2])
        included(anybody, anybody.prove_fork(log.log_id, honest, leaf, other, log.leaves[2]))
        assert anybody.is_forked(log.log_id)
        assert anybody.prove_fork(log.log_id, honest, leaf, other, log.leaves[2]) == ""


def test_all_parties_void_a_document_once(log: Log) -> None:
    document = Document("deed", log.home, parties())
    log.leaves[3] = document.leaf_hash
    log.anchor()
    parties_root = hashing.parties_root(
        [hashing.party_commit(each.key_commits) for each in document.parties]
    )
    entry = log.client.document_entry(log.log_id, opening_of(document), parties_root)
    assert entry == document.entry
    assert log.client.status_of(log.log_id, document.leaf_hash).code == 0
    transaction = void(log, document)
    included(log.client, transaction)
    status = log.client.status_of(log.log_id, document.leaf_hash)
    block = log.client.receipt(transaction).block
    assert block is not None
    assert (status.code, status.time, status.successor) == (1, block.time, None)
    assert void(log, document) == ""
    assert log.client.head(log.log_id).count == 1


def test_what_the_parties_did_not_sign_is_refused(log: Log) -> None:
    document = Document("deed", log.home, parties())
    log.leaves[3] = document.leaf_hash
    log.anchor()
    for digest, deadline, reason in (
        (b"\x01" * 32, DEADLINE, "SignatureInvalid"),
        (None, 1, "DeadlinePassed"),
    ):
        signed = digest or log.client.status_digest(
            log.log_id, document.leaf_hash, deadline=deadline
        )
        with pytest.raises(AnchorRefused) as refused:
            log.client.void_document(
                log.log_id,
                document.leaf_hash,
                opening=opening_of(document),
                proof=log.proof(document.leaf_hash),
                parties=signatures_of(document, signed),
                deadline=deadline,
            )
        assert (refused.value.reason, refused.value.permanent) == (reason, True)
    assert log.client.status_of(log.log_id, document.leaf_hash).code == 0


def test_a_superseded_document_leads_to_the_newest(log: Log) -> None:
    chain = [Document(name, log.home, parties()) for name in ("first", "second", "third")]
    for place, document in enumerate(chain):
        log.leaves[place + 1] = document.leaf_hash
    log.anchor()

    def supersede(old: Document, new: Document) -> str:
        digest = log.client.status_digest(
            log.log_id, old.leaf_hash, successor=new.leaf_hash, deadline=DEADLINE
        )
        return log.client.supersede_document(
            log.log_id,
            old.leaf_hash,
            opening=opening_of(old),
            proof=log.proof(old.leaf_hash),
            successor=new.leaf_hash,
            successor_proof=log.proof(new.leaf_hash),
            parties=signatures_of(old, digest),
            deadline=DEADLINE,
        )

    for old, new in ((chain[0], chain[1]), (chain[1], chain[2])):
        included(log.client, supersede(old, new))
        assert supersede(old, new) == ""
    included(log.client, void(log, chain[2]))
    first, third = chain[0].leaf_hash, chain[2].leaf_hash
    found = log.client.resolve(log.log_id, first, max_steps=5)
    assert (found.newest, found.code, found.complete) == (third, 1, True)
    found = log.client.resolve(log.log_id, first, max_steps=1)
    assert (found.newest, found.complete) == (chain[1].leaf_hash, False)
    statuses = log.client.statuses_of(log.log_id, [log.leaves[0], first, third])
    assert [(each.code, each.successor) for each in statuses] == [
        (0, None),
        (2, chain[1].leaf_hash),
        (1, None),
    ]
    with pytest.raises(AnchorRefused) as refused:
        supersede(chain[0], chain[2])
    assert refused.value.reason == "StatusAlreadySet"


def test_a_passkey_s_signature_is_found_in_the_log(log: Log) -> None:
    statement_hash, salt, subject = fixed("statement"), fixed("salt"), fixed("subject")
    made = Passkey("Ana").assertion(statement_hash)
    entry = hashing.statement_entry(
        salt=salt, subject=subject, statement_sha256=statement_hash, attestation_hash=made.hash
    )
    log.leaves[5] = hashing.leaf_hash(entry)
    log.anchor()
    assertion = WebAuthnAssertion(
        x=made.x,
        y=made.y,
        r=made.r,
        s=made.s,
        authenticator_data=made.authenticator_data,
        client_data_json=made.client_data,
    )
    proof = log.proof(log.leaves[5])
    told = {"salt": salt, "subject": subject, "assertion": assertion}
    found = log.client.verify_attestation(log.log_id, proof, statement_hash=statement_hash, **told)
    record = log.client.anchored(log.log_id, log.root)
    assert record is not None
    assert (found.valid, found.time, found.block) == (True, record.time, record.block)
    found = log.client.verify_attestation(
        log.log_id, proof, statement_hash=fixed("another"), **told
    )
    assert (found.valid, found.time, found.block) == (False, 0, 0)
