"""The notary: accept a leaf → sequence → checkpoint → anchor → confirm."""

from service.notary.alarms import AlarmKind, AlarmView
from service.notary.anchor_desk import ChainPlan
from service.notary.anchors import AnchorProgress
from service.notary.cadence import Cadence, Due
from service.notary.chain import (
    AnchorChain,
    ChainAnchor,
    ChainBlock,
    ChainHead,
    ChainHealth,
    ChainTransaction,
    DocumentEnding,
)
from service.notary.chain_adapter import ContractsChainAdapter
from service.notary.disk_mirror import DiskMirror
from service.notary.document_watch import EndedView
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
    MirrorNotFoundError,
    MirrorQuorumError,
    NotAnchoredYetError,
    NotStartedError,
    OtherHomeError,
    UnknownChainError,
)
from service.notary.home import LogIdentity
from service.notary.log_keys import LogKey, rotate_log_key
from service.notary.log_status import ChainStatus, LogStatus, ShownAnchor
from service.notary.memory_chain import MemoryChain
from service.notary.mirror import LogMirror
from service.notary.mirror_roll import MirrorEntry, known_mirrors, retire_mirror
from service.notary.notary import AnchorRequestView, Notary
from service.notary.status import AnchoredCheckpoint, ChainLeafStatus, LeafStatus

__all__ = [
    "AlarmKind",
    "AlarmView",
    "AnchorChain",
    "AnchorProgress",
    "AnchorRequestNotFoundError",
    "AnchorRequestView",
    "AnchoredCheckpoint",
    "BadEntryError",
    "Cadence",
    "ChainAnchor",
    "ChainBlock",
    "ChainDownError",
    "ChainHead",
    "ChainHealth",
    "ChainLeafStatus",
    "ChainPlan",
    "ChainRefusedError",
    "ChainStatus",
    "ChainTransaction",
    "ContractsChainAdapter",
    "DiskMirror",
    "DocumentEnding",
    "Due",
    "EndedView",
    "EntryConflictError",
    "IdempotencyConflictError",
    "LeafNotFoundError",
    "LeafStatus",
    "LogForkRefused",
    "LogIdentity",
    "LogKey",
    "LogMirror",
    "LogStatus",
    "MemoryChain",
    "MirrorEntry",
    "MirrorFailedError",
    "MirrorNotFoundError",
    "MirrorQuorumError",
    "NotAnchoredYetError",
    "NotStartedError",
    "Notary",
    "OtherHomeError",
    "ShownAnchor",
    "UnknownChainError",
    "known_mirrors",
    "retire_mirror",
    "rotate_log_key",
]
