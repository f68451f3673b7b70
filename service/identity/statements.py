"""Statements about people and companies outside any agreement, salted and handed to the log."""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import LargeBinary, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from anchoring.disclosure import disclose
from anchoring.hashing import ZERO32, attestation_hash, leaf_hash, sha256, statement_entry
from anchoring.statement import Actor, After, build_statement
from service.clock import rfc3339
from service.database import Base, UtcDateTime
from service.keyring import Keyring

# (claim, value) → the digest in hex that stands for the value in a statement's ``sd``.
Disclose = Callable[[str, str], str]

PLATFORM = Actor(party=0, role="platform")
_PURPOSE = "identity/disclosures"


class LogNames(Protocol):
    """Which log it is (``service.notary.LogIdentity``)."""

    @property
    def origin(self) -> str:
        """Its public name."""
        ...

    @property
    def log_id(self) -> bytes:
        """Its id in AnchorLog, 32 bytes."""
        ...


class LogWriter(Protocol):
    """What statements need of the log (``service.notary.Notary``)."""

    @property
    def identity(self) -> LogNames:
        """Which log this is."""
        ...

    def last_anchored(self) -> After:
        """The newest checkpoint whose anchor is final."""
        ...

    def accept(self, session: Session, entry: bytes, *, kind: str, subject: bytes) -> bytes:
        """Take an entry into the log, in the caller's transaction."""
        ...


class IdentityStatement(Base):
    """One statement; ``about`` is the person, company or review that it speaks of.

    ``disclosures_sealed`` holds the salted values, and is emptied when they are erased: nobody can
    then tell what the digests stood for.
    """

    __tablename__ = "identity_statement"

    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    about: Mapped[str] = mapped_column(String(40), index=True)
    type: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    salt: Mapped[bytes] = mapped_column(LargeBinary(32))
    attestation: Mapped[bytes | None] = mapped_column(LargeBinary)
    method: Mapped[str | None] = mapped_column(String(32))
    disclosures_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


@dataclass(frozen=True, kw_only=True)
class KeptStatement:
    """A statement and all that opens its leaf; ``disclosures`` are as SPEC.md §4 has them."""

    leaf_hash: bytes
    type: str
    at: datetime
    raw: bytes
    salt: bytes
    attestation: bytes | None
    disclosures: tuple[bytes, ...]


class IdentityStatements:
    """Records statements whose personal values are salted digests (protocol, rule 7)."""

    def __init__(self, *, log: LogWriter, keyring: Keyring) -> None:
        self._log = log
        self._keyring = keyring

    def record(
        self,
        session: Session,
        *,
        type_: str,
        about: str,
        body: Callable[[Disclose], Mapping[str, Any]],
        at: datetime,
        method: str | None = None,
        attest: Callable[[bytes], bytes] | None = None,
    ) -> bytes:
        """Write a statement and its leaf; return the leaf hash, 32 bytes.

        ``body`` is given the function that turns a value into a salted digest. ``attest`` returns
        the attestation of the statement whose hash it is given, made by ``method``.
        """
        kept: list[bytes] = []

        def salted(claim: str, value: str) -> str:
            disclosure = disclose(claim, value, secrets.token_bytes(16))
            kept.append(disclosure.raw)
            return disclosure.digest.hex()

        identity = self._log.identity
        raw = build_statement(
            type=type_,
            origin=identity.origin,
            log_id=identity.log_id,
            agreement=ZERO32,
            nonce=secrets.token_bytes(16),
            at=rfc3339(at),
            after=self._log.last_anchored(),
            actor=PLATFORM,
            body=body(salted),
        )
        attestation = None if attest is None else attest(sha256(raw))
        attested = ZERO32
        if attestation is not None:
            if method is None:
                raise ValueError("expected a method for what attests the statement")
            attested = attestation_hash(method=method, attestation_sha256=sha256(attestation))
        salt = secrets.token_bytes(32)
        entry = statement_entry(
            salt=salt,
            subject=ZERO32,
            statement_sha256=sha256(raw),
            attestation_hash=attested,
        )
        session.add(
            IdentityStatement(
                leaf_hash=leaf_hash(entry),
                about=about,
                type=type_,
                at=at,
                raw=raw,
                salt=salt,
                attestation=attestation,
                method=method,
                disclosures_sealed=self._seal(kept),
            )
        )
        session.flush()
        return self._log.accept(session, entry, kind="statement", subject=ZERO32)

    def of(self, session: Session, about: str) -> list[KeptStatement]:
        """Return every statement about somebody, oldest first."""
        rows = session.scalars(
            select(IdentityStatement)
            .where(IdentityStatement.about == about)
            .order_by(IdentityStatement.at, IdentityStatement.leaf_hash)
        )
        return [
            KeptStatement(
                leaf_hash=row.leaf_hash,
                type=row.type,
                at=row.at,
                raw=row.raw,
                salt=row.salt,
                attestation=row.attestation,
                disclosures=self._open(row.disclosures_sealed),
            )
            for row in rows
        ]

    def erase(self, session: Session, about: str) -> None:
        """Destroy the salted values of every statement about somebody; the statements stay."""
        session.execute(
            update(IdentityStatement)
            .where(IdentityStatement.about == about)
            .values(disclosures_sealed=None)
        )

    def _seal(self, disclosures: Sequence[bytes]) -> bytes:
        texts = json.dumps([one.decode() for one in disclosures])
        return self._keyring.encrypt(texts.encode(), purpose=_PURPOSE)

    def _open(self, sealed: bytes | None) -> tuple[bytes, ...]:
        if sealed is None:
            return ()
        texts = json.loads(self._keyring.decrypt(sealed, purpose=_PURPOSE))
        return tuple(text.encode() for text in texts)
