"""The verifier's sentences in English and Spanish, by the stable codes of findings.

Short and plain: a court clerk reads them. A code without a sentence here is shown with its
technical reason, never hidden.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from anchoring.wording_audit import (
    AUDIT_EN,
    AUDIT_ES,
    AUDIT_LABELS_EN,
    AUDIT_LABELS_ES,
    AUDIT_STEPS_EN,
    AUDIT_STEPS_ES,
)
from anchoring.wording_en import ENGLISH, LABELS_EN, STEPS_EN
from anchoring.wording_es import LABELS_ES, SPANISH, STEPS_ES

LANGUAGES = ("en", "es")
_SENTENCES = {"en": ENGLISH | AUDIT_EN, "es": SPANISH | AUDIT_ES}
_STEPS = {"en": STEPS_EN | AUDIT_STEPS_EN, "es": STEPS_ES | AUDIT_STEPS_ES}
_LABELS = {"en": LABELS_EN | AUDIT_LABELS_EN, "es": LABELS_ES | AUDIT_LABELS_ES}


def detail(code: str, facts: Mapping[str, object], lang: str) -> str:
    """Return the sentence of a code with its facts filled in."""
    sentences = _SENTENCES.get(lang, _SENTENCES["en"])
    template = sentences.get(code) or sentences["*"]
    return template.format_map(_Shown({"code": code, **facts}, lang))


def step_title(name: str, lang: str) -> str:
    """Return a step's short title."""
    titles = _STEPS.get(lang, _STEPS["en"])
    return titles.get(name, name)


def label(key: str, lang: str) -> str:
    """Return a fixed word or line of the printed report; an unknown key is shown as it is."""
    labels = _LABELS.get(lang, _LABELS["en"])
    return labels.get(key, key)


def summary_sentence(verdict: str, code: str, facts: Mapping[str, object], lang: str) -> str:
    """Return one sentence that explains a verdict."""
    if verdict == "VALID":
        # Without a node the verdict speaks of one block, and has to say of which.
        whole = label("summary/valid-block" if "block" in facts else "summary/valid", lang)
        return whole.format_map(_Shown(facts, lang))
    return detail(code, facts, lang)


def show(value: object, lang: str) -> str:
    """Return a fact as people read it: UTC times, hex, yes and no."""
    if isinstance(value, bool):
        return label("yes" if value else "no", lang)
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    if isinstance(value, bytes):
        return value.hex()
    return label("none", lang) if value is None else printable(str(value))


def printable(text: str) -> str:
    """Return text from a file without control characters, which could rewrite the terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


class _Shown(dict[str, str]):
    """Facts as text; a sentence that wants one that is not there still reads."""

    def __init__(self, facts: Mapping[str, object], lang: str) -> None:
        super().__init__({name: show(value, lang) for name, value in facts.items()})

    def __missing__(self, key: str) -> str:
        return "?"
