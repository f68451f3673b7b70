"""The notary: what the other rooms see of the log."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchoring.statement import After
from anchoring.tree import EMPTY_ROOT
from service.clock import Clock
from service.database import Database, Enqueue
from service.keyring import Keyring
from service.notary.anchor_proofs import AnchorProofs
from service.notary.anchors import LOST_BY_CHAIN, Anchorer, AnchorProgress
from service.notary.chain import AnchorChain
from service.notary.errors import ChainDownError, ChainRefusedError, NotStartedError
from service.notary.home import HomeKeeper, LogIdentity
from service.notary.intake import Intake
from service.notary.log_reader import newest_checkpoint, newest_final, tile_content
from service.notary.mirror import LogMirror
from service.notary.models import Leaf
from service.notary.recovery import Recovery
from service.notary.sequencer import Sequencer
from service.notary.status import AnchoredCheckpoint, LeafDesk, LeafStatus
from service.notary.tiles import CHECKPOINT, Tile

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class AnchorRequestView:
    """A caller's hash in the log: what opens its entry, where it stands, its proof once final.

    Hashes and salt have 32 bytes. ``proof`` is a C2SP tlog-proof; ``anchor`` holds the members of
    ``anchors/<chainId>.json``.
    """

    id: str
    sha256: bytes
    salt: bytes
    entry: bytes
    leaf_hash: bytes
    accepted_at: datetime
    status: LeafStatus
    proof: str | None
    anchor: dict[str, Any] | None


class Notary:
    """Writes one log and has its checkpoints anchored; any thread may call it.

    Every method may be repeated at any moment, also by several processes on one database: one
    of them at a time places leaves, and one at a time submits. Only ``accept`` and
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
        chain: AnchorChain,
        mirrors: Sequence[LogMirror],
        mirror_quorum: int,
        enqueue: Enqueue,
    ) -> None:
        self._database = database
        key = keyring.secret("log-checkpoint", _new_log_key)
        self._sequencer = Sequencer(
            database=database,
            clock=clock,
            origin=origin,
            key=Ed25519PrivateKey.from_private_bytes(key),
            mirrors=mirrors,
            mirror_quorum=mirror_quorum,
        )
        self._home = HomeKeeper(
            database=database, chain=chain, origin=origin, vkey=self._sequencer.vkey
        )
        proofs = AnchorProofs(database=database, chain=chain, home=self._home)
        self._anchorer = Anchorer(
            database=database,
            chain=chain,
            home=self._home,
            sequencer=self._sequencer,
            proofs=proofs,
        )
        self._recovery = Recovery(database=database, sequencer=self._sequencer, clock=clock)
        self._intake = Intake(database=database, clock=clock, enqueue=enqueue)
        self._leaves = LeafDesk(database=database, proofs=proofs, home=self._home)
        self._started = False

    @property
    def identity(self) -> LogIdentity:
        """Which log this is; known while the chain is down, but for a foreign chain's first use."""
        return self._home.identity()

    def start(self) -> None:
        """Compare database, mirrors and chain (protocol rule 16), and finish what was half done.

        Refills the database from a mirror where it is behind a signed checkpoint. A chain that is
        down is met by the first anchoring step instead, unless this is the log's first start.
        Raises LogForkRefused, OtherHomeError, MirrorQuorumError; nothing is written then.
        """
        self._home.check_settings()
        with self._sequencer.writer.held():
            self._recovery.catch_up()
            # Before anything is signed: the chain may know of more than all our copies.
            try:
                self._anchorer.meet()
            except (ChainDownError, ChainRefusedError) as error:
                if not self._home.is_kept():
                    raise
                _log.warning("chain-not-met", reason=str(error))
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

    def submit_anchor(self) -> str | None:
        """Send the anchor whose turn it is and return its transaction (0x…), if it is known.

        None if there is nothing to anchor. Replays what the chain has lost, one anchor after the
        other. Raises ChainDownError, ChainRefusedError, LogForkRefused, NotStartedError.
        """
        self._need_start()
        return self._anchorer.submit()

    def confirm_anchors(self) -> AnchorProgress:
        """Look how far the anchor in flight is, and say what is left. Raises ChainDownError."""
        self._need_start()
        return self._anchorer.confirm()

    def anchor_pending(self) -> Literal["idle", "pending", "waiting", "unreachable"]:
        """Take anchoring one step on: submit, then confirm.

        ``idle``: nothing is left to do. ``pending``: call again at once. ``waiting``: the chain
        must include or finalise first. ``unreachable``: no answer, or a refusal that may pass
        (kept as the leaves' ``reason``); call again later. Raises LogForkRefused, NotStartedError.
        """
        try:
            self.submit_anchor()
            progress = self.confirm_anchors()
        except ChainDownError as error:
            _log.warning("chain-unreachable", reason=str(error))
            return "unreachable"
        except ChainRefusedError as error:
            _log.warning("anchor-refused", reason=error.reason, permanent=error.permanent)
            # What can never succeed is not repeated: the next checkpoint, or a restart, is.
            return "pending" if error.permanent else "unreachable"
        if progress.state == "idle":
            return "idle"
        if progress.state == "queued":
            return "pending" if progress.reason == LOST_BY_CHAIN else "unreachable"
        return "pending" if progress.state == "pending" else "waiting"

    def last_anchored(self) -> After:
        """Return the newest checkpoint whose anchor is final, (0, root of nothing) before any."""
        with self._database.reading() as session:
            newest = newest_final(session, self.identity.chain_id)
        return After(0, EMPTY_ROOT) if newest is None else After(newest.size, newest.root)

    def leaf_status(self, leaf_hash: bytes) -> LeafStatus:
        """Return where a leaf stands; raises LeafNotFoundError."""
        return self._leaves.statuses([leaf_hash])[leaf_hash]

    def leaf_statuses(self, leaf_hashes: Iterable[bytes]) -> dict[bytes, LeafStatus]:
        """Return where each of many leaves stands, as of one moment; raises LeafNotFoundError."""
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
            proof=proof,
            anchor=anchor,
        )

    def proof(self, leaf_hash: bytes) -> str:
        """Return the tlog-proof of a leaf against the smallest final anchor that covers it.

        Raises LeafNotFoundError, NotAnchoredYetError.
        """
        return self._leaves.proof(leaf_hash)

    def covering_anchor(self, leaf_hashes: Sequence[bytes]) -> AnchoredCheckpoint:
        """Return the smallest final anchored checkpoint that covers all of ``leaf_hashes``.

        Its record also proves the status of the document among them, if there is exactly one.
        Raises LeafNotFoundError, NotAnchoredYetError, and ChainDownError where proof material was
        not kept and the chain cannot be asked.
        """
        return self._leaves.covering_anchor(leaf_hashes)

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


def _new_log_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes_raw()
