"""Where a leaf stands, and its proof against an anchored checkpoint."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal

import structlog
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from anchoring.hashing import ZERO32
from anchoring.tlog_proof import TlogProof
from service.database import Database
from service.notary.anchor_desk import AnchorDesk, ChainPost
from service.notary.anchor_proofs import DOCUMENT
from service.notary.cadence import newest_size
from service.notary.errors import ChainDownError, LeafNotFoundError, NotAnchoredYetError
from service.notary.log_reader import newest_checkpoint
from service.notary.models import Anchor, AnchorState, Leaf, SignedCheckpoint
from service.notary.node_store import read_consistency_path, read_inclusion_path

_log = structlog.get_logger(__name__)

Status = Literal["accepted", "logged", "broadcast", "included", "final", "failed"]


@dataclass(frozen=True, kw_only=True)
class LeafStatus:
    """One place on the ladder accepted → logged → broadcast → included → final, or failed.

    ``index`` and ``size`` (of the smallest checkpoint on its way that covers the leaf) from
    ``logged`` on; ``transaction`` (0x…) from ``broadcast`` on where it is known; ``block`` and
    ``block_time`` from ``included`` on. ``reason``: why it failed, or what it waits for.
    """

    status: Status
    index: int | None = None
    size: int | None = None
    transaction: str | None = None
    block: int | None = None
    block_time: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class ChainLeafStatus:
    """Where a leaf stands on one chain; ``chain_id`` is None while that was never met.

    Only the home's counts: the others prove, once final, that the leaf was there by their block.
    """

    chain: str
    chain_id: int | None
    is_home: bool
    status: LeafStatus


@dataclass(frozen=True, kw_only=True)
class AnchoredCheckpoint:
    """A checkpoint whose anchor is final at the log's home.

    ``root`` has 32 bytes, ``note`` is the signed text, ``record`` the members of
    ``anchors/<chainId>.json`` for the home, ``further`` those of the anchors on other chains that
    cover the same leaves. ``proof_for`` gives the tlog-proof of a leaf that it covers.
    """

    size: int
    root: bytes
    note: str
    record: dict[str, Any]
    further: tuple[dict[str, Any], ...]
    proof_for: Callable[[bytes], str]


class LeafDesk:
    """Answers about leaves from the database; asks the chain only for proofs not kept yet."""

    def __init__(self, *, database: Database, desk: AnchorDesk) -> None:
        self._database = database
        self._desk = desk

    def statuses(self, leaf_hashes: Iterable[bytes]) -> dict[bytes, LeafStatus]:
        """Return each leaf's status at the home; raises LeafNotFoundError for an unknown one."""
        wanted = list(leaf_hashes)
        home = self._desk.home.keeper.known_chain_id()
        with self._database.reading() as session:
            placed = {leaf.leaf_hash: leaf.log_index for leaf in _leaves(session, wanted)}
            signed = _signed_size(session)
            return {leaf: _status(session, home, placed[leaf], signed) for leaf in wanted}

    def chain_statuses(self, leaf_hash: bytes) -> tuple[ChainLeafStatus, ...]:
        """Return where a leaf stands on every chain, the home first; raises LeafNotFoundError."""
        with self._database.reading() as session:
            (leaf,) = _leaves(session, [leaf_hash])
            signed = _signed_size(session)
            found = []
            for post in self._desk.posts:
                chain_id = post.keeper.known_chain_id()
                found.append(
                    ChainLeafStatus(
                        chain=post.name,
                        chain_id=chain_id,
                        is_home=post is self._desk.home,
                        status=_status(session, chain_id, leaf.log_index, signed),
                    )
                )
        return tuple(found)

    def proof(self, leaf_hash: bytes) -> str:
        """Return the tlog-proof against the smallest final anchored checkpoint that covers it."""
        asked = {"leaf": leaf_hash, "chain": self._desk.home.keeper.known_chain_id()}
        with self._database.reading() as session:
            found = session.execute(_covered(), asked).one_or_none()
            if found is None:
                raise _never_given(leaf_hash)
            if found.size is None:
                raise _not_covered()
            path = read_inclusion_path(session, found.log_index, found.size)
        return TlogProof(index=found.log_index, path=path, checkpoint=found.note).to_text()

    def covering_anchor(
        self, leaf_hashes: Sequence[bytes], *, after: Sequence[bytes] = ()
    ) -> AnchoredCheckpoint:
        """Return the smallest final anchored checkpoint that covers all of ``leaf_hashes``.

        Its record also proves the status of the document among them, if there is exactly one.
        ``after``: earlier roots whose anchors it proves too, while the home can be asked.
        Beside it go the smallest such anchors on other chains, whose proofs can be had now.
        Raises LeafNotFoundError, NotAnchoredYetError, and ChainDownError where the home's proof
        material was not kept and the chain cannot be asked.
        """
        if not leaf_hashes:
            raise LeafNotFoundError("expected at least one leaf hash, got none")
        home = self._desk.home
        with self._database.reading() as session:
            leaves = _leaves(session, leaf_hashes)
            anchor = self._covering(session, leaves)
            above = max(leaf.log_index or 0 for leaf in leaves)
            beside = []
            for post in self._desk.further:
                made = _first_covering(session, post, above)
                if made is not None:
                    path = read_consistency_path(session, *sorted((anchor.size, made.size)))
                    beside.append((post, made, [node.hex() for node in path]))
            note = session.get_one(SignedCheckpoint, anchor.size).note
        documents = [leaf.leaf_hash for leaf in leaves if leaf.kind == DOCUMENT]
        subject = documents[0] if len(documents) == 1 else ZERO32

        def proof_for(leaf_hash: bytes) -> str:
            with self._database.reading() as session:
                (leaf,) = _leaves(session, [leaf_hash])
                return _proof(session, leaf, anchor.size)

        return AnchoredCheckpoint(
            size=anchor.size,
            root=anchor.root,
            note=note,
            record=home.proofs.record(anchor, subject, others=after),
            further=tuple(
                {**record, "consistency": path}
                for record, path in (
                    (_record_or_none(post, made), path) for post, made, path in beside
                )
                if record is not None
            ),
            proof_for=proof_for,
        )

    def further_anchors(self, leaf_hashes: Iterable[bytes]) -> dict[bytes, int]:
        """Return by how many chains beside the home each leaf is finally anchored."""
        wanted = list(leaf_hashes)
        with self._database.reading() as session:
            placed = {leaf.leaf_hash: leaf.log_index for leaf in _leaves(session, wanted)}
            sizes = [
                newest_size(session, post.keeper.known_chain_id(), AnchorState.FINAL)
                for post in self._desk.further
            ]
        return {
            leaf: 0 if index is None else sum(size > index for size in sizes)
            for leaf, index in placed.items()
        }

    def _covering(self, session: Session, leaves: Sequence[Leaf]) -> Anchor:
        """Return the smallest final anchor at the home that covers all of ``leaves``."""
        indices = [leaf.log_index for leaf in leaves if leaf.log_index is not None]
        if len(indices) == len(leaves):
            anchor = _first_covering(session, self._desk.home, max(indices))
            if anchor is not None:
                return anchor
        raise _not_covered()


