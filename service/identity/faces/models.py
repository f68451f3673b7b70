"""The tables of head-turn challenges and of frames that were seen: neither holds a picture."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class FaceChallenge(Base):
    """One challenge; which turns it asks for follows from its token and the keyring."""

    __tablename__ = "identity_face_challenge"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SeenFrame(Base):
    """One frame that was sent once, as a MAC of its pixels."""

    __tablename__ = "identity_seen_frame"

    frame_mac: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
