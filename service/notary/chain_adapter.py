"""The chain through ``contracts_chain``: any EVM node, or this installation's own chain."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from contracts_chain import (
    AnchorClient,
    AnchorRefused,
    ChainError,
    ChainUnreachable,
    LocalChain,
    LocalChainError,
)
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

_NOBODY = bytes(20)


class ContractsChainAdapter(AnchorChain):
    """The AnchorChain over one ``AnchorClient``; ``local_chain`` if its node is our own child."""

    def __init__(self, client: AnchorClient, *, local_chain: LocalChain | None = None) -> None:
        self._client = client
        self._local = local_chain

    @property
    def operator(self) -> bytes:
        """The address of the key that signs here."""
        return bytes.fromhex(self._client.address[2:])

    @property
    def contract(self) -> bytes:
        """AnchorLog's address."""
        return bytes.fromhex(self._client.contract[2:])

    @property
    def is_our_own(self) -> bool:
        """Whether the node is our own child."""
        return self._local is not None

    def chain_id(self) -> int:
        """Return the chain's id; our own chain's is known while it is down."""
        if self._local is not None:
            return self._local.chain_id
        with _translated():
            return self._client.chain_id()

    def genesis_hash(self) -> bytes:
        """Return the hash of block 0."""
        with _translated():
            return self._client.genesis_hash()

    def open_log(self, origin: str) -> bytes:
        """Deploy the contract and open the log where they are missing; waits for inclusion."""
        with _translated():
            if self._local is not None:
                self._local.fund(self._client.address)
            self._client.ensure_deployed()
            log_id = self._client.ensure_log(origin)
        self.settle()
        return log_id

    def head(self, log_id: bytes) -> ChainHead:
        """Return the log's newest state."""
        with _translated():
            try:
                head = self._client.head(log_id)
            except AnchorRefused as error:
                if error.reason != "contract-missing":
                    raise
                return ChainHead(is_open=False, size=0, operator=_NOBODY)
        operator = bytes.fromhex(head.operator[2:])
        return ChainHead(is_open=operator != _NOBODY, size=head.size, operator=operator)

    def submit(self, log_id: bytes, size: int, root: bytes) -> str:
        """Send the anchor."""
        with _translated():
            return self._client.submit(log_id, size, root)

    def transaction(self, transaction: str) -> ChainTransaction:
        """Return how far a transaction is."""
        with _translated():
            state = self._client.receipt(transaction)
        return ChainTransaction(state.state, state.reason)

    def anchored(self, log_id: bytes, root: bytes) -> ChainAnchor | None:
        """Return the anchor in the newest state."""
        with _translated():
            record = self._client.anchored(log_id, root)
        if record is None:
            return None
        return ChainAnchor(size=record.size, block=record.block, time=record.time)

    def newest_is(self, log_id: bytes, size: int, root: bytes) -> bool:
        """Return whether (size, root) is the newest anchor, as of one block."""
        with _translated():
            return self._client.newest_is(log_id, size=size, root=root)

    def settle(self) -> None:
        """On our own chain, mine until the newest block is final, then save the chain."""
        if self._local is None:
            return
        with _translated():
            self._client.mine()
            # Crash point: a final block that a restart of the chain would not know. It is shown
            # to nobody before this returns.
            self._local.snapshot()

    def final_block(self) -> ChainBlock:
        """Return the newest final block."""
        with _translated():
            block = self._client.final_block()
        return ChainBlock(block.number, block.hash, block.time)

    def block(self, number: int) -> ChainBlock | None:
        """Return one block."""
        with _translated():
            try:
                block = self._client.block(number)
            except AnchorRefused as error:
                if error.reason != "block-missing":
                    raise
                return None
        return ChainBlock(block.number, block.hash, block.time)

    def proof_material(
        self,
        log_id: bytes,
        root: bytes,
        leaf_hash: bytes,
        block: int,
        *,
        others: Sequence[bytes] = (),
    ) -> dict[str, Any]:
        """Return header and Merkle proofs."""
        with _translated():
            return self._client.proof_material(log_id, root, leaf_hash, block, others=others)

    def health(self) -> ChainHealth:
        """Ask every node how it is."""
        with _translated():
            health = self._client.health()
        if health.newest is None:
            raise ChainDownError(
                f"expected {health.read_quorum} of {len(health.nodes)} nodes to agree on the "
                f"newest block, got {health.answering} that answer"
            )
        return ChainHealth(
            nodes=len(health.nodes),
            answering=health.answering,
            disagreeing=health.disagreeing,
            balance_is_low=health.balance_is_low,
        )

    def endings(
        self, log_id: bytes, leaf_hashes: Sequence[bytes], block: int
    ) -> Mapping[bytes, DocumentEnding]:
        """Return the documents among these that are voided or superseded."""
        with _translated():
            statuses = self._client.statuses_of(log_id, leaf_hashes, block=block)
        return {
            leaf_hash: DocumentEnding(status.code, status.time, status.successor)
            for leaf_hash, status in zip(leaf_hashes, statuses, strict=True)
            if status.code != 0
        }


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (ChainUnreachable, LocalChainError) as error:
        raise ChainDownError(str(error), cause=error.code) from error
    except AnchorRefused as error:
        raise ChainRefusedError(
            str(error), reason=error.reason, permanent=error.permanent
        ) from error
    except ChainError as error:
        raise ChainRefusedError(str(error), reason=error.code, permanent=False) from error
