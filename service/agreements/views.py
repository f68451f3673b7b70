"""What people see of an agreement: plain values, made by the use cases, shown by the edges."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class PartyDraft:
    """A party as the sender names it.

    ``order``: 1 goes first; equal orders go in any order. ``role``: signer, approver, witness or
    viewer.
    """

    name: str
    email: str
    order: int
    role: str = "signer"


@dataclass(frozen=True, kw_only=True)
class FieldDraft:
    """A field as the sender places it, for a party's number.

    ``kind``: signature, initials, date, text or checkbox. ``page`` counts from 1; ``left``,
    ``top``, ``width`` and ``height`` are parts of the page as it is shown (0 to 1).
    """

    party: int
    kind: str
    page: int
    left: float
    top: float
    width: float
    height: float
    label: str = ""
    required: bool = True


@dataclass(frozen=True, kw_only=True)
class FieldView(FieldDraft):
    """A placed field with its name in the PDF ("" for a signature's place)."""

    name: str


@dataclass(frozen=True, kw_only=True)
class PartyView:
    """A party as another participant may see it."""

    number: int
    name: str
    email: str
    order: int
    role: str = "signer"
    state: str
    signed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Invitee:
    """Whom an invitation went to, and about what."""

    email: str
    title: str
    sender_name: str
    lang: str


@dataclass(frozen=True, kw_only=True)
class TimelineEvent:
    """One statement: what happened, and how far its leaf has come (the status ladder)."""

    at: datetime
    type: str
    party: int | None
    detail: str
    status: str


@dataclass(frozen=True, kw_only=True)
class ChainStep:
    """How far the sealed document's entry is on one chain (the status ladder)."""

    name: str
    is_home: bool
    status: str


@dataclass(frozen=True, kw_only=True)
class AgreementSummary:
    """A line in somebody's list of agreements."""

    id: str
    title: str
    state: str
    deadline: datetime
    created_at: datetime
    parties: tuple[PartyView, ...]
    my_turn: bool
    archived: bool
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AgreementView:
    """An agreement as one participant may see it."""

    id: str
    title: str
    state: str
    sender: str
    sender_name: str
    deadline: datetime
    created_at: datetime
    sent_at: datetime | None
    page_count: int
    parties: tuple[PartyView, ...]
    timeline: tuple[TimelineEvent, ...]
    my_party: int | None
    my_role: str | None = None
    my_turn: bool
    can_place: bool = False
    can_send: bool
    can_delete: bool
    archived: bool
    tags: tuple[str, ...] = ()
    document_status: str | None
    # Every chain of the log, the home first, once the document has an entry.
    chains: tuple[ChainStep, ...] = ()
    # "voided" or "superseded" by its parties at the home, else None.
    ended: str | None = None
    evidence_ready: bool
    decline_reason: str | None


@dataclass(frozen=True, kw_only=True)
class SigningView:
    """What a party is shown when it is their turn; ``revision`` is the SHA-256 (hex) of the PDF."""

    view: AgreementView
    pages: int
    consent_text: str
    consent_sha256: str
    # The agreement's language, which need not be the reader's.
    consent_lang: str
    revision: str
    suggested_name: str
    # What this person fills in, and who did their part while they were reading an older revision.
    fields: tuple[FieldView, ...] = ()
    meanwhile: tuple[str, ...] = ()
    # Whether nothing but a passkey signs here.
    by_device: bool = False
