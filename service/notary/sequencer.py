"""Gives leaves their places, and signs checkpoints over what enough mirrors hold."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice

import structlog
from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session

from anchoring.checkpoint import Checkpoint, open_checkpoint
from anchoring.errors import AnchoringError
from anchoring.tile_layout import CHECKPOINT, tiles_between
from service.clock import Clock
from service.database import Database
from service.notary.errors import LogForkRefused, MirrorFailedError, MirrorQuorumError
from service.notary.log_keys import LogKeys
from service.notary.log_reader import newest_checkpoint, placed_size, tile_content
from service.notary.mirror import LogMirror
from service.notary.mirror_roll import MirrorRoll
from service.notary.models import Anchor, AnchorState, Leaf, SequencingRound, SignedCheckpoint
from service.notary.node_store import append_leaf_hashes, read_root
from service.notary.single_writer import SingleWriter

_log = structlog.get_logger(__name__)

_BATCH = 4_096
_TILES_AT_ONCE = 64
_NOTES_AT_ONCE = 256


class Sequencer:
    """The one writer of the log.

    Order of durability: indices and nodes in the database → entries and tiles on at least
    ``mirror_quorum`` mirrors → the signature → the mirrors' ``checkpoint`` → its row. Every step
    gives the same bytes when repeated (Ed25519 is deterministic), so that after a crash between
    any two the next ``sequence`` simply goes on. Memory and the cost of a leaf do not depend on
    how many the log has.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        origin: str,
        keys: LogKeys,
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
        self.roll = MirrorRoll(database=database, clock=clock, origin=origin, vkeys=keys.vkeys)
        self._keys = keys
        self._database = database
        self._clock = clock

    @property
    def vkeys(self) -> tuple[str, ...]:
        """Return every key that ever signed checkpoints of this log, the one in use first."""
        return self._keys.vkeys

    def sequence(self) -> int:
        """Place every accepted leaf, publish, and return the signed size."""
        with self.writer.held():
            while self._place_batch():
                pass
            # Crash point: leaves have places that no checkpoint covers. They keep them.
            return self.publish()

    def sign(self, size: int, root: bytes) -> str:
        """Return the signed note of a checkpoint whose leaves enough mirrors hold."""
        return self._keys.sign(size, root)

    def add_checkpoint(self, session: Session, size: int, root: bytes, note: str) -> None:
        """Remember a signed checkpoint, once."""
        if session.get(SignedCheckpoint, size) is None:
            session.add(
                SignedCheckpoint(size=size, root=root, note=note, signed_at=self._clock.now())
            )

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
            if newest is not None:
                self._refuse_newer_key(newest.note)
            if size == 0:
                return 0
            root = read_root(session, size)
        behind = self._written(size)
        # A lock that was lost with its connection would let another sequencer sign meanwhile.
        self.writer.check()
        # Crash point: tiles nobody has signed. The next run writes the same again.
        note = newest.note if newest is not None and size == signed else self.sign(size, root)
        # Crash point: a signature nobody has seen. The next run makes the same.
        complete = 0
        for mirror, shown in behind:
            complete += shown == note or self._is_announced(mirror, note)
            # Crash point: some mirrors show a checkpoint that no row names. Its leaves are
            # placed in the database, so the next run arrives at the same one.
        self._need_quorum(complete)
        if size > signed:
            with self._database.transaction() as session:
                self.add_checkpoint(session, size, root, note)
        # Crash point: the commit was done and reported as failed. The next run finds the row.
        return size

    def countersign(self) -> None:
        """Add the key in use to every checkpoint that was not anchored before it was made.

        By then an earlier key may no longer count; its signature stays beside the new one. Small
        transactions, each safe to repeat.
        """
        since = self._keys.in_use.since
        if since is None:
            return
        with self._database.reading() as session:
            newest = newest_checkpoint(session)
            # A chain's anchors only grow, so what is below one is settled on that chain.
            settled = min(_anchored_before(session, since), default=0)
        above = 0 if newest is None else min(settled, newest.size - 1)
        while True:
            with self._database.transaction() as session:
                rows = session.scalars(
                    select(SignedCheckpoint)
                    .where(
                        SignedCheckpoint.size > above,
                        ~SignedCheckpoint.note.contains(
                            self._keys.signature_start, autoescape=True
                        ),
                    )
                    .order_by(SignedCheckpoint.size)
                    .limit(_NOTES_AT_ONCE)
                ).all()
                for row in rows:
                    row.note = self._keys.countersign(row.note)
                    above = row.size
            if not rows:
                return

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
            size = placed_size(session)
            place = size - 1 + func.row_number().over(order_by=Leaf.sequence)
            oldest = (
                select(Leaf.sequence, place.label("place"))
                .where(Leaf.log_index.is_(None))
                .order_by(Leaf.sequence)
                .limit(_BATCH)
                .subquery()
            )
            session.execute(
                update(Leaf)
                .where(Leaf.sequence == oldest.c.sequence)
                .values(log_index=oldest.c.place)
                .execution_options(synchronize_session=False)
            )
            hashes = session.scalars(
                select(Leaf.leaf_hash).where(Leaf.log_index >= size).order_by(Leaf.log_index)
            ).all()
            append_leaf_hashes(session, size, hashes)
            current.number += 1
            # Crash point: a batch that is placed whole or not at all.
        return len(hashes) == _BATCH

    def _written(self, size: int) -> list[tuple[LogMirror, str | None]]:
        """Write what each mirror lacks; return those that hold it all, with the note they show.

        MirrorQuorumError if too few do.
        """
        complete: list[tuple[LogMirror, str | None]] = []
        for mirror in self.mirrors:
            try:
                complete.append((mirror, self._write_lacking(mirror, size)))
            except MirrorFailedError as error:
                _log.warning("mirror-behind", mirror=mirror.name, reason=error.facts["reason"])
        self._need_quorum(len(complete))
        return complete

    def _write_lacking(self, mirror: LogMirror, size: int) -> str | None:
        """Write the entries and tiles that a mirror lacks; return the note it shows."""
        held = self.roll.admit(mirror)
        position = 0
        if held.checkpoint is not None:
            position = held.checkpoint.size
            with self._database.reading() as session:
                refuse_fork(session, held.checkpoint, size, where=f"mirror {mirror.name}")
        lacking = tiles_between(position, size)
        while tiles := list(islice(lacking, _TILES_AT_ONCE)):
            # Tiles never change, so each part may be read as of its own moment: a mirror that
            # is slow then holds up no clean-up of the database.
            with self._database.reading() as session:
                contents = [(tile.path, tile_content(session, tile)) for tile in tiles]
            for path, content in contents:
                mirror.put(path, content)
                # Crash point: half a mirror. Its checkpoint still names the old size.
        return held.note

    def _is_announced(self, mirror: LogMirror, note: str) -> bool:
        """Show the checkpoint on a mirror; return whether it does."""
        try:
            mirror.put(CHECKPOINT, note.encode("utf-8"))
        except MirrorFailedError as error:
            _log.warning("mirror-behind", mirror=mirror.name, reason=error.facts["reason"])
            return False
        return True

    def _refuse_newer_key(self, note: str) -> None:
        """Raise LogForkRefused if the newest checkpoint is by a key that this process lacks."""
        try:
            open_checkpoint(note, self.vkeys)
        except AnchoringError as error:
            raise LogForkRefused(
                f"the newest checkpoint is not by a log key of this process: {error}; copy "
                "keys/log-checkpoint-*.key from where the key was changed, and restart"
            ) from error

    def _need_quorum(self, complete: int) -> None:
        if complete < self.mirror_quorum:
            raise MirrorQuorumError(
                f"expected {self.mirror_quorum} mirrors to hold the log, got {complete}; "
                "nothing further is signed until they do",
                expected=self.mirror_quorum,
                complete=complete,
            )


def _anchored_before(session: Session, moment: datetime) -> list[int]:
    """Return, for every chain, the newest size with a final anchor before ``moment``, or 0."""
    settled = (Anchor.state == AnchorState.FINAL) & (Anchor.block_time < moment.timestamp())
    sizes = func.max(case((settled, Anchor.size), else_=0))
    return list(session.scalars(select(sizes).group_by(Anchor.chain_id)))


def refuse_fork(session: Session, signed: Checkpoint, size: int, *, where: str) -> None:
    """Raise LogForkRefused unless the log's first leaves give exactly this signed checkpoint."""
    if signed.size > size:
        raise LogForkRefused(
            f"{where} has a signed checkpoint of {signed.size} leaves, the database has {size}; "
            "restart, and the missing ones are refilled if a mirror has them",
            signed=signed.size,
            size=size,
        )
    if read_root(session, signed.size) != signed.root:
        raise LogForkRefused(
            f"{where} has a signed checkpoint of {signed.size} leaves with another root; the "
            "database or the mirror was restored from a copy of another history",
            signed=signed.size,
        )
