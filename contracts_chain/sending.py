"""Transactions of one key on one chain: nonces, fees, repeats and replacements."""

import threading
import time
from dataclasses import dataclass

from contracts_chain.contract_calls import contract_error
from contracts_chain.errors import AnchorRefused, ChainUnreachable, NodeError
from contracts_chain.records import TxState
from contracts_chain.rpc import Rpc, block_id

_GWEI = 10**9
_INCLUSION_SECONDS = 60.0
_FIRST_POLL_SECONDS = 0.01
_POLL_SECONDS = 1.0

# How nodes (geth, erigon, nethermind, besu, reth, anvil) word the same few answers.
_KNOWN = ("already known", "alreadyknown", "already imported", "known transaction")
_UNDERPRICED = (
    "replacement transaction underpriced",
    "replacement fee too low",
    "replacementnotallowed",
    "could not replace existing",
)
_NONCE_TAKEN = ("nonce too low", "oldnonce", "nonce is too low")
_NO_FUNDS = ("insufficient funds", "insufficientfunds", "upfront cost exceeds")


@dataclass(frozen=True)
class FeePolicy:
    """What we pay for inclusion (EIP-1559), in wei for one unit of gas.

    The offer is twice the newest base fee plus the node's suggested tip, so it stays good while
    the base fee rises for about six blocks; never below the floors, never above the ceiling.
    """

    floor_tip: int = _GWEI // 10
    floor_total: int = _GWEI
    ceiling_total: int = 500 * _GWEI
    # After this long a repeated transaction replaces the one in flight, at a higher fee.
    stuck_seconds: float = 60.0

    def offer(self, *, base_fee: int, suggested_tip: int) -> "Fees":
        """Return the fees for a new transaction; AnchorRefused (fee-ceiling) if too dear."""
        tip = max(self.floor_tip, suggested_tip)
        if base_fee + tip > self.ceiling_total:
            raise AnchorRefused(
                "fee-ceiling",
                f"gas costs {base_fee + tip} wei, above the ceiling of {self.ceiling_total}; "
                "it is repeated later",
            )
        return Fees(
            tip=tip, total=min(max(2 * base_fee + tip, self.floor_total), self.ceiling_total)
        )

    def raised(self, fees: "Fees", *, at_least: "Fees") -> "Fees":
        """Return fees that nodes accept in place of ``fees`` (they ask for 10 % more of both)."""
        higher = Fees(
            tip=max(fees.tip + fees.tip // 8 + 1, at_least.tip),
            total=max(fees.total + fees.total // 8 + 1, at_least.total),
        )
        if higher.total > self.ceiling_total:
            raise AnchorRefused(
                "fee-ceiling",
                f"a replacement needs {higher.total} wei for one unit of gas, above the ceiling of "
                f"{self.ceiling_total}; wait, or raise the ceiling",
            )
        return higher


@dataclass(frozen=True)
class Fees:
    """EIP-1559 fields of one transaction, wei for one unit of gas: the tip, and tip plus base."""

    tip: int
    total: int


class NonceTakenError(ChainUnreachable):
    """Another transaction of this key was mined meanwhile; look at the state and try again."""

    code = "chain/nonce-taken"


@dataclass
class _InFlight:
    nonce: int
    to: str
    payload: bytes
    gas: int
    fees: Fees
    raw: bytes
    hash: str
    sent_at: float


class Sender:
    """Sends the transactions of one private key, each payload once; any thread may call it.

    Nonces always continue from what the chain has mined, so neither a restart of ours nor a lost
    tail of the chain's leaves a gap: a transaction that an earlier run left in flight is replaced
    by whatever is sent first now. Only one process may use a key at a time.
    """

    def __init__(self, rpc: Rpc, private_key: bytes, *, fees: FeePolicy | None = None) -> None:
        from eth_account import Account

        self._rpc = rpc
        self._account = Account.from_key(private_key)
        self._fees = fees or FeePolicy()
        self._mutex = threading.RLock()
        self._in_flight: list[_InFlight] = []
        self._mined = 0
        self._chain_id: int | None = None

    @property
    def address(self) -> str:
        """The sending account, 0x…, checksummed."""
        return str(self._account.address)

    def chain_id(self) -> int:
        """Return the node's chain id, asked once: a node does not change its chain."""
        if self._chain_id is None:
            self._chain_id = int(self._rpc.call("eth_chainId"), 16)
        return self._chain_id

    def send(self, to: str, payload: bytes) -> str:
        """Broadcast one call and return its transaction hash, without waiting for inclusion.

        Safe to repeat: the same call while it is in flight is sent again under the same nonce,
        with higher fees once it is stuck. Raises AnchorRefused if the call would revert or cannot
        be paid, NonceTakenError if the chain moved meanwhile, ChainUnreachable if it is unknown
        whether it was sent.
        """
        with self._mutex:
            self._forget_mined()
            same = [tx for tx in self._in_flight if (tx.to, tx.payload) == (to, payload)]
            if same:
                self._repeat(same[0])
                return same[0].hash
            gas = self._gas(to, payload)
            # An earlier one that the node never got, or lost, would hold this one back for ever.
            for earlier in self._in_flight:
                if not self._node_knows(earlier.hash):
                    self._broadcast(earlier)
            return self._send_new(to, payload, gas)

    def state_of(self, transaction: str) -> TxState:
        """Return how far a transaction is, as this node sees it."""
        receipt = self._rpc.call("eth_getTransactionReceipt", transaction)
        if receipt is None:
            return TxState("pending" if self._node_knows(transaction) else "unknown")
        block = self._rpc.block(int(receipt["blockNumber"], 16))
        if int(receipt["status"], 16) == 1:
            return TxState("included", block)
        return TxState("failed", block, self._why_failed(transaction, block.number))

    def wait(self, transaction: str, *, seconds: float = _INCLUSION_SECONDS) -> None:
        """Return once ``transaction`` is included.

        Raises AnchorRefused if it failed on chain, ChainUnreachable if it is not included in
        time; sending the same call again is safe then.
        """
        deadline = time.monotonic() + seconds
        pause = _FIRST_POLL_SECONDS
        while time.monotonic() < deadline:
            state = self.state_of(transaction)
            if state.state == "included":
                return
            if state.state == "failed":
                raise AnchorRefused(
                    state.reason or "reverted", f"transaction {transaction} failed", permanent=True
                )
            time.sleep(pause)
            pause = min(2 * pause, _POLL_SECONDS)
        raise ChainUnreachable(
            f"transaction {transaction} was not included within {seconds:.0f} s; repeat the call"
        )

    def _forget_mined(self) -> None:
        mined = int(self._rpc.call("eth_getTransactionCount", self.address, "latest"), 16)
        self._mined = mined
        self._in_flight = [tx for tx in self._in_flight if tx.nonce >= mined]
        if self._in_flight and self._in_flight[0].nonce > mined:
            # The chain lost blocks that held ours: what waits above the gap can never be mined.
            self._in_flight = []

    def _send_new(self, to: str, payload: bytes, gas: int) -> str:
        nonce = self._in_flight[-1].nonce + 1 if self._in_flight else self._mined
        transaction = self._sign(nonce, to, payload, gas, self._offer())
        # Remembered before it is sent: if the answer gets lost, a repeat sends this very one.
        self._in_flight.append(transaction)
        try:
            self._broadcast(transaction)
        except (AnchorRefused, NonceTakenError):
            self._in_flight.remove(transaction)
            raise
        return transaction.hash

    def _repeat(self, transaction: _InFlight) -> None:
        if time.monotonic() - transaction.sent_at >= self._fees.stuck_seconds:
            fees = self._fees.raised(transaction.fees, at_least=self._offer())
            self._reprice(transaction, fees)
        elif self._node_knows(transaction.hash):
            return
        self._broadcast(transaction)

    def _broadcast(self, transaction: _InFlight) -> None:
        """Hand a signed transaction to the node, raising its fee past one that holds its nonce."""
        while True:
            try:
                self._rpc.call("eth_sendRawTransaction", "0x" + transaction.raw.hex())
            except NodeError as error:
                said = error.node_message.lower()
                if any(words in said for words in _KNOWN):
                    return
                if any(words in said for words in _NONCE_TAKEN):
                    raise NonceTakenError(f"nonce {transaction.nonce} is used by now") from error
                if any(words in said for words in _NO_FUNDS):
                    raise AnchorRefused(
                        "insufficient-funds", f"send some of the chain's coin to {self.address}"
                    ) from error
                if not any(words in said for words in _UNDERPRICED):
                    raise
                fees = self._fees.raised(transaction.fees, at_least=transaction.fees)
                self._reprice(transaction, fees)
            else:
                return

    def _reprice(self, transaction: _InFlight, fees: Fees) -> None:
        signed = self._sign(
            transaction.nonce, transaction.to, transaction.payload, transaction.gas, fees
        )
        transaction.fees, transaction.raw, transaction.hash = signed.fees, signed.raw, signed.hash
        transaction.sent_at = signed.sent_at

    def _sign(self, nonce: int, to: str, payload: bytes, gas: int, fees: Fees) -> _InFlight:
        signed = self._account.sign_transaction(
            {
                "type": 2,
                "chainId": self.chain_id(),
                "nonce": nonce,
                "to": to,
                "value": 0,
                "data": payload,
                "gas": gas,
                "maxPriorityFeePerGas": fees.tip,
                "maxFeePerGas": fees.total,
            }
        )
        return _InFlight(
            nonce=nonce,
            to=to,
            payload=payload,
            gas=gas,
            fees=fees,
            raw=bytes(signed.raw_transaction),
            hash="0x" + bytes(signed.hash).hex(),
            sent_at=time.monotonic(),
        )

    def _offer(self) -> Fees:
        base_fee = int(self._rpc.raw_block("latest").get("baseFeePerGas", "0x0"), 16)
        try:
            suggested = int(self._rpc.call("eth_maxPriorityFeePerGas"), 16)
        except NodeError:
            # Not every node has the method; the floor is good enough.
            suggested = 0
        return self._fees.offer(base_fee=base_fee, suggested_tip=suggested)

    def _gas(self, to: str, payload: bytes) -> int:
        """Return a gas limit with a quarter to spare; AnchorRefused if the call would revert."""
        call = {"from": self.address, "to": to, "data": "0x" + payload.hex()}
        try:
            # On mined state alone: an anchor of an earlier run that waits in the pool is not done.
            estimate = int(self._rpc.call("eth_estimateGas", call, "latest"), 16)
        except NodeError as error:
            raise _refusal(error) or error from None
        return estimate + estimate // 4

    def _node_knows(self, transaction: str) -> bool:
        return self._rpc.call("eth_getTransactionByHash", transaction) is not None

    def _why_failed(self, transaction: str, block: int) -> str:
        sent = self._rpc.call("eth_getTransactionByHash", transaction)
        call = {"from": sent["from"], "to": sent["to"], "data": sent["input"]}
        try:
            # The state before its block is what it met, unless a neighbour in the block changed it.
            self._rpc.call("eth_call", call, block_id(max(block - 1, 0)))
        except NodeError as error:
            refusal = _refusal(error)
            return refusal.reason if refusal else "reverted"
        return "reverted"


def _refusal(error: NodeError) -> AnchorRefused | None:
    """Return what the contract said, or None if the error is the node's own."""
    if error.revert_data and (known := contract_error(error.revert_data)):
        return AnchorRefused(known.name, known.arguments, permanent=True)
    if error.revert_data is not None or "revert" in error.node_message.lower():
        return AnchorRefused("reverted", error.node_message, permanent=True)
    return None
