"""The table of codes that were sent by text message."""

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from service.identity.models import CodeColumns


class PhoneChallenge(CodeColumns):
    """One code that was texted; ``account_mac`` is who asked for it."""

    __tablename__ = "identity_phone_challenge"

    account_mac: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
