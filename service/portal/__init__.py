"""The portal: pages for people, in Spanish and English, made on the server."""

from service.portal.account_port import AccountPort
from service.portal.portal import build_portal, install_portal
from service.portal.ports import (
    AgreementsPort,
    IdentityPort,
    Invitee,
    KeepingPort,
    MailboxPort,
    PartyCustodyPort,
    PortalContext,
    PortalSettings,
    ReadLogStatus,
    VerifyUpload,
)

__all__ = [
    "AccountPort",
    "AgreementsPort",
    "IdentityPort",
    "Invitee",
    "KeepingPort",
    "MailboxPort",
    "PartyCustodyPort",
    "PortalContext",
    "PortalSettings",
    "ReadLogStatus",
    "VerifyUpload",
    "build_portal",
    "install_portal",
]
