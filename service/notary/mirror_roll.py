"""Which mirrors the log has: told by a marker in each, and by the database.

A folder whose disk is not mounted looks like one that was never used. So a mirror is marked
before anything is written to it, and the database keeps the marks: a known mirror without its
mark is absent, and is neither read as empty nor written to.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import rfc8785
import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchoring.checkpoint import Checkpoint, open_checkpoint
from anchoring.errors import AnchoringError
from anchoring.tile_layout import CHECKPOINT
from service.clock import Clock
from service.database import Database
from service.notary.errors import MirrorFailedError, MirrorNotFoundError
from service.notary.mirror import MARKER, LogMirror
from service.notary.models import KnownMirror

_log = structlog.get_logger(__name__)

_VERSION = "mirror/1"
_LARGEST_MARKER = 4096


@dataclass(frozen=True, kw_only=True)
class MirrorEntry:
    """One mirror as the database knows it."""

    id: str
    name: str
    added_at: datetime
    retired_at: datetime | None


@dataclass(frozen=True)
class MirrorState:
    """What a mirror said: the id in its mark, and the checkpoint up to which it is complete."""

    mark: str | None
    checkpoint: Checkpoint | None
    note: str | None

    @property
    def is_new(self) -> bool:
        """Whether nothing was ever written to it."""
        return self.mark is None and self.checkpoint is None


class MirrorRoll:
    """Marks mirrors, knows them again, and reads up to where each is complete."""

    def __init__(
        self, *, database: Database, clock: Clock, origin: str, vkeys: Sequence[str]
    ) -> None:
        self._database = database
        self._clock = clock
        self._origin = origin
        self._vkeys = tuple(vkeys)

    def look(self, mirror: LogMirror) -> MirrorState:
        """Return what a mirror holds; nothing is written.

        MirrorFailedError where it is away, absent (its mark is missing), or another log's.
        """
        mark = self._mark_on(mirror)
        signed = self._checkpoint_on(mirror)
        if mark is None and signed is None and self._mark_of(mirror.name) is not None:
            raise MirrorFailedError(
                f"mirror {mirror.name} was used before and is empty now: is its disk mounted? If "
                f"it is lost for good: acta log retire-mirror {mirror.name}",
                mirror=mirror.name,
                reason="absent",
            )
        checkpoint, note = signed or (None, None)
        return MirrorState(mark, checkpoint, note)

    def admit(self, mirror: LogMirror) -> MirrorState:
        """Return what a mirror holds, after marking it if it is new; it may be written to then."""
        state = self.look(mirror)
        mark = state.mark
        if mark is None:
            mark = self._mark_of(mirror.name) or secrets.token_hex(16)
            marker = {"acta": _VERSION, "id": mark, "origin": self._origin}
            mirror.put(MARKER, rfc8785.dumps(marker))
        # Crash point: a mark that no row names. The next look keeps it.
        self._keep(mark, mirror.name)
        return state

    def is_retired(self, name: str) -> bool:
        """Whether the operator has given up the mirror of this name."""
        named = [entry for entry in known_mirrors(self._database) if entry.name == name]
        return bool(named) and all(entry.retired_at is not None for entry in named)

    def missing(self, mirrors: Sequence[LogMirror]) -> list[str]:
        """Return the names of mirrors in use that are not among ``mirrors``.

        One that stands under another name now is known by its mark, if it can be read.
        """
        marks: dict[str, str | None] = {}
        for mirror in mirrors:
            try:
                marks[mirror.name] = self._mark_on(mirror)
            except MirrorFailedError:
                marks[mirror.name] = None
        return [
            entry.name
            for entry in known_mirrors(self._database)
            if entry.retired_at is None
            and entry.id not in marks.values()
            # Under its name stands nothing, or a mirror with another mark.
            and marks.get(entry.name, "") is not None
        ]

    def _mark_on(self, mirror: LogMirror) -> str | None:
        """Return the id in a mirror's mark, None if it has none."""
        raw = mirror.get(MARKER)
        if raw is None:
            return None
        try:
            members = json.loads(raw[:_LARGEST_MARKER])
            version, mark, origin = members["acta"], members["id"], members["origin"]
        except (ValueError, KeyError, TypeError) as error:
            raise MirrorFailedError(
                f"mirror {mirror.name} has a damaged {MARKER}: {error}; restore it, or empty the "
                "folder and retire the mirror",
                mirror=mirror.name,
                reason="bad-marker",
            ) from error
        if (version, origin) != (_VERSION, self._origin):
            raise MirrorFailedError(
                f"mirror {mirror.name} is marked as one of {origin!r} ({version}), not of "
                f"{self._origin!r}; give this log a folder of its own",
                mirror=mirror.name,
                reason="other-log",
            )
        return str(mark)

    def _checkpoint_on(self, mirror: LogMirror) -> tuple[Checkpoint, str] | None:
        """Return the checkpoint up to which a mirror is complete, None if it has none."""
        raw = mirror.get(CHECKPOINT)
        if raw is None:
            return None
        try:
            note = raw.decode("utf-8")
            return open_checkpoint(note, self._vkeys), note
        except (UnicodeDecodeError, AnchoringError) as error:
            raise MirrorFailedError(
                f"mirror {mirror.name} holds no checkpoint by a key of this log: {error}; if the "
                "key was changed on another machine, copy its key files here; if the mirror is "
                "damaged or was another log's, empty it and retire it, and it is refilled",
                mirror=mirror.name,
                reason="bad-checkpoint",
            ) from error

    def _mark_of(self, name: str) -> str | None:
        """Return the mark that a mirror in use by this name should have."""
        with self._database.reading() as session:
            return next((row.id for row in _in_use(session, name)), None)

    def _keep(self, mark: str, name: str) -> None:
        with self._database.reading() as session:
            row = session.get(KnownMirror, mark)
            if row is not None and row.name == name and row.retired_at is None:
                return
        with self._database.transaction() as session:
            row = session.get(KnownMirror, mark)
            if row is None:
                row = KnownMirror(id=mark, added_at=self._clock.now())
                session.add(row)
            elif row.retired_at is not None:
                _log.warning("mirror-back", mirror=name, id=mark)
            row.name, row.retired_at = name, None


def known_mirrors(database: Database) -> list[MirrorEntry]:
    """Return every mirror that was ever used, the oldest first."""
    with database.reading() as session:
        rows = session.scalars(select(KnownMirror).order_by(KnownMirror.added_at, KnownMirror.id))
        return [
            MirrorEntry(id=row.id, name=row.name, added_at=row.added_at, retired_at=row.retired_at)
            for row in rows
        ]


def retire_mirror(database: Database, clock: Clock, name: str) -> None:
    """Go on without a mirror that is lost, by its name or id: a start no longer asks for it.

    What was signed and stood on it alone is given up. Its mark still speaks if it comes back.
    Raises MirrorNotFoundError.
    """
    with database.transaction() as session:
        rows = _in_use(session, name)
        for row in rows:
            row.retired_at = clock.now()
    if not rows:
        raise MirrorNotFoundError(
            f"expected a mirror in use, got {name!r}; acta log mirrors lists them"
        )


def _in_use(session: Session, name: str) -> Sequence[KnownMirror]:
    return session.scalars(
        select(KnownMirror).where(
            KnownMirror.retired_at.is_(None),
            (KnownMirror.name == name) | (KnownMirror.id == name),
        )
    ).all()
