"""``/v1/status``: how the log stands on its chains and the copies in their stores."""

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel

from service.clock import rfc3339
from service.custody import CustodyHealth
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


class StoreStatusAnswer(BaseModel):
    """One store of encrypted copies.

    ``kind``: disk, s3, s3-lock, azure, gcs, kubo or pinning. ``resting_since``: it failed, for
    ``reason``, and is left alone. ``lacking`` counts the objects to be placed or repaired there.
    ``verified_since``: every good copy was read whole and compared then or later.
    """

    name: str
    kind: str
    resting_since: str | None
    reason: str | None
    latency_ms: int | None
    kept: int
    lacking: int
    verified_since: str | None


class CustodyStatusAnswer(BaseModel):
    """The copies: an object counts as kept with ``quorum`` good ones; ``too_few`` have fewer."""

    quorum: int
    objects: int
    too_few: int
    stores: list[StoreStatusAnswer]


class StatusAnswer(BaseModel):
    """The log, its chains with the home first, and the copies; ``size`` counts signed leaves."""

    origin: str
    log_id: str
    size: int
    chains: list[ChainStatusAnswer]
    custody: CustodyStatusAnswer


def build_status_router(
    *, notary: Notary, custody_health: Callable[[], CustodyHealth]
) -> APIRouter:
    """Return the public route of the status of log and copies."""
    router = APIRouter(prefix="/v1/status", tags=["public"])

    @router.get("")
    def read_status(response: Response) -> StatusAnswer:
        """Return how far the log's anchors and the copies are, and what is wrong."""
        response.headers["Cache-Control"] = "no-cache"
        status = notary.log_status()
        return StatusAnswer(
            origin=status.origin,
            log_id=status.log_id.hex(),
            size=status.size,
            chains=[_chain(one) for one in status.chains],
            custody=_custody(custody_health()),
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


def _custody(health: CustodyHealth) -> CustodyStatusAnswer:
    return CustodyStatusAnswer(
        quorum=health.quorum,
        objects=health.objects,
        too_few=health.too_few,
        stores=[
            StoreStatusAnswer(
                name=store.name,
                kind=store.kind,
                resting_since=_time(store.resting_since),
                reason=store.reason or None,
                latency_ms=None if store.latency_s is None else round(store.latency_s * 1000),
                kept=store.kept,
                lacking=store.lacking,
                verified_since=_time(store.oldest_verified_at),
            )
            for store in health.stores
        ],
    )


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else rfc3339(moment)
