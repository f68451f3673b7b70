"""Custody kits made as the service makes them: by pyrage, which is not the reader under test."""

from dataclasses import dataclass
from hashlib import sha256

import pyrage

from anchoring.cid import UNIXFS_V1_2025, cid_v1
from anchoring.custody_kit import CustodyKit, KitDescription, write_kit

DOCUMENT = b"%PDF-1.7\n" + bytes(range(256)) * 700
PAGE = b"<!doctype html>"


@dataclass(frozen=True)
class MadeKit:
    """A kit, its parts and the key that opens it."""

    key: str
    ciphertext: bytes
    envelope: bytes
    description: KitDescription

    @property
    def archive(self) -> bytes:
        return self.write(self.ciphertext)

    def write(self, ciphertext: bytes | None) -> bytes:
        kit = CustodyKit(
            description=self.description, envelope=self.envelope, ciphertext=ciphertext
        )
        return write_kit(kit, page=PAGE, explanation="Cómo abrirlo")


def make_kit(document: bytes = DOCUMENT) -> MadeKit:
    """Return a kit of ``document`` for a fresh key, which is one of several readers."""
    agreement, party, other = (pyrage.x25519.Identity.generate() for _ in range(3))
    ciphertext = pyrage.encrypt(document, [agreement.to_public()])
    envelope = pyrage.encrypt(f"{agreement}\n".encode(), [other.to_public(), party.to_public()])
    return MadeKit(
        key=str(party),
        ciphertext=ciphertext,
        envelope=envelope,
        description=KitDescription(
            cid=cid_v1(ciphertext),
            profile=UNIXFS_V1_2025.name,
            ciphertext_sha256=sha256(ciphertext).digest(),
            plaintext_sha256=sha256(document).digest(),
        ),
    )
