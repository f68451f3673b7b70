"""Starting a real Acta for tests: the same command a newcomer runs, on free ports."""

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

START_LIMIT_S = 60


def free_port() -> int:
    """Return a port that nothing listens on at this moment."""
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        return int(attempt.getsockname()[1])


@dataclass
class RunningActa:
    """An Acta process and its data folder; it can be killed and started again."""

    data: Path
    port: int
    chain_port: int
    environment: dict[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = (sys.executable, "-m", "anchoring.cli", "serve")
    process: subprocess.Popen[bytes] | None = None

    @property
    def base_url(self) -> str:
        """The address people use."""
        return f"http://localhost:{self.port}"

    @property
    def rpc_url(self) -> str:
        """The embedded chain's JSON-RPC address."""
        return f"http://127.0.0.1:{self.chain_port}"

    @property
    def output(self) -> str:
        """Everything the process has printed."""
        return (self.data.parent / f"{self.data.name}.log").read_text(errors="replace")

    def launch(self) -> None:
        """Start the process without waiting for it."""
        self.data.parent.mkdir(parents=True, exist_ok=True)
        settings = {
            "ACTA_DATA_DIR": str(self.data),
            "ACTA_PORT": str(self.port),
            "ACTA_CHAIN_PORT": str(self.chain_port),
            **self.environment,
        }
        log = (self.data.parent / f"{self.data.name}.log").open("ab")
        with log:
            self.process = subprocess.Popen(
                self.command,
                env=os.environ | settings,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_serving(self) -> None:
        """Wait for the first answer; fails with the output if the process ends instead."""
        assert self.process is not None
        until = time.monotonic() + START_LIMIT_S
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise AssertionError(f"acta ended with {self.process.returncode}:\n{self.output}")
            try:
                if httpx.get(f"{self.base_url}/healthz", timeout=2).is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError(f"acta did not serve within {START_LIMIT_S} s:\n{self.output}")

    def start(self) -> None:
        """Start the process and wait until it serves."""
        self.launch()
        self.wait_until_serving()

    def kill(self) -> None:
        """Kill the process at once, as the machine's end would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> None:
        """Stop the process as Ctrl-C does."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"acta did not stop on SIGINT:\n{self.output}") from None


def start_acta(data: Path, **environment: str) -> RunningActa:
    """Return an Acta that serves from ``data`` on free ports."""
    acta = RunningActa(data=data, port=free_port(), chain_port=free_port(), environment=environment)
    acta.start()
    return acta
