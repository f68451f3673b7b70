"""Agreements: drafting, parties, order, deadlines, signing turns, sealing and reading them."""

from service.agreements.completion import Completion
from service.agreements.desk import Desk, DeviceSigning, Identities, Links
from service.agreements.erasing import Erasing, KeepingView, expect_known
from service.agreements.errors import AgreementNotFoundError
from service.agreements.party_custody import KitView
from service.agreements.pictures import PictureCache
from service.agreements.placing import Placing
from service.agreements.refilling import FilesChecked
from service.agreements.renewing import Renewing
from service.agreements.representing import CompanyChoice, Representing
from service.agreements.role_acts import RoleActs
from service.agreements.shelf import Shelf
from service.agreements.signing_by_device import SigningByDevice
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
    "CompanyChoice",
    "Desk",
    "DeviceSigning",
    "FieldDraft",
    "FieldView",
    "FilesChecked",
    "Identities",
    "KeepingView",
    "KitView",
    "Links",
    "PartyDraft",
    "PartyView",
    "PictureCache",
    "SigningView",
    "TimelineEvent",
    "expect_known",
]


class Agreements(
    Representing, RoleActs, SigningByDevice, Placing, Completion, Shelf, Erasing, Renewing
):
    """Every use case of agreements, over one desk of collaborators."""
