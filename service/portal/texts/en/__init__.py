"""The English texts, page by page."""

from service.portal.texts.en.account import TEXTS as ACCOUNT
from service.portal.texts.en.agreements import TEXTS as AGREEMENTS
from service.portal.texts.en.companies import TEXTS as COMPANIES
from service.portal.texts.en.errors import TEXTS as ERRORS
from service.portal.texts.en.everywhere import TEXTS as EVERYWHERE
from service.portal.texts.en.fields import TEXTS as FIELDS
from service.portal.texts.en.identity import TEXTS as IDENTITY
from service.portal.texts.en.identity_errors import TEXTS as IDENTITY_ERRORS
from service.portal.texts.en.keeping import TEXTS as KEEPING
from service.portal.texts.en.keys import TEXTS as KEYS
from service.portal.texts.en.public import TEXTS as PUBLIC
from service.portal.texts.en.signing import TEXTS as SIGNING
from service.portal.texts.en.status import TEXTS as STATUS

TEXTS: dict[str, str] = {
    **EVERYWHERE,
    **PUBLIC,
    **ACCOUNT,
    **AGREEMENTS,
    **FIELDS,
    **SIGNING,
    **STATUS,
    **KEYS,
    **KEEPING,
    **IDENTITY,
    **COMPANIES,
    **ERRORS,
    **IDENTITY_ERRORS,
}

__all__ = ["TEXTS"]
