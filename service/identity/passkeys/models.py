"""The tables of passkeys and of challenges to them."""

from datetime import datetime

from sqlalchemy import BigInteger, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class PasskeyRow(Base):
    """One P-256 key that a device keeps; a removed one stays, so that another is not the first.

    ``mailbox_at``: when the owner's mailbox had last been confirmed. ``good_from``: from when it
    may sign. ``copied_at``: when its counter went back.
    """

    __tablename__ = "identity_passkey"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    email_mac: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    email_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    # Unsigned, 32 bits (WebAuthn §6.1).
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    mailbox_at: Mapped[datetime] = mapped_column(UtcDateTime)
    good_from: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    copied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PasskeyChallenge(Base):
    """One challenge of 32 random bytes, kept as a hash; ``subject`` is who or what it is for."""

    __tablename__ = "identity_passkey_challenge"

    challenge_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(254))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
