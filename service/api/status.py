"""``/v1/status``: how the log stands on its chains, for anybody."""

from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel

from service.clock import rfc3339
from service.notary import ChainStatus, Notary


class NewestAnchor(BaseModel):
    """The newest anchor on a chain: ``included``, or ``final`` by the chain's own rule."""

    state: str
    size: int
    block: int
    block_time: str
    transaction: str | None


class AlarmAnswer(BaseModel):
    """Something that whoever runs this service must look at.

    ``kind``: unreachable, low-balance, late, disagreeing or refused.
    """

    kind: str
    since: str
    reason: str | None


class ChainStatusAnswer(BaseModel):
    """One chain; ``waiting`` counts the accepted leaves without a final anchor there."""

    name: str
    chain_id: int | None
    contract: str
    home: bool
    newest: NewestAnchor | None
    waiting: int
    waiting_since: str | None
    silent_since: str | None
    alarms: list[AlarmAnswer]


class StatusAnswer(BaseModel):
    """The log, and its chains with the home first; ``size`` counts the leaves signed over."""

    origin: str
    log_id: str
    size: int
    chains: list[ChainStatusAnswer]


def build_status_router(*, notary: Notary) -> APIRouter:
    """Return the public route of the log's status."""
    router = APIRouter(prefix="/v1/status", tags=["public"])

    @router.get("")
    def read_status(response: Response) -> StatusAnswer:
        """Return how far the log's anchors are on each chain, and what is wrong."""
        response.headers["Cache-Control"] = "no-cache"
        status = notary.log_status()
        return StatusAnswer(
            origin=status.origin,
            log_id=status.log_id.hex(),
            size=status.size,
            chains=[_chain(one) for one in status.chains],
        )

    return router


def _chain(chain: ChainStatus) -> ChainStatusAnswer:
    newest = chain.newest
    return ChainStatusAnswer(
        name=chain.name,
        chain_id=chain.chain_id,
        contract=f"0x{chain.contract.hex()}",
        home=chain.is_home,
        newest=None
        if newest is None
        else NewestAnchor(
            state=newest.state,
            size=newest.size,
            block=newest.block,
            block_time=rfc3339(newest.time),
            transaction=newest.transaction,
        ),
        waiting=chain.waiting,
        waiting_since=_time(chain.waiting_since),
        silent_since=_time(chain.silent_since),
        alarms=[
            AlarmAnswer(kind=alarm.kind, since=rfc3339(alarm.since), reason=alarm.reason)
            for alarm in chain.alarms
        ],
    )


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else rfc3339(moment)
