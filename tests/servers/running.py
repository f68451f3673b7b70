"""Starts the servers of the store tests, waits until they answer, and stops them."""

import base64
import hashlib
import hmac
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
_BIN = Path(sys.executable).parent
_STARTS_WITHIN_S = 60.0

ACCESS_KEY, SECRET_KEY = "acta-test", "secret-of-the-tests"
BUCKET = "acta"
# The published account of the Azure emulator.
AZURE_ACCOUNT = "devstoreaccount1"
AZURE_KEY = (
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)


def free_port() -> int:
    """Return a port of this machine that nothing listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def built(name: str) -> Path:
    """Return a binary that ``make test-servers`` built."""
    path = ROOT / ".cache" / "servers" / name
    if not path.exists():
        pytest.fail(f"expected {path}; run `make test-servers`")
    return path


@dataclass
class Server:
    """A process that listens on ``port``; it can be stopped and started again where it was."""

    command: Sequence[str]
    port: int
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env={**os.environ, **self.environment},
            )
        until = time.monotonic() + _STARTS_WITHIN_S
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            try:
                httpx.get(self.url, timeout=5)
            except httpx.ConnectError:
                time.sleep(0.05)
                continue
            return
        said = (self.folder / "server.log").read_text(errors="replace")[-2000:]
        pytest.fail(f"{self.command[0]} did not start: {said}")

    def stop(self) -> None:
        """End the process at once, as a crash does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def s3_server(folder: Path) -> Server:
    """Return an S3 server that checks signatures; its bucket is a folder."""
    port = free_port()
    (folder / "data" / BUCKET).mkdir(parents=True)
    server = Server(
        [
            str(_BIN / "rclone"),
            "serve",
            "s3",
            *("--addr", f"127.0.0.1:{port}"),
            *("--auth-key", f"{ACCESS_KEY},{SECRET_KEY}"),
            *("--config", ""),
            str(folder / "data"),
        ],
        port,
        folder,
    )
    server.start()
    return server


def lock_server(folder: Path) -> Server:
    """Return an S3 server in memory that keeps versions and knows Object Lock."""
    port = free_port()
    server = Server(
        [str(_BIN / "moto_server"), "-H", "127.0.0.1", "-p", str(port)],
        port,
        folder,
        {"MOTO_IAM_LOAD_MANAGED_POLICIES": "false"},
    )
    server.start()
    return server


def azure_server(folder: Path) -> Server:
    """Return an Azure Blob server that checks signatures."""
    port = free_port()
    azurite = ROOT / "tests/servers/azurite/node_modules/azurite/dist/src/blob/main.js"
    server = Server(
        [
            str(_BIN / "node"),
            str(azurite),
            *("--blobHost", "127.0.0.1"),
            *("--blobPort", str(port)),
            *("--location", str(folder / "data")),
            "--skipApiVersionCheck",
            "--disableTelemetry",
            "--silent",
        ],
        port,
        folder,
    )
    server.start()
    return server


def gcs_server(folder: Path) -> Server:
    """Return a Google Cloud Storage in memory, with its bucket."""
    port = free_port()
    server = Server([str(built("gcs")), str(port)], port, folder)
    server.start()
    return server


def gcs_account(url: str) -> str:
    """Return a service account file that leads to a server of this machine."""
    return json.dumps(
        {
            "gcs_base_url": url,
            "disable_oauth": True,
            "client_email": "",
            "private_key": "",
            "private_key_id": "",
        }
    )


@dataclass
class KuboNode(Server):
    """An IPFS node that knows no other node; ``gateway_port`` serves what it has."""

    gateway_port: int = 0

    @property
    def gateway(self) -> str:
        """Where its gateway answers."""
        return f"http://127.0.0.1:{self.gateway_port}"


def kubo_node(folder: Path) -> KuboNode:
    """Return an IPFS node that never leaves this machine."""
    ipfs = str(built("kubo"))
    repository = folder / "repository"
    environment = {"IPFS_PATH": str(repository), "IPFS_TELEMETRY": "off"}
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [ipfs, "init", "--profile=test,unixfs-v1-2025"],
        check=True,
        capture_output=True,
        env={**os.environ, **environment},
    )
    port, gateway = free_port(), free_port()
    path = repository / "config"
    config = json.loads(path.read_text())
    config["Bootstrap"] = []
    config["Addresses"] |= {
        "Swarm": [],
        "API": f"/ip4/127.0.0.1/tcp/{port}",
        "Gateway": f"/ip4/127.0.0.1/tcp/{gateway}",
    }
    config["Routing"] = {"Type": "none"}
    config["AutoTLS"] = {"Enabled": False}
    path.write_text(json.dumps(config))
    node = KuboNode([ipfs, "daemon", "--offline"], port, folder, environment, gateway_port=gateway)
    node.start()
    return node


def make_locked_bucket(url: str) -> None:
    """Make the bucket of the tests, with versions and Object Lock."""
    import boto3

    boto3.session.Session().client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
    ).create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=True)


def make_azure_container(url: str) -> None:
    """Make the container of the tests, with a request signed by the account's shared key."""
    now = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    headers = {"x-ms-date": now, "x-ms-version": "2021-08-06"}
    path = f"/{AZURE_ACCOUNT}/{BUCKET}"
    # Eleven empty headers, then ours, then the resource (the emulator's names its account twice).
    signed = "\n".join(
        [
            "PUT",
            *[""] * 11,
            *(f"{name}:{value}" for name, value in headers.items()),
            f"/{AZURE_ACCOUNT}{path}",
            "restype:container",
        ]
    )
    mac = hmac.new(base64.b64decode(AZURE_KEY), signed.encode(), hashlib.sha256)
    signature = base64.b64encode(mac.digest()).decode()
    httpx.put(
        f"{url}{path}?restype=container",
        headers=headers | {"Authorization": f"SharedKey {AZURE_ACCOUNT}:{signature}"},
    ).raise_for_status()
