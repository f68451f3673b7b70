"""The web application: the portal for people, the API for integrators, over one set of rooms."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

from service.api import (
    build_anchors_router,
    build_custody_router,
    build_pki_router,
    build_public_router,
    build_status_router,
    on_http_error,
    on_service_error,
    on_validation_error,
)
from service.errors import ServiceError
from service.identity import Confirmed, LinkView, SessionView
from service.portal import PortalContext, install_portal
from service.portal_account import PortalAccount
from service.rooms import Rooms
from service.upload_check import verify_upload

_CHAIN_LOOK_S = 1.0
_COUNTS_MAY_BE_OLD_S = 10.0

log = structlog.get_logger(__name__)


class PortalIdentity:
    """The identity room as the portal uses it: one transaction a call."""

    def __init__(self, rooms: Rooms) -> None:
        self._database = rooms.database
        self._room = rooms.identity

    def request_code(
        self,
        *,
        purpose: str,
        subject: str,
        email: str,
        lang: str,
        remote: str,
        title: str | None = None,
    ) -> str:
        with self._database.transaction() as session:
            return self._room.codes.request_code(
                session,
                purpose=purpose,
                subject=subject,
                email=email,
                lang=lang,
                remote=remote,
                title=title,
            )

    def confirm_code(
        self, *, challenge_id: str, code: str, purpose: str, subject: str
    ) -> Confirmed:
        return self._room.codes.confirm_code(challenge_id, code, purpose=purpose, subject=subject)

    def create_session(self, *, email: str, confirmed_at: datetime, lang: str) -> str:
        with self._database.transaction() as session:
            return self._room.sessions.create(
                session, email=email, confirmed_at=confirmed_at, lang=lang
            )

    def session(self, token: str) -> SessionView | None:
        return self._room.sessions.lookup(token)

    def confirm_again(self, session_id: str, *, confirmed: Confirmed) -> None:
        with self._database.transaction() as session:
            self._room.sessions.confirm_again(session, session_id, confirmed=confirmed)

    def revoke(self, session_id: str) -> None:
        with self._database.transaction() as session:
            self._room.sessions.revoke(session, session_id)

    def peek_link(self, token: str) -> LinkView:
        return self._room.links.peek_link(token)

    def consume_link(self, token: str) -> LinkView:
        with self._database.transaction() as session:
            return self._room.links.consume_link(session, token)


def build_app(rooms: Rooms) -> FastAPI:
    """Return the application over rooms that are started."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        watch = asyncio.create_task(_watch_chain(rooms))
        yield
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch

    app = FastAPI(
        title="Acta",
        summary="Anchors hashes in a public log whose checkpoints are recorded on an EVM chain.",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
    )
    # Otherwise a page of another site could have its own name point here, and read the answers.
    own_host = urlsplit(rooms.settings.base_url).hostname or "localhost"
    app.add_middleware(
        TrustedHostMiddleware, allowed_hosts=list({own_host, "localhost", "127.0.0.1"})
    )
    app.add_exception_handler(ServiceError, on_service_error)
    app.add_exception_handler(RequestValidationError, on_validation_error)
    app.add_exception_handler(HTTPException, on_http_error)
    app.include_router(
        build_anchors_router(
            database=rooms.database, notary=rooms.notary, doorkeeper=rooms.identity.api_keys
        )
    )
    app.include_router(
        build_public_router(
            notary=rooms.notary,
            trust_file=rooms.trust.current,
            trust_statement=rooms.trust.statement,
            timestamp=rooms.keys.timestamp_response,
        )
    )
    app.include_router(build_custody_router(report=rooms.reports.report, notary=rooms.notary))
    app.include_router(
        build_pki_router(
            answer=rooms.keys.responder.respond,
            revoked_by=rooms.keys.revoked_by,
            certificate_of=rooms.keys.certificate_of,
        )
    )
    custody_health = partial(rooms.custody.health, max_age_s=_COUNTS_MAY_BE_OLD_S)
    app.include_router(build_status_router(notary=rooms.notary, custody_health=custody_health))
    install_portal(
        app,
        PortalContext(
            agreements=rooms.agreements,
            custody=rooms.agreements,
            keeping=rooms.agreements,
            identity=PortalIdentity(rooms),
            account=PortalAccount(rooms),
            mailbox=rooms.mailbox,
            log_status=rooms.notary.log_status,
            custody_health=custody_health,
            verify_upload=partial(verify_upload, trust=rooms.trust.path),
            settings=rooms.settings,
            clock=rooms.clock,
            bureau=rooms.identity.bureau,
        ),
    )
    return app


async def _watch_chain(rooms: Rooms) -> None:
    while True:
        await asyncio.sleep(_CHAIN_LOOK_S)
        try:
            await asyncio.to_thread(rooms.revive_chain)
        except Exception as error:  # noqa: BLE001  the watch must outlive any one failure
            log.warning("chain-not-revived", error=type(error).__name__)
