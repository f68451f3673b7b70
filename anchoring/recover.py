"""Opening a document from custody with a party's own key: the envelope, then the document.

Nobody is asked but, where the person names one, a gateway; what it sends is believed only after
its CID is computed here.
"""

from collections.abc import Sequence
from hashlib import sha256

from anchoring.age_file import AgeIdentity, MalformedAge, decrypt_age
from anchoring.cid import cid_v1
from anchoring.custody_kit import MAX_CIPHERTEXT, MAX_ENVELOPE, KitDescription
from anchoring.errors import CannotCheckError, InvalidError
from anchoring.http_fetch import fetch

_PLACE = "{cid}"
_FETCH_S = 120.0


class OtherCiphertext(InvalidError):  # noqa: N818  named after what is wrong
    """The bytes are not those that the kit, or the CID, names."""

    code = "recover/other-ciphertext"


class NoCiphertext(CannotCheckError):  # noqa: N818  named after what is wrong
    """Nothing to open: the kit only names the document, and no other place was given."""

    code = "recover/no-ciphertext"


def open_document(ciphertext: bytes, envelope: bytes, identities: Sequence[AgeIdentity]) -> bytes:
    """Return the document: the envelope gives the agreement's key, which opens the ciphertext.

    The same as ``age -d`` twice. Raises NotForThisKey, MalformedAge, UnknownVersion.
    """
    text = decrypt_age(envelope, identities)
    try:
        agreement_key = AgeIdentity.parse(text.decode())
    except (UnicodeDecodeError, InvalidError):
        raise MalformedAge("expected a key in the envelope, got something else") from None
    return decrypt_age(ciphertext, [agreement_key])


def fetch_ciphertext(gateway: str, cid: str, *, checked: bool = True) -> bytes:
    """Return the ciphertext named ``cid`` from a gateway or a store's address.

    ``gateway``: an address that holds ``{cid}``, or an IPFS gateway's, which gets ``/ipfs/{cid}``
    at its end. With ``checked`` the CID of what came is computed here (profile unixfs-v1-2025).
    Raises Unreachable, OtherCiphertext.
    """
    data = fetch(_address(gateway, cid), limit=MAX_CIPHERTEXT, seconds=_FETCH_S)
    if checked and cid_v1(data) != cid:
        raise OtherCiphertext("the gateway sent other bytes than the CID names; ask another")
    return data


def fetch_envelope(place: str, cid: str) -> bytes:
    """Return the envelope that stands beside a ciphertext (``<cid>.key.age``); see above."""
    if _PLACE not in place:
        raise NoCiphertext(
            "expected the envelope as a file: an IPFS gateway knows only the ciphertext"
        )
    return fetch(_address(place, f"{cid}.key.age"), limit=MAX_ENVELOPE, seconds=_FETCH_S)


def check_ciphertext(description: KitDescription, ciphertext: bytes) -> None:
    """Raise OtherCiphertext unless these are the bytes that the kit names."""
    if sha256(ciphertext).digest() != description.ciphertext_sha256:
        raise OtherCiphertext("the ciphertext is not the one that the kit names; take another copy")


def check_document(description: KitDescription, document: bytes) -> None:
    """Raise OtherCiphertext unless this is the document that the kit names."""
    if sha256(document).digest() != description.plaintext_sha256:
        raise OtherCiphertext("the document is not the one that the kit names")


def _address(place: str, name: str) -> str:
    if _PLACE in place:
        return place.replace(_PLACE, name)
    return f"{place.rstrip('/')}/ipfs/{name}"
