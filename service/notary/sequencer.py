"""Gives leaves their places, and signs checkpoints over what enough mirrors hold."""

from collections.abc import Iterator, Mapping, Sequence

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from anchoring.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint, vkey
from anchoring.errors import AnchoringError
from anchoring.tree import append_nodes, root_at
from service.clock import Clock
from service.database import Database
from service.notary.errors import LogForkRefused, MirrorFailedError, MirrorQuorumError
from service.notary.log_reader import (
    newest_checkpoint,
    node_reader,
    placed_size,
    tile_content,
)
from service.notary.mirror import LogMirror
from service.notary.models import Leaf, Node, SequencingRound, SignedCheckpoint
from service.notary.single_writer import SingleWriter
from service.notary.tiles import CHECKPOINT, tiles_between

_log = structlog.get_logger(__name__)

_BATCH = 2_000


class Sequencer:
    """The one writer of the log.

    Order of durability: indices and nodes in the database → entries and tiles on at least
    ``mirror_quorum`` mirrors → the signature → the mirrors' ``checkpoint`` → its row. Every step
    gives the same bytes when repeated (Ed25519 is deterministic), so that after a crash between
    any two the next ``sequence`` simply goes on.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        origin: str,
        key: Ed25519PrivateKey,
        mirrors: Sequence[LogMirror],
        mirror_quorum: int,
    ) -> None:
        if not 1 <= mirror_quorum <= len(mirrors):
            raise ValueError(
                f"expected a mirror quorum from 1 to {len(mirrors)}, the number of mirrors, "
                f"got {mirror_quorum}"
            )
        self.origin = origin
        self.mirrors = tuple(mirrors)
        self.mirror_quorum = mirror_quorum
        self.writer = SingleWriter(database, "sequencer")
        self.vkey = vkey(origin, key.public_key())
        self._key = key
        self._database = database
        self._clock = clock

    def sequence(self) -> int:
        """Place every accepted leaf, publish, and return the signed size."""
        with self.writer.held():
            while self._place_batch():
                pass
            # Crash point: leaves have places that no checkpoint covers. They keep them.
            return self.publish()

    def sign(self, size: int, root: bytes) -> str:
        """Return the signed note of a checkpoint whose leaves enough mirrors hold."""
        return sign_checkpoint(Checkpoint(self.origin, size, root), key=self._key, name=self.origin)

    def add_checkpoint(self, session: Session, size: int, root: bytes, note: str) -> None:
        """Remember a signed checkpoint, once."""
        if session.get(SignedCheckpoint, size) is None:
            session.add(
                SignedCheckpoint(size=size, root=root, note=note, signed_at=self._clock.now())
            )

    def signed_by(self, mirror: LogMirror) -> tuple[Checkpoint, str] | None:
        """Return the checkpoint up to which a mirror is complete, None if it is empty.

        MirrorFailedError also where what stands there is not a checkpoint of this log's key.
        """
        raw = mirror.get(CHECKPOINT)
        if raw is None:
            return None
        try:
            note = raw.decode("utf-8")
            checkpoint = open_checkpoint(note, [self.vkey])
        except (UnicodeDecodeError, AnchoringError) as error:
            raise MirrorFailedError(
                f"mirror {mirror.name} holds no checkpoint of this log: {error}; "
                "empty it if it was another log's or is damaged, and it is refilled",
                mirror=mirror.name,
                reason="bad-checkpoint",
            ) from error
        return checkpoint, note

    def publish(self) -> int:
        """Bring mirrors up to what is placed, and sign it; the caller holds ``writer``.

        A mirror that fails is left behind: its own checkpoint says where to go on, and every
        later call tries it again. MirrorQuorumError if too few do not.
        """
        with self._database.reading() as session:
            size = placed_size(session)
            newest = newest_checkpoint(session)
            signed = 0 if newest is None else newest.size
            if size < signed:
                raise LogForkRefused(
                    f"expected at least the {signed} leaves that were signed, got {size}; "
                    "restart, and they are refilled from a mirror"
                )
            if size == 0:
                return 0
            root = root_at(node_reader(session), size)
            behind = list(self._written(session, size, root))
        # Crash point: tiles nobody has signed. The next run writes the same again.
        note = self.sign(size, root)
        # Crash point: a signature nobody has seen. The next run makes the same.
        complete = len(behind)
        for mirror, is_behind in behind:
            if is_behind and not self._announced(mirror, note):
                complete -= 1
            # Crash point: some mirrors show a checkpoint that no row names. Its leaves are
            # placed in the database, so the next run arrives at the same one.
        self._need_quorum(complete)
        if size > signed:
            with self._database.transaction() as session:
                self.add_checkpoint(session, size, root, note)
        return size

    def _place_batch(self) -> bool:
        """Give the oldest waiting leaves the next indices; return whether there may be more."""
        with self._database.transaction() as session:
            waiting = session.execute(
                select(Leaf.sequence).where(Leaf.log_index.is_(None)).limit(1)
            ).first()
            if waiting is None:
                return False
            # Waits for every acceptance under way, so that the order of acceptance is the
            # log's, and then ends the round (see SequencingRound).
            current = session.scalars(select(SequencingRound).with_for_update()).one()
            rows = session.execute(
                select(Leaf.sequence, Leaf.leaf_hash)
                .where(Leaf.log_index.is_(None))
                .order_by(Leaf.sequence)
                .limit(_BATCH)
            ).all()
            size = placed_size(session)
            place_leaves(
                session,
                {row.sequence: size + offset for offset, row in enumerate(rows)},
                append_nodes(node_reader(session), size, [row.leaf_hash for row in rows]),
            )
            current.number += 1
        return len(rows) == _BATCH

    def _written(
        self, session: Session, size: int, root: bytes
    ) -> Iterator[tuple[LogMirror, bool]]:
        """Write what each mirror lacks; yield those that hold it all, and whether they lacked."""
        complete = 0
        for mirror in self.mirrors:
            try:
                held = self.signed_by(mirror)
                position = 0 if held is None else held[0].size
                if held is not None:
                    refuse_fork(session, held[0], size, where=f"mirror {mirror.name}")
                for tile in tiles_between(position, size):
                    mirror.put(tile.path, tile_content(session, tile))
                    # Crash point: half a mirror. Its checkpoint still names the old size.
            except MirrorFailedError as error:
                _log.warning("mirror-behind", mirror=mirror.name, reason=error.facts["reason"])
                continue
            complete += 1
            yield mirror, position < size
        self._need_quorum(complete)

    def _announced(self, mirror: LogMirror, note: str) -> bool:
        try:
            mirror.put(CHECKPOINT, note.encode("utf-8"))
        except MirrorFailedError as error:
            _log.warning("mirror-behind", mirror=mirror.name, reason=error.facts["reason"])
            return False
        return True

    def _need_quorum(self, complete: int) -> None:
        if complete < self.mirror_quorum:
            raise MirrorQuorumError(
                f"expected {self.mirror_quorum} mirrors to hold the log, got {complete}; "
                "nothing further is signed until they do",
                expected=self.mirror_quorum,
                complete=complete,
            )


def place_leaves(
    session: Session, indices: Mapping[int, int], nodes: Mapping[tuple[int, int], bytes]
) -> None:
    """Write the indices of leaves, by acceptance sequence, and the nodes above them."""
    session.execute(
        update(Leaf),
        [{"sequence": sequence, "log_index": index} for sequence, index in indices.items()],
    )
    # Level 0 is the leaves themselves.
    above = [
        {"level": level, "position": position, "hash": value}
        for (level, position), value in nodes.items()
        if level > 0
    ]
    if above:
        session.execute(insert(Node), above)


def refuse_fork(session: Session, signed: Checkpoint, size: int, *, where: str) -> None:
    """Raise LogForkRefused unless the log's first leaves give exactly this signed checkpoint."""
    if signed.size > size:
        raise LogForkRefused(
            f"{where} has a signed checkpoint of {signed.size} leaves, the database has {size}; "
            "restart, and the missing ones are refilled if a mirror has them",
            signed=signed.size,
            size=size,
        )
    if root_at(node_reader(session), signed.size) != signed.root:
        raise LogForkRefused(
            f"{where} has a signed checkpoint of {signed.size} leaves with another root; the "
            "database or the mirror was restored from a copy of another history",
            signed=signed.size,
        )
