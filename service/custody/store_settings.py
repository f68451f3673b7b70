"""The stores of an installation as its file names them (docs/stores.md)."""

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError

from service.custody.errors import StoresNotSetUpError


class _Common(BaseModel):
    """What every store has: how long it may take, and when it is asked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    prefer: int = Field(default=0, ge=0, le=1000)
    timeout_seconds: float = Field(default=10.0, gt=0, le=600)
    least_bytes_per_second: float = Field(default=1_000_000.0, gt=0)


class DiskSettings(_Common):
    """A folder of this machine."""

    kind: Literal["disk"]
    folder: Path


class S3Settings(_Common):
    """A bucket of S3, or of what speaks like it; without keys the machine's own role."""

    kind: Literal["s3"]
    bucket: str
    region: str
    endpoint: str = ""
    access_key: str = ""
    secret_key: SecretStr = SecretStr("")
    prefix: str = ""


class S3LockSettings(_Common):
    """A bucket with Object Lock: each object stays for ``retain_days`` from its put on."""

    kind: Literal["s3-lock"]
    bucket: str
    region: str
    retain_days: float = Field(gt=0, le=36_500)
    mode: Literal["GOVERNANCE", "COMPLIANCE"] = "COMPLIANCE"
    endpoint: str = ""
    access_key: str = ""
    secret_key: SecretStr = SecretStr("")
    prefix: str = ""

    @property
    def retain(self) -> timedelta:
        """How long an object is locked."""
        return timedelta(days=self.retain_days)


class AzureSettings(_Common):
    """A container of Azure Blob Storage, by account key, SAS token or the machine's identity."""

    kind: Literal["azure"]
    container: str
    account: str
    endpoint: str = ""
    account_key: SecretStr = SecretStr("")
    sas_token: SecretStr = SecretStr("")
    prefix: str = ""


class GcsSettings(_Common):
    """A bucket of Google Cloud Storage, by a key file or the machine's own account."""

    kind: Literal["gcs"]
    bucket: str
    service_account_file: Path | None = None
    prefix: str = ""


class KuboSettings(_Common):
    """An IPFS node's RPC interface, which must be open to nobody else."""

    kind: Literal["kubo"]
    url: str = Field(pattern=r"^https?://")
    user: str = ""
    password: SecretStr = SecretStr("")
    token: SecretStr = SecretStr("")
    provide: bool = False


class PinningSettings(_Common):
    """A remote pinning service, the gateway it serves, and the node of ours it fetches from."""

    kind: Literal["pinning"]
    url: str = Field(pattern=r"^https?://")
    token: SecretStr
    gateway: str = Field(pattern=r"^https?://")
    node_url: str = Field(pattern=r"^https?://")
    node_token: SecretStr = SecretStr("")
    origins: tuple[str, ...] = ()


StoreSettings = Annotated[
    DiskSettings
    | S3Settings
    | S3LockSettings
    | AzureSettings
    | GcsSettings
    | KuboSettings
    | PinningSettings,
    Field(discriminator="kind"),
]
_STORE: TypeAdapter[StoreSettings] = TypeAdapter(StoreSettings)


def read_stores(path: Path) -> dict[str, StoreSettings]:
    """Return the stores that a TOML file names, in its order; raises StoresNotSetUpError.

    One table a store, ``[store.<name>]``; errors name the member, never its value.
    """
    try:
        found = tomllib.loads(path.read_text())
    except OSError as error:
        raise StoresNotSetUpError(f"expected a file at {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StoresNotSetUpError(f"{path.name}: expected TOML: {error}") from error
    tables = found.pop("store", {})
    if found or not isinstance(tables, Mapping) or not tables:
        raise StoresNotSetUpError(
            f"{path.name}: expected tables [store.<name>] and nothing else, got "
            + (", ".join(found) or "none")
        )
    return {name: _one(path, name, table) for name, table in tables.items()}


def _one(path: Path, name: str, table: object) -> StoreSettings:
    try:
        return _STORE.validate_python(table)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        # The first step is the kind, which the reader wrote himself.
        where = ".".join(str(step) for step in first["loc"][1:])
        raise StoresNotSetUpError(
            f"{path.name}: store {name!r}: {where + ': ' if where else ''}{first['msg']}"
        ) from None
