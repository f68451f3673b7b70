"""Hands a signed transaction to every node, and sums up what they say of it."""

from collections import Counter
from enum import Enum, auto
from typing import Any, Final

from contracts_chain.errors import ChainUnreachable, NodeError
from contracts_chain.panel import Answer
from contracts_chain.quorum import Nodes

# How nodes (geth, erigon, nethermind, besu, reth, anvil, Hardhat) word the same few answers.
_KNOWN: Final = ("already known", "alreadyknown", "already imported", "known transaction")
_TOO_CHEAP: Final = (
    "underpriced",
    "replacement fee too low",
    "replacementnotallowed",
    "could not replace existing",
    "feetoolow",
    "less than block base fee",
    "lower than the minimum",
    "too low for the next block",
)
_NONCE_TAKEN: Final = ("nonce too low", "oldnonce", "nonce is too low")
_NO_FUNDS: Final = (
    "insufficient funds",
    "insufficientfunds",
    "upfront cost exceeds",
    "doesn't have enough funds",
)


class Outcome(Enum):
    """What became of a transaction that was handed over."""

    SENT = auto()
    NONCE_TAKEN = auto()
    TOO_CHEAP = auto()
    NO_FUNDS = auto()


def broadcast(nodes: Nodes, raw: bytes) -> Outcome:
    """Send a signed transaction to all nodes that do not rest; safe to repeat.

    One node that takes it is enough to be SENT, since that one may spread it, unless a quorum
    says otherwise; a refusal needs a quorum. Raises ChainUnreachable (NodeError, where the nodes
    gave a reason of their own) if neither is had: then it may or may not have been sent.
    """
    answers = nodes.panel.ask_each(
        "eth_sendRawTransaction",
        "0x" + raw.hex(),
        read=str,
        enough=lambda so_far: _agreed(so_far, nodes.quorum) is not None,
    )
    if (agreed := _agreed(answers, nodes.quorum)) is not None:
        return agreed
    if any(_outcome(answer) is Outcome.SENT for answer in answers):
        return Outcome.SENT
    errors = [answer.error for answer in answers if answer.error is not None]
    own = [error for error in errors if isinstance(error, NodeError)]
    if len(own) >= nodes.quorum or (len(errors) == 1 and nodes.alone):
        raise (own or errors)[0]
    told = "; ".join(str(error) for error in errors) or "no answers"
    raise ChainUnreachable(f"no node of {nodes.chain.name} took the transaction: {told}")


def _agreed(answers: list[Answer[str]], quorum: int) -> Outcome | None:
    counted = Counter(outcome for answer in answers if (outcome := _outcome(answer)) is not None)
    # In the order of Outcome: where few are needed and several have enough, SENT goes first.
    return next((outcome for outcome in Outcome if counted[outcome] >= quorum), None)


def _outcome(answer: Answer[Any]) -> Outcome | None:
    if answer.error is None:
        return Outcome.SENT
    if not isinstance(answer.error, NodeError):
        return None
    said = answer.error.node_message.lower()
    for outcome, wordings in (
        (Outcome.SENT, _KNOWN),
        (Outcome.NONCE_TAKEN, _NONCE_TAKEN),
        (Outcome.NO_FUNDS, _NO_FUNDS),
        (Outcome.TOO_CHEAP, _TOO_CHEAP),
    ):
        if any(words in said for words in wordings):
            return outcome
    # A node that mines at once (Hardhat) reports what came of it: it was sent, and failed.
    return Outcome.SENT if answer.error.is_revert else None
