"""At start: compares the database with what was signed, and refills it from a mirror."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import structlog
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from anchoring.checkpoint import Checkpoint
from anchoring.hashing import ZERO32, leaf_hash
from anchoring.tile_layout import TILE_WIDTH, Tile, unpack_entries
from service.clock import Clock
from service.database import Database
from service.notary.errors import LogForkRefused, MirrorFailedError, MirrorQuorumError
from service.notary.log_reader import newest_checkpoint, placed_size
from service.notary.mirror import LogMirror
from service.notary.models import Leaf
from service.notary.node_store import append_leaf_hashes, read_root
from service.notary.sequencer import Sequencer, refuse_fork

_log = structlog.get_logger(__name__)

REFILLED = "refilled"
"""The kind of a leaf of which only the entry is known, since the database was restored."""


@dataclass(frozen=True)
class _Signed:
    mirror: LogMirror
    checkpoint: Checkpoint
    note: str


@dataclass
class _Answers:
    """What the mirrors said: who holds what, who is new, and why the rest is silent."""

    known: int = 0
    signed: list[_Signed] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)


class Recovery:
    """Protocol rule 16: what was signed once is there, or nothing more is signed.

    ``anchored`` gives, by the chain's name, the size of the newest anchor on every chain that
    answers. A chain that is down is compared when it is next met.
    """

    def __init__(
        self,
        *,
        database: Database,
        sequencer: Sequencer,
        clock: Clock,
        anchored: Callable[[], Mapping[str, int]] = dict,
    ) -> None:
        self._database = database
        self._sequencer = sequencer
        self._clock = clock
        self._anchored = anchored

    def catch_up(self) -> None:
        """Make the database hold everything that was ever signed; the caller holds the writer.

        Raises MirrorQuorumError if so few mirrors answer that a newer checkpoint may be hidden,
        LogForkRefused if the database is behind and no mirror can refill it, or has another root.
        """
        answers = self._ask_mirrors()
        with self._database.reading() as session:
            size = placed_size(session)
            own = newest_checkpoint(session)
            if own is not None and own.size <= size:
                kept = Checkpoint(self._sequencer.origin, own.size, own.root)
                refuse_fork(session, kept, size, where="the database")
            for found in answers.signed:
                if found.checkpoint.size <= size:
                    refuse_fork(session, found.checkpoint, size, where=_place(found))
        newest = max(answers.signed, key=lambda found: found.checkpoint.size, default=None)
        is_behind = newest is not None and newest.checkpoint.size > size
        self._need_answers(answers, was_restored=is_behind)
        if newest is not None and is_behind:
            self._refill(newest, [found.mirror for found in answers.signed])
        with self._database.reading() as session:
            size = placed_size(session)
            if own is not None and own.size > size:
                raise LogForkRefused(
                    f"the database names a signed checkpoint of {own.size} leaves and has {size}; "
                    "restore it from a backup that is whole"
                )
            for found in answers.signed:
                refuse_fork(session, found.checkpoint, size, where=_place(found))
        for chain, anchored in self._anchored().items():
            if anchored > size:
                raise LogForkRefused(
                    f"chain {chain} has an anchor of {anchored} leaves, the database and its "
                    f"mirrors have {size}; all of them were restored from old copies: put a "
                    "mirror beside them that has the rest, or a newer backup",
                    anchored=anchored,
                    size=size,
                )
        self._sequencer.countersign()

    def _ask_mirrors(self) -> _Answers:
        answers = _Answers()
        for mirror in self._sequencer.mirrors:
            try:
                held = self._sequencer.roll.look(mirror)
            except MirrorFailedError as error:
                if self._sequencer.roll.is_retired(mirror.name):
                    _log.warning("mirror-retired", mirror=mirror.name, reason=str(error))
                else:
                    answers.silent.append(str(error))
                continue
            if held.is_new:
                answers.new.append(mirror.name)
                continue
            answers.known += 1
            if held.checkpoint is not None and held.note is not None:
                answers.signed.append(_Signed(mirror, held.checkpoint, held.note))
        answers.silent += [
            f"mirror {name} is in use and not in the settings; put it back, or, if it is lost "
            f"for good: acta log retire-mirror {name}"
            for name in self._sequencer.roll.missing(self._sequencer.mirrors)
        ]
        return answers

    def _need_answers(self, answers: _Answers, *, was_restored: bool) -> None:
        """Raise MirrorQuorumError if a signed checkpoint may be on silent mirrors alone.

        A mirror without a mark that the database does not know was never used and hides nothing;
        but a database that was restored may only have forgotten it.
        """
        silent = list(answers.silent)
        if was_restored:
            silent += [f"mirror {name} is empty: is its disk mounted?" for name in answers.new]
        # Any checkpoint is on at least `quorum` mirrors, so fewer silent ones hide none.
        if len(silent) < self._sequencer.mirror_quorum:
            return
        raise MirrorQuorumError(
            f"expected at most {self._sequencer.mirror_quorum - 1} of "
            f"{answers.known + len(silent)} mirrors to be silent, lest a newer checkpoint be "
            f"overlooked, got {len(silent)}: {'; '.join(silent)}",
            silent=len(silent),
            known=answers.known,
        )

    def _refill(self, newest: _Signed, mirrors: Sequence[LogMirror]) -> None:
        """Take the leaves that the database lacks from the first mirror that gives them all."""
        ordered = [newest.mirror, *(mirror for mirror in mirrors if mirror is not newest.mirror)]
        faults: list[str] = []
        for mirror in ordered:
            try:
                with self._database.transaction() as session:
                    before = placed_size(session)
                    for entries in _entries(mirror, before, newest.checkpoint.size):
                        self._adopt(session, entries)
                    self._accept_root(session, newest)
                # Crash point: refilled whole or not at all; the next start begins again.
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

    def _adopt(self, session: Session, entries: Sequence[bytes]) -> None:
        """Place at most a few hundred ``entries`` after those that have places."""
        hashes = [leaf_hash(entry) for entry in entries]
        if len(set(hashes)) != len(hashes):
            raise LogForkRefused("the mirror repeats an entry")
        now = self._clock.now()
        accepted = _accepted(session, hashes)
        missing = [
            {
                "leaf_hash": value,
                "entry": entry,
                "kind": REFILLED,
                "subject": ZERO32,
                "accepted_at": now,
            }
            for value, entry in zip(hashes, entries, strict=True)
            if value not in accepted
        ]
        if missing:
            session.execute(insert(Leaf), missing)
            accepted = _accepted(session, hashes)
        if any(index is not None for _, index in accepted.values()):
            raise LogForkRefused("the mirror has an entry at another place than the database")
        size = placed_size(session)
        session.execute(
            update(Leaf),
            [
                {"sequence": accepted[value][0], "log_index": size + offset}
                for offset, value in enumerate(hashes)
            ],
        )
        append_leaf_hashes(session, size, hashes)

    def _accept_root(self, session: Session, newest: _Signed) -> None:
        """Keep the mirror's checkpoint, whose root the refilled leaves must give."""
        checkpoint = newest.checkpoint
        if read_root(session, checkpoint.size) != checkpoint.root:
            raise LogForkRefused("its entries after the database's give another root")
        self._sequencer.add_checkpoint(session, checkpoint.size, checkpoint.root, newest.note)


def _place(found: _Signed) -> str:
    return f"mirror {found.mirror.name}"


def _accepted(session: Session, hashes: Sequence[bytes]) -> dict[bytes, tuple[int, int | None]]:
    rows = session.execute(
        select(Leaf.leaf_hash, Leaf.sequence, Leaf.log_index).where(Leaf.leaf_hash.in_(hashes))
    )
    return {row.leaf_hash: (row.sequence, row.log_index) for row in rows}


def _entries(mirror: LogMirror, first: int, size: int) -> Iterator[list[bytes]]:
    """Yield a mirror's entries from index ``first`` up to ``size``; ValueError if some lack."""
    for index in range(first // TILE_WIDTH, (size - 1) // TILE_WIDTH + 1):
        width = min(TILE_WIDTH, size - index * TILE_WIDTH)
        # A mirror may have dropped the partial bundle once the full one was there.
        bundle = mirror.get(Tile(None, index, width).path) or mirror.get(Tile(None, index).path)
        found = [] if bundle is None else unpack_entries(bundle)
        if len(found) < width:
            raise ValueError(f"expected {width} entries in bundle {index}, got {len(found)}")
        yield found[max(0, first - index * TILE_WIDTH) : width]
