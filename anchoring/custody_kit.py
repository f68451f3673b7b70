"""A custody kit: what a party keeps to open the document without Acta (SPEC.md §16).

A zip in the evidence container's strict profile: the document's ciphertext, the envelope that
wraps the agreement's key for the party, ``kit.json`` which names the ciphertext (CID, profile,
hashes), a page that opens it in a browser and a text that explains it.
"""

import re
from dataclasses import dataclass

from anchoring.canonical_json import canonical_bytes, parse_canonical
from anchoring.cid import UNIXFS_V1_2025
from anchoring.container import read_container, write_container
from anchoring.errors import MalformedEvidence
from anchoring.fields import Fields

KIT_VERSION = "custody-kit/1"
CIPHERTEXT, ENVELOPE, DESCRIPTION = "document.pdf.age", "key.age", "kit.json"
PAGE, EXPLANATION = "open.html", "README.txt"
MAX_CIPHERTEXT = 64 * 1024 * 1024
MAX_ENVELOPE = 64 * 1024
_LIMITS = {
    CIPHERTEXT: MAX_CIPHERTEXT,
    ENVELOPE: MAX_ENVELOPE,
    DESCRIPTION: 4096,
    PAGE: 4 * 1024 * 1024,
    EXPLANATION: 64 * 1024,
}
_CID = re.compile(r"b[a-z2-7]{58,}")
_PROFILE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True, kw_only=True)
class KitDescription:
    """What names one ciphertext; hashes are SHA-256, 32 bytes."""

    cid: str
    profile: str
    ciphertext_sha256: bytes
    plaintext_sha256: bytes

    def to_json(self) -> bytes:
        """Return the canonical ``kit.json``."""
        return canonical_bytes(
            {
                "acta": KIT_VERSION,
                "cid": self.cid,
                "profile": self.profile,
                "ciphertextSha256": self.ciphertext_sha256.hex(),
                "plaintextSha256": self.plaintext_sha256.hex(),
            }
        )

    @classmethod
    def parse(cls, raw: bytes) -> "KitDescription":
        """Read ``kit.json``; raises MalformedEvidence, UnknownVersion."""
        value = parse_canonical(
            raw, limit=_LIMITS[DESCRIPTION], what="kit.json", error=MalformedEvidence
        )
        fields = Fields(value, what="kit.json", error=MalformedEvidence)
        fields.version("custody-kit", 1)
        return cls(
            cid=fields.text("cid", maximum=120, form=_CID),
            profile=fields.text("profile", maximum=40, form=_PROFILE),
            ciphertext_sha256=fields.hex("ciphertextSha256", 32),
            plaintext_sha256=fields.hex("plaintextSha256", 32),
        )

    @property
    def cid_is_checkable(self) -> bool:
        """Whether this version can compute the CID: it knows how the profile cuts a file."""
        return self.profile == UNIXFS_V1_2025.name


@dataclass(frozen=True, kw_only=True)
class CustodyKit:
    """The members of a kit; ``ciphertext`` is None in one that names it only."""

    description: KitDescription
    envelope: bytes
    ciphertext: bytes | None


def write_kit(kit: CustodyKit, *, page: bytes, explanation: str) -> bytes:
    """Return the zip; the same members give the same bytes."""
    members = {
        EXPLANATION: explanation.encode(),
        DESCRIPTION: kit.description.to_json(),
        ENVELOPE: kit.envelope,
        PAGE: page,
    }
    if kit.ciphertext is not None:
        members[CIPHERTEXT] = kit.ciphertext
    return write_container(members)


def read_kit(archive: bytes) -> CustodyKit:
    """Read a kit; raises MalformedEvidence, UnsupportedContainer, UnknownVersion."""
    members = read_container(archive, limit_of=_limit)
    missing = {ENVELOPE, DESCRIPTION} - set(members)
    if missing:
        raise MalformedEvidence(f"expected {' and '.join(sorted(missing))} in the kit")
    return CustodyKit(
        description=KitDescription.parse(members[DESCRIPTION]),
        envelope=members[ENVELOPE],
        ciphertext=members.get(CIPHERTEXT),
    )


def _limit(name: str) -> int:
    try:
        return _LIMITS[name]
    except KeyError:
        raise MalformedEvidence(f"expected a custody kit, got a zip with {name[:80]!r}") from None
