"""The English texts, page by page."""

from service.portal.texts.en.agreements import TEXTS as AGREEMENTS
from service.portal.texts.en.common import TEXTS as COMMON
from service.portal.texts.en.errors import TEXTS as ERRORS
from service.portal.texts.en.public import TEXTS as PUBLIC
from service.portal.texts.en.signing import TEXTS as SIGNING

TEXTS: dict[str, str] = {
    **COMMON,
    **PUBLIC,
    **AGREEMENTS,
    **SIGNING,
    **ERRORS,
}

__all__ = ["TEXTS"]
