"""What the chain says, as plain values."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class BlockRef:
    """One block: its number, its 32-byte hash, its time in Unix seconds UTC."""

    number: int
    hash: bytes
    time: int


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
