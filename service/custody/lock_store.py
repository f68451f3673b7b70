"""A store under retention: S3 Object Lock, where nobody can remove an object before its time."""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Literal

from service.clock import Clock
from service.custody.errors import ObjectMissingError, StoreFailedError
from service.custody.store import Store, checked_key, checked_name, is_envelope

_PIECE = 1 << 20
_CONNECT_S = 5.0
_ABSENT = {"404", "NoSuchKey", "NoSuchVersion", "NotFound", "405", "MethodNotAllowed"}
_HASH = "acta-sha256"


class ObjectLockStore(Store):
    """The Store in a bucket with versions and Object Lock; objects are locked, envelopes never.

    An object stays for ``retain`` from its put on: in ``COMPLIANCE`` nobody shortens that, the
    owner of the account neither; in ``GOVERNANCE`` whoever has the right to. An envelope must be
    replaceable, and destroyed when the agreement is erased, so it is under no lock. ``put`` makes
    no new version where the newest is already this content. ``delete`` removes every version, and
    is refused (``locked``) while one is retained. A silent server holds a call for ``timeout_s``
    since its last byte; calls are never repeated here.
    """

    def __init__(
        self,
        *,
        name: str,
        bucket: str,
        clock: Clock,
        retain: timedelta,
        mode: Literal["GOVERNANCE", "COMPLIANCE"] = "COMPLIANCE",
        region: str,
        endpoint: str = "",
        access_key: str = "",
        secret_key: str = "",
        prefix: str = "",
        timeout_s: float = 30.0,
    ) -> None:
        self._name = checked_name(name)
        self._bucket = bucket
        self._clock = clock
        self._retain = retain
        self._mode = mode
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._access: dict[str, Any] = {
            "region_name": region,
            "endpoint_url": endpoint or None,
            "aws_access_key_id": access_key or None,
            "aws_secret_access_key": secret_key or None,
        }
        self._timeout_s = timeout_s
        self._made: Any = None

    @property
    def name(self) -> str:
        """Return the name by which copies are remembered."""
        return self._name

    def put(self, key: str, data: bytes) -> str:
        """Keep ``data`` under ``key`` and return its version."""
        path, sha256 = self._path(key), hashlib.sha256(data)
        locked: dict[str, Any] = {}
        if not is_envelope(key):
            locked = {
                "ObjectLockMode": self._mode,
                "ObjectLockRetainUntilDate": self._clock.now() + self._retain,
            }
        with self._failures(key):
            there = self._same(path, sha256.hexdigest(), len(data))
            if there is not None:
                return there
            answer = self._client.put_object(
                Bucket=self._bucket,
                Key=path,
                Body=data,
                # The server refuses a body that was damaged on its way.
                ChecksumAlgorithm="SHA256",
                ChecksumSHA256=base64.b64encode(sha256.digest()).decode(),
                Metadata={_HASH: sha256.hexdigest()},
                **locked,
            )
            return str(answer["VersionId"])

    def read(self, key: str, *, version: str = "") -> Iterator[bytes]:
        """Yield a version of ``key``, the newest where none is named."""
        with self._failures(key):
            body = self._client.get_object(**self._which(key, version))["Body"]
            try:
                yield from body.iter_chunks(_PIECE)
            finally:
                body.close()

    def head(self, key: str, *, version: str = "") -> int:
        """Return the number of bytes of a version, the newest where none is named."""
        with self._failures(key):
            return int(self._client.head_object(**self._which(key, version))["ContentLength"])

    def delete(self, key: str) -> None:
        """Remove every version; raises StoreFailedError (``locked``) while one is retained."""
        path = self._path(key)
        with self._failures(key):
            pages = self._client.get_paginator("list_object_versions").paginate(
                Bucket=self._bucket, Prefix=path
            )
            for page in pages:
                for one in [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]:
                    if one["Key"] == path:
                        self._client.delete_object(
                            Bucket=self._bucket, Key=path, VersionId=one["VersionId"]
                        )

    def retained_until(self, key: str, *, version: str) -> Any:
        """Return when the lock of a version ends, None where it has none."""
        with self._failures(key):
            head = self._client.head_object(**self._which(key, version))
            return head.get("ObjectLockRetainUntilDate")

    def _same(self, path: str, sha256: str, size: int) -> str | None:
        """Return the newest version if it says that it is this content."""
        from botocore.exceptions import ClientError

        try:
            head = self._client.head_object(Bucket=self._bucket, Key=path)
        except ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                return None
            raise
        if head["Metadata"].get(_HASH) != sha256 or head["ContentLength"] != size:
            return None
        # What it says is not what it holds: only the right bytes make a new version needless.
        found = hashlib.sha256()
        body = self._client.get_object(Bucket=self._bucket, Key=path, VersionId=head["VersionId"])[
            "Body"
        ]
        for piece in body.iter_chunks(_PIECE):
            found.update(piece)
        return str(head["VersionId"]) if found.hexdigest() == sha256 else None

    def _which(self, key: str, version: str) -> dict[str, str]:
        which = {"Bucket": self._bucket, "Key": self._path(key)}
        return which | ({"VersionId": version} if version else {})

    def _path(self, key: str) -> str:
        return self._prefix + checked_key(key)

    @property
    def _client(self) -> Any:
        if self._made is None:
            import boto3
            from botocore.config import Config

            self._made = boto3.session.Session().client(
                "s3",
                config=Config(
                    connect_timeout=min(_CONNECT_S, self._timeout_s),
                    read_timeout=self._timeout_s,
                    retries={"total_max_attempts": 1},
                    s3={"addressing_style": "path" if self._access["endpoint_url"] else "auto"},
                ),
                **self._access,
            )
        return self._made

    @contextmanager
    def _failures(self, key: str) -> Iterator[None]:
        from botocore.exceptions import (
            BotoCoreError,
            ClientError,
            ConnectTimeoutError,
            EndpointConnectionError,
            HTTPClientError,
            ReadTimeoutError,
        )

        try:
            yield
        except ClientError as error:
            code = str(error.response["Error"]["Code"])
            if code in _ABSENT:
                raise ObjectMissingError(
                    f"store {self._name!r} has no object {key}", store=self._name
                ) from error
            locked = error.operation_name == "DeleteObject" and code == "AccessDenied"
            raise self._failed("locked" if locked else code) from error
        except (ReadTimeoutError, ConnectTimeoutError) as error:
            raise self._failed("timeout") from error
        except (HTTPClientError, EndpointConnectionError) as error:
            raise self._failed("unreachable") from error
        except (BotoCoreError, OSError) as error:
            raise self._failed(type(error).__name__) from error

    def _failed(self, reason: str) -> StoreFailedError:
        return StoreFailedError(
            f"store {self._name!r} failed: {reason}; check the account and the bucket",
            store=self._name,
            reason=reason,
        )
