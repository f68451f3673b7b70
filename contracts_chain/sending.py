"""Transactions of one key on one chain: nonces, fees, repeats and replacements."""

import threading
import time
from dataclasses import dataclass, field
from typing import Final

from contracts_chain.broadcast import Outcome, broadcast
from contracts_chain.errors import AnchorRefused, ChainUnreachable
from contracts_chain.fees import FeePolicy, Fees
from contracts_chain.gas import estimate_gas, newest_base_fee, suggested_tip
from contracts_chain.quorum import Nodes, quantity
from contracts_chain.receipts import knows, state_of
from contracts_chain.records import TxState
from contracts_chain.signers import TransactionSigner
from contracts_chain.transactions import SignedTransaction, sign_transaction

_INCLUSION_SECONDS: Final = 60.0
_FIRST_POLL_SECONDS: Final = 0.01
_POLL_SECONDS: Final = 1.0
# Against what holds our nonce at a fee we do not know: an eighth more, then twice as much each
# time. So many rounds pass any ceiling.
_MOST_RAISES: Final = 40
# Reorganisations take back some blocks; what was sent in them is remembered, to send it again.
_NONCES_REMEMBERED: Final = 256


class NonceTakenError(ChainUnreachable):
    """Another transaction of this key was mined meanwhile; look at the state and try again."""

    code = "chain/nonce-taken"


@dataclass
class _Attempts:
    """All that was ever signed for one nonce: one call, at rising fees; the newest one last."""

    nonce: int
    to: str
    payload: bytes
    value: int
    gas: int
    fees: Fees
    sent_at: float
    signed: list[SignedTransaction] = field(default_factory=list)

    @property
    def newest(self) -> SignedTransaction:
        return self.signed[-1]


