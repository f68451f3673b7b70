"""Custody: working revisions, and the encrypted copies of what was signed."""

from anchoring.cid import UNIXFS_V1_2025, UnixfsProfile, cid_v1
from service.custody.copies import (
    CopyState,
    CopyView,
    Kept,
    KeptCiphertext,
    RepairReport,
    envelope_key,
)
from service.custody.custody import Custody
from service.custody.disk_store import DiskStore
from service.custody.errors import (
    BadRecipientError,
    CannotOpenError,
    NoGoodCopyError,
    NothingKeptError,
    ObjectMissingError,
    QuorumNotReachedError,
    RevisionDamagedError,
    RevisionMissingError,
    StoreFailedError,
    TooManyKeysError,
)
from service.custody.recovery_keys import KeyKind, RecoveryKeys, RecoveryKeyView
from service.custody.revision_files import RevisionFiles
from service.custody.store import Store

__all__ = [
    "UNIXFS_V1_2025",
    "BadRecipientError",
    "CannotOpenError",
    "CopyState",
    "CopyView",
    "Custody",
    "DiskStore",
    "Kept",
    "KeptCiphertext",
    "KeyKind",
    "NoGoodCopyError",
    "NothingKeptError",
    "ObjectMissingError",
    "QuorumNotReachedError",
    "RecoveryKeyView",
    "RecoveryKeys",
    "RepairReport",
    "RevisionDamagedError",
    "RevisionFiles",
    "RevisionMissingError",
    "Store",
    "StoreFailedError",
    "TooManyKeysError",
    "UnixfsProfile",
    "cid_v1",
    "envelope_key",
]
