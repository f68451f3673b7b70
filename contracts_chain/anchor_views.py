"""What AnchorLog answers: heads, anchors, proofs, statuses, as enough nodes have it."""

from collections.abc import Iterator, Sequence
from typing import Any

from contracts_chain.contract_calls import call_data, returned
from contracts_chain.contract_structs import (
    AttestedSignature,
    DocumentOpening,
    DocumentStatus,
    InclusionProof,
    Resolution,
    WebAuthnAssertion,
)
from contracts_chain.errors import AnchorRefused, ChainUnreachable
from contracts_chain.quorum import Nodes, hex_bytes
from contracts_chain.records import AnchorRecord, BlockId, BlockRef, LogHead
from contracts_chain.signatures import checksummed

_NO_SUCCESSOR = bytes(32)
_NOBODY = "0x" + "0" * 40


class AnchorViews:
    """Reads one AnchorLog; any thread may call.

    Most methods take the ``block`` whose state they read. Two answers as of "latest" may be of two
    blocks, for another node may give each: what is compared is read at one ``BlockRef``.
    Errors: ChainUnreachable when nothing is known, or too few nodes agree; AnchorRefused
    (contract-missing) if no AnchorLog stands there, as on a chain that lost it.
    """

    def __init__(self, nodes: Nodes, contract: str) -> None:
        self._nodes = nodes
        self._contract = contract

    @property
    def contract(self) -> str:
        """AnchorLog's address, 0x…, checksummed."""
        return self._contract

    def head(self, log_id: bytes, *, block: BlockId = "latest") -> LogHead:
        """Return a log's state; all zero while nobody has opened it."""
        count, size, operator = self._view("logs", log_id, block=block)
        return LogHead(count=count, size=size, operator=_checksummed(operator))

    def anchored(
        self, log_id: bytes, root: bytes, *, block: BlockId = "latest"
    ) -> AnchorRecord | None:
        """Return the anchor of ``root``, None if absent."""
        return _record(self._view("anchorOf", log_id, root, block=block))

    def newest_is(self, log_id: bytes, *, size: int, root: bytes) -> bool:
        """Say whether ``root`` is the anchor of ``size`` leaves, which is the log's newest.

        Both are read in the state of one and the same block. ChainUnreachable if no block of
        those that enough nodes have is one where the newest anchor has that size: the chain moved
        on or back, or the nodes lag.
        """
        failure = ChainUnreachable("the nodes have no newest block")
        for block in self._same_for_all():
            try:
                head = self.head(log_id, block=block)
                record = self.anchored(log_id, root, block=block)
            except ChainUnreachable as error:
                # Too few have that very block by now; they may have one below it.
                failure = error
                continue
            except AnchorRefused:
                # Before the contract was there: nothing was anchored yet.
                continue
            if head.size == size:
                return record is not None and record.size == size
            failure = ChainUnreachable(
                f"expected the newest anchor to have {size} leaves, got {head.size}; the nodes "
                "lag or the chain moved: repeat the call",
                problem="disagrees",
            )
        raise failure

    def anchors_of(
        self, log_id: bytes, roots: Sequence[bytes], *, block: BlockId = "latest"
    ) -> list[AnchorRecord | None]:
        """Return the anchors of many roots, in their order, None where there is none."""
        (records,) = self._view("anchorsOf", log_id, list(roots), block=block)
        return [_record(record) for record in records]

    def verify_inclusion(
        self,
        log_id: bytes,
        *,
        size: int,
        root: bytes,
        entry: bytes,
        index: int,
        path: list[bytes],
        block: BlockId = "latest",
    ) -> bool:
        """Ask the contract whether the 32-byte ``entry`` stands at ``index`` of that checkpoint."""
        (included,) = self._view(
            "verifyInclusion", log_id, size, root, entry, index, path, block=block
        )
        return bool(included)

    def verify_consistency(
        self,
        log_id: bytes,
        *,
        earlier: tuple[int, bytes],
        later: tuple[int, bytes],
        path: Sequence[bytes],
        block: BlockId = "latest",
    ) -> bool:
        """Ask whether one anchored (size, root) extends another, by the RFC 9162 §2.1.4 path."""
        (consistent,) = self._view(
            "verifyConsistency", log_id, *earlier, *later, list(path), block=block
        )
        return bool(consistent)

    def verify_attestation(
        self,
        log_id: bytes,
        proof: InclusionProof,
        *,
        salt: bytes,
        subject: bytes,
        statement_hash: bytes,
        assertion: WebAuthnAssertion,
        block: BlockId = "latest",
    ) -> AttestedSignature:
        """Ask whether a passkey signed the statement whose entry the proof leads to."""
        answer = self._view(
            *("verifyAttestation", log_id, proof.members(), salt, subject, statement_hash),
            assertion.members(),
            block=block,
        )
        return AttestedSignature(*answer)

    def status_of(
        self, log_id: bytes, leaf_hash: bytes, *, block: BlockId = "latest"
    ) -> DocumentStatus:
        """Return the status of a document whose home is this log."""
        return self.statuses_of(log_id, [leaf_hash], block=block)[0]

    def statuses_of(
        self, log_id: bytes, leaf_hashes: Sequence[bytes], *, block: BlockId = "latest"
    ) -> list[DocumentStatus]:
        """Return the statuses of many documents, in their order."""
        columns = self._view("statusesOf", log_id, list(leaf_hashes), block=block)
        return [
            DocumentStatus(code, time, None if successor == _NO_SUCCESSOR else successor)
            for code, time, successor in zip(*columns, strict=True)
        ]

    def resolve(
        self, log_id: bytes, leaf_hash: bytes, *, max_steps: int, block: BlockId = "latest"
    ) -> Resolution:
        """Follow successors, at most ``max_steps`` of them, to the newest document."""
        return Resolution(*self._view("resolve", log_id, leaf_hash, max_steps, block=block))

    def document_entry(
        self,
        log_id: bytes,
        opening: DocumentOpening,
        parties_root: bytes,
        *,
        block: BlockId = "latest",
    ) -> bytes:
        """Return the 32-byte entry of a document whose home is this log."""
        (entry,) = self._view("documentEntry", log_id, opening.members(), parties_root, block=block)
        return bytes(entry)

    def status_digest(
        self,
        log_id: bytes,
        leaf_hash: bytes,
        *,
        successor: bytes | None = None,
        deadline: int,
        block: BlockId = "latest",
    ) -> bytes:
        """Return the 32 bytes that every party signs; ``deadline`` in Unix seconds."""
        (digest,) = self._view(
            "statusDigest", log_id, leaf_hash, successor or _NO_SUCCESSOR, deadline, block=block
        )
        return bytes(digest)

    def is_forked(self, log_id: bytes, *, block: BlockId = "latest") -> bool:
        """Say whether the log is marked as one that showed two histories."""
        (forked,) = self._view("forked", log_id, block=block)
        return bool(forked)

    def pending_operator(self, log_id: bytes, *, block: BlockId = "latest") -> str | None:
        """Return to whom the log is offered (0x…, checksummed), None if to nobody."""
        (offered,) = self._view("pendingOperatorOf", log_id, block=block)
        return None if offered == _NOBODY else _checksummed(offered)

    def _view(self, function: str, *arguments: object, block: BlockId) -> tuple[Any, ...]:
        call = {"to": self._contract, "data": "0x" + call_data(function, *arguments).hex()}

        def read(result: Any) -> tuple[Any, ...] | None:
            # A call to an address without code succeeds and says nothing.
            raw = hex_bytes(result)
            return returned(function, raw) if raw else None

        answer = self._nodes.state("eth_call", call, read=read, block=block)
        if answer is None:
            raise self._contract_missing()
        return answer

    def _same_for_all(self) -> Iterator[BlockRef | int]:
        """Yield blocks at which two questions are about one state, whoever answers each.

        Not every node takes a block's hash (EIP-1898); the number of a final block is as good.
        """
        yield from self._nodes.pins()
        yield self._nodes.final_block().number

    def _contract_missing(self) -> AnchorRefused:
        return AnchorRefused("contract-missing", f"no AnchorLog stands at {self._contract}")


def _record(columns: tuple[int, int, int, int]) -> AnchorRecord | None:
    size, time, block, ordinal = columns
    return AnchorRecord(size=size, time=time, block=block, ordinal=ordinal) if size else None


def _checksummed(address: str) -> str:
    return checksummed(bytes.fromhex(address[2:]))
