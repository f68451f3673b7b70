"""How a chain and each of its nodes are, asked now."""

from collections.abc import Callable
from typing import TypeVar

from contracts_chain.errors import AnchorRefused, ChainUnreachable
from contracts_chain.node import Node
from contracts_chain.panel import Answer
from contracts_chain.quorum import Nodes, quantity
from contracts_chain.records import BlockRef, ChainHealth, NodeHealth
from contracts_chain.rpc import block_ref

_Value = TypeVar("_Value")


def chain_health(nodes: Nodes, address: str | None) -> ChainHealth:
    """Return the state of a chain, its nodes, and the account ``address``; raises nothing."""
    # Finding the newest block that enough nodes share also tells who lags or is elsewhere.
    newest = _or_none(lambda: nodes.block("latest"))
    try:
        tips = nodes.panel.ask_each(
            "eth_getBlockByNumber", "latest", False, read=block_ref, everyone=True
        )
    except (ChainUnreachable, AnchorRefused):
        tips = []
    balance = None
    if address is not None:
        balance = _or_none(lambda: nodes.state("eth_getBalance", address, read=quantity))
    heads = {id(answer.node): answer for answer in tips}
    return ChainHealth(
        chain=nodes.chain.name,
        nodes=tuple(_node_health(node, heads.get(id(node))) for node in nodes.panel.nodes),
        read_quorum=nodes.quorum,
        newest=newest,
        final=_or_none(nodes.final_block),
        balance=balance,
        balance_is_low=balance is not None and balance < nodes.chain.low_balance_wei,
    )


def _node_health(node: Node, tip: Answer[BlockRef] | None) -> NodeHealth:
    newest = tip.value.number if tip is not None and tip.value is not None else None
    trouble = node.trouble
    if trouble is not None:
        return NodeHealth(node.name, trouble.problem, newest, trouble.since, trouble.detail)
    if tip is not None and tip.error is not None:
        return NodeHealth(node.name, tip.error.problem, newest, None, str(tip.error))
    return NodeHealth(node.name, "answering", newest)


def _or_none(ask: Callable[[], _Value]) -> _Value | None:
    try:
        return ask()
    except (ChainUnreachable, AnchorRefused):
        return None
