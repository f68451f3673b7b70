"""AnchorLog for one operator: open a log, anchor checkpoints, follow them until they are final."""

from collections.abc import Sequence
from typing import Any, Final

from contracts_chain.chain_proof import gather_proof
from contracts_chain.chains import ChainSettings
from contracts_chain.contract_calls import anchored_topic, call_data, keccak256
from contracts_chain.create2_proxy import ensure_proxy
from contracts_chain.deploy import anchor_log_address, deploy_anchor_log, is_deployed
from contracts_chain.errors import AnchorRefused, ChainUnreachable, NodeError
from contracts_chain.health import chain_health
from contracts_chain.quorum import Nodes, hex_bytes, quantity
from contracts_chain.records import AnchorRecord, BlockRef, ChainHealth, DeploymentRecord, TxState
from contracts_chain.sending import Sender
from contracts_chain.signatures import checksummed
from contracts_chain.signers import TransactionSigner
from contracts_chain.status_changes import StatusChanges

_NO_OPERATOR: Final = "0x" + "0" * 40
_BLOCKS_TO_FINALITY: Final = 200


class AnchorClient(StatusChanges):
    """One operator key on one chain, through any number of its nodes; any thread may call it.

    Every call is bounded in time, and either returns, or raises ChainUnreachable (nothing is
    known about what was done; repeat it) or AnchorRefused (the chain's answer is no; ``reason``).
    Every call is safe to repeat, also after a restart. Only one process may use a key at a time.
    Opening no connection until the first call, an instance can be made while the chain is down.
    """

    def __init__(
        self,
        *,
        chain: ChainSettings,
        signer: TransactionSigner,
        contract: str | None = None,
    ) -> None:
        address = (
            checksummed(bytes.fromhex(contract.removeprefix("0x")))
            if contract
            else anchor_log_address()
        )
        nodes = Nodes(chain)
        super().__init__(nodes, address, Sender(nodes, signer, fees=chain.fees))
        self._chain = chain

    def close(self) -> None:
        """Close the connections to the nodes; the next call opens new ones."""
        self._nodes.panel.close()

    def chain_id(self) -> int:
        """Return the chain's id: the one that is set, else what the nodes say."""
        return self._nodes.chain_id()

    def genesis_hash(self) -> bytes:
        """Return the 32-byte hash of the chain's first block."""
        return self._nodes.block(0).hash

    def balance(self) -> int:
        """Return what the key's account holds, in wei."""
        return self._nodes.state("eth_getBalance", self.address, read=quantity)

    def health(self) -> ChainHealth:
        """Ask every node how it is, and return the chain as they show it; raises nothing."""
        return chain_health(self._nodes, self.address)

    def ensure_deployed(self, *, with_proxy: bool = False) -> DeploymentRecord:
        """Make sure AnchorLog stands at the address in use, deploying it if that is the usual one.

        Waits for inclusion. ``with_proxy`` also puts the deployment proxy there if it is missing,
        for 0.01 of the chain's coin. AnchorRefused (contract-missing) if another address was given
        and no AnchorLog stands there; as of ``deploy_anchor_log``.
        """
        with self._mutex:
            if self._contract == anchor_log_address():
                if with_proxy:
                    self._through_races(lambda: ensure_proxy(self._nodes, self._sender))
                return self._through_races(lambda: deploy_anchor_log(self._nodes, self._sender))
            if not is_deployed(self._nodes, self._contract):
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

        def open_it() -> None:
            if self.head(log_id).operator == _NO_OPERATOR:
                self._sender.wait(self._send(payload))

        with self._mutex:
            self._through_races(open_it)
        return log_id

    def submit(self, log_id: bytes, size: int, root: bytes) -> str:
        """Anchor (size, root) and return the transaction's hash (0x…), without waiting for it.

        If exactly that is anchored already, returns the transaction that did it, or "" if the
        nodes cannot tell. While it is in flight, a repeat returns the same hash, or sends it again
        at a higher fee (a new hash) once it is stuck. Several sizes may be in flight at once, in
        ascending order; a size below the newest anchored one is refused for ever.
        """
        payload = call_data("anchor", log_id, size, root)

        def send_it() -> str:
            record = self.anchored(log_id, root)
            if record is not None and record.size == size:
                return self._transaction_of(log_id, root, record)
            return self._send(payload)

        with self._mutex:
            return self._through_races(send_it)

    def receipt(self, tx: str) -> TxState:
        """Return how far a transaction is; ``included`` does not yet mean final."""
        return self._sender.state_of(tx if tx.startswith("0x") else "0x" + tx)

    def final_block(self) -> BlockRef:
        """Return the newest block that the chain will not take back, by the chain's rule."""
        return self._nodes.final_block()

    def block(self, number: int) -> BlockRef:
        """Return one block of the present chain; AnchorRefused (block-missing) if there is none."""
        return self._nodes.block(number)

    def proof_material(
        self,
        log_id: bytes,
        root: bytes,
        leaf_hash: bytes,
        block: int,
        *,
        others: Sequence[bytes] = (),
    ) -> dict[str, Any]:
        """Return what proves the anchor, and the document's status, off line, as of ``block``.

        ``others``: further roots to prove. JSON-ready, in lowercase hex: see ``gather_proof``.
        Take a recent final block: nodes forget older states.
        AnchorRefused: state-unavailable, not-anchored.
        """
        return gather_proof(
            self._nodes,
            self._contract,
            log_id=log_id,
            root=root,
            leaf_hash=leaf_hash,
            block=block,
            others=others,
        )

    def mine(self) -> None:
        """On a local chain, mine until the block that is newest now is final.

        AnchorRefused (not-a-local-chain) where blocks are not ours to make.
        """
        newest = self._nodes.block("latest").number
        for _ in range(_BLOCKS_TO_FINALITY):
            if self.final_block().number >= newest:
                return
            try:
                # However many addresses are set, they are of one node: its own.
                self._nodes.panel.nodes[0].ask("evm_mine")
            except NodeError as error:
                raise AnchorRefused("not-a-local-chain", str(error)) from error
        raise AnchorRefused(
            "not-a-local-chain", f"block {newest} is not final after {_BLOCKS_TO_FINALITY} more"
        )

    def _transaction_of(self, log_id: bytes, root: bytes, record: AnchorRecord) -> str:
        """Return the hash of the transaction that made an anchor, "" if the nodes keep no logs."""
        wanted = {
            "address": self._contract,
            "fromBlock": hex(record.block),
            "toBlock": hex(record.block),
            "topics": ["0x" + anchored_topic().hex(), "0x" + log_id.hex()],
        }

        def read(events: Any) -> str:
            found = [event for event in events if hex_bytes(event["data"])[32:64] == root]
            return str(found[0]["transactionHash"]) if found else ""

        try:
            return self._nodes.agreed("eth_getLogs", wanted, read=read)
        except NodeError:
            return ""
        except ChainUnreachable as error:
            if error.problem != "disagrees":
                raise
            return ""
