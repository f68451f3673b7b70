"""Identity: e-mailed codes, invitation links, sessions, API keys, and limits on guessing."""

from service.identity.api_keys import ANCHORS, ApiKeys, ApiKeyView
from service.identity.codes import CodeRules, Confirmed, EmailCodes
from service.identity.errors import (
    CodeExpiredError,
    LinkRevokedError,
    LinkUnknownError,
    LinkUsedError,
    OtherPersonError,
    TooManyRequestsError,
    TooManyTriesError,
    WrongCodeError,
)
from service.identity.links import InvitationLinks, LinkView
from service.identity.rate_limits import RateLimits
from service.identity.sessions import ABSOLUTE_LIFETIME, IDLE_LIFETIME, Sessions, SessionView
from service.notices import address_key, clean_address

__all__ = [
    "ABSOLUTE_LIFETIME",
    "ANCHORS",
    "IDLE_LIFETIME",
    "ApiKeyView",
    "ApiKeys",
    "CodeExpiredError",
    "CodeRules",
    "Confirmed",
    "EmailCodes",
    "InvitationLinks",
    "LinkRevokedError",
    "LinkUnknownError",
    "LinkUsedError",
    "LinkView",
    "OtherPersonError",
    "RateLimits",
    "SessionView",
    "Sessions",
    "TooManyRequestsError",
    "TooManyTriesError",
    "WrongCodeError",
    "address_key",
    "clean_address",
]
