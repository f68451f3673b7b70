"""The tables of the mail that goes out, and of the local mailbox."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class QueuedMail(Base):
    """One mail to deliver; ``sealed`` holds address, subject and text until it is closed."""

    __tablename__ = "notices_mail"

    message_key: Mapped[str] = mapped_column(String(200), primary_key=True)
    message_id: Mapped[str] = mapped_column(String(320), unique=True)
    state: Mapped[str] = mapped_column(String(16), index=True)
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    useless_after: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    last_failure: Mapped[str | None] = mapped_column(String(40))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class MailboxMessage(Base):
    """One mail in the local mailbox; ``to_mac`` finds a person's mail without naming them."""

    __tablename__ = "notices_mailbox"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    message_id: Mapped[str] = mapped_column(String(320), unique=True)
    to_mac: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
