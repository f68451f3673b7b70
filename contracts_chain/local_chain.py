"""A chain of this machine's own: anvil as a child process whose state survives anything."""

import contextlib
import fcntl
import gzip
import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO, Any

from contracts_chain.atomic_file import write_atomically
from contracts_chain.errors import LocalChainError

_ANVIL = Path("hardhat-local/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil")
_START_SECONDS = 20.0
_STOP_SECONDS = 5.0
_RPC_SECONDS = 10.0
# Above every chain id in public use, and within what wallets and JavaScript hold exactly (2**53).
_CHAIN_ID_FLOOR = 2**40
_CHAIN_ID_RANGE = 2**51
_FUNDED_WEI = 10**24
_SNAPSHOT_TRIES = 50

# Runs in the child before anvil takes its place. PR_SET_PDEATHSIG (1) survives exec; the kernel
# sends SIGTERM when the thread that spawned us ends. A parent that died before the call is told
# by the changed parent id. Only Linux has the call; elsewhere an orphan is found by its lock.
_LAUNCHER = """
import ctypes, os, signal, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, int(signal.SIGTERM), 0, 0, 0)
if os.getppid() != int(sys.argv[1]):
    sys.exit(1)
os.execv(sys.argv[2], sys.argv[2:])
"""


def find_anvil(repo_root: Path) -> Path:
    """Return the path of the anvil that ``hardhat-local`` pins.

    Raises LocalChainError, naming the command to run, if it is not installed.
    """
    anvil = repo_root / _ANVIL
    if not anvil.is_file():
        raise LocalChainError(
            f"expected anvil at {anvil}; install it with: "
            "npm ci --prefix hardhat-local --ignore-scripts --omit=dev"
        )
    return anvil


