"""A chain in memory with AnchorLog's rules, which can fail in every way a real one does."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from anchoring.hashing import keccak256, log_id, sha256
from service.notary.chain import (
    AnchorChain,
    ChainAnchor,
    ChainBlock,
    ChainHead,
    ChainHealth,
    ChainTransaction,
    DocumentEnding,
)
from service.notary.errors import ChainDownError, ChainRefusedError

_FIRST_TIME = 1_770_000_000
_BLOCK_SECONDS = 12

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class _Anchored:
    log_id: bytes
    size: int
    root: bytes
    transaction: str


@dataclass
class _Block:
    hash: bytes
    opened: dict[bytes, bytes] = field(default_factory=dict)
    anchors: list[_Anchored] = field(default_factory=list)
    ended: dict[tuple[bytes, bytes], DocumentEnding] = field(default_factory=dict)


class MemoryChain(AnchorChain):
    """An AnchorChain for tests and trials; it is gone with the process.

    ``mines_at_once``: a submitted transaction is in a block when ``submit`` returns; otherwise
    ``mine`` does it. ``finality``: how many blocks must follow one before it is final.
    ``down``: every call fails without doing anything. ``told``: what ``health`` answers.
    ``behind``: by how many blocks the node lags that answers a method, by the method's name: head,
    anchored or newest_is.
    ``fault``: called with the method's name and False before, True after each change, so that a
    test can raise at either moment.
    """

    def __init__(
        self,
        *,
        our_own: bool = True,
        mines_at_once: bool = True,
        finality: int = 1,
        chain_id: int = 77_001,
        operator: bytes = bytes(range(20)),
    ) -> None:
        self.down = False
        self.told = ChainHealth(nodes=1, answering=1, disagreeing=0, balance_is_low=False)
        self.behind: dict[str, int] = {}
        self.fault: Callable[[str, bool], None] = lambda _method, _done: None
        self.mines_at_once = mines_at_once
        self.finality = finality
        self.refusal: ChainRefusedError | None = None
        self.fails_next_transaction = False
        self.keeps_old_states = True
        self.transactions_sent = 0
        self._our_own = our_own
        self._chain_id = chain_id
        self._operator = operator
        self._mutex = threading.RLock()
        self._forks = 0
        self._pool: list[_Anchored] = []
        self._failed: dict[str, str] = {}
        self._saved = 1
        self._blocks = [_Block(sha256(b"genesis" + chain_id.to_bytes(8, "big")))]

    @property
    def operator(self) -> bytes:
        """The operator's address."""
        return self._operator

    @property
    def contract(self) -> bytes:
        """A fixed address."""
        return sha256(b"AnchorLog")[:20]

    @property
    def is_our_own(self) -> bool:
        """Whether it plays this installation's own chain."""
        return self._our_own

    def chain_id(self) -> int:
        """Return the chain's id; our own chain's is known while it is down."""
        return self._chain_id if self._our_own else self._answer(lambda: self._chain_id)

    def genesis_hash(self) -> bytes:
        """Return the hash of block 0."""
        return self._answer(lambda: self._blocks[0].hash)

    def open_log(self, origin: str) -> bytes:
        """Open the log."""
        opened = log_id(opener=self._operator, origin=origin)

        def change() -> bytes:
            if self._operator_of(opened) is None:
                self._new_block().opened[opened] = self._operator
                self.settle()
            return opened

        return self._change("open_log", change)

    def head(self, log_id: bytes) -> ChainHead:
        """Return the log's newest state."""

        def look() -> ChainHead:
            operator = self._operator_of(log_id, self._seen("head"))
            return ChainHead(
                is_open=operator is not None,
                size=self._newest(log_id, self._seen("head")),
                operator=operator or bytes(20),
            )

        return self._answer(look)

    def submit(self, log_id: bytes, size: int, root: bytes) -> str:
        """Put the anchor into the pool, and mine it where that is done at once."""

        def change() -> str:
            if self.refusal is not None:
                raise self.refusal
            for _, made in self._anchors(log_id):
                if (made.size, made.root) == (size, root):
                    return made.transaction
            for made in self._pool:
                if (made.size, made.root) == (size, root):
                    return made.transaction
            newest = self._newest(log_id)
            if size <= newest:
                raise ChainRefusedError(
                    f"expected a size above {newest}, got {size}",
                    reason="SizeNotGrowing",
                    permanent=True,
                )
            self.transactions_sent += 1
            number = self.transactions_sent.to_bytes(8, "big")
            transaction = "0x" + keccak256(log_id + root + number).hex()
            if self.fails_next_transaction:
                self.fails_next_transaction = False
                self._failed[transaction] = "out-of-gas"
                self._new_block()
                return transaction
            self._pool.append(_Anchored(log_id, size, root, transaction))
            if self.mines_at_once:
                self.mine()
            return transaction

        return self._change("submit", change)

    def transaction(self, transaction: str) -> ChainTransaction:
        """Return how far a transaction is."""

        def look() -> ChainTransaction:
            if transaction in self._failed:
                return ChainTransaction("failed", self._failed[transaction])
            if any(made.transaction == transaction for made in self._pool):
                return ChainTransaction("pending")
            for block in self._blocks:
                if any(made.transaction == transaction for made in block.anchors):
                    return ChainTransaction("included")
            return ChainTransaction("unknown")

        return self._answer(look)

    def anchored(self, log_id: bytes, root: bytes) -> ChainAnchor | None:
        """Return the anchor in the newest state."""

        def look() -> ChainAnchor | None:
            for number, made in self._anchors(log_id, self._seen("anchored")):
                if made.root == root:
                    return ChainAnchor(size=made.size, block=number, time=self._ref(number).time)
            return None

        return self._answer(look)

    def newest_is(self, log_id: bytes, size: int, root: bytes) -> bool:
        """Return whether (size, root) is the newest anchor."""

        def look() -> bool:
            seen = self._seen("newest_is")
            if self._newest(log_id, seen) != size:
                raise ChainDownError(f"expected a node that knows an anchor of {size} leaves")
            made = [(made.size, made.root) for _, made in self._anchors(log_id, seen)]
            return (size, root) in made

        return self._answer(look)

    def settle(self) -> None:
        """Mine until the newest block is final, and keep that."""

        def change() -> None:
            if self._our_own:
                newest = len(self._blocks) - 1
                while self._final() < newest:
                    self._new_block()
                self._saved = len(self._blocks)

        self._change("settle", change)

    def final_block(self) -> ChainBlock:
        """Return the newest final block."""
        return self._answer(lambda: self._ref(self._final()))

    def block(self, number: int) -> ChainBlock | None:
        """Return one block."""
        return self._answer(lambda: self._ref(number) if number < len(self._blocks) else None)

    def proof_material(
        self,
        log_id: bytes,
        root: bytes,
        leaf_hash: bytes,
        block: int,
        *,
        others: Sequence[bytes] = (),
    ) -> dict[str, Any]:
        """Return proofs in form only: they convince nobody."""

        def look() -> dict[str, Any]:
            if not self.keeps_old_states and block < len(self._blocks) - 2:
                raise ChainRefusedError(
                    f"no state of block {block}", reason="state-unavailable", permanent=False
                )
            reference = self._ref(block)
            return {
                "block": {
                    "number": reference.number,
                    "hash": reference.hash.hex(),
                    "time": reference.time,
                },
                "header": "c0",
                "accountProof": [log_id.hex()],
                "anchorProof": [root.hex()],
                "statusProof": [leaf_hash.hex()],
                "successorProof": [leaf_hash.hex()],
                "forkedProof": [log_id.hex()],
                "otherProofs": [
                    {"root": other.hex(), "proof": [other.hex()]}
                    for other in others
                    if any(made.root == other for _, made in self._anchors(log_id))
                ],
            }

        return self._answer(look)

    def health(self) -> ChainHealth:
        """Return what the test has set."""
        return self._answer(lambda: self.told)

    def endings(
        self, log_id: bytes, leaf_hashes: Sequence[bytes], block: int
    ) -> Mapping[bytes, DocumentEnding]:
        """Return the endings up to ``block``."""

        def look() -> dict[bytes, DocumentEnding]:
            ended = {}
            for made in self._blocks[: block + 1]:
                for (log, leaf_hash), ending in made.ended.items():
                    if log == log_id and leaf_hash in leaf_hashes:
                        ended[leaf_hash] = ending
            return ended

        return self._answer(look)

    def end_document(
        self, log_id: bytes, leaf_hash: bytes, *, code: int = 1, successor: bytes | None = None
    ) -> None:
        """Void (1) or supersede (2) a document, as its parties would."""
        with self._mutex:
            block = self._new_block()
            time = self._ref(len(self._blocks) - 1).time
            block.ended[log_id, leaf_hash] = DocumentEnding(code, time, successor)

    def hand_over(self, log_id: bytes, operator: bytes) -> None:
        """Give the log another operator, as the two steps on chain would."""
        with self._mutex:
            self._new_block().opened[log_id] = operator

    def share_blocks_of(self, other: "MemoryChain") -> None:
        """Be another key's client of the same chain, as it is now."""
        with self._mutex, other._mutex:
            self._blocks = other._blocks

    def mine(self, blocks: int = 1) -> None:
        """Add blocks; the first takes what is in the pool, in ascending size."""
        with self._mutex:
            for _ in range(blocks):
                block = self._new_block()
                block.anchors = sorted(self._pool, key=lambda made: made.size)
                self._pool = []

    def lose_tail(self, blocks: int | None = None) -> None:
        """Lose the newest blocks and the pool, as after a kill; None: all that is not saved."""
        with self._mutex:
            keep = self._saved if blocks is None else max(1, len(self._blocks) - blocks)
            self._blocks = self._blocks[:keep]
            self._pool = []
            self._forks += 1
            self._saved = min(self._saved, keep)

    def anchored_sizes(self) -> list[tuple[int, bytes]]:
        """Return (size, root) of every anchor, in the order of the blocks."""
        return [(made.size, made.root) for block in self._blocks for made in block.anchors]

    def _new_block(self) -> _Block:
        seed = f"{self._chain_id}/{self._forks}/{len(self._blocks)}"
        self._blocks.append(_Block(sha256(seed.encode())))
        return self._blocks[-1]

    def _final(self) -> int:
        return max(0, len(self._blocks) - 1 - self.finality)

    def _seen(self, method: str) -> int:
        """Return how many blocks the node has that answers a method."""
        return max(1, len(self._blocks) - self.behind.get(method, 0))

    def _operator_of(self, log_id: bytes, seen: int | None = None) -> bytes | None:
        operators = (block.opened.get(log_id) for block in reversed(self._blocks[:seen]))
        return next((operator for operator in operators if operator is not None), None)

    def _newest(self, log_id: bytes, seen: int | None = None) -> int:
        return max((made.size for _, made in self._anchors(log_id, seen)), default=0)

    def _anchors(self, log_id: bytes, seen: int | None = None) -> list[tuple[int, _Anchored]]:
        return [
            (number, made)
            for number, block in enumerate(self._blocks[:seen])
            for made in block.anchors
            if made.log_id == log_id
        ]

    def _ref(self, number: int) -> ChainBlock:
        return ChainBlock(number, self._blocks[number].hash, _FIRST_TIME + _BLOCK_SECONDS * number)

    def _answer(self, look: Callable[[], _Result]) -> _Result:
        with self._mutex:
            if self.down:
                raise ChainDownError("the chain is down")
            return look()

    def _change(self, method: str, change: Callable[[], _Result]) -> _Result:
        with self._mutex:
            if self.down:
                raise ChainDownError("the chain is down")
            self.fault(method, False)
            result = change()
            self.fault(method, True)
            return result
