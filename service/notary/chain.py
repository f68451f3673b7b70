"""The port to the chain that holds the log's anchors."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class ChainBlock:
    """One block: its number, its 32-byte hash, its time in Unix seconds UTC."""

    number: int
    hash: bytes
    time: int


@dataclass(frozen=True)
class ChainHead:
    """The log as the contract has it: whether it is open, the newest anchored size, its operator.

    ``operator``: the 20-byte address that may anchor, zero while the log is not open.
    """

    is_open: bool
    size: int
    operator: bytes


@dataclass(frozen=True)
class ChainAnchor:
    """An anchor in the contract: its size, block number, and block time in Unix seconds."""

    size: int
    block: int
    time: int


@dataclass(frozen=True)
class ChainTransaction:
    """How far a transaction is; ``unknown``: the node lost it, and it may be sent again."""

    state: Literal["pending", "included", "failed", "unknown"]
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class ChainHealth:
    """How a chain's nodes are: how many are asked, answer, and contradict or lag behind the rest.

    ``balance_is_low``: the operator's account is below the bound set for this chain.
    """

    nodes: int
    answering: int
    disagreeing: int
    balance_is_low: bool


@dataclass(frozen=True)
class DocumentEnding:
    """That a document is voided (code 1) or superseded (2): since when, in Unix seconds, by what.

    ``successor``: the leaf hash of the document in its place, None for a void.
    """

    code: int
    time: int
    successor: bytes | None


class AnchorChain(ABC):
    """One chain, one AnchorLog contract on it, and the key of this log's operator.

    Errors: ChainDownError when the chain did not answer (nothing is then known about what it
    did), ChainRefusedError when its answer is no.
    Idempotence: every call may be repeated at any moment, also after ChainDownError and after a
    restart; ``submit`` never anchors twice, and ``open_log`` opens one log.
    Durability: what ``final_block`` covers is never taken back by the chain. A chain of our own
    may lose what came after ``settle`` last returned; so nothing newer than that is shown.
    Concurrency: any thread may call; one process at a time submits.
    Time: every call is bounded; an adapter waits for inclusion in ``open_log`` alone.
    """

    @property
    @abstractmethod
    def operator(self) -> bytes:
        """The 20-byte address of the key that anchors here; needs no chain."""

    @property
    @abstractmethod
    def contract(self) -> bytes:
        """AnchorLog's 20-byte address; needs no chain."""

    @property
    @abstractmethod
    def is_our_own(self) -> bool:
        """Whether this installation runs the chain, so that no other node knows better."""

    @abstractmethod
    def chain_id(self) -> int:
        """Return the chain's id."""

    @abstractmethod
    def genesis_hash(self) -> bytes:
        """Return the 32-byte hash of the chain's first block."""

    @abstractmethod
    def open_log(self, origin: str) -> bytes:
        """Make sure that contract and our own key's log of ``origin`` are there; return its id."""

    @abstractmethod
    def head(self, log_id: bytes) -> ChainHead:
        """Return the log's newest state; not open where contract or log is missing."""

    @abstractmethod
    def submit(self, log_id: bytes, size: int, root: bytes) -> str:
        """Send the anchor of (size, root) and return its transaction, without waiting for it.

        If exactly that is anchored already, returns the transaction that did it, or "" if nobody
        can tell. Repeating it while it is stuck may send it again at a higher fee, under a new
        hash.
        """

    @abstractmethod
    def transaction(self, transaction: str) -> ChainTransaction:
        """Return how far a transaction is."""

    @abstractmethod
    def anchored(self, log_id: bytes, root: bytes) -> ChainAnchor | None:
        """Return the anchor of ``root`` in the contract's newest state, None if absent."""

    @abstractmethod
    def newest_is(self, log_id: bytes, size: int, root: bytes) -> bool:
        """Return whether ``root`` is the anchor of ``size`` leaves, the newest of the log.

        One answer, as of one block; two questions may be answered by two nodes, one of them
        behind. ChainDownError while no block is seen where the newest anchor has that size.
        """

    @abstractmethod
    def settle(self) -> None:
        """On a chain of our own, make the newest block final and durable; elsewhere nothing."""

    @abstractmethod
    def final_block(self) -> ChainBlock:
        """Return the newest block that the chain will not take back."""

    @abstractmethod
    def block(self, number: int) -> ChainBlock | None:
        """Return one block of the present chain, None if there is none."""

    @abstractmethod
    def proof_material(
        self,
        log_id: bytes,
        root: bytes,
        leaf_hash: bytes,
        block: int,
        *,
        others: Sequence[bytes] = (),
    ) -> dict[str, Any]:
        """Return what proves the anchor and the leaf's status off line, as of ``block``.

        ``others``: further roots, of which those anchored by then are proved too.

        JSON-ready: ``block``, ``header``, ``accountProof``, ``anchorProof``, ``statusProof``.
        ChainRefusedError (state-unavailable) if nobody keeps the state of that block any more.
        """

    @abstractmethod
    def health(self) -> ChainHealth:
        """Ask every node how it is; ChainDownError if too few answer to say anything."""

    @abstractmethod
    def endings(
        self, log_id: bytes, leaf_hashes: Sequence[bytes], block: int
    ) -> Mapping[bytes, DocumentEnding]:
        """Return those of ``leaf_hashes`` that are ended in the state of ``block``, at most 500.

        ChainRefusedError (state-unavailable) if nobody keeps the state of that block any more.
        """