class LocalChain:
    """One installation's own chain: an anvil process, its random chain id, its state on disk.

    The folder holds ``chain-id`` (decimal), ``state.json`` (the newest snapshot), ``anvil.log``
    and ``lock``, which this process and its anvil hold while either lives. What happened after
    the newest ``snapshot`` is lost if anvil or this process is killed, so nothing may be shown as
    included before it; whoever anchors compares the contract with its own records on start and
    replays what is missing.

    ``start`` after ``stop``, or after anvil died, finds everything up to the newest snapshot.
    Every method may be called from any thread.
    """

    def __init__(self, folder: Path, port: int, anvil: Path) -> None:
        self._folder = folder
        self._port = port
        self._anvil = anvil
        self._mutex = threading.RLock()
        self._lock_file: IO[bytes] | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._keeper: threading.Thread | None = None
        self._stopping = threading.Event()

    @property
    def rpc_url(self) -> str:
        """Where the chain answers JSON-RPC; only this machine can reach it."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def running(self) -> bool:
        """Whether anvil's process is alive."""
        child = self._child
        return child is not None and child.poll() is None

    @property
    def process_id(self) -> int | None:
        """anvil's process id while it runs."""
        child = self._child
        return child.pid if child is not None and child.poll() is None else None

    @property
    def chain_id(self) -> int:
        """This installation's chain id, drawn at random when the folder is first used.

        It is what tells one Acta's chain from another's: AnchorLog has the same address on all.
        """
        path = self._folder / "chain-id"
        with self._mutex:
            if not path.exists():
                self._folder.mkdir(parents=True, exist_ok=True)
                chain_id = _CHAIN_ID_FLOOR + secrets.randbelow(_CHAIN_ID_RANGE)
                write_atomically(path, f"{chain_id}\n".encode())
            text = path.read_text().strip()
        if not text.isdecimal():
            raise LocalChainError(f"expected a chain id in {path}, got {text[:40]!r}")
        return int(text)

    def start(self) -> None:
        """Start anvil from the newest snapshot, and return once it answers; no-op if it runs.

        The first start takes a snapshot before it returns: the genesis block, and with it the
        chain's identity, is then fixed. Raises LocalChainError if another process uses the folder
        or the port, or if anvil does not come up; the message quotes its log.
        """
        with self._mutex:
            if self.running:
                return
            self._folder.mkdir(parents=True, exist_ok=True)
            self._take_lock()
            try:
                self._launch()
                if not self._state_path.exists():
                    self.snapshot()
            except BaseException:
                self.stop()
                raise

    def fund(self, address: str, *, wei: int = _FUNDED_WEI) -> None:
        """Give ``address`` (0x…) at least ``wei``; a no-op if it has that much.

        The balance lives in anvil's state: it is kept by the next snapshot.
        """
        balance = int(self._rpc("eth_getBalance", [address, "latest"]), 16)
        if balance < wei:
            self._rpc("anvil_setBalance", [address, hex(wei)])

    def snapshot(self) -> None:
        """Write the chain's present state to disk, durably; after a kill it starts from here.

        Waits (up to about five seconds) until no transaction is in flight: a dump taken while one
        is being mined can hold a block without its state. The file is replaced whole or not at
        all. Raises LocalChainError if the chain never rests or does not answer.
        """
        with self._mutex:
            for _ in range(_SNAPSHOT_TRIES):
                before = self._resting_head()
                if before is not None:
                    state = gzip.decompress(bytes.fromhex(self._rpc("anvil_dumpState", [])[2:]))
                    if self._resting_head() == before and _head_of(state) == before:
                        # A crash before this line loses the newest blocks; after it, nothing.
                        write_atomically(self._state_path, self._with_own_genesis(state))
                        return
                time.sleep(0.1)
            raise LocalChainError(
                "expected a moment without transactions in flight to save the chain, got none; "
                "try again when less is being sent"
            )

    def _with_own_genesis(self, state: bytes) -> bytes:
        """Return an anvil dump without the block 0 that each start adds to the one it loads.

        With several, anvil takes any of them at the next start: the chain would change its
        identity. The first snapshot has only the chain's own, and each later one keeps it.
        """
        if not self._state_path.exists():
            return state
        own = _genesis_headers(json.loads(self._state_path.read_bytes()))[0]
        dump = json.loads(state)
        dump["blocks"] = [
            block
            for block in dump["blocks"]
            if block["header"] == own or int(str(block["header"]["number"]), 0) > 0
        ]
        if _genesis_headers(dump) != [own]:
            raise LocalChainError("expected the chain's own block 0 in what anvil saves, got none")
        return json.dumps(dump).encode()

    def stop(self) -> None:
        """End anvil and let go of the folder; blocks after the newest snapshot are lost."""
        with self._mutex:
            child = self._child
            if child is not None and child.poll() is None:
                child.terminate()
                try:
                    child.wait(_STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait()
            self._end_keeper()
            self._child = None
            if self._lock_file is not None:
                self._lock_file.close()
                self._lock_file = None

    @property
    def _state_path(self) -> Path:
        return self._folder / "state.json"

    def _take_lock(self) -> None:
        if self._lock_file is not None:
            return
        lock_file = (self._folder / "lock").open("ab")
        # After a kill of the former parent, its anvil takes some milliseconds to follow.
        deadline = time.monotonic() + _STOP_SECONDS
        while True:
            try:
                fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    lock_file.close()
                    raise LocalChainError(
                        f"expected {self._folder} to be free, but another Acta, or an anvil that "
                        "one left behind, is using it; stop that one first"
                    ) from None
                time.sleep(0.05)
            else:
                self._lock_file = lock_file
                return

    def _command(self) -> list[str]:
        command = [
            *(sys.executable, "-I", "-S", "-c", _LAUNCHER, str(os.getpid()), str(self._anvil)),
            *("--host", "127.0.0.1", "--port", str(self._port)),
            *("--chain-id", str(self.chain_id), "--hardfork", "osaka"),
            # No accounts of public keys; and with one slot an epoch, finality comes in two blocks.
            *("--accounts", "0", "--slots-in-an-epoch", "1"),
            *("--no-cors", "--no-request-size-limit"),
        ]
        if self._state_path.exists():
            command += ["--load-state", str(self._state_path)]
        return command

    def _launch(self) -> None:
        if self._port_answers():
            raise LocalChainError(
                f"expected port {self._port} to be free for the local chain, but something "
                "answers there; stop it, or choose another port"
            )
        self._end_keeper()
        command = self._command()
        started = threading.Event()
        failure: list[OSError] = []
        self._stopping = stopping = threading.Event()

        # The kernel's death signal is tied to the thread that spawns, not to the process: so the
        # child belongs to a thread of its own that lasts until this process ends or `stop`.
        def keep() -> None:
            try:
                self._child = self._spawn(command)
            except OSError as error:
                failure.append(error)
                return
            finally:
                started.set()
            stopping.wait()

        self._keeper = threading.Thread(target=keep, name="local-chain", daemon=True)
        self._keeper.start()
        started.wait()
        if failure:
            raise LocalChainError(f"anvil cannot be started: {failure[0]}") from failure[0]
        self._wait_until_it_answers()

    def _spawn(self, command: list[str]) -> subprocess.Popen[bytes]:
        lock_file = self._lock_file
        if lock_file is None:
            raise LocalChainError("expected the folder's lock to be held before anvil starts")
        with (self._folder / "anvil.log").open("wb") as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Its own session: Ctrl-C in the terminal is for us, and we stop anvil last.
                start_new_session=True,
                # The lock lives as long as either of the two.
                pass_fds=(lock_file.fileno(),),
            )

    def _end_keeper(self) -> None:
        self._stopping.set()
        if self._keeper is not None:
            self._keeper.join()
            self._keeper = None

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if not self.running:
                raise LocalChainError(f"anvil ended while starting: {self._log_tail()}")
            with contextlib.suppress(LocalChainError):
                answered = int(self._rpc("eth_chainId", []), 16)
                if answered == self.chain_id:
                    return
            time.sleep(0.02)
        raise LocalChainError(
            f"expected chain {self.chain_id} to answer at {self.rpc_url} within "
            f"{_START_SECONDS:.0f} s, got nothing: {self._log_tail()}"
        )

    def _log_tail(self) -> str:
        path = self._folder / "anvil.log"
        text = path.read_text(errors="replace") if path.exists() else ""
        return text[-800:].strip() or "its log is empty"

    def _port_answers(self) -> bool:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self._port)) == 0

    def _resting_head(self) -> tuple[int, str] | None:
        """Return the newest block's number and state root, or None while something is in flight."""
        pool = self._rpc("txpool_status", [])
        if int(pool["pending"], 16) or int(pool["queued"], 16):
            return None
        block = self._rpc("eth_getBlockByNumber", ["latest", False])
        return int(block["number"], 16), str(block["stateRoot"])

    def _rpc(self, method: str, params: list[Any]) -> Any:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        request = urllib.request.Request(  # noqa: S310 - the URL is our own loopback address
            self.rpc_url, body.encode(), {"Content-Type": "application/json"}
        )
        try:
            # No proxy from the environment may stand between us and our own child.
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(request, timeout=_RPC_SECONDS) as answer:
                reply = json.load(answer)
        except (OSError, ValueError) as error:
            raise LocalChainError(f"the local chain does not answer {method}: {error}") from error
        if "error" in reply:
            raise LocalChainError(f"the local chain refused {method}: {reply['error']}")
        return reply["result"]


def _head_of(state: bytes) -> tuple[int, str] | None:
    """Return the number and state root of the newest block in an anvil dump, None if torn."""
    dump = json.loads(state)
    number = int(str(dump["best_block_number"]), 0)
    for block in dump["blocks"]:
        if int(str(block["header"]["number"]), 0) == number:
            return number, str(block["header"]["stateRoot"])
    return None


def _genesis_headers(dump: dict[str, Any]) -> list[dict[str, Any]]:
    headers = [block["header"] for block in dump["blocks"]]
    return [header for header in headers if int(str(header["number"]), 0) == 0]