class Sender:
    """Sends the transactions of one key, each payload once; any thread may call it.

    Nonces always continue from what the chain has mined, so neither a restart of ours nor a
    reorganisation leaves a gap: a transaction that an earlier run left in flight is met, and
    replaced, under its own nonce by whatever is sent first now. So nothing need be kept on disk:
    whoever calls looks at the contract first, and no two of our transactions for one nonce can
    both be mined. What this process sent it remembers, also once it is mined: a chain that goes
    back gets the very same transactions again. Only one process may use a key at a time; a
    transaction of this key from elsewhere is overtaken while it waits, and gone round once mined.
    """

    def __init__(self, nodes: Nodes, signer: TransactionSigner, *, fees: FeePolicy) -> None:
        self._nodes = nodes
        self._signer = signer
        self._fees = fees
        self._mutex = threading.RLock()
        self._attempts: dict[int, _Attempts] = {}
        self._mined = 0

    @property
    def address(self) -> str:
        """The sending account, 0x…, checksummed."""
        return self._signer.address

    def send(self, to: str, payload: bytes, *, value: int = 0) -> str:
        """Broadcast one call (moving ``value`` wei) and return its transaction hash at once.

        Safe to repeat: the same call while it is in flight is sent again under the same nonce,
        with higher fees once it is stuck. Raises AnchorRefused if the call would revert or cannot
        be paid, NonceTakenError if the chain moved meanwhile, ChainUnreachable if it is unknown
        whether it was sent, SignerError.
        """
        with self._mutex:
            in_flight = self._in_flight()
            for earlier in in_flight:
                if (earlier.to, earlier.payload, earlier.value) == (to, payload, value):
                    return self._repeat(earlier)
            gas = estimate_gas(
                self._nodes, sender=self.address, to=to, payload=payload, value=value
            )
            # An earlier one that the nodes never got, or lost, would hold this one back for ever.
            for earlier in in_flight:
                if not knows(self._nodes, earlier.newest.hash):
                    self._broadcast(earlier)
            nonce = self._mined + len(in_flight)
            return self._send_new(
                _Attempts(nonce, to, payload, value, gas, self._offer(), time.monotonic())
            )

    def state_of(self, transaction: str) -> TxState:
        """Return how far a transaction is, as enough nodes see it."""
        return state_of(self._nodes, transaction)

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
                reason = state.reason or "reverted"
                raise AnchorRefused(
                    reason, f"transaction {transaction} failed", permanent=reason != "out-of-gas"
                )
            time.sleep(pause)
            pause = min(2 * pause, _POLL_SECONDS)
        raise ChainUnreachable(
            f"transaction {transaction} was not included within {seconds:.0f} s; repeat the call"
        )

    def _in_flight(self) -> list[_Attempts]:
        """Return what was sent and is not mined in the present chain, without gaps, in order.

        Looks at the chain each time: one that went back has our later transactions in flight
        again. What waits above a gap that we cannot fill can never be mined, and is forgotten.
        """
        self._mined = self._nodes.state("eth_getTransactionCount", self.address, read=quantity)
        in_flight = []
        nonce = self._mined
        while nonce in self._attempts:
            in_flight.append(self._attempts[nonce])
            nonce += 1
        self._attempts = {
            known: attempts
            for known, attempts in self._attempts.items()
            if self._mined - _NONCES_REMEMBERED <= known < nonce
        }
        return in_flight

    def _send_new(self, attempts: _Attempts) -> str:
        self._sign(attempts)
        # Remembered before it is sent: if the answer gets lost, a repeat sends this very one.
        self._attempts[attempts.nonce] = attempts
        try:
            self._broadcast(attempts)
        except (AnchorRefused, NonceTakenError):
            del self._attempts[attempts.nonce]
            raise
        return attempts.newest.hash

    def _repeat(self, attempts: _Attempts) -> str:
        """Return the hash under which a call in flight goes on, after doing what it needs."""
        for earlier in reversed(attempts.signed):
            # Any of them may have been mined since, also one that was replaced.
            if state_of(self._nodes, earlier.hash).state in ("included", "failed"):
                return earlier.hash
        if time.monotonic() - attempts.sent_at >= self._fees.stuck_seconds:
            try:
                self._raise_fees(attempts, at_least=self._offer())
            except AnchorRefused:
                # Too dear to replace; what is out there may still be taken at its own price.
                self._broadcast(attempts, may_raise=False)
                raise
        elif knows(self._nodes, attempts.newest.hash):
            return attempts.newest.hash
        self._broadcast(attempts)
        return attempts.newest.hash

    def _broadcast(self, attempts: _Attempts, *, may_raise: bool = True) -> None:
        """Hand the newest attempt to the nodes, raising its fee past one that holds its nonce."""
        for raises in range(_MOST_RAISES):
            outcome = broadcast(self._nodes, attempts.newest.raw)
            if outcome is Outcome.SENT:
                return
            if outcome is Outcome.NONCE_TAKEN:
                raise NonceTakenError(f"nonce {attempts.nonce} is used by now")
            if outcome is Outcome.NO_FUNDS:
                raise AnchorRefused(
                    "insufficient-funds", f"send some of the chain's coin to {self.address}"
                )
            if not may_raise:
                return
            fees = attempts.fees
            twice = Fees(tip=2 * fees.tip, total=2 * fees.total) if raises else fees
            self._raise_fees(attempts, at_least=twice)
        raise ChainUnreachable(
            f"the nodes refused {_MOST_RAISES} rising fees for nonce {attempts.nonce}; "
            "do they quote a fee in their own logs?"
        )

    def _raise_fees(self, attempts: _Attempts, *, at_least: Fees) -> None:
        attempts.fees = self._fees.raised(attempts.fees, at_least=at_least)
        attempts.sent_at = time.monotonic()
        self._sign(attempts)

    def _sign(self, attempts: _Attempts) -> None:
        attempts.signed.append(
            sign_transaction(
                self._signer,
                chain_id=self._nodes.chain_id(),
                nonce=attempts.nonce,
                fees=attempts.fees,
                gas=attempts.gas,
                to=attempts.to,
                payload=attempts.payload,
                value=attempts.value,
            )
        )

    def _offer(self) -> Fees:
        return self._fees.offer(
            base_fee=newest_base_fee(self._nodes), suggested_tip=suggested_tip(self._nodes)
        )
