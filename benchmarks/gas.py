"""Gas a document: one anchor for all of them, beside contracts that record each one.

Everything stands on one chain in one run. Gas is exact and the same on every machine. A whole
transaction counts, its base of 21,000 included; putting a contract on the chain does not.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice

from anchoring.hashing import leaf_hash
from anchoring.tree import root
from benchmarks import peer_contracts
from benchmarks.gas_views import view_rows
from benchmarks.rows import Row, beside, within
from benchmarks.spending import Payer, payer_on_a_fresh_chain
from contracts_chain.artifact import anchor_log_artifact
from contracts_chain.contract_calls import call_data, keccak256

COUNTS = (1, 100, 1_000, 10_000)
# The most documents in one transaction of a peer's: 16.7 million gas is what one may use.
_BULK = 500
# A transaction a document costs the same each time, but for its hash's zero bytes; the mean of
# so many stands for any number.
_SINGLES = 100


@dataclass(frozen=True)
class _Peer:
    """One way of recording documents: ``spend`` returns the gas of recording all it is given."""

    name: str
    spend: Callable[[Sequence[bytes]], int]
    bulk: bool


def rows() -> Iterator[Row]:
    """Measure everything that has to do with gas."""
    with payer_on_a_fresh_chain() as payer:
        contract, _ = payer.deploy(anchor_log_artifact().bytecode)
        origin_hash = keccak256(b"log.example/figures")
        opened = payer.spend(contract, call_data("openLog", origin_hash))
        log_id = payer.answer(contract, call_data("logIdOf", payer.address, origin_hash))
        anchors = _anchors(payer, contract, log_id)
        yield within("gas: anchor, dearest call data", max(anchors.values()), "gas", "≤ 54000")
        yield beside(
            "gas: openLog, once for a log's whole life", opened, "gas", "one anchor", anchors[1]
        )
        peers = _peers(payer)
        # No contract takes the same hash twice.
        fresh = map(dense_hash, count(max(COUNTS) ** 2))
        for documents in COUNTS:
            for peer in peers:
                yield _document_row(peer, documents, fresh, anchors[documents])
        yield from view_rows(payer, contract)


def dense_hash(number: int) -> bytes:
    """Return a fixed hash without a zero byte: the dearest call data a hash can be."""
    return hashlib.sha256(b"document %d" % number).digest().replace(b"\0", b"\1")


def _anchors(payer: Payer, contract: str, log_id: bytes) -> dict[int, int]:
    """Return the gas of the anchor over each number of documents, 0 for the dearest there is."""
    gas: dict[int, int] = {}
    leaves: list[bytes] = []
    for documents in COUNTS:
        leaves += [leaf_hash(dense_hash(len(leaves) + at)) for at in range(documents)]
        anchor = call_data("anchor", log_id, len(leaves), root(leaves))
        gas[documents] = payer.spend(contract, anchor)
    gas[0] = payer.spend(contract, call_data("anchor", log_id, 0xF1F2F3F4, dense_hash(0)))
    return gas


def _document_row(peer: _Peer, documents: int, fresh: Iterator[bytes], anchor: int) -> Row:
    recorded = list(islice(fresh, documents if peer.bulk else min(documents, _SINGLES)))
    return beside(
        f"gas: a document, {documents:,} in one anchor",
        anchor / documents,
        "gas a document",
        peer.name,
        peer.spend(recorded) / len(recorded),
    )


def _peers(payer: Payer) -> list[_Peer]:
    registry, _ = payer.deploy(peer_contracts.schema_registry_code())
    eas, _ = payer.deploy(peer_contracts.eas_code(registry))
    register, schema = peer_contracts.register_schema()
    payer.spend(registry, register)
    release_2, release_4 = (
        payer.deploy(code)[0] for code in peer_contracts.store_codes(payer.address)
    )
    name, (name_2, name_4) = peer_contracts.eas_name(), peer_contracts.store_names()

    def issue(document: bytes) -> bytes:
        return peer_contracts.call("issue(bytes32)", document)

    def stamp(document: bytes) -> bytes:
        return peer_contracts.call("timestamp(bytes32)", document)

    def one_by_one(contract: str, make: Callable[[bytes], bytes]) -> Callable[..., int]:
        return lambda documents: payer.spend_all(contract, [make(one) for one in documents])

    def in_bulk(contract: str, make: Callable[[list[bytes]], bytes]) -> Callable[..., int]:
        return lambda documents: payer.spend_all(
            contract,
            [make(list(documents[at : at + _BULK])) for at in range(0, len(documents), _BULK)],
        )

    return [
        _Peer(
            f"{name} attest, 32 bytes",
            one_by_one(eas, lambda one: peer_contracts.attest(schema, one)),
            bulk=False,
        ),
        _Peer(f"{name} timestamp", one_by_one(eas, stamp), bulk=False),
        _Peer(
            f"{name} multiTimestamp",
            in_bulk(eas, lambda some: peer_contracts.call("multiTimestamp(bytes32[])", some)),
            bulk=True,
        ),
        _Peer(f"{name_2} issue", one_by_one(release_2, issue), bulk=False),
        _Peer(
            f"{name_2} bulkIssue",
            in_bulk(release_2, lambda some: peer_contracts.call("bulkIssue(bytes32[])", some)),
            bulk=True,
        ),
        _Peer(f"{name_4} issue", one_by_one(release_4, issue), bulk=False),
        _Peer(
            f"{name_4} multicall of issue",
            in_bulk(
                release_4,
                lambda some: peer_contracts.call(
                    "multicall(bytes[])", [issue(one) for one in some]
                ),
            ),
            bulk=True,
        ),
    ]
