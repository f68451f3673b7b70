"""The certificate of completion: one readable PDF/A-3 of what happened, e-sealed by the platform.

It proves nothing that the evidence does not prove better; it is what a person prints, and it says
how to check the rest. The statements lie inside as attached files (ISO 19005-3).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from service.clock import Clock
from service.signing.keys import PlatformKeys
from service.signing.signatures import certify
from service.signing.typesetting import typeset

SEAL_FIELD = "acta-certificate"


@dataclass(frozen=True, kw_only=True)
class CertificateParty:
    """A party as the certificate names it; every value is text to be shown as it is."""

    number: int
    name: str
    email: str
    role: str
    did: str
    at: str
    method: str
    word: str


@dataclass(frozen=True, kw_only=True)
class CertificateEvent:
    """One statement: what it says, when, and its leaf in the log (hex)."""

    at: str
    what: str
    leaf: str


@dataclass(frozen=True, kw_only=True)
class CertificateFacts:
    """What the certificate says, in the words and the language it is to say it in.

    ``rows`` and ``anchors``: pairs of a caption and a value. ``attached``: the statements, by
    file name. ``words``: captions and sentences by name.
    """

    lang: str
    title: str
    words: Mapping[str, str]
    rows: Sequence[tuple[str, str]]
    parties: Sequence[CertificateParty]
    events: Sequence[CertificateEvent]
    anchors: Sequence[tuple[str, str]]
    attached: Mapping[str, bytes]


def completion_certificate(facts: CertificateFacts, *, keys: PlatformKeys, clock: Clock) -> bytes:
    """Return the sealed PDF/A-3b; raises SigningFailedError."""
    now = clock.now()
    pdf = typeset(
        "completion.typ",
        {
            **asdict(facts),
            "attached": [
                {"name": name, "text": content.decode()} for name, content in facts.attached.items()
            ],
            "made": [now.year, now.month, now.day],
        },
        standard="a-3b",
        timestamp=int(now.timestamp()),
    )
    return certify(pdf, field=SEAL_FIELD, keys=keys, now=now)
