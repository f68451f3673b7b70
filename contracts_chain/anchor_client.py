"""AnchorLog for one operator: open a log, anchor checkpoints, read what stands on chain."""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from contracts_chain.chain_proof import gather_proof
from contracts_chain.contract_calls import anchored_topic, call_data, keccak256, returned
from contracts_chain.deploy import anchor_log_address, checksummed, deploy_anchor_log, is_deployed
from contracts_chain.errors import AnchorRefused, ChainUnreachable, NodeError
from contracts_chain.records import AnchorRecord, BlockRef, DeploymentRecord, LogHead, TxState
from contracts_chain.rpc import Rpc, block_id
from contracts_chain.sending import FeePolicy, NonceTakenError, Sender

_NO_OPERATOR = "0x" + "0" * 40
_RACES = 5
_BLOCKS_TO_FINALITY = 200

_Result = TypeVar("_Result")


class AnchorClient:
    """One operator key on one chain; any thread may call it.

    Every call is bounded in time, and either returns, or raises ChainUnreachable (nothing is
    known about what was done; repeat it) or AnchorRefused (the chain's answer is no; ``reason``).
    Every call is safe to repeat, also after a restart. Only one process may use a key at a time.
    Opening no connection until the first call, an instance can be made while the chain is down.
    """

    def __init__(
        self,
        *,
        rpc_url: str,
        private_key: bytes,
        contract: str | None = None,
        fees: FeePolicy | None = None,
        timeout_seconds: float = 10.0,
    ) -> None:
        self._rpc = Rpc(rpc_url, timeout_seconds=timeout_seconds)
        self._sender = Sender(self._rpc, private_key, fees=fees)
        self._contract = (
            checksummed(bytes.fromhex(contract.removeprefix("0x")))
            if contract
            else anchor_log_address()
        )
        self._mutex = threading.RLock()

    @property
    def address(self) -> str:
        """The operator's account, 0x…, checksummed."""
        return self._sender.address

    @property
    def contract(self) -> str:
        """AnchorLog's address, 0x…, checksummed."""
        return self._contract

    def close(self) -> None:
        """Close the connections to the node."""
        self._rpc.close()

    def chain_id(self) -> int:
        """Return the chain's id."""
        return self._sender.chain_id()

    def genesis_hash(self) -> bytes:
        """Return the 32-byte hash of the chain's first block."""
        return self._rpc.block(0).hash

    def ensure_deployed(self) -> DeploymentRecord:
        """Make sure AnchorLog stands at the address in use, deploying it if that is the usual one.

        Waits for inclusion. AnchorRefused (contract-missing) if another address was given and no
        AnchorLog stands there.
        """
        with self._mutex:
            if self._contract == anchor_log_address():
                return self._through_races(lambda: deploy_anchor_log(self._rpc, self._sender))
            if not is_deployed(self._rpc, self._contract):
                raise self._contract_missing()
            return DeploymentRecord(self.chain_id(), self._contract, None)

    def log_id(self, origin: str) -> bytes:
        """Return the 32-byte id of this operator's log of ``origin``; needs no chain."""
        opener = bytes.fromhex(self.address[2:]).rjust(32, b"\0")
        return keccak256(opener + keccak256(origin.encode("utf-8")))

    def ensure_log(self, origin: str) -> bytes:
        """Open this operator's log of ``origin`` unless it is open, and return its id.

        Waits for inclusion.
        """
        log_id = self.log_id(origin)
        payload = call_data("openLog", keccak256(origin.encode("utf-8")))
        with self._mutex:

            def open_it() -> None:
                if self.head(log_id).operator == _NO_OPERATOR:
                    self._sender.wait(self._sender.send(self._contract, payload))

            self._through_races(open_it)
        return log_id

    def head(self, log_id: bytes, *, block: int | str = "latest") -> LogHead:
        """Return a log's state as the contract has it at ``block`` (a number, or a node's tag).

        AnchorRefused (contract-missing) if no AnchorLog stands there, as on a chain that lost it.
        """
        count, size, operator = self._view("logs", log_id, block=block)
        return LogHead(count=count, size=size, operator=checksummed(bytes.fromhex(operator[2:])))

    def submit(self, log_id: bytes, size: int, root: bytes) -> str:
        """Anchor (size, root) and return the transaction's hash (0x…), without waiting for it.

        If exactly that is anchored already, returns the transaction that did it, or "" if the
        node cannot tell. While it is in flight, a repeat returns the same hash, or sends it again
        at a higher fee (a new hash) once it is stuck. Several sizes may be in flight at once, in
        ascending order; a size below the newest anchored one is refused for ever.
        """
        payload = call_data("anchor", log_id, size, root)
        with self._mutex:

            def send_it() -> str:
                record = self.anchored(log_id, root)
                if record is not None and record.size == size:
                    return self._transaction_of(log_id, root, record)
                try:
                    return self._sender.send(self._contract, payload)
                except AnchorRefused as refusal:
                    if refusal.reason == "AlreadyAnchored":
                        # It was mined between our look and our attempt.
                        raise NonceTakenError("the anchor was mined meanwhile") from refusal
                    raise

            return self._through_races(send_it)

    def receipt(self, tx: str) -> TxState:
        """Return how far a transaction is; ``included`` does not yet mean final."""
        return self._sender.state_of(tx if tx.startswith("0x") else "0x" + tx)

    def anchored(
        self, log_id: bytes, root: bytes, *, block: int | str = "latest"
    ) -> AnchorRecord | None:
        """Return the anchor of ``root`` in the contract's state at ``block``, None if absent."""
        size, time, block_number, ordinal = self._view("anchorOf", log_id, root, block=block)
        if size == 0:
            return None
        return AnchorRecord(size=size, time=time, block=block_number, ordinal=ordinal)

    def verify_inclusion(
        self,
        log_id: bytes,
        *,
        size: int,
        root: bytes,
        entry: bytes,
        index: int,
        path: list[bytes],
        block: int | str = "latest",
    ) -> bool:
        """Ask the contract whether the 32-byte ``entry`` stands at ``index`` of that checkpoint."""
        (included,) = self._view(
            "verifyInclusion", log_id, size, root, entry, index, path, block=block
        )
        return bool(included)

    def final_block(self) -> BlockRef:
        """Return the newest block that the chain will not take back, as the node says."""
        return self._rpc.block("finalized")

    def block(self, number: int) -> BlockRef:
        """Return one block of the present chain; AnchorRefused (block-missing) if there is none."""
        return self._rpc.block(number)

    def proof_material(
        self, log_id: bytes, root: bytes, leaf_hash: bytes, block: int
    ) -> dict[str, Any]:
        """Return what proves the anchor, and the document's status, off line, as of ``block``.

        JSON-ready: ``block`` {number, hash, time}, ``header``, ``accountProof``, ``anchorProof``,
        ``statusProof``, in lowercase hex. Take a recent final block: nodes forget older states.
        AnchorRefused: state-unavailable, not-anchored.
        """
        return gather_proof(
            self._rpc, self._contract, log_id=log_id, root=root, leaf_hash=leaf_hash, block=block
        )

    def mine(self) -> None:
        """On a local chain, mine until the block that is newest now is final.

        AnchorRefused (not-a-local-chain) where blocks are not ours to make.
        """
        newest = self._rpc.block("latest").number
        for _ in range(_BLOCKS_TO_FINALITY):
            if self.final_block().number >= newest:
                return
            try:
                self._rpc.call("evm_mine")
            except NodeError as error:
                raise AnchorRefused("not-a-local-chain", str(error)) from error
        raise AnchorRefused(
            "not-a-local-chain", f"block {newest} is not final after {_BLOCKS_TO_FINALITY} more"
        )

    def _view(self, function: str, *arguments: object, block: int | str) -> tuple[Any, ...]:
        data = "0x" + call_data(function, *arguments).hex()
        answer = self._rpc.call("eth_call", {"to": self._contract, "data": data}, block_id(block))
        raw = bytes.fromhex(answer[2:])
        if not raw:
            # A call to an address without code succeeds and says nothing.
            raise self._contract_missing()
        try:
            return returned(function, raw)
        except ValueError as error:
            raise ChainUnreachable(f"the node's answer makes no sense: {error}") from error

    def _contract_missing(self) -> AnchorRefused:
        return AnchorRefused("contract-missing", f"no AnchorLog stands at {self._contract}")

    def _transaction_of(self, log_id: bytes, root: bytes, record: AnchorRecord) -> str:
        """Return the hash of the transaction that made an anchor, "" if the node keeps no logs."""
        wanted = {
            "address": self._contract,
            "fromBlock": hex(record.block),
            "toBlock": hex(record.block),
            "topics": ["0x" + anchored_topic().hex(), "0x" + log_id.hex()],
        }
        try:
            events = self._rpc.call("eth_getLogs", wanted)
        except NodeError:
            return ""
        found = [event for event in events if bytes.fromhex(event["data"][2:])[32:64] == root]
        return str(found[0]["transactionHash"]) if found else ""

    def _through_races(self, attempt: Callable[[], _Result]) -> _Result:
        """Repeat ``attempt``, which looks before it acts, while the chain moves under it."""
        for _ in range(_RACES):
            try:
                return attempt()
            except NonceTakenError:
                continue
        return attempt()
