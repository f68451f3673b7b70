"""One notary with everything it stands on, which can crash and be started again; and the check
of a whole log that every test of faults ends with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from anchoring.checkpoint import open_checkpoint
from anchoring.hashing import ZERO32, leaf_hash, sha256
from anchoring.tile_layout import CHECKPOINT, Tile, tiles_between, unpack_entries
from anchoring.tlog_proof import parse_tlog_proof
from anchoring.tree import root, verify_inclusion
from service.database import Base, Database
from service.notary import (
    AlarmView,
    AnchorChain,
    ChainPlan,
    DiskMirror,
    LogMirror,
    MemoryChain,
    Notary,
)
from service.notary.models import Anchor, Leaf, SequencingRound, SignedCheckpoint
from tests.parts import EnqueuedWork, ManualClock, fresh_keyring

ORIGIN = "acta.example/log"


class TroubledMirror:
    """A mirror in front of another: it can be away, or tell ``fault`` of each put."""

    def __init__(self, inner: DiskMirror) -> None:
        self.inner = inner
        self.fault: Callable[[str, bool], None] = lambda _path, _done: None

    @property
    def name(self) -> str:
        return self.inner.name

    def put(self, path: str, content: bytes) -> None:
        self.fault(path, False)
        self.inner.put(path, content)
        self.fault(path, True)

    def get(self, path: str) -> bytes | None:
        return self.inner.get(path)


def make_entry(number: int) -> bytes:
    """Return a distinct entry for each number."""
    return sha256(b"entry" + number.to_bytes(8, "big"))


@dataclass
class House:
    """Where a notary lives: its database file, mirrors, chain and keys."""

    folder: Path
    chain: AnchorChain = field(default_factory=MemoryChain)
    also: Sequence[ChainPlan] = ()
    mirror_count: int = 2
    mirror_quorum: int = 1
    origin: str = ORIGIN
    database_url: str = ""
    open_database: Callable[[str], Database] = Database

    def __post_init__(self) -> None:
        self.clock = ManualClock()
        self.enqueued = EnqueuedWork()
        self.told: list[AlarmView] = []
        self.mirrors = [
            TroubledMirror(DiskMirror(self.folder / f"mirror-{number}"))
            for number in range(1, self.mirror_count + 1)
        ]
        self.database = self.open_database(
            self.database_url or f"sqlite:///{self.folder / 'acta.db'}"
        )
        Base.metadata.create_all(self.database.engine)
        self.notary = self.new_notary()

    @property
    def memory_chain(self) -> MemoryChain:
        """The chain, where it is the one in memory."""
        assert isinstance(self.chain, MemoryChain)
        return self.chain

    def new_notary(self, mirrors: Sequence[LogMirror] | None = None) -> Notary:
        """Return another notary on the same parts, as another process would have."""
        return Notary(
            database=self.database,
            keyring=fresh_keyring(self.folder),
            clock=self.clock,
            origin=self.origin,
            chains=[ChainPlan(name="home", chain=self.chain), *self.also],
            mirrors=self.mirrors if mirrors is None else mirrors,
            mirror_quorum=self.mirror_quorum,
            enqueue=self.enqueued,
            tell=lambda _session, alarm: self.told.append(alarm),
        )

    def restart(self) -> None:
        """Start a new notary on what is on the disk."""
        self.notary = self.new_notary()
        self.notary.start()

    def accept(self, *numbers: int) -> list[bytes]:
        """Accept the entries of these numbers, in one transaction."""
        with self.database.transaction() as session:
            return [
                self.notary.accept(session, make_entry(number), kind="statement", subject=ZERO32)
                for number in numbers
            ]

    def work(self, chain: str = "home", *, tries: int = 20) -> None:
        """Do what the durable workflows do, until nothing is left to do on one chain."""
        for _ in range(tries):
            self.notary.sequence()
            if self.notary.anchor_pending(chain) == "idle":
                return
        raise AssertionError("expected the anchoring to become idle")

    def statuses(self, leaves: Sequence[bytes]) -> list[str]:
        """Return the ladder words of these leaves."""
        found = self.notary.leaf_statuses(leaves)
        return [found[leaf].status for leaf in leaves]

    def entries(self) -> list[bytes]:
        """Return every placed entry in log order."""
        with self.database.reading() as session:
            return list(
                session.scalars(
                    select(Leaf.entry).where(Leaf.log_index.is_not(None)).order_by(Leaf.log_index)
                )
            )

    def check(self, *, final: bool = True) -> None:
        """Check the whole log against itself, its mirrors and its chain.

        ``final``: everything accepted must also be covered by a final anchor.
        """
        with self.database.reading() as session:
            leaves = session.scalars(select(Leaf).order_by(Leaf.sequence)).all()
            checkpoints = session.scalars(select(SignedCheckpoint)).all()
            anchors = session.scalars(
                select(Anchor)
                .where(Anchor.chain_id == self.notary.identity.chain_id)
                .order_by(Anchor.size)
            ).all()
            assert session.scalars(select(SequencingRound)).one().number >= 1
        placed = sorted(
            (leaf for leaf in leaves if leaf.log_index is not None),
            key=lambda leaf: leaf.log_index or 0,
        )
        assert [leaf.log_index for leaf in placed] == list(range(len(placed)))
        hashes = [leaf_hash(leaf.entry) for leaf in placed]
        assert hashes == [leaf.leaf_hash for leaf in placed]
        assert len(set(hashes)) == len(hashes)
        vkeys = self.notary.identity.vkeys
        for row in checkpoints:
            signed = open_checkpoint(row.note, vkeys)
            assert (signed.size, signed.root) == (row.size, row.root)
            assert root(hashes[: row.size]) == row.root
        size = max((row.size for row in checkpoints), default=0)
        assert size == self.notary.size()
        for mirror in self.mirrors:
            self._check_mirror(mirror, size, [leaf.entry for leaf in placed])
        self._check_anchors(anchors, hashes)
        if final:
            assert len(placed) == len(leaves) == size
            assert set(self.statuses(hashes)) <= {"final"}
            for index, leaf in enumerate(hashes):
                proof = parse_tlog_proof(self.notary.proof(leaf))
                checkpoint = open_checkpoint(proof.checkpoint, vkeys)
                assert proof.index == index
                verify_inclusion(
                    leaf_hash=leaf,
                    index=index,
                    size=checkpoint.size,
                    path=proof.path,
                    root=checkpoint.root,
                )

    def _check_mirror(self, mirror: TroubledMirror, size: int, entries: list[bytes]) -> None:
        checkpoint = mirror.get(CHECKPOINT)
        assert checkpoint == self.notary.public_file(CHECKPOINT)
        held: list[bytes] = []
        for tile in tiles_between(0, size):
            content = mirror.get(tile.path)
            assert content is not None, f"{mirror.name} lacks {tile.path}"
            assert content == self.notary.public_file(tile.path)
            if tile.level is None:
                held += unpack_entries(content)
        assert held == entries[:size]
        assert self.notary.public_file(Tile(0, size // 256, size % 256 + 1).path) is None

    def _check_anchors(self, anchors: Sequence[Anchor], hashes: list[bytes]) -> None:
        for anchor in anchors:
            assert root(hashes[: anchor.size]) == anchor.root
        if not isinstance(self.chain, MemoryChain):
            return
        on_chain = self.chain.anchored_sizes()
        sizes = [size for size, _ in on_chain]
        assert sizes == sorted(set(sizes))
        assert all(root(hashes[:size]) == anchored for size, anchored in on_chain)
        final = [(anchor.size, anchor.root) for anchor in anchors if anchor.state == "final"]
        assert set(final) <= set(on_chain)
