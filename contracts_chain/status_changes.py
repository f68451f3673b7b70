"""Everything that changes AnchorLog: each is looked up first, and sent once if it is not done."""

import threading
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from contracts_chain.anchor_views import AnchorViews
from contracts_chain.contract_calls import call_data
from contracts_chain.contract_structs import DocumentOpening, InclusionProof, PartySignature
from contracts_chain.errors import AnchorRefused
from contracts_chain.quorum import Nodes
from contracts_chain.sending import NonceTakenError, Sender

_VOIDED, _SUPERSEDED = 1, 2
_RACES: Final = 5
_NOBODY: Final = "0x" + "0" * 40
# What the contract says when somebody, most likely ourselves, was faster.
_DONE_ALREADY: Final = ("AlreadyAnchored", "LogAlreadyOpen", "ForkAlreadyProved")

_Result = TypeVar("_Result")


class StatusChanges(AnchorViews):
    """Changes to logs and documents by one key; any thread may call.

    Every method returns the transaction's hash (0x…) without waiting for inclusion, or "" if the
    contract has it already; follow it with ``receipt``. Repeating one while its transaction is in
    flight returns the same transaction, or one at a higher fee once it is stuck. Errors as of
    AnchorViews; AnchorRefused with the contract's own error if it would revert.
    """

    def __init__(self, nodes: Nodes, contract: str, sender: Sender) -> None:
        super().__init__(nodes, contract)
        self._sender = sender
        self._mutex = threading.RLock()

    @property
    def address(self) -> str:
        """The key's account, 0x…, checksummed."""
        return self._sender.address

    def offer_operator(self, log_id: bytes, new_operator: str | None) -> str:
        """Offer the log to another account (0x…), or take an offer back; ours must be the log."""
        offered = new_operator or _NOBODY

        def done() -> bool:
            return (self.pending_operator(log_id) or _NOBODY).lower() == offered.lower()

        return self._send_unless(done, call_data("offerOperator", log_id, offered))

    def accept_operator(self, log_id: bytes) -> str:
        """Become the operator of a log that was offered to this key."""

        def done() -> bool:
            return self.head(log_id).operator == self.address

        return self._send_unless(done, call_data("acceptOperator", log_id))

    def prove_fork(
        self,
        log_id: bytes,
        a: InclusionProof,
        leaf_hash_a: bytes,
        b: InclusionProof,
        leaf_hash_b: bytes,
    ) -> str:
        """Mark a log for ever: two anchored checkpoints have different leaves at one index."""
        payload = call_data("proveFork", log_id, a.members(), leaf_hash_a, b.members(), leaf_hash_b)
        return self._send_unless(lambda: self.is_forked(log_id), payload)

    def void_document(
        self,
        log_id: bytes,
        leaf_hash: bytes,
        *,
        opening: DocumentOpening,
        proof: InclusionProof,
        parties: Sequence[PartySignature],
        deadline: int,
    ) -> str:
        """Declare the document ``leaf_hash`` void, by the signatures of all its parties.

        They are over ``status_digest``, in the order of partiesRoot; ``deadline`` in Unix seconds.
        """
        payload = call_data(
            *("voidDocument", log_id, opening.members(), proof.members()),
            *([party.members() for party in parties], deadline),
        )

        def done() -> bool:
            return self.status_of(log_id, leaf_hash).code == _VOIDED

        return self._send_unless(done, payload)

    def supersede_document(
        self,
        log_id: bytes,
        leaf_hash: bytes,
        *,
        opening: DocumentOpening,
        proof: InclusionProof,
        successor: bytes,
        successor_proof: InclusionProof,
        parties: Sequence[PartySignature],
        deadline: int,
    ) -> str:
        """Declare that the later document ``successor`` (leaf hash) takes the place of this one."""
        payload = call_data(
            *("supersedeDocument", log_id, opening.members(), proof.members()),
            *(successor, successor_proof.members()),
            *([party.members() for party in parties], deadline),
        )

        def done() -> bool:
            status = self.status_of(log_id, leaf_hash)
            return status.code == _SUPERSEDED and status.successor == successor

        return self._send_unless(done, payload)

    def _send_unless(self, done: Callable[[], bool], payload: bytes) -> str:
        with self._mutex:
            return self._through_races(lambda: "" if done() else self._send(payload))

    def _send(self, payload: bytes) -> str:
        try:
            return self._sender.send(self._contract, payload)
        except AnchorRefused as refusal:
            if refusal.reason in _DONE_ALREADY:
                # It was mined between our look and our attempt.
                raise NonceTakenError(f"{refusal.reason}: it was mined meanwhile") from refusal
            raise

    def _through_races(self, attempt: Callable[[], _Result]) -> _Result:
        """Repeat ``attempt``, which looks before it acts, while the chain moves under it."""
        for _ in range(_RACES):
            try:
                return attempt()
            except NonceTakenError:
                continue
        return attempt()
