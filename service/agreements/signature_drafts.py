"""A signature before its proof: what is signed, with which one-use key, and how it will look."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from anchoring.form_values import Value
from anchoring.hashing import KeyType
from anchoring.party_keys import PartyKey
from service.agreements.models import PartyKeyRow
from service.agreements.statements import Made
from service.keyring import Keyring
from service.signing import OneUseSigner

_PURPOSE = "agreements/pending-signature"


@dataclass(frozen=True, kw_only=True)
class SignatureDraft:
    """All of a signature but the proof of whoever signs.

    ``revision``: SHA-256 (hex) of the PDF that is signed. ``key``: the passkey that is to answer
    the hash of ``signed``; None for a signature that a code stands for.
    """

    revision: str
    field: str
    lang: str
    at: datetime
    signer: OneUseSigner
    consented: Made
    signed: Made
    name: str
    drawn_png: bytes | None
    values: Mapping[str, Value]
    key: PartyKey | None

    @property
    def method(self) -> str:
        """How control is proved, as the appearance names it."""
        return "code" if self.key is None else "webauthn"


def seal_draft(draft: SignatureDraft, keyring: Keyring) -> bytes:
    """Return the draft encrypted, its one-use key included; only drafts with a passkey wait."""
    key = draft.signer.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    assert draft.key is not None  # a code's signature is made in one go
    value = {
        "revision": draft.revision,
        "field": draft.field,
        "lang": draft.lang,
        "at": draft.at.isoformat(),
        "key": key.hex(),
        "certificate": draft.signer.certificate.hex(),
        "spki": draft.signer.spki_sha256.hex(),
        "consented": _from_made(draft.consented),
        "signed": _from_made(draft.signed),
        "name": draft.name,
        "drawn": None if draft.drawn_png is None else draft.drawn_png.hex(),
        "values": dict(draft.values),
        "passkey": {
            "salt": draft.key.key_salt.hex(),
            "rp": draft.key.rp_id_hash.hex(),
            "x": draft.key.x.hex(),
            "y": draft.key.y.hex(),
        },
    }
    return keyring.encrypt(json.dumps(value).encode(), purpose=_PURPOSE)


def open_draft(sealed: bytes, keyring: Keyring) -> SignatureDraft:
    """Return the draft that ``seal_draft`` sealed."""
    value = json.loads(keyring.decrypt(sealed, purpose=_PURPOSE))
    key = load_der_private_key(bytes.fromhex(value["key"]), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    passkey = {name: bytes.fromhex(part) for name, part in value["passkey"].items()}
    return SignatureDraft(
        revision=value["revision"],
        field=value["field"],
        lang=value["lang"],
        at=datetime.fromisoformat(value["at"]),
        signer=OneUseSigner(
            certificate=bytes.fromhex(value["certificate"]),
            spki_sha256=bytes.fromhex(value["spki"]),
            key=key,
        ),
        consented=_to_made(value["consented"]),
        signed=_to_made(value["signed"]),
        name=value["name"],
        drawn_png=None if value["drawn"] is None else bytes.fromhex(value["drawn"]),
        values=value["values"],
        key=passkey_of(
            salt=passkey["salt"], rp_id_hash=passkey["rp"], point=(passkey["x"], passkey["y"])
        ),
    )


def passkey_of(*, salt: bytes, rp_id_hash: bytes, point: tuple[bytes, bytes]) -> PartyKey:
    """Return a passkey as a party's key; ``salt``: 32 random bytes of this agreement's own."""
    x, y = point
    return PartyKey(type=KeyType.PASSKEY, key_salt=salt, rp_id_hash=rp_id_hash, x=x, y=y)


def party_key(row: PartyKeyRow) -> PartyKey:
    """Return the key that a row keeps."""
    return passkey_of(salt=row.key_salt, rp_id_hash=row.rp_id_hash, point=(row.x, row.y))


def key_row(key: PartyKey, *, party: int) -> PartyKeyRow:
    """Return the row that keeps a party's key."""
    return PartyKeyRow(
        party=party, key_salt=key.key_salt, rp_id_hash=key.rp_id_hash, x=key.x, y=key.y
    )


def _from_made(made: Made) -> dict[str, Any]:
    return {
        "type": made.type,
        "party": made.party,
        "at": made.at.isoformat(),
        "raw": made.raw.hex(),
        "disclosures": made.disclosures,
    }


def _to_made(value: Mapping[str, Any]) -> Made:
    return Made(
        value["type"],
        value["party"],
        datetime.fromisoformat(value["at"]),
        bytes.fromhex(value["raw"]),
        None,
        value["disclosures"],
    )
