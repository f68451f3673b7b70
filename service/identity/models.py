"""The tables of codes, invitation links, sessions and API keys: no secret is kept readable."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class CodeColumns(Base):
    """What is kept of one code, whichever way it went. ``tries`` counts the wrong ones typed."""

    __abstract__ = True

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200))
    recipient_mac: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    recipient_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    code_mac: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CodeChallenge(CodeColumns):
    """One code that was mailed."""

    __tablename__ = "identity_challenge"

    recipient_mac: Mapped[bytes] = mapped_column("email_mac", LargeBinary(32), index=True)
    recipient_sealed: Mapped[bytes] = mapped_column("email_sealed", LargeBinary)


class InvitationLink(Base):
    """One link that was mailed to one party of one agreement."""

    __tablename__ = "identity_link"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    agreement: Mapped[str] = mapped_column(String(40), index=True)
    party: Mapped[int]
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PersonSession(Base):
    """One browser in which somebody is signed in; signing out deletes the row."""

    __tablename__ = "identity_session"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    email_mac: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    email_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lang: Mapped[str] = mapped_column(String(8))
    # The passkey that opened the session; null: a code did.
    passkey: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ApiKey(Base):
    """One integrator's key; ``scopes`` are words separated by spaces."""

    __tablename__ = "identity_api_key"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    scopes: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
