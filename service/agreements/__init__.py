"""Agreements: drafting, parties, order, deadlines, signing turns, sealing and reading them."""

from service.agreements.desk import Desk, Identities, Links
from service.agreements.errors import AgreementNotFoundError
from service.agreements.pictures import PictureCache
from service.agreements.representing import CompanyChoice, Representing
from service.agreements.sealing import Sealing
from service.agreements.views import (
    AgreementSummary,
    AgreementView,
    ChainStep,
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
    "CompanyChoice",
    "Desk",
    "Identities",
    "Links",
    "PartyDraft",
    "PartyView",
    "PictureCache",
    "SigningView",
    "TimelineEvent",
]


class Agreements(Representing, Sealing):
    """Every use case of agreements, over one desk of collaborators."""
