"""Custody: working revisions, and the encrypted copies of what was signed."""

from service.custody.cid import UNIXFS_V1_2025, UnixfsProfile, cid_v1
from service.custody.copies import CopyState, CopyView, Kept, RepairReport, envelope_key
from service.custody.custody import Custody
from service.custody.disk_store import DiskStore
from service.custody.errors import (
    CannotOpenError,
    NoGoodCopyError,
    NothingKeptError,
    ObjectMissingError,
    QuorumNotReachedError,
    RevisionDamagedError,
    RevisionMissingError,
    StoreFailedError,
)
from service.custody.revision_files import RevisionFiles
from service.custody.store import Store

__all__ = [
    "UNIXFS_V1_2025",
    "CannotOpenError",
    "CopyState",
    "CopyView",
    "Custody",
    "DiskStore",
    "Kept",
    "NoGoodCopyError",
    "NothingKeptError",
    "ObjectMissingError",
    "QuorumNotReachedError",
    "RepairReport",
    "RevisionDamagedError",
    "RevisionFiles",
    "RevisionMissingError",
    "Store",
    "StoreFailedError",
    "UnixfsProfile",
    "cid_v1",
    "envelope_key",
]
