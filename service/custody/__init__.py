"""Custody: working revisions, and the encrypted copies of what was signed."""

from anchoring.cid import UNIXFS_V1_2025, UnixfsProfile, cid_v1
from service.custody.account import CareReport, CustodyHealth, StoreCare, StoreHealth
from service.custody.car import CarDamagedError, read_car, write_car
from service.custody.cloud_store import CloudStore, open_azure, open_gcs, open_s3
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
    ErasureRefusedError,
    NoGoodCopyError,
    NothingKeptError,
    ObjectMissingError,
    QuorumNotReachedError,
    RevisionDamagedError,
    RevisionMissingError,
    StoreFailedError,
    StoresNotSetUpError,
    TooManyKeysError,
    UnknownRetentionError,
)
from service.custody.kubo_store import KuboStore
from service.custody.ledger import kept_documents
from service.custody.lifecycle import Lifecycles
from service.custody.lock_store import ObjectLockStore
from service.custody.log_statements import CustodyStatements, LoggedStatement
from service.custody.memory_store import MemoryStore
from service.custody.pinning_store import PinningStore
from service.custody.recovery_keys import (
    KeyKind,
    RecoveryKeys,
    RecoveryKeyView,
    checked_recipient,
)
from service.custody.reports import CustodyReports, ReportView, object_digest
from service.custody.retention import LifecycleView, Retention
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
    "BadRecipientError",
    "CannotOpenError",
    "CarDamagedError",
    "CareReport",
    "CloudStore",
    "CopyState",
    "CopyView",
    "Custody",
    "CustodyHealth",
    "CustodyReports",
    "CustodyStatements",
    "DiskSettings",
    "DiskStore",
    "ErasureRefusedError",
    "GcsSettings",
    "Kept",
    "KeptCiphertext",
    "KeyKind",
    "KuboSettings",
    "KuboStore",
    "LifecycleView",
    "Lifecycles",
    "LoggedStatement",
    "MemoryStore",
    "NoGoodCopyError",
    "NothingKeptError",
    "ObjectLockStore",
    "ObjectMissingError",
    "PinningSettings",
    "PinningStore",
    "QuorumNotReachedError",
    "RecoveryKeyView",
    "RecoveryKeys",
    "RepairReport",
    "ReportView",
    "Retention",
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
    "TooManyKeysError",
    "UnixfsProfile",
    "UnknownRetentionError",
    "checked_recipient",
    "cid_v1",
    "envelope_key",
    "kept_documents",
    "object_digest",
    "open_azure",
    "open_gcs",
    "open_s3",
    "read_car",
    "read_stores",
    "write_car",
]
