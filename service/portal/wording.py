"""The words of the pages: looked up by key, in the visitor's language."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, Literal

from service.errors import ServiceError
from service.portal.texts import CATALOGUES

Lang = Literal["es", "en"]
LANGUAGES: Final[tuple[Lang, ...]] = ("es", "en")
_UNKNOWN_ERROR = "error.service/error"


def text(lang: Lang, key: str, /, **values: object) -> str:
    """Return the text of ``key`` with its ``{values}`` filled in; raises KeyError if unknown."""
    return CATALOGUES[lang][key].format(**values)


def counted(lang: Lang, key: str, count: int, /, **values: object) -> str:
    """Return ``key.one`` or ``key.many``, whichever ``count`` takes."""
    form = "one" if count == 1 else "many"
    return text(lang, f"{key}.{form}", count=count, **values)


def one_of(lang: Lang, family: str, word: str) -> str:
    """Return the text of ``family.word``, that of ``family.other`` for a word without one."""
    texts = CATALOGUES[lang]
    return texts.get(f"{family}.{word}", texts[f"{family}.other"])


def error_text(lang: Lang, error: ServiceError) -> str:
    """Return what to tell people about ``error``, found by its code."""
    texts = CATALOGUES[lang]
    template = texts.get(f"error.{error.code}")
    if template is None:
        return texts[_UNKNOWN_ERROR]
    return template.format_map(_Facts(error.facts))


class _Facts(dict[str, object]):
    """An error's facts; one that this error did not give reads as an ellipsis."""

    def __init__(self, facts: Mapping[str, object]) -> None:
        super().__init__(facts)

    def __missing__(self, name: str) -> str:
        return "…"


def moment_words(lang: Lang, moment: datetime) -> str:
    """Return a moment in UTC as people read it; the browser replaces it by local time."""
    utc = moment.astimezone(UTC)
    month = text(lang, f"month.{utc.month}")
    return text(
        lang,
        "common.moment",
        day=utc.day,
        month=month,
        year=utc.year,
        clock=f"{utc.hour:02d}:{utc.minute:02d}",
    )


def choose_language(cookie: str | None, accept: str) -> Lang:
    """Return the language the visitor chose, or the first of theirs we have; Spanish otherwise."""
    for lang in LANGUAGES:
        if cookie == lang:
            return lang
    ranked: list[tuple[float, Lang]] = []
    for part in accept[:200].split(","):
        name, _, quality = part.strip().partition(";q=")
        for lang in LANGUAGES:
            if name.lower().split("-")[0] == lang:
                ranked.append((_quality(quality), lang))
    if not ranked:
        return "es"
    best = max(quality for quality, _ in ranked)
    return next(lang for quality, lang in ranked if quality == best)


def _quality(written: str) -> float:
    try:
        return float(written) if written else 1.0
    except ValueError:
        return 0.0
