"""``/v1/anchors``: integrators anchor bare hashes through the same log."""

from datetime import datetime
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Header, Request
from pydantic import BaseModel, ConfigDict, Field

from service.clock import rfc3339
from service.database import Database
from service.errors import ServiceError
from service.identity import ApiKeyView
from service.notary import AnchorRequestView, ChainLeafStatus, Notary


class ApiKeyNeededError(ServiceError):
    """The request carries no valid API key."""

    code = "api/key-needed"
    http_hint = 401


class Doorkeeper(Protocol):
    """Who may call (``service.identity``)."""

    def check_api_key(self, text: str) -> ApiKeyView | None:
        """Return whose key this is, or None."""
        ...


class AnchorBody(BaseModel):
    """What ``POST /v1/anchors`` takes."""

    model_config = ConfigDict(extra="forbid", strict=True)

    sha256: Annotated[
        str,
        Field(
            pattern=r"^[0-9a-f]{64}$",
            description="the SHA-256 of your document, 64 lowercase hexadecimal digits",
        ),
    ]


class ChainAnswer(BaseModel):
    """Where the leaf stands on one chain; only the home's status makes it final.

    ``size`` is that of the smallest checkpoint on its way there that covers the leaf.
    """

    chain: str
    chain_id: int | None
    home: bool
    status: str
    reason: str | None
    size: int | None
    transaction: str | None
    block: int | None
    block_time: str | None


class AnchorAnswer(BaseModel):
    """One anchor request: its place on the status ladder and, once final, its proof.

    ``status`` and all that follows from it are those at the log's home; ``chains`` tells of every
    chain, the home first.

    ``entry`` is SHA-256 over the tag ``acta/entry/external/v1``, ``salt`` and ``sha256``;
    ``leaf`` is the log's leaf hash of it (anchoring/SPEC.md). ``proof`` is a C2SP tlog-proof.
    """

    id: str
    sha256: str
    salt: str
    entry: str
    leaf: str
    status: str
    reason: str | None
    accepted_at: str
    index: int | None
    transaction: str | None
    block: int | None
    block_time: str | None
    proof: str | None
    anchor: dict[str, object] | None
    chains: list[ChainAnswer]


def build_anchors_router(
    *, database: Database, notary: Notary, doorkeeper: Doorkeeper
) -> APIRouter:
    """Return the routes of the anchoring API."""
    router = APIRouter(prefix="/v1/anchors", tags=["anchors"])

    def caller(authorization: Annotated[str | None, Header()] = None) -> ApiKeyView:
        scheme, _, text = (authorization or "").partition(" ")
        view = doorkeeper.check_api_key(text.strip()) if scheme.lower() == "bearer" else None
        if view is None:
            raise ApiKeyNeededError(
                "expected a valid API key in the header `Authorization: Bearer acta_…`; "
                "`acta api-key new` makes one"
            )
        return view

    Caller = Annotated[ApiKeyView, Depends(caller)]  # noqa: N806  a type, local to the routes

    @router.post("", status_code=202)
    def anchor_hash(
        body: AnchorBody,
        key: Caller,
        request: Request,
        idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
    ) -> AnchorAnswer:
        """Take a SHA-256 into the log; with an ``Idempotency-Key``, safe to repeat."""
        with database.transaction() as session:
            request_id = notary.accept_external(
                session,
                sha256=bytes.fromhex(body.sha256),
                owner=key.id,
                idempotency_key=idempotency_key,
            )
        return _answer(notary.anchor_request(request_id, key.id))

    @router.get("/{anchor_id}")
    def read_anchor(anchor_id: str, key: Caller) -> AnchorAnswer:
        """Return the status of an anchor request of the same key, and its proof once final."""
        return _answer(notary.anchor_request(anchor_id, key.id))

    return router


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else rfc3339(moment)


def _answer(view: AnchorRequestView) -> AnchorAnswer:
    return AnchorAnswer(
        id=view.id,
        sha256=view.sha256.hex(),
        salt=view.salt.hex(),
        entry=view.entry.hex(),
        leaf=view.leaf_hash.hex(),
        status=view.status.status,
        reason=view.status.reason,
        accepted_at=rfc3339(view.accepted_at),
        index=view.status.index,
        transaction=view.status.transaction,
        block=view.status.block,
        block_time=_time(view.status.block_time),
        proof=view.proof,
        anchor=view.anchor,
        chains=[_chain_answer(one) for one in view.chains],
    )


def _chain_answer(view: ChainLeafStatus) -> ChainAnswer:
    return ChainAnswer(
        chain=view.chain,
        chain_id=view.chain_id,
        home=view.is_home,
        status=view.status.status,
        reason=view.status.reason,
        size=view.status.size,
        transaction=view.status.transaction,
        block=view.status.block,
        block_time=_time(view.status.block_time),
    )
