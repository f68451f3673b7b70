"""Keys by which integrators' programs are let in."""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.clock import Clock
from service.database import Database
from service.errors import NotFoundError
from service.identity.models import ApiKey

ANCHORS: Final = "anchors"
_SCOPES = frozenset({ANCHORS})
# Letters and digits only: a double click selects all of it.
_KEY = re.compile(r"acta_([a-z2-7]{16})_([a-z2-7]{52})")
_NO_HASH = bytes(32)


@dataclass(frozen=True, kw_only=True)
class ApiKeyView:
    """An API key without its secret."""

    id: str
    name: str
    scopes: frozenset[str]
    created_at: datetime
    revoked_at: datetime | None


class ApiKeys:
    """Makes and checks keys of the form ``acta_<id>_<secret>``, the secret being 256 bits."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def new_api_key(
        self, session: Session, name: str, *, scopes: Sequence[str] = (ANCHORS,)
    ) -> str:
        """Return a new key, to be shown once: only its hash is kept."""
        if unknown := set(scopes) - _SCOPES:
            raise ValueError(f"expected scopes of {sorted(_SCOPES)}, got {sorted(unknown)}")
        if not 1 <= len(name.strip()) <= 80:
            raise ValueError(f"expected a name of 1 to 80 characters, got {len(name.strip())}")
        key_id = _base32(secrets.token_bytes(10))
        secret = _base32(secrets.token_bytes(32))
        session.add(
            ApiKey(
                id=key_id,
                name=name.strip(),
                secret_hash=_hash(secret),
                scopes=" ".join(sorted(scopes)),
                created_at=self._clock.now(),
            )
        )
        return f"acta_{key_id}_{secret}"

    def check_api_key(self, text: str) -> ApiKeyView | None:
        """Return whose key this is, None if it is not one or was revoked."""
        match = _KEY.fullmatch(text)
        if match is None:
            return None
        with self._database.reading() as session:
            row = session.get(ApiKey, match[1])
            kept = _NO_HASH if row is None else row.secret_hash
            same = hmac.compare_digest(_hash(match[2]), kept)
            if row is None or not same or row.revoked_at is not None:
                return None
            return _view(row)

    def list_api_keys(self) -> list[ApiKeyView]:
        """Return every key, revoked ones too, oldest first."""
        with self._database.reading() as session:
            rows = session.scalars(select(ApiKey).order_by(ApiKey.created_at, ApiKey.id))
            return [_view(row) for row in rows]

    def revoke(self, session: Session, key_id: str) -> None:
        """Make a key stop working; raises NotFoundError if there is none of this id."""
        row = session.get(ApiKey, key_id, with_for_update=True)
        if row is None:
            raise NotFoundError("no such API key; list them to see their ids")
        row.revoked_at = row.revoked_at or self._clock.now()


def _view(row: ApiKey) -> ApiKeyView:
    return ApiKeyView(
        id=row.id,
        name=row.name,
        scopes=frozenset(row.scopes.split()),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=").lower()


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
