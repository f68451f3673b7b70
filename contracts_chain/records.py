"""What the chain says, as plain values."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from contracts_chain.errors import NodeProblem


@dataclass(frozen=True)
class BlockRef:
    """One block: its number, its 32-byte hash, its time in Unix seconds UTC."""

    number: int
    hash: bytes
    time: int


BlockId: TypeAlias = int | str | BlockRef
"""Which block: its number, "latest", "finalized", or that very one and no other of its number."""


@dataclass(frozen=True)
class LogHead:
    """A log's present state; all zero while nobody has opened it. ``operator``: 0x…, EIP-55."""

    count: int
    size: int
    operator: str


@dataclass(frozen=True)
class AnchorRecord:
    """One anchor: its size in leaves, block time (Unix seconds), block number, place from 1."""

    size: int
    time: int
    block: int
    ordinal: int


@dataclass(frozen=True)
class TxState:
    """How far a transaction is.

    ``included`` and ``failed`` come with their ``block``; ``failed`` with the ``reason``, the
    contract's own error where it gave one. ``unknown``: the node has never heard of it, or lost
    it; submitting again is safe.
    """

    state: Literal["pending", "included", "failed", "unknown"]
    block: BlockRef | None = None
    reason: str | None = None


@dataclass(frozen=True)
class DeploymentRecord:
    """AnchorLog on one chain; ``transaction`` (0x…) is None if it stood there already."""

    chain_id: int
    address: str
    transaction: str | None


@dataclass(frozen=True)
class NodeHealth:
    """One node: its host, how it is, its newest block, and what is wrong since when.

    ``since``: Unix seconds; ``detail``: for people, without secrets. Both None while all is well.
    """

    host: str
    state: Literal["answering"] | NodeProblem
    newest: int | None
    since: float | None = None
    detail: str | None = None


@dataclass(frozen=True, kw_only=True)
class ChainHealth:
    """One chain as its nodes show it now.

    ``newest``, ``final`` and ``balance`` (wei) are None where too few nodes agree;
    ``balance_is_low`` is about the balance set for the alarm.
    """

    chain: str
    nodes: tuple[NodeHealth, ...]
    read_quorum: int
    newest: BlockRef | None
    final: BlockRef | None
    balance: int | None
    balance_is_low: bool

    @property
    def answering(self) -> int:
        """How many nodes answer as they should."""
        return sum(node.state == "answering" for node in self.nodes)

    @property
    def disagreeing(self) -> int:
        """How many nodes contradict the others, or belong to another chain."""
        against = ("disagrees", "other-branch", "wrong-chain")
        return sum(node.state in against for node in self.nodes)

    @property
    def lagging(self) -> int:
        """How many nodes are behind the others."""
        return sum(node.state == "lagging" for node in self.nodes)
