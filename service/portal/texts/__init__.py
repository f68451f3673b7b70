"""Every text of the portal, one dictionary a language; the keys are the same in both."""

from collections.abc import Mapping

from service.portal.texts import en, es

CATALOGUES: Mapping[str, Mapping[str, str]] = {"es": es.TEXTS, "en": en.TEXTS}

__all__ = ["CATALOGUES"]
