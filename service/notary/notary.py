"""The notary: what the other rooms see of the log."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchoring.statement import After
from anchoring.tile_layout import CHECKPOINT, Tile
from anchoring.tree import EMPTY_ROOT
from anchoring.trust import Home
from service.clock import Clock
from service.database import Database, Enqueue
from service.keyring import Keyring
from service.notary.alarms import Alarms, TellAlarm
from service.notary.anchor_desk import AnchorDesk, ChainPlan, TurnState
from service.notary.anchors import AnchorProgress
from service.notary.cadence import Due
from service.notary.chain_watch import ChainWatch
from service.notary.document_watch import DocumentWatch, EndedView
from service.notary.errors import ChainDownError, NotStartedError
from service.notary.home import HomeKeeper, LogIdentity
from service.notary.intake import Intake
from service.notary.log_keys import LogKey, LogKeys
from service.notary.log_reader import newest_checkpoint, newest_final, tile_content
from service.notary.log_status import LogStatus, StatusBoard
from service.notary.mirror import LogMirror
from service.notary.models import Leaf
from service.notary.recovery import Recovery
from service.notary.sequencer import Sequencer
from service.notary.status import AnchoredCheckpoint, ChainLeafStatus, LeafDesk, LeafStatus

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class AnchorRequestView:
    """A caller's hash in the log: what opens its entry, where it stands, its proof once final.

    Hashes and salt have 32 bytes. ``status`` and ``proof`` (a C2SP tlog-proof) are those at the
    home, ``anchor`` holds the members of its ``anchors/<chainId>.json``; ``chains`` tells of every
    chain, the home first.
    """

    id: str
    sha256: bytes
    salt: bytes
    entry: bytes
    leaf_hash: bytes
    accepted_at: datetime
    status: LeafStatus
    chains: tuple[ChainLeafStatus, ...]
    proof: str | None
    anchor: dict[str, Any] | None


class Notary:
    """Writes one log and has its checkpoints anchored on its chains; any thread may call it.

    The first of ``chains`` is the log's home, where documents have their status and whose anchors
    make a leaf final; the others prove time alone. ``tell`` is told of an alarm once;
    ``silent_after_s`` is for how many seconds a chain may give no answer before there is one.

    Every method may be repeated at any moment, also by several processes on one database: one
    of them at a time places leaves, and one at a time submits to a chain. Only ``accept`` and
    ``accept_external`` belong into a caller's transaction; ``sequence``, the anchoring steps and
    ``start`` must not be called inside one.
    """

    def __init__(
        self,
        *,
        database: Database,
        keyring: Keyring,
        clock: Clock,
        origin: str,
        chains: Sequence[ChainPlan],
        mirrors: Sequence[LogMirror],
        mirror_quorum: int,
        enqueue: Enqueue,
        tell: TellAlarm = lambda _session, _alarm: None,
        silent_after_s: float = 600.0,
    ) -> None:
        self._database = database
        self._keys = keys = LogKeys(keyring=keyring, origin=origin)
        self._sequencer = Sequencer(
            database=database,
            clock=clock,
            origin=origin,
            keys=keys,
            mirrors=mirrors,
            mirror_quorum=mirror_quorum,
        )
        self._home = HomeKeeper(
            database=database, chain=chains[0].chain, origin=origin, vkeys=keys.vkeys
        )
        alarms = Alarms(database=database, clock=clock, tell=tell)
        self._watch = ChainWatch(
            database=database, clock=clock, alarms=alarms, silent_after_s=silent_after_s
        )
        self._desk = AnchorDesk(
            database=database,
            clock=clock,
            plans=chains,
            home=self._home,
            signer=self._sequencer,
            watch=self._watch,
        )
        self._recovery = Recovery(
            database=database,
            sequencer=self._sequencer,
            clock=clock,
            anchored=self._desk.anchored_sizes,
        )
        self._intake = Intake(database=database, clock=clock, enqueue=enqueue)
        self._leaves = LeafDesk(database=database, desk=self._desk)
        self._documents = DocumentWatch(database=database, home=self._desk.home)
        self._board = StatusBoard(database=database, desk=self._desk)
        self._started = False

    @property
    def identity(self) -> LogIdentity:
        """Which log this is; known while the chain is down, but for a foreign chain's first use."""
        return self._home.identity()

    @property
    def log_keys(self) -> tuple[LogKey, ...]:
        """Return every checkpoint key as the trust file publishes it, the one in use first."""
        return self._keys.published()

    def start(self) -> None:
        """Compare database, mirrors and chains (protocol rule 16), and finish what was half done.

        Refills the database from a mirror where it is behind a signed checkpoint. A chain that is
        down is met by the first anchoring step instead, unless this is the log's first start.
        Raises LogForkRefused, OtherHomeError, MirrorQuorumError; nothing is written then.
        """
        self._home.check_settings()
        with self._sequencer.writer.held():
            self._recovery.catch_up()
            # Before anything is signed: a chain may know of more than all our copies.
            self._desk.meet()
            self._sequencer.publish()
        self._intake.open()
        self._started = True

    def accept(self, session: Session, entry: bytes, *, kind: str, subject: bytes) -> bytes:
        """Take a 32-byte ``entry`` into the log and return its leaf hash, 32 bytes.

        ``kind``: statement or document; ``subject``: 32 bytes. Stands exactly if the caller's
        transaction does; so does the workflow ``sequence-and-anchor`` that it hands over. The
        same entry again changes nothing.
        """
        return self._intake.accept(session, entry, kind=kind, subject=subject)

    def accept_external(
        self, session: Session, *, sha256: bytes, owner: str, idempotency_key: str | None
    ) -> str:
        """Take an outsider's SHA-256 (32 bytes) into the log, salted; return the request's id.

        The same ``owner`` and ``idempotency_key`` again give the same id, or
        IdempotencyConflictError if the hash is another.
        """
        return self._intake.accept_external(
            session, sha256=sha256, owner=owner, idempotency_key=idempotency_key
        )

    def sequence(self) -> int:
        """Place every accepted leaf in order of acceptance, publish, and return the log's size.

        Also brings mirrors up to date that were away. Raises MirrorQuorumError, LogForkRefused,
        NotStartedError.
        """
        self._need_start()
        return self._sequencer.sequence()

    @property
    def chain_names(self) -> tuple[str, ...]:
        """The names of the chains, the home's first."""
        return tuple(post.name for post in self._desk.posts)

    def submit_anchor(self, chain: str | None = None) -> str | None:
        """Send the anchor whose turn it is on a chain (the home) and return its transaction (0x…).

        None if nothing is due there, or the transaction is not known. Replays what the chain has
        lost, one anchor after the other. Raises ChainDownError, ChainRefusedError,
        LogForkRefused, OtherHomeError, NotStartedError.
        """
        self._need_start()
        return self._desk.named(chain or self._desk.home.name).anchorer.submit()

    def confirm_anchors(self, chain: str | None = None) -> AnchorProgress:
        """Look how far a chain's anchor in flight is, and say what is left.

        ``chain``: its name, the home if None. Raises ChainDownError.
        """
        self._need_start()
        return self._desk.named(chain or self._desk.home.name).anchorer.confirm()

    def anchor_pending(self, chain: str | None = None) -> TurnState:
        """Take anchoring on a chain (the home) one step on: submit, then confirm.

        ``idle``: nothing is due. ``pending``: something is left to send. ``waiting``: the chain
        must include or finalise first. ``unreachable``: no answer, or a refusal that may pass
        (kept as the leaves' ``reason``); call again later. Raises LogForkRefused, OtherHomeError,
        NotStartedError.
        """
        self._need_start()
        return self._desk.turn(chain or self._desk.home.name)

    def anchors_due(self) -> list[Due]:
        """Return what is to be anchored on each chain that lacks a signed leaf, and how soon."""
        self._need_start()
        return self._desk.dues()

    def watch_chains(self) -> None:
        """Ask every chain how it is, and raise or end its alarms; safe to repeat."""
        self._need_start()
        self._watch.look(self._desk.watched())

    def watch_documents(self) -> None:
        """Notice which documents were voided or superseded at the home; safe to repeat."""
        self._need_start()
        self._documents.look()

    def ended(self, leaf_hash: bytes) -> EndedView | None:
        """Return how a document ended at its home, None while it is in force, as last seen."""
        return self._documents.ended(leaf_hash)

    def homes(self) -> list[Home]:
        """Return the log's place on every chain that was ever met, its home first."""
        return self._desk.homes()

    def log_status(self) -> LogStatus:
        """Return how the log stands on its chains, fit to be shown to anybody; asks no chain."""
        identity = self.identity
        return self._board.status(origin=identity.origin, log_id=identity.log_id)

    def last_anchored(self) -> After:
        """Return the newest checkpoint whose anchor is final, (0, root of nothing) before any."""
        with self._database.reading() as session:
            newest = newest_final(session, self.identity.chain_id)
        return After(0, EMPTY_ROOT) if newest is None else After(newest.size, newest.root)

    def leaf_status(self, leaf_hash: bytes) -> LeafStatus:
        """Return where a leaf stands at the home; raises LeafNotFoundError."""
        return self._leaves.statuses([leaf_hash])[leaf_hash]

    def chain_statuses(self, leaf_hash: bytes) -> tuple[ChainLeafStatus, ...]:
        """Return where a leaf stands on every chain, the home first; raises LeafNotFoundError."""
        return self._leaves.chain_statuses(leaf_hash)

    def leaf_statuses(self, leaf_hashes: Iterable[bytes]) -> dict[bytes, LeafStatus]:
        """Return where each of many leaves stands at the home, as of one moment.

        Raises LeafNotFoundError.
        """
        return self._leaves.statuses(leaf_hashes)

    def anchor_request(self, request_id: str, owner: str) -> AnchorRequestView:
        """Return a request of ``owner`` and, once final, its proof.

        ``anchor`` is None while its proof material was not kept and the chain cannot be asked.
        Raises AnchorRequestNotFoundError.
        """
        accepted = self._intake.request(request_id, owner)
        status = self.leaf_status(accepted.leaf_hash)
        proof: str | None = None
        anchor: dict[str, Any] | None = None
        if status.status == "final":
            proof = self.proof(accepted.leaf_hash)
            try:
                anchor = self.covering_anchor([accepted.leaf_hash]).record
            except ChainDownError as error:
                _log.warning("chain-unreachable", reason=str(error))
        return AnchorRequestView(
            id=accepted.id,
            sha256=accepted.sha256,
            salt=accepted.salt,
            entry=accepted.entry,
            leaf_hash=accepted.leaf_hash,
            accepted_at=accepted.accepted_at,
            status=status,
            chains=self.chain_statuses(accepted.leaf_hash),
            proof=proof,
            anchor=anchor,
        )

    def proof(self, leaf_hash: bytes) -> str:
        """Return the tlog-proof of a leaf against the smallest final anchor that covers it.

        Raises LeafNotFoundError, NotAnchoredYetError.
        """
        return self._leaves.proof(leaf_hash)

    def covering_anchor(
        self, leaf_hashes: Sequence[bytes], *, after: Sequence[bytes] = ()
    ) -> AnchoredCheckpoint:
        """Return the smallest final anchored checkpoint that covers all of ``leaf_hashes``.

        Its record also proves the status of the document among them, if there is exactly one;
        ``after``: roots that statements name as anchored before them, whose anchors it proves too
        while the home can be asked. Beside it go the anchors on other chains that cover the
        leaves. Raises LeafNotFoundError,
        NotAnchoredYetError, and ChainDownError where proof material was not kept and the chain
        cannot be asked.
        """
        return self._leaves.covering_anchor(leaf_hashes, after=after)

    def further_anchors(self, leaf_hashes: Iterable[bytes]) -> dict[bytes, int]:
        """Return by how many chains beside the home each leaf is finally anchored."""
        return self._leaves.further_anchors(leaf_hashes)

    def indices(self, session: Session, leaf_hashes: Iterable[bytes]) -> dict[bytes, int | None]:
        """Return each leaf's index, None where no signed checkpoint fixes one yet."""
        found: dict[bytes, int | None] = dict.fromkeys(leaf_hashes)
        newest = newest_checkpoint(session)
        wanted = list(found)
        for start in range(0, len(wanted), 500):
            rows = session.execute(
                select(Leaf.leaf_hash, Leaf.log_index).where(
                    Leaf.leaf_hash.in_(wanted[start : start + 500])
                )
            )
            for row in rows:
                if newest is not None and row.log_index is not None:
                    found[row.leaf_hash] = row.log_index if row.log_index < newest.size else None
        return found

    def size(self) -> int:
        """Return how many leaves the newest signed checkpoint covers."""
        with self._database.reading() as session:
            newest = newest_checkpoint(session)
        return 0 if newest is None else newest.size

    def public_file(self, path: str) -> bytes | None:
        """Return a file of the public log (C2SP tlog-tiles), None if there is none.

        ``path``: ``checkpoint``, ``tile/<L>/<N>[.p/<W>]`` or ``tile/entries/<N>[.p/<W>]``.
        Nothing is shown that no signed checkpoint covers.
        """
        tile = Tile.parse(path)
        if tile is None and path != CHECKPOINT:
            return None
        with self._database.reading() as session:
            newest = newest_checkpoint(session)
            if newest is None:
                return None
            if tile is None:
                return newest.note.encode("utf-8")
            return tile_content(session, tile) if tile.within(newest.size) else None

    def _need_start(self) -> None:
        if not self._started:
            raise NotStartedError("expected Notary.start() to have succeeded in this process")
