"""Every kind of store over a real server; servers start when they are first asked for."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from service.custody import (
    CloudStore,
    DiskStore,
    KuboStore,
    MemoryStore,
    ObjectLockStore,
    PinningStore,
    Store,
    open_azure,
    open_gcs,
    open_s3,
)
from tests.parts import ManualClock
from tests.servers import running
from tests.servers.pinning import TOKEN, PinningService

KINDS = ("memory", "disk", "s3", "s3-lock", "azure", "gcs", "kubo", "pinning")
S3_KEYS = {"access_key": running.ACCESS_KEY, "secret_key": running.SECRET_KEY}
REGION = "us-east-1"


class Places:
    """The servers of one session, each in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._servers: dict[str, running.Server] = {}
        self._service: PinningService | None = None
        self._memory: dict[str, MemoryStore] = {}

    def server(self, kind: str, start: Callable[[Path], running.Server]) -> Any:
        """Return the server of a kind, started."""
        if kind not in self._servers:
            self._servers[kind] = start(self._folder / kind)
        return self._servers[kind]

    def stop(self) -> None:
        """Stop whatever was started."""
        if self._service is not None:
            self._service.stop()
        for server in self._servers.values():
            server.stop()

    def opener(self, kind: str, *, name: str = "store-1") -> Callable[[], Store]:
        """Return what opens one and the same empty place each time it is called."""
        place = secrets.token_hex(6)
        return lambda: self.open(kind, place=place, name=name)

    def open(self, kind: str, *, place: str, name: str, url: str = "") -> Store:
        """Return a store over the kind's server, or over ``url`` that stands before it."""
        prefix, timeout_s = f"tests/{place}", 20.0
        match kind:
            case "memory":
                return self._memory.setdefault(place, MemoryStore(name=name))
            case "disk":
                return DiskStore(self._folder / "disk" / place, name=name)
            case "s3":
                endpoint = url or self.server("s3", running.s3_server).url
                objects = open_s3(
                    bucket=running.BUCKET,
                    region=REGION,
                    endpoint=endpoint,
                    timeout_s=timeout_s,
                    **S3_KEYS,
                )
                return CloudStore(objects, name=name, prefix=prefix)
            case "s3-lock":
                return self.locked(name=name, prefix=prefix, clock=ManualClock(), url=url)
            case "azure":
                endpoint = url or self.azure().url
                objects = open_azure(
                    container=running.BUCKET,
                    account=running.AZURE_ACCOUNT,
                    account_key=running.AZURE_KEY,
                    endpoint=f"{endpoint}/{running.AZURE_ACCOUNT}",
                    timeout_s=timeout_s,
                )
                return CloudStore(objects, name=name, prefix=prefix)
            case "gcs":
                endpoint = url or self.server("gcs", running.gcs_server).url
                account = running.gcs_account(endpoint)
                objects = open_gcs(
                    bucket=running.BUCKET, service_account=account, timeout_s=timeout_s
                )
                return CloudStore(objects, name=name, prefix=prefix)
            case "kubo":
                return KuboStore(url or self.node().url, name=name, silence_s=timeout_s)
            case "pinning":
                service = self.pinning()
                return PinningStore(
                    url or service.url,
                    name=name,
                    token=TOKEN,
                    gateway=service.gateway,
                    node=KuboStore(self.node().url, name=name),
                )
        raise ValueError(f"expected one of {', '.join(KINDS)}, got {kind!r}")

    def node(self) -> running.KuboNode:
        """Return the IPFS node that is ours."""
        node: running.KuboNode = self.server("kubo", running.kubo_node)
        return node

    def pinning(self) -> PinningService:
        """Return the pinning service, which has a node of its own."""
        if self._service is None:
            remote = self.server("kubo-of-pinning", running.kubo_node)
            self._service = PinningService(remote, self.node())
        return self._service

    def azure(self) -> running.Server:
        """Return the Azure server, with its container."""
        fresh = "azure" not in self._servers
        server: running.Server = self.server("azure", running.azure_server)
        if fresh:
            running.make_azure_container(server.url)
        return server

    def locked(
        self,
        *,
        name: str,
        prefix: str,
        clock: ManualClock,
        retain: timedelta = timedelta(days=1),
        url: str = "",
    ) -> ObjectLockStore:
        """Return a store under retention; with a clock of the past its locks have ended."""
        fresh = "s3-lock" not in self._servers
        server = self.server("s3-lock", running.lock_server)
        if fresh:
            running.make_locked_bucket(server.url)
        return ObjectLockStore(
            name=name,
            bucket=running.BUCKET,
            clock=clock,
            retain=retain,
            region=REGION,
            endpoint=url or server.url,
            prefix=prefix,
            **S3_KEYS,
        )
