"""At start: compares the database with what was signed, and refills it from a mirror."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from anchoring.checkpoint import Checkpoint
from anchoring.hashing import ZERO32, leaf_hash
from anchoring.tree import append_nodes, root_at
from service.clock import Clock
from service.database import Database
from service.notary.errors import LogForkRefused, MirrorFailedError, MirrorQuorumError
from service.notary.log_reader import newest_checkpoint, node_reader, placed_size
from service.notary.mirror import LogMirror
from service.notary.models import Leaf
from service.notary.sequencer import Sequencer, place_leaves, refuse_fork
from service.notary.tiles import TILE_WIDTH, Tile, unpack_entries

_log = structlog.get_logger(__name__)

REFILLED = "refilled"
"""The kind of a leaf of which only the entry is known, since the database was restored."""


@dataclass(frozen=True)
class _Signed:
    mirror: LogMirror
    checkpoint: Checkpoint
    note: str


class Recovery:
    """Protocol rule 16: what was signed once is there, or nothing more is signed."""

    def __init__(self, *, database: Database, sequencer: Sequencer, clock: Clock) -> None:
        self._database = database
        self._sequencer = sequencer
        self._clock = clock

    def catch_up(self) -> None:
        """Make the database hold everything any mirror has signed; the caller holds the writer.

        Raises MirrorQuorumError if so few mirrors answer that a newer checkpoint may be hidden,
        LogForkRefused if the database is behind and no mirror can refill it, or has another root.
        """
        signed = self._read_mirrors()
        with self._database.reading() as session:
            size = placed_size(session)
            own = newest_checkpoint(session)
            if own is not None and own.size <= size:
                kept = Checkpoint(self._sequencer.origin, own.size, own.root)
                refuse_fork(session, kept, size, where="the database")
        newest = max(signed, key=lambda found: found.checkpoint.size, default=None)
        if newest is not None and newest.checkpoint.size > size:
            self._refill(newest, [found.mirror for found in signed])
        with self._database.reading() as session:
            size = placed_size(session)
            if own is not None and own.size > size:
                raise LogForkRefused(
                    f"the database names a signed checkpoint of {own.size} leaves and has {size}; "
                    "restore it from a backup that is whole"
                )
            for found in signed:
                refuse_fork(session, found.checkpoint, size, where=f"mirror {found.mirror.name}")

    def _read_mirrors(self) -> list[_Signed]:
        """Return the newest signed checkpoint of each mirror that has one."""
        mirrors, quorum = self._sequencer.mirrors, self._sequencer.mirror_quorum
        signed: list[_Signed] = []
        silent: list[str] = []
        for mirror in mirrors:
            try:
                held = self._sequencer.signed_by(mirror)
            except MirrorFailedError as error:
                silent.append(str(error))
                continue
            if held is not None:
                signed.append(_Signed(mirror, *held))
        # Any checkpoint is on at least `quorum` mirrors, so one of the rest more must be seen.
        needed = len(mirrors) - quorum + 1
        if len(mirrors) - len(silent) < needed:
            raise MirrorQuorumError(
                f"expected an answer from {needed} of {len(mirrors)} mirrors, lest a newer "
                f"checkpoint be overlooked; {'; '.join(silent)}"
            )
        return signed

    def _refill(self, newest: _Signed, mirrors: Sequence[LogMirror]) -> None:
        """Take the leaves that the database lacks from the first mirror that gives them all."""
        ordered = [newest.mirror, *(mirror for mirror in mirrors if mirror is not newest.mirror)]
        faults: list[str] = []
        for mirror in ordered:
            try:
                with self._database.transaction() as session:
                    before = placed_size(session)
                    entries = _entries(mirror, before, newest.checkpoint.size)
                    self._adopt(session, before, entries, newest)
            except (MirrorFailedError, LogForkRefused, ValueError) as error:
                faults.append(f"mirror {mirror.name}: {error}")
                continue
            _log.warning(
                "log-refilled", mirror=mirror.name, first=before, size=newest.checkpoint.size
            )
            return
        raise LogForkRefused(
            f"the database is behind the signed checkpoint of {newest.checkpoint.size} leaves on "
            f"mirror {newest.mirror.name}, and no mirror can refill it ({'; '.join(faults)}); "
            "restore a newer backup",
            signed=newest.checkpoint.size,
        )

    def _adopt(
        self, session: Session, before: int, entries: Sequence[bytes], newest: _Signed
    ) -> None:
        """Place ``entries`` after ``before``; nothing stands unless the signed root comes out."""
        hashes = [leaf_hash(entry) for entry in entries]
        if len(set(hashes)) != len(hashes):
            raise LogForkRefused("the mirror repeats an entry")
        now = self._clock.now()
        accepted: dict[bytes, tuple[int, int | None]] = {}
        for start in range(0, len(hashes), TILE_WIDTH):
            part = hashes[start : start + TILE_WIDTH]
            accepted |= _accepted(session, part)
            missing = [
                {
                    "leaf_hash": value,
                    "entry": entries[start + offset],
                    "kind": REFILLED,
                    "subject": ZERO32,
                    "accepted_at": now,
                }
                for offset, value in enumerate(part)
                if value not in accepted
            ]
            if missing:
                session.execute(insert(Leaf), missing)
                accepted |= _accepted(session, part)
        if any(index is not None for _, index in accepted.values()):
            raise LogForkRefused("the mirror has an entry at another place than the database")
        place_leaves(
            session,
            {accepted[value][0]: before + offset for offset, value in enumerate(hashes)},
            append_nodes(node_reader(session), before, hashes),
        )
        session.flush()
        checkpoint = newest.checkpoint
        if root_at(node_reader(session), checkpoint.size) != checkpoint.root:
            raise LogForkRefused("its entries after the database's give another root")
        self._sequencer.add_checkpoint(session, checkpoint.size, checkpoint.root, newest.note)


def _accepted(session: Session, hashes: Sequence[bytes]) -> dict[bytes, tuple[int, int | None]]:
    rows = session.execute(
        select(Leaf.leaf_hash, Leaf.sequence, Leaf.log_index).where(Leaf.leaf_hash.in_(hashes))
    )
    return {row.leaf_hash: (row.sequence, row.log_index) for row in rows}


def _entries(mirror: LogMirror, first: int, size: int) -> list[bytes]:
    """Return a mirror's entries from index ``first`` up to ``size``; ValueError if some lack."""
    entries: list[bytes] = []
    for index in range(first // TILE_WIDTH, (size - 1) // TILE_WIDTH + 1):
        width = min(TILE_WIDTH, size - index * TILE_WIDTH)
        # A mirror may have dropped the partial bundle once the full one was there.
        bundle = mirror.get(Tile(None, index, width).path) or mirror.get(Tile(None, index).path)
        found = [] if bundle is None else unpack_entries(bundle)
        if len(found) < width:
            raise ValueError(f"expected {width} entries in bundle {index}, got {len(found)}")
        entries += found[max(0, first - index * TILE_WIDTH) : width]
    return entries
