"""The notary under test: the real one, on a real database, behind RPC nodes of all manners."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchoring.hashing import ZERO32, sha256
from anchoring.tile_layout import CHECKPOINT
from contracts_chain import AnchorClient, ChainSettings, LocalKeySigner
from service.clock import SystemClock
from service.database import Base, Database
from service.notary import (
    ChainDownError,
    ChainPlan,
    ChainRefusedError,
    ContractsChainAdapter,
    DiskMirror,
    MirrorFailedError,
    MirrorQuorumError,
    Notary,
)
from service.notary.cadence import Cadence
from service.notary.models import Anchor
from tests.parts import EnqueuedWork, fresh_keyring

EXPECTED = (ChainDownError, ChainRefusedError, MirrorQuorumError)
"""What a step may end with while there are faults; the durable workflow repeats it then."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Everything that a notary of this schedule is made of, also in another process.

    ``key``: the operator's private key, 32 bytes, the same on all chains; the first is the home.
    """

    folder: Path
    database_url: str
    origin: str
    key: bytes
    chains: tuple[ChainSettings, ...]


class WatchedDatabase(Database):
    """A database that tells ``told`` of each commit, before and after it."""

    told: Callable[[str], None] = staticmethod(lambda _what: None)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with super().transaction() as session:
            yield session
            session.flush()
            self.told("commit")
        self.told("committed")


class WatchedMirror:
    """A mirror that keeps every checkpoint ever put, and may fail or tell of each put."""

    def __init__(self, folder: Path, name: str) -> None:
        self._inner = DiskMirror(folder / name)
        self._history = folder / "every-checkpoint"
        self.told: Callable[[str], None] = lambda _what: None
        self.fails: Callable[[], bool] = lambda: False

    @property
    def name(self) -> str:
        return self._inner.name

    def put(self, path: str, content: bytes) -> None:
        if path == CHECKPOINT:
            # One write of a short record, so that one cut short by a kill stands alone.
            with self._history.open("ab", buffering=0) as stream:
                stream.write(content.hex().encode() + b"\n")
        self.told("put")
        self._may_fail()
        self._inner.put(path, content)
        self.told("was-put")
        self._may_fail()

    def get(self, path: str) -> bytes | None:
        return self._inner.get(path)

    def _may_fail(self) -> None:
        if self.fails():
            raise MirrorFailedError("the schedule wants it", mirror=self.name, reason="EIO")


def make_entry(seed: int, number: int) -> bytes:
    """Return the entry of this number in this schedule, 32 bytes."""
    return sha256(f"chaos {seed} {number}".encode())


def operator_key(seed: int) -> bytes:
    """Return a private key of this schedule's own, so that its log is its own too."""
    return sha256(f"chaos key {seed}".encode())


def every_checkpoint(folder: Path) -> list[str]:
    """Return every signed note that was ever handed to a mirror."""
    path = folder / "every-checkpoint"
    lines = path.read_text().splitlines() if path.exists() else []
    return [bytes.fromhex(line).decode() for line in dict.fromkeys(lines)]


def prepare_database(url: str) -> None:
    """Make the tables."""
    database = Database(url)
    Base.metadata.create_all(database.engine)
    database.dispose()


class Subject:
    """One process's notary, with its own client; made again on the same parts after a crash."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.database = WatchedDatabase(setting.database_url)
        signer = LocalKeySigner(setting.key)
        self.clients = [AnchorClient(chain=chain, signer=signer) for chain in setting.chains]
        self.address = signer.address
        self.mirrors = [WatchedMirror(setting.folder, f"mirror-{number}") for number in (1, 2)]
        self.notary = Notary(
            database=self.database,
            keyring=fresh_keyring(setting.folder),
            clock=SystemClock(),
            origin=setting.origin,
            chains=[
                ChainPlan(
                    name=chain.name,
                    chain=ContractsChainAdapter(client),
                    # The home takes each checkpoint at once, the others batch.
                    cadence=Cadence() if place == 0 else Cadence(every_s=0.2, every_leaves=4),
                )
                for place, (chain, client) in enumerate(
                    zip(setting.chains, self.clients, strict=True)
                )
            ],
            mirrors=self.mirrors,
            mirror_quorum=1,
            enqueue=EnqueuedWork(),
        )
        self.started = False

    def start(self) -> None:
        """Start the notary, once."""
        if not self.started:
            self.notary.start()
            self.started = True

    def accept(self, entries: Sequence[bytes]) -> list[bytes]:
        """Accept entries in one transaction and return their leaf hashes."""
        with self.database.transaction() as session:
            return [
                self.notary.accept(session, entry, kind="statement", subject=ZERO32)
                for entry in entries
            ]

    def anchors(self, chain_id: int) -> list[Anchor]:
        """Return the rows of a chain's anchors in ascending size."""
        with self.database.reading() as session:
            return list(
                session.scalars(
                    select(Anchor).where(Anchor.chain_id == chain_id).order_by(Anchor.size)
                )
            )

    def close(self) -> None:
        """Let go of the database and the nodes."""
        for client in self.clients:
            client.close()
        self.database.dispose()


def end_process() -> None:
    """End this process as SIGKILL does: nothing more of it runs."""
    os.kill(os.getpid(), 9)
