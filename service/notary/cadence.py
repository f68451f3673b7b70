"""When a chain's next anchor is due: the first waiting leaf waits so long, or so many wait."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.notary.log_reader import newest_checkpoint
from service.notary.models import Anchor, AnchorState, Leaf

IN_FLIGHT = (AnchorState.QUEUED, AnchorState.BROADCAST, AnchorState.INCLUDED)


@dataclass(frozen=True, kw_only=True)
class Cadence:
    """The next anchor starts ``every_s`` after its first leaf was accepted, or at so many leaves.

    ``every_s`` in seconds; whichever comes first of the two counts.
    """

    every_s: float = 0.0
    every_leaves: int = 1

    def __post_init__(self) -> None:
        if self.every_s < 0 or self.every_leaves < 1:
            raise ValueError(
                f"expected 0 seconds or more and 1 leaf or more, got {self.every_s} s and "
                f"{self.every_leaves} leaves"
            )


@dataclass(frozen=True, kw_only=True)
class Due:
    """An anchor to come on one chain: from which leaf, over how many, and in how many seconds.

    ``first`` is the index of the first leaf without an anchor there, ``size`` the signed size
    that an anchor would cover now. ``wait_s`` is 0 once it should start.
    """

    chain: str
    first: int
    size: int
    wait_s: float

    @property
    def ticket(self) -> str:
        """Name the run that anchors it, so that the same need is one run.

        While there is time, a few runs at most: one each time the wait has halved, so that a run
        which a fast clock starts too early has a successor. Once it is due, one for each size.
        """
        if self.wait_s == 0:
            return f"{self.chain}/{self.first}/{self.size}"
        return f"{self.chain}/{self.first}/in-{int(1000 * self.wait_s).bit_length()}"


def due_on(
    session: Session, chain: str, chain_id: int | None, cadence: Cadence, now: datetime
) -> Due | None:
    """Return what is to be anchored on a chain, None if every signed leaf has an anchor there.

    An anchor that is on its way counts; one that was refused for good does not.
    """
    covered = newest_size(session, chain_id, *IN_FLIGHT, AnchorState.FINAL)
    newest = newest_checkpoint(session)
    if newest is None or newest.size <= covered:
        return None
    since = session.scalar(select(Leaf.accepted_at).where(Leaf.log_index == covered))
    left = 0.0 if since is None else cadence.every_s - (now - since).total_seconds()
    if newest.size - covered >= cadence.every_leaves:
        left = 0.0
    return Due(chain=chain, first=covered, size=newest.size, wait_s=max(0.0, left))


def newest_size(session: Session, chain_id: int | None, *states: AnchorState) -> int:
    """Return the size of a chain's newest anchor in one of these states, 0 if it has none."""
    if chain_id is None:
        return 0
    size = session.scalar(
        select(func.max(Anchor.size)).where(
            Anchor.chain_id == chain_id, Anchor.state.in_([str(state) for state in states])
        )
    )
    return size or 0


def first_waiting(session: Session, covered: int) -> datetime | None:
    """Return when the first leaf from index ``covered`` on was accepted, placed or not."""
    placed = session.scalar(select(Leaf.accepted_at).where(Leaf.log_index == covered))
    if placed is not None:
        return placed
    return session.scalar(
        select(Leaf.accepted_at).where(Leaf.log_index.is_(None)).order_by(Leaf.sequence).limit(1)
    )
