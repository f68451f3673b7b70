"""Custody: working revisions, and the encrypted copies of what was signed."""

from anchoring.cid import UNIXFS_V1_2025, UnixfsProfile, cid_v1
from service.custody.account import CareReport, CustodyHealth, StoreCare, StoreHealth
from service.custody.car import CarDamagedError, read_car, write_car
from service.custody.cloud_store import CloudStore, open_azure, open_gcs, open_s3
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
    StoresNotSetUpError,
)
from service.custody.kubo_store import KuboStore
from service.custody.lock_store import ObjectLockStore
from service.custody.memory_store import MemoryStore
from service.custody.pinning_store import PinningStore
from service.custody.revision_files import RevisionFiles
from service.custody.scrub import ScrubReport
from service.custody.store import Store
from service.custody.store_settings import (
    AzureSettings,
    DiskSettings,
    GcsSettings,
    KuboSettings,
    PinningSettings,
    S3LockSettings,
    S3Settings,
    StoreSettings,
    read_stores,
)
from service.custody.watched_store import StorePlan, TimeLimits

__all__ = [
    "UNIXFS_V1_2025",
    "AzureSettings",
    "CannotOpenError",
    "CarDamagedError",
    "CareReport",
    "CloudStore",
    "CopyState",
    "CopyView",
    "Custody",
    "CustodyHealth",
    "DiskSettings",
    "DiskStore",
    "GcsSettings",
    "Kept",
    "KuboSettings",
    "KuboStore",
    "MemoryStore",
    "NoGoodCopyError",
    "NothingKeptError",
    "ObjectLockStore",
    "ObjectMissingError",
    "PinningSettings",
    "PinningStore",
    "QuorumNotReachedError",
    "RepairReport",
    "RevisionDamagedError",
    "RevisionFiles",
    "RevisionMissingError",
    "S3LockSettings",
    "S3Settings",
    "ScrubReport",
    "Store",
    "StoreCare",
    "StoreFailedError",
    "StoreHealth",
    "StorePlan",
    "StoreSettings",
    "StoresNotSetUpError",
    "TimeLimits",
    "UnixfsProfile",
    "cid_v1",
    "envelope_key",
    "open_azure",
    "open_gcs",
    "open_s3",
    "read_car",
    "read_stores",
    "write_car",
]
