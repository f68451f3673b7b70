"""The tables of companies, their members, and the powers by which people act for them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class Role(StrEnum):
    """What a member may do: owners change members, drafters draft, reviewers read and comment,
    signers sign where a power allows it, auditors read everything and change nothing.
    """

    OWNER = "owner"
    DRAFTER = "drafter"
    REVIEWER = "reviewer"
    SIGNER = "signer"
    AUDITOR = "auditor"


class PowerState(StrEnum):
    """Where a power of representation stands."""

    REVIEW = "review"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Company(Base):
    """One company; ``answers`` are the registers' newest, by name."""

    __tablename__ = "identity_company"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    number_kind: Mapped[str] = mapped_column(String(16))
    number_country: Mapped[str] = mapped_column(String(2))
    number: Mapped[str] = mapped_column(String(40), index=True)
    legal_name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Membership(Base):
    """One person in one company; ``roles`` are words separated by spaces."""

    __tablename__ = "identity_company_member"

    company_id: Mapped[str] = mapped_column(ForeignKey("identity_company.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(
        ForeignKey("identity_person.id"), primary_key=True, index=True
    )
    roles: Mapped[str] = mapped_column(String(80))
    added_by: Mapped[str] = mapped_column(String(40))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Power(Base):
    """One proof that one person may represent one company.

    ``sealed`` holds what the certificate said, encrypted; a deed lies among the kept pictures.
    """

    __tablename__ = "identity_company_power"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    company_id: Mapped[str] = mapped_column(ForeignKey("identity_company.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("identity_person.id"), index=True)
    method: Mapped[str] = mapped_column(String(16))
    state: Mapped[PowerState] = mapped_column(String(16))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    valid_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    leaf_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))


class CertificateChallenge(Base):
    """One text to be signed with a company's certificate, as its SHA-256."""

    __tablename__ = "identity_company_challenge"

    text_sha256: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    company_id: Mapped[str] = mapped_column(ForeignKey("identity_company.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("identity_person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
