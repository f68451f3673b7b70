"""The Spanish texts, page by page."""

from service.portal.texts.es.account import TEXTS as ACCOUNT
from service.portal.texts.es.agreements import TEXTS as AGREEMENTS
from service.portal.texts.es.companies import TEXTS as COMPANIES
from service.portal.texts.es.errors import TEXTS as ERRORS
from service.portal.texts.es.everywhere import TEXTS as EVERYWHERE
from service.portal.texts.es.fields import TEXTS as FIELDS
from service.portal.texts.es.identity import TEXTS as IDENTITY
from service.portal.texts.es.identity_errors import TEXTS as IDENTITY_ERRORS
from service.portal.texts.es.keeping import TEXTS as KEEPING
from service.portal.texts.es.keys import TEXTS as KEYS
from service.portal.texts.es.public import TEXTS as PUBLIC
from service.portal.texts.es.signing import TEXTS as SIGNING
from service.portal.texts.es.status import TEXTS as STATUS

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
