"""The platform's keys as they are kept: a first set, and what replaced parts of it later."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Protocol

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from service.clock import Clock
from service.keyring import Keyring, WrongMasterKeyError
from service.signing.certificates import (
    Desk,
    Issued,
    issue_authority,
    issue_root,
    issue_seal,
    issue_time_stamper,
    new_key,
)
from service.signing.errors import KeysNotMadeError

_SECRET = "signing-keys"  # noqa: S105  # a file's name
_ALL = ("root", "signer-ca", "seal-ca", "tsa-ca", "seal", "tsa")


class Purpose(StrEnum):
    """Which keys are replaced together: an authority, and what it certified for long."""

    SIGNERS = "signers"
    SEAL = "seal"
    TIME_STAMPS = "time-stamps"


_REPLACED = {
    Purpose.SIGNERS: ("signer-ca",),
    Purpose.SEAL: ("seal-ca", "seal"),
    Purpose.TIME_STAMPS: ("tsa-ca", "tsa"),
}
_TITLES = {"signer-ca": "Signer CA", "seal-ca": "Seal CA", "tsa-ca": "Time-stamp CA"}


class KeyPlace(Protocol):
    """Where private keys are made and kept: the encrypted file itself, or a token."""

    def new_key(self, label: str) -> ec.EllipticCurvePrivateKey:
        """Return a fresh P-256 key; ``label`` names it for the people who look after the place."""
        ...

    def dump(self, key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
        """Return what the file keeps of a key, to load it again."""
        ...

    def load(self, kept: Mapping[str, str]) -> ec.EllipticCurvePrivateKey:
        """Return the key that ``dump`` spoke of."""
        ...


class InFile:
    """Keys kept in the encrypted file."""

    def new_key(self, label: str) -> ec.EllipticCurvePrivateKey:
        """Return a fresh P-256 key."""
        return new_key()

    def dump(self, key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
        """Return the key itself: PKCS #8 in base64."""
        encoded = key.private_bytes(
            Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return {"key": base64.b64encode(encoded).decode()}

    def load(self, kept: Mapping[str, str]) -> ec.EllipticCurvePrivateKey:
        """Return the key; raises WrongMasterKeyError for another kind, or one on a token."""
        if "key" not in kept:
            raise WrongMasterKeyError(
                "expected a key in the file, got one on a token; set ACTA_SIGNING_TOKEN"
            )
        key = serialization.load_der_private_key(base64.b64decode(kept["key"]), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise WrongMasterKeyError("expected a P-256 signing key; restore your backup")
        return key


@dataclass(frozen=True)
class Generation:
    """One set of keys. The first holds all of them; a later one replaces some.

    ``compromised``: what it replaced may be known to somebody else since ``made``.
    """

    number: int
    made: datetime | None
    compromised: bool
    parts: Mapping[str, Issued]


def load_generations(
    keyring: Keyring, *, platform: str, clock: Clock, place: KeyPlace, pki_url: str | None
) -> list[Generation]:
    """Return every generation kept, the first one first, making that one on the first call.

    Each is one secret, so that a crash leaves either none or all of its keys.
    """
    kept = keyring.secret(
        _SECRET, lambda: json.dumps(_dump(_first(platform, clock, place, pki_url), place)).encode()
    )
    generations = [Generation(1, None, False, _load(json.loads(kept), _ALL, place))]
    while (later := keyring.find(f"{_SECRET}-{len(generations) + 1}")) is not None:
        members = json.loads(later)
        generations.append(
            Generation(
                number=len(generations) + 1,
                made=datetime.fromtimestamp(members["since"], UTC),
                compromised=bool(members["compromised"]),
                parts=_load(members["parts"], tuple(members["parts"]), place),
            )
        )
    return generations


def rotate_signing_keys(
    keyring: Keyring,
    *,
    purposes: Sequence[Purpose],
    clock: Clock,
    place: KeyPlace | None,
    pki_url: str | None,
    compromised: bool,
) -> int:
    """Make the next generation for ``purposes`` under the root; return its number.

    The service takes it up at its next start, when the trust file that names it is published; so
    a crash here leaves the old keys in use and no harm. Raises KeysNotMadeError where there are
    no keys to replace yet.
    """
    expect_made(keyring)
    place = place or InFile()
    generations = load_generations(keyring, platform="", clock=clock, place=place, pki_url=pki_url)
    number = len(generations) + 1
    root = generations[0].parts["root"]
    platform = _platform(root)
    now = clock.now().replace(microsecond=0)
    parts: dict[str, Issued] = {}
    for purpose in purposes:
        parts |= _replace(
            root,
            _REPLACED[purpose],
            number=number,
            platform=platform,
            now=now,
            place=place,
            pki_url=pki_url,
        )
    members = {
        "since": int(now.timestamp()),
        "compromised": compromised,
        "parts": _dump(parts, place),
    }
    keyring.secret(f"{_SECRET}-{number}", json.dumps(members).encode)
    return number


def expect_made(keyring: Keyring) -> None:
    """Raise KeysNotMadeError unless there are keys."""
    if keyring.find(_SECRET) is None:
        raise KeysNotMadeError("expected signing keys, got none yet; start Acta once")


def desk_of(pki_url: str | None, name: str, generation: int) -> Desk | None:
    """Return where the answers of an authority are fetched; None without an address."""
    if pki_url is None:
        return None
    return Desk(f"{pki_url}/{name}" if name == "root" else f"{pki_url}/{name}-{generation}")


def _first(platform: str, clock: Clock, place: KeyPlace, pki_url: str | None) -> dict[str, Issued]:
    now = clock.now().replace(microsecond=0)
    root = issue_root(platform=platform, now=now, key=place.new_key("acta-root-1"))
    parts = {"root": root}
    for names in _REPLACED.values():
        parts |= _replace(
            root, names, number=1, platform=platform, now=now, place=place, pki_url=pki_url
        )
    return parts


def _replace(
    root: Issued,
    names: Sequence[str],
    *,
    number: int,
    platform: str,
    now: datetime,
    place: KeyPlace,
    pki_url: str | None,
) -> dict[str, Issued]:
    above, *below = names
    title = _TITLES[above] if number == 1 else f"{_TITLES[above]} {number}"
    authority = issue_authority(
        root,
        platform=platform,
        purpose=title,
        now=now,
        key=place.new_key(f"acta-{above}-{number}"),
        desk=desk_of(pki_url, "root", 1),
    )
    made = {above: authority}
    desk = desk_of(pki_url, above, number)
    for name in below:
        issue = issue_seal if name == "seal" else issue_time_stamper
        key = place.new_key(f"acta-{name}-{number}")
        made[name] = issue(authority, platform=platform, now=now, key=key, desk=desk)
    return made


def _platform(root: Issued) -> str:
    (name,) = root.certificate.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
    return str(name.value)


def _dump(parts: Mapping[str, Issued], place: KeyPlace) -> dict[str, dict[str, str]]:
    return {
        name: {
            **place.dump(part.key),
            "certificate": base64.b64encode(part.certificate.public_bytes(Encoding.DER)).decode(),
        }
        for name, part in parts.items()
    }


def _load(entries: Any, names: Sequence[str], place: KeyPlace) -> dict[str, Issued]:
    return {
        name: Issued(
            place.load(entries[name]),
            x509.load_der_x509_certificate(base64.b64decode(entries[name]["certificate"])),
        )
        for name in names
    }
