"""The stores of one installation: from settings to what custody places copies in."""

from pathlib import Path

from pydantic import SecretStr

from service.clock import Clock
from service.custody import (
    AzureSettings,
    CloudStore,
    DiskSettings,
    DiskStore,
    GcsSettings,
    KuboSettings,
    KuboStore,
    ObjectLockStore,
    PinningSettings,
    PinningStore,
    S3LockSettings,
    S3Settings,
    Store,
    StorePlan,
    StoreSettings,
    StoresNotSetUpError,
    TimeLimits,
    open_azure,
    open_gcs,
    open_s3,
    read_stores,
)
from service.settings import Settings

# No request of a cloud takes longer than what the largest object may: a PDF, encrypted.
_LARGEST_BYTES = 26 * 1024 * 1024


def build_stores(settings: Settings, clock: Clock) -> list[StorePlan]:
    """Return the stores that the settings name; nothing is connected to yet.

    Raises StoresNotSetUpError, on the production profile also for copies that would all be lost
    with one disk.
    """
    if settings.stores_file is None:
        named: dict[str, StoreSettings] = {
            f"disk-{number}": DiskSettings(kind="disk", folder=folder / "custody", prefer=0)
            for number, folder in enumerate(settings.store_dirs, start=1)
        }
    else:
        named = read_stores(settings.stores_file)
    quorum = settings.quorum_of(len(named))
    if quorum > len(named):
        raise StoresNotSetUpError(
            f"expected ACTA_CUSTODY_QUORUM of at most {len(named)} (the number of stores), "
            f"got {quorum}"
        )
    if settings.production:
        _refuse_one_disk(named)
    try:
        return [_plan(name, store, clock) for name, store in named.items()]
    except ImportError as error:
        raise StoresNotSetUpError(
            f"expected the library {error.name}; install acta-notary[clouds]"
        ) from error


def _plan(name: str, settings: StoreSettings, clock: Clock) -> StorePlan:
    limits = TimeLimits(
        base_s=settings.timeout_seconds, least_bytes_s=settings.least_bytes_per_second
    )
    try:
        store = _store(name, settings, clock, longest_s=limits.seconds_for(_LARGEST_BYTES))
    except ImportError:
        raise
    except (ValueError, OSError) as error:
        # A library's own words may repeat a key.
        words = str(error) if type(error) is ValueError else type(error).__name__
        raise StoresNotSetUpError(f"store {name!r} cannot be used: {words}") from None
    return StorePlan(store=store, kind=settings.kind, preference=settings.prefer, limits=limits)


def _store(name: str, settings: StoreSettings, clock: Clock, *, longest_s: float) -> Store:
    match settings:
        case DiskSettings():
            return DiskStore(settings.folder, name=name)
        case S3Settings():
            objects = open_s3(
                bucket=settings.bucket,
                region=settings.region,
                endpoint=settings.endpoint,
                access_key=settings.access_key,
                secret_key=_open(settings.secret_key),
                timeout_s=longest_s,
            )
            return CloudStore(objects, name=name, prefix=settings.prefix)
        case S3LockSettings():
            return ObjectLockStore(
                name=name,
                bucket=settings.bucket,
                clock=clock,
                retain=settings.retain,
                mode=settings.mode,
                region=settings.region,
                endpoint=settings.endpoint,
                access_key=settings.access_key,
                secret_key=_open(settings.secret_key),
                prefix=settings.prefix,
                timeout_s=settings.timeout_seconds,
            )
        case AzureSettings():
            objects = open_azure(
                container=settings.container,
                account=settings.account,
                endpoint=settings.endpoint,
                account_key=_open(settings.account_key),
                sas_token=_open(settings.sas_token),
                timeout_s=longest_s,
            )
            return CloudStore(objects, name=name, prefix=settings.prefix)
        case GcsSettings():
            file = settings.service_account_file
            objects = open_gcs(
                bucket=settings.bucket,
                service_account="" if file is None else file.read_text(),
                timeout_s=longest_s,
            )
            return CloudStore(objects, name=name, prefix=settings.prefix)
        case KuboSettings():
            password = _open(settings.password)
            return KuboStore(
                settings.url,
                name=name,
                silence_s=settings.timeout_seconds,
                auth=(settings.user, password) if settings.user else None,
                token=_open(settings.token),
                provide=settings.provide,
            )
        case PinningSettings():
            return PinningStore(
                settings.url,
                name=name,
                token=_open(settings.token),
                gateway=settings.gateway,
                node=KuboStore(
                    settings.node_url,
                    name=name,
                    silence_s=settings.timeout_seconds,
                    token=_open(settings.node_token),
                ),
                origins=settings.origins,
                silence_s=settings.timeout_seconds,
                wait_s=longest_s,
            )


def _open(secret: SecretStr) -> str:
    return secret.get_secret_value()


def _refuse_one_disk(named: dict[str, StoreSettings]) -> None:
    """Refuse copies that stand on one disk alone, which takes them all with it."""
    places = {
        _device(store.folder) if isinstance(store, DiskSettings) else name
        for name, store in named.items()
    }
    if len(places) < 2:
        raise StoresNotSetUpError(
            "the production profile refuses to keep every copy on one disk; name stores of "
            "different places in ACTA_STORES_FILE, or folders on different disks in "
            "ACTA_STORE_DIRS"
        )


def _device(folder: Path) -> int:
    # The folder itself may not be there yet: what counts is where it will be.
    folder = folder.expanduser().absolute()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.stat().st_dev
