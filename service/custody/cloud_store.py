"""Stores in S3 (and what speaks like it), Azure Blob and Google Cloud Storage, through obstore."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from service.custody.errors import ObjectMissingError, StoreFailedError
from service.custody.store import Store, checked_key, checked_name

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore, RetryConfig

_PIECE = 1 << 20
_CONNECT_S = 5.0
# How the library's messages name what went wrong, and the short word that we keep.
_REASONS = (
    ("operation timed out", "timeout"),
    ("error sending request", "unreachable"),
    ("error decoding response body", "short-body"),
    ("error reading a body", "short-body"),
    ("NoSuchBucket", "no-bucket"),
    ("ContainerNotFound", "no-bucket"),
)
# "… with status 503 Service Unavailable: …"
_STATUS = re.compile(r"status(?: code)?:? ([45]\d\d)")


class CloudStore(Store):
    """The Store in one bucket or container, an object a key, below ``prefix``.

    One request a call, never repeated here. A request takes at most the ``timeout_s`` with which
    the store was opened, connecting included, and a connection at most five seconds of it.
    """

    def __init__(self, objects: "ObjectStore", *, name: str, prefix: str = "") -> None:
        self._name = checked_name(name)
        self._objects = objects
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""

    @property
    def name(self) -> str:
        """Return the name by which copies are remembered."""
        return self._name

    def put(self, key: str, data: bytes) -> str:
        """Keep ``data`` under ``key``, in one request."""
        import obstore

        with self._failures(key):
            obstore.put(self._objects, self._path(key), data, use_multipart=False)
        return ""

    def read(self, key: str, *, version: str = "") -> Iterator[bytes]:
        """Yield what stands under ``key``."""
        import obstore

        with self._failures(key):
            for piece in obstore.get(self._objects, self._path(key)).stream(_PIECE):
                yield bytes(piece)

    def head(self, key: str, *, version: str = "") -> int:
        """Return the number of bytes under ``key``."""
        import obstore

        with self._failures(key):
            return int(obstore.head(self._objects, self._path(key))["size"])

    def delete(self, key: str) -> None:
        """Remove what stands under ``key``, if anything does."""
        import obstore

        try:
            with self._failures(key):
                obstore.delete(self._objects, self._path(key))
        except ObjectMissingError:
            return

    def _path(self, key: str) -> str:
        return self._prefix + checked_key(key)

    @contextmanager
    def _failures(self, key: str) -> Iterator[None]:
        from obstore import exceptions

        try:
            yield
        except (FileNotFoundError, exceptions.NotFoundError) as error:
            if _reason(error) == "no-bucket":
                raise self._failed("no-bucket") from error
            raise ObjectMissingError(
                f"store {self._name!r} has no object {key}", store=self._name
            ) from error
        except (PermissionError, exceptions.BaseError, OSError) as error:
            raise self._failed(_reason(error)) from error

    def _failed(self, reason: str) -> StoreFailedError:
        return StoreFailedError(
            f"store {self._name!r} failed: {reason}; check the account and the bucket",
            store=self._name,
            reason=reason,
        )


def open_s3(
    *,
    bucket: str,
    region: str,
    endpoint: str = "",
    access_key: str = "",
    secret_key: str = "",
    timeout_s: float,
) -> "ObjectStore":
    """Return a bucket of S3 or of what speaks like it; without keys the machine's own role."""
    from obstore.store import S3Store

    config = {"region": region} | _given(
        endpoint=endpoint, access_key_id=access_key, secret_access_key=secret_key
    )
    return S3Store(
        bucket,
        config=config,  # type: ignore[arg-type]  # the keys are the library's own
        client_options=_client(timeout_s, endpoint),
        retry_config=_once(),
    )


def open_azure(
    *,
    container: str,
    account: str,
    endpoint: str = "",
    account_key: str = "",
    sas_token: str = "",
    timeout_s: float,
) -> "ObjectStore":
    """Return a container of Azure Blob Storage; without a key the machine's own identity."""
    from obstore.store import AzureStore

    config = {"account_name": account} | _given(
        endpoint=endpoint, account_key=account_key, sas_key=sas_token
    )
    return AzureStore(
        container,
        config=config,  # type: ignore[arg-type]
        client_options=_client(timeout_s, endpoint),
        retry_config=_once(),
    )


def open_gcs(*, bucket: str, service_account: str = "", timeout_s: float) -> "ObjectStore":
    """Return a bucket of Google Cloud Storage.

    ``service_account`` is the JSON of a key file, whose ``gcs_base_url`` may lead elsewhere; empty
    for the machine's own account.
    """
    from obstore.store import GCSStore

    endpoint = ""
    if service_account:
        account = json.loads(service_account)
        endpoint = str(account.get("gcs_base_url", "")) if isinstance(account, Mapping) else ""
    return GCSStore(
        bucket,
        config=_given(service_account_key=service_account),  # type: ignore[arg-type]
        client_options=_client(timeout_s, endpoint),
        retry_config=_once(),
    )


def _given(**values: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def _client(timeout_s: float, endpoint: str) -> "ClientConfig":
    return {
        "timeout": timedelta(seconds=timeout_s),
        "connect_timeout": timedelta(seconds=min(_CONNECT_S, timeout_s)),
        "allow_http": endpoint.startswith("http://"),
    }


def _once() -> "RetryConfig":
    # The library tries for three minutes by default; ours is tried again by the schedule.
    return {"max_retries": 0, "retry_timeout": timedelta(seconds=1)}


def _reason(error: BaseException) -> str:
    said = str(error)
    for words, reason in _REASONS:
        if words in said:
            return reason
    status = _STATUS.search(said)
    if status is not None:
        return f"http-{status[1]}"
    return "denied" if isinstance(error, PermissionError) else "refused"
