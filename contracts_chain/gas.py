"""What the nodes say of gas: how much a call takes, what the base fee is, which tip is usual."""

from typing import Any, Final

from contracts_chain.errors import ChainUnreachable, NodeError
from contracts_chain.panel import Answer
from contracts_chain.quorum import Nodes, quantity
from contracts_chain.receipts import refusal
from contracts_chain.rpc import block_id

# Nodes of different make estimate a little differently; further apart, one of them is wrong.
_WITHIN: Final = 1.5


def estimate_gas(nodes: Nodes, *, sender: str, to: str, payload: bytes, value: int = 0) -> int:
    """Return a gas limit with a quarter to spare; AnchorRefused if the call would revert.

    On mined state alone: an anchor of an earlier run that waits in the pool is not done. That the
    call would revert is believed of a quorum only, and so is the limit.
    """
    call = {"from": sender, "to": to, "data": "0x" + payload.hex(), "value": hex(value)}
    block = "latest" if nodes.alone else block_id(nodes.block("latest").number)
    answers = nodes.panel.ask_each(
        "eth_estimateGas",
        call,
        block,
        read=quantity,
        enough=lambda so_far: len(_estimates(so_far)) >= nodes.quorum,
    )
    reverts = [answer.error for answer in answers if _is_revert(answer)]
    if len(reverts) >= nodes.quorum:
        error = reverts[0]
        assert isinstance(error, NodeError)
        raise refusal(error) or error
    estimates = sorted(_estimates(answers))
    if len(estimates) < nodes.quorum:
        errors = [answer.error for answer in answers if answer.error is not None]
        raise errors[0] if errors else ChainUnreachable("no answer to eth_estimateGas")
    # With three or more the middle one stands between a liar and the rest.
    middle = estimates[len(estimates) // 2]
    if len(estimates) == 2 and middle > _WITHIN * estimates[0]:
        raise ChainUnreachable(
            f"two nodes estimate {estimates[0]} and {estimates[1]} gas for one call; repeat it",
            problem="disagrees",
        )
    return middle + middle // 4


def newest_base_fee(nodes: Nodes) -> int:
    """Return the newest block's base fee, wei for one unit of gas; 0 on a chain without one."""
    block = "latest" if nodes.alone else nodes.block("latest").number
    return nodes.agreed(
        "eth_getBlockByNumber",
        block_id(block),
        False,
        read=lambda raw: quantity(raw.get("baseFeePerGas", "0x0")),
    )


def suggested_tip(nodes: Nodes) -> int:
    """Return the tip that the middle one of the nodes suggests, wei; 0 if none does.

    A matter of opinion, so no quorum: the fee policy bounds it both ways. Not every node has the
    method.
    """
    answers = nodes.panel.ask_each(
        "eth_maxPriorityFeePerGas",
        read=quantity,
        enough=lambda so_far: len(_estimates(so_far)) >= nodes.quorum,
    )
    tips = sorted(_estimates(answers))
    if tips:
        return tips[(len(tips) - 1) // 2]
    errors = [answer.error for answer in answers if answer.error is not None]
    if any(isinstance(error, NodeError) for error in errors) or not errors:
        return 0
    raise errors[0]


def _estimates(answers: list[Answer[int]]) -> list[int]:
    return [answer.value for answer in answers if answer.value is not None]


def _is_revert(answer: Answer[Any]) -> bool:
    return isinstance(answer.error, NodeError) and answer.error.is_revert
