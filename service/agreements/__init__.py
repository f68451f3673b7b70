"""Agreements: drafting, parties, order, deadlines, signing turns, sealing and reading them."""

from service.agreements.completion import Completion
from service.agreements.desk import Desk, Links
from service.agreements.errors import AgreementNotFoundError
from service.agreements.pictures import PictureCache
from service.agreements.placing import Placing
from service.agreements.role_acts import RoleActs
from service.agreements.sealing import Sealing
from service.agreements.shelf import Shelf
from service.agreements.views import (
    AgreementSummary,
    AgreementView,
    ChainStep,
    FieldDraft,
    FieldView,
    PartyDraft,
    PartyView,
    SigningView,
    TimelineEvent,
)

__all__ = [
    "AgreementNotFoundError",
    "AgreementSummary",
    "AgreementView",
    "Agreements",
    "ChainStep",
    "Desk",
    "FieldDraft",
    "FieldView",
    "Links",
    "PartyDraft",
    "PartyView",
    "PictureCache",
    "SigningView",
    "TimelineEvent",
]


class Agreements(RoleActs, Placing, Completion, Shelf, Sealing):
    """Every use case of agreements, over one desk of collaborators."""
