"""The notary: accept a leaf → sequence → checkpoint → anchor → confirm."""

from service.notary.anchors import AnchorProgress
from service.notary.chain import (
    AnchorChain,
    ChainAnchor,
    ChainBlock,
    ChainHead,
    ChainTransaction,
)
from service.notary.chain_adapter import ContractsChainAdapter
from service.notary.disk_mirror import DiskMirror
from service.notary.errors import (
    AnchorRequestNotFoundError,
    BadEntryError,
    ChainDownError,
    ChainRefusedError,
    EntryConflictError,
    IdempotencyConflictError,
    LeafNotFoundError,
    LogForkRefused,
    MirrorFailedError,
    MirrorQuorumError,
    NotAnchoredYetError,
    NotStartedError,
    OtherHomeError,
)
from service.notary.home import LogIdentity
from service.notary.memory_chain import MemoryChain
from service.notary.mirror import LogMirror
from service.notary.notary import AnchorRequestView, Notary
from service.notary.status import AnchoredCheckpoint, LeafStatus

__all__ = [
    "AnchorChain",
    "AnchorProgress",
    "AnchorRequestNotFoundError",
    "AnchorRequestView",
    "AnchoredCheckpoint",
    "BadEntryError",
    "ChainAnchor",
    "ChainBlock",
    "ChainDownError",
    "ChainHead",
    "ChainRefusedError",
    "ChainTransaction",
    "ContractsChainAdapter",
    "DiskMirror",
    "EntryConflictError",
    "IdempotencyConflictError",
    "LeafNotFoundError",
    "LeafStatus",
    "LogForkRefused",
    "LogIdentity",
    "LogMirror",
    "MemoryChain",
    "MirrorFailedError",
    "MirrorQuorumError",
    "NotAnchoredYetError",
    "NotStartedError",
    "Notary",
    "OtherHomeError",
]