@cache
def _covered() -> Select[int | None, int | None, str | None]:
    """Return the query for a leaf's index and the smallest checkpoint that covers it, final.

    One query, made once: several, made anew each time, take longer than all else in a proof.
    """
    covering = (
        select(Anchor.size)
        .where(
            Anchor.chain_id == bindparam("chain"),
            Anchor.state == AnchorState.FINAL,
            Anchor.size > Leaf.log_index,
        )
        .order_by(Anchor.size)
        .limit(1)
        .correlate(Leaf)
        .scalar_subquery()
    )
    return (
        select(Leaf.log_index, SignedCheckpoint.size, SignedCheckpoint.note)
        .outerjoin(SignedCheckpoint, SignedCheckpoint.size == covering)
        .where(Leaf.leaf_hash == bindparam("leaf"))
    )


def _never_given(leaf_hash: bytes) -> LeafNotFoundError:
    return LeafNotFoundError(f"the log was never given leaf {leaf_hash.hex()}")


def _not_covered() -> NotAnchoredYetError:
    return NotAnchoredYetError("expected a final anchor that covers the leaf; wait for it")


def _first_covering(session: Session, post: ChainPost, index: int) -> Anchor | None:
    """Return a chain's smallest final anchor that covers the leaf of this index."""
    return session.scalar(
        select(Anchor)
        .where(
            Anchor.chain_id == post.keeper.known_chain_id(),
            Anchor.state == AnchorState.FINAL,
            Anchor.size > index,
        )
        .order_by(Anchor.size)
        .limit(1)
    )


