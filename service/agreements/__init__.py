"""Agreements: drafting, parties, order, deadlines, signing turns, sealing and reading them."""

from service.agreements.desk import Desk, Links
from service.agreements.errors import AgreementNotFoundError
from service.agreements.pictures import PictureCache
from service.agreements.renewing import Renewing
from service.agreements.sealing import Sealing
from service.agreements.signing_turn import SigningTurns
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
    "Desk",
    "Links",
    "PartyDraft",
    "PartyView",
    "PictureCache",
    "SigningView",
    "TimelineEvent",
]


class Agreements(SigningTurns, Sealing, Renewing):
    """Every use case of agreements, over one desk of collaborators."""
