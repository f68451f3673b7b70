"""How far a transaction is, as enough nodes have it, and why it failed if it did."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from contracts_chain.contract_calls import contract_error
from contracts_chain.errors import AnchorRefused, ChainUnreachable, NodeError
from contracts_chain.quorum import Nodes, hex_bytes, quantity
from contracts_chain.records import TxState

# What another transaction may mend: the log's opening, taken back by a reorganisation; an offer.
_PASSING: Final = ("LogNotOpen", "NotOffered")


@dataclass(frozen=True)
class _Receipt:
    """A receipt's block (number, 32-byte hash), whether it succeeded, and the gas it used."""

    number: int
    block_hash: bytes
    succeeded: bool
    gas_used: int


def state_of(nodes: Nodes, transaction: str) -> TxState:
    """Return how far a transaction (0x…) is.

    Included, or failed, only if enough nodes have the same receipt; pending while any node knows
    it and not enough deny it; unknown if enough nodes do.
    """
    answers = nodes.panel.ask_each(
        "eth_getTransactionReceipt",
        transaction,
        read=_receipt,
        enough=lambda so_far: (
            Counter(one.value for one in so_far if one.error is None).total() >= nodes.quorum
        ),
    )
    receipts = Counter(one.value for one in answers if one.value is not None)
    agreed = [receipt for receipt, count in receipts.items() if count >= nodes.quorum]
    if len(agreed) == 1:
        return _ended(nodes, transaction, agreed[0])
    if receipts:
        # Mined, says one that may be ahead of the others, or lie.
        return TxState("pending")
    denials = sum(one.error is None for one in answers)
    if denials < nodes.quorum:
        errors = [one.error for one in answers if one.error is not None]
        raise errors[0] if errors else ChainUnreachable(f"no answer about {transaction}")
    return TxState("pending" if knows(nodes, transaction) else "unknown")


def knows(nodes: Nodes, transaction: str) -> bool:
    """Say whether the nodes have a transaction, mined or waiting.

    False if enough of them do not: then it is worth sending again. ChainUnreachable if too few
    answer to say either.
    """
    answers = nodes.panel.ask_each(
        "eth_getTransactionByHash",
        transaction,
        read=lambda found: found is not None,
        enough=lambda so_far: (
            Counter(one.value for one in so_far if one.error is None).total() >= nodes.quorum
        ),
    )
    said = Counter(one.value for one in answers if one.error is None)
    if said[False] >= nodes.quorum:
        return False
    if said[True]:
        return True
    errors = [one.error for one in answers if one.error is not None]
    raise errors[0] if errors else ChainUnreachable(f"no answer about {transaction}")


def refusal(error: NodeError) -> AnchorRefused | None:
    """Return what the contract said, or None if the error is the node's own."""
    if error.revert_data and (known := contract_error(error.revert_data)):
        permanent = known.name not in _PASSING
        return AnchorRefused(known.name, known.arguments, permanent=permanent)
    if error.is_revert:
        return AnchorRefused("reverted", error.node_message, permanent=True)
    return None


def _ended(nodes: Nodes, transaction: str, receipt: _Receipt) -> TxState:
    block = nodes.block(receipt.number)
    if block.hash != receipt.block_hash:
        # The chain moved between the two questions.
        return TxState("pending")
    if receipt.succeeded:
        return TxState("included", block)
    return TxState("failed", block, _why_failed(nodes, transaction, receipt))


def _why_failed(nodes: Nodes, transaction: str, receipt: _Receipt) -> str:
    try:
        call, gas = nodes.agreed("eth_getTransactionByHash", transaction, read=_call_of)
        if receipt.gas_used >= gas:
            return "out-of-gas"
        # The state before its block is what it met, unless a neighbour in the block changed it.
        before = max(receipt.number - 1, 0)
        nodes.state("eth_call", dict(call), read=hex_bytes, block=before)
    except NodeError as error:
        told = refusal(error)
        return told.reason if told else "reverted"
    return "reverted"


def _receipt(raw: Any) -> _Receipt | None:
    if raw is None:
        return None
    return _Receipt(
        number=quantity(raw["blockNumber"]),
        block_hash=hex_bytes(raw["blockHash"]),
        succeeded=quantity(raw["status"]) == 1,
        gas_used=quantity(raw["gasUsed"]),
    )


def _call_of(raw: Any) -> tuple[tuple[tuple[str, str], ...], int]:
    """Return a mined transaction as the members of a call, and its gas limit."""
    call = {"from": raw["from"], "to": raw["to"], "data": raw["input"]}
    return tuple(sorted(call.items())), quantity(raw["gas"])
