"""How the log stands on its chains, as anybody may see it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.database import Database
from service.notary.alarms import AlarmView, alarms_on
from service.notary.anchor_desk import AnchorDesk, ChainPost
from service.notary.cadence import first_waiting, newest_size
from service.notary.log_reader import newest_checkpoint, placed_size
from service.notary.models import Anchor, AnchorState, KnownChain, Leaf

_SHOWN = (AnchorState.INCLUDED, AnchorState.FINAL)


@dataclass(frozen=True, kw_only=True)
class ShownAnchor:
    """The newest anchor on a chain; ``time`` is its block's."""

    state: Literal["included", "final"]
    size: int
    block: int
    time: datetime
    transaction: str | None


@dataclass(frozen=True, kw_only=True)
class ChainStatus:
    """One chain: its newest anchor, what waits for one, and its alarms, the oldest first.

    ``waiting``: accepted leaves without a final anchor here, the first accepted at
    ``waiting_since``. ``silent_since``: from when it gave no answer, None while it answers.
    """

    name: str
    chain_id: int | None
    contract: bytes
    is_home: bool
    newest: ShownAnchor | None
    waiting: int
    waiting_since: datetime | None
    silent_since: datetime | None
    alarms: tuple[AlarmView, ...]


@dataclass(frozen=True, kw_only=True)
class LogStatus:
    """The log and its chains, the home first; ``size`` counts the leaves that are signed over."""

    origin: str
    log_id: bytes
    size: int
    chains: tuple[ChainStatus, ...]


class StatusBoard:
    """Reads how everything stands from the database; asks no chain."""

    def __init__(self, *, database: Database, desk: AnchorDesk) -> None:
        self._database = database
        self._desk = desk

    def status(self, *, origin: str, log_id: bytes) -> LogStatus:
        """Return the status as of one moment."""
        with self._database.reading() as session:
            newest = newest_checkpoint(session)
            accepted = placed_size(session) + (
                session.scalar(
                    select(func.count()).select_from(Leaf).where(Leaf.log_index.is_(None))
                )
                or 0
            )
            alarms = alarms_on(session)
            return LogStatus(
                origin=origin,
                log_id=log_id,
                size=0 if newest is None else newest.size,
                chains=tuple(
                    self._chain(session, post, accepted, alarms) for post in self._desk.posts
                ),
            )

    def _chain(
        self, session: Session, post: ChainPost, accepted: int, alarms: list[AlarmView]
    ) -> ChainStatus:
        chain_id = post.keeper.known_chain_id()
        final = newest_size(session, chain_id, AnchorState.FINAL)
        known = session.get(KnownChain, post.name)
        waiting = max(0, accepted - final)
        return ChainStatus(
            name=post.name,
            chain_id=chain_id,
            contract=post.plan.chain.contract,
            is_home=post is self._desk.home,
            newest=_newest(session, chain_id),
            waiting=waiting,
            waiting_since=first_waiting(session, final) if waiting else None,
            silent_since=None if known is None else known.silent_since,
            alarms=tuple(alarm for alarm in alarms if alarm.chain == post.name),
        )


def _newest(session: Session, chain_id: int | None) -> ShownAnchor | None:
    row = session.scalar(
        select(Anchor)
        .where(Anchor.chain_id == chain_id, Anchor.state.in_([str(state) for state in _SHOWN]))
        .order_by(Anchor.size.desc())
        .limit(1)
    )
    if row is None or row.block_number is None or row.block_time is None:
        return None
    return ShownAnchor(
        state="final" if row.state == AnchorState.FINAL else "included",
        size=row.size,
        block=row.block_number,
        time=datetime.fromtimestamp(row.block_time, UTC),
        transaction=row.transaction,
    )