def _record_or_none(post: ChainPost, anchor: Anchor) -> dict[str, Any] | None:
    """Return a further chain's record; None while it needs the chain, which is down."""
    try:
        return post.proofs.record(anchor, ZERO32)
    except ChainDownError as error:
        _log.warning("record-left-out", chain=post.name, reason=str(error))
        return None


def _signed_size(session: Session) -> int:
    newest = newest_checkpoint(session)
    return 0 if newest is None else newest.size


def _status(session: Session, chain_id: int | None, index: int | None, signed: int) -> LeafStatus:
    if index is None or index >= signed:
        return LeafStatus(status="accepted")
    on_way = (
        select(Anchor).where(Anchor.chain_id == chain_id, Anchor.size > index).order_by(Anchor.size)
    )
    final = session.scalar(on_way.where(Anchor.state == AnchorState.FINAL).limit(1))
    if final is not None:
        return _anchored_status(final, "final", index)
    first: dict[str, Anchor] = {}
    for row in session.scalars(on_way):
        first.setdefault(row.state, row)
    if AnchorState.INCLUDED in first:
        return _anchored_status(first[AnchorState.INCLUDED], "included", index)
    if AnchorState.BROADCAST in first:
        return _anchored_status(first[AnchorState.BROADCAST], "broadcast", index)
    queued, failed = first.get(AnchorState.QUEUED), first.get(AnchorState.FAILED)
    if queued is None and failed is not None:
        return LeafStatus(status="failed", index=index, size=failed.size, reason=failed.reason)
    return LeafStatus(
        status="logged",
        index=index,
        size=signed if queued is None else queued.size,
        reason=None if queued is None else queued.reason,
    )


def _anchored_status(anchor: Anchor, status: Status, index: int) -> LeafStatus:
    return LeafStatus(
        status=status,
        index=index,
        size=anchor.size,
        transaction=anchor.transaction,
        block=anchor.block_number,
        block_time=None
        if anchor.block_time is None
        else datetime.fromtimestamp(anchor.block_time, UTC),
        reason=anchor.reason,
    )


def _leaves(session: Session, leaf_hashes: Sequence[bytes]) -> list[Leaf]:
    """Return the rows in the order asked for; raises LeafNotFoundError."""
    rows: dict[bytes, Leaf] = {}
    for start in range(0, len(leaf_hashes), 500):
        part = leaf_hashes[start : start + 500]
        for leaf in session.scalars(select(Leaf).where(Leaf.leaf_hash.in_(part))):
            rows[leaf.leaf_hash] = leaf
    for leaf_hash in leaf_hashes:
        if leaf_hash not in rows:
            raise _never_given(leaf_hash)
    return [rows[leaf_hash] for leaf_hash in leaf_hashes]


def _proof(session: Session, leaf: Leaf, size: int) -> str:
    if leaf.log_index is None or leaf.log_index >= size:
        raise NotAnchoredYetError(f"the checkpoint of {size} leaves does not cover this one")
    return TlogProof(
        index=leaf.log_index,
        path=read_inclusion_path(session, leaf.log_index, size),
        checkpoint=session.get_one(SignedCheckpoint, size).note,
    ).to_text()
