"""The Spanish texts, page by page."""

from service.portal.texts.es.agreements import TEXTS as AGREEMENTS
from service.portal.texts.es.errors import TEXTS as ERRORS
from service.portal.texts.es.everywhere import TEXTS as EVERYWHERE
from service.portal.texts.es.fields import TEXTS as FIELDS
from service.portal.texts.es.public import TEXTS as PUBLIC
from service.portal.texts.es.signing import TEXTS as SIGNING
from service.portal.texts.es.status import TEXTS as STATUS

TEXTS: dict[str, str] = {
    **EVERYWHERE,
    **PUBLIC,
    **AGREEMENTS,
    **FIELDS,
    **SIGNING,
    **STATUS,
    **ERRORS,
}

__all__ = ["TEXTS"]
