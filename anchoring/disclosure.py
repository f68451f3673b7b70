"""Personal values as salted digests, with disclosures that can be taken away one by one.

As SD-JWT does (RFC 9901 §4.2), with canonical JSON instead of base64url: a statement's body
holds ``"sd": {"<claim>": "<digest>"}`` at any depth, and the disclosure beside it is the bytes
``["<salt>","<claim>",<value>]`` whose SHA-256 is the digest. Without the disclosure, the salt
keeps the value from being guessed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from anchoring.canonical_json import canonical_bytes, parse_canonical
from anchoring.errors import InvalidError, MalformedDisclosure, WrongLength
from anchoring.fields import parse_hex
from anchoring.hashing import sha256

MAX_DISCLOSURE = 16 * 1024
SALT_BYTES = 16
"""128 bits, as RFC 9901 §9.3 recommends at least."""
_CLAIM = re.compile(r"[a-z][A-Za-z0-9]{0,63}")


@dataclass(frozen=True)
class Disclosure:
    """One revealed value: the exact bytes, and the digest that stands in the statement."""

    raw: bytes
    digest: bytes
    salt: bytes
    claim: str
    value: Any


@dataclass(frozen=True)
class HiddenClaim:
    """Where a statement's body holds a digest: the way to its ``sd`` object, and the claim."""

    path: tuple[str | int, ...]
    claim: str
    digest: bytes


def disclose(claim: str, value: object, salt: bytes) -> Disclosure:
    """Make the disclosure of one value; ``salt`` is 16 fresh random bytes for every claim.

    Raises WrongLength or MalformedDisclosure.
    """
    if len(salt) != SALT_BYTES:
        raise WrongLength(f"expected a salt of {SALT_BYTES} bytes, got {len(salt)}")
    try:
        raw = canonical_bytes([salt.hex(), claim, value])
    except ValueError as reason:
        raise MalformedDisclosure(f"expected a value that canonical json can hold: {reason}") from (
            reason
        )
    return parse_disclosure(raw)


def parse_disclosure(raw: bytes) -> Disclosure:
    """Read a disclosure of at most 16 KiB; raises MalformedDisclosure."""
    triple = parse_canonical(
        raw, limit=MAX_DISCLOSURE, what="disclosure", error=MalformedDisclosure
    )
    if not isinstance(triple, list) or len(triple) != 3:
        raise MalformedDisclosure("expected an array of salt, claim and value")
    salt_hex, claim, value = triple
    if not isinstance(salt_hex, str) or len(salt_hex) != 2 * SALT_BYTES:
        raise MalformedDisclosure(f"expected a salt of {2 * SALT_BYTES} hex digits")
    try:
        salt = parse_hex(salt_hex)
    except ValueError as reason:
        raise MalformedDisclosure(str(reason)) from reason
    if not isinstance(claim, str) or not _CLAIM.fullmatch(claim):
        raise MalformedDisclosure(f"expected a claim name such as 'email', got {claim!r:.80}")
    return Disclosure(raw=raw, digest=sha256(raw), salt=salt, claim=claim, value=value)


def hidden_claims(
    body: Mapping[str, Any], *, error: type[InvalidError] = MalformedDisclosure
) -> tuple[HiddenClaim, ...]:
    """List every digest in a statement's body; raises ``error`` where ``sd`` has another form.

    A digest that stands twice in one body is refused (RFC 9901 §7.1): a disclosure must have
    one meaning.
    """
    found: list[HiddenClaim] = []
    _collect(body, (), found, error)
    digests = [hidden.digest for hidden in found]
    if len(set(digests)) != len(digests):
        raise error("expected every digest once, got the same one in two places")
    return tuple(found)


def _collect(
    value: object,
    path: tuple[str | int, ...],
    found: list[HiddenClaim],
    error: type[InvalidError],
) -> None:
    if isinstance(value, list):
        for position, element in enumerate(value):
            _collect(element, (*path, position), found, error)
    elif isinstance(value, Mapping):
        for name, member in value.items():
            if name == "sd":
                found.extend(_digests(member, path, error))
            else:
                _collect(member, (*path, name), found, error)


def _digests(
    value: object, path: tuple[str | int, ...], error: type[InvalidError]
) -> list[HiddenClaim]:
    if not isinstance(value, Mapping):
        raise error("expected sd to be an object of claims and digests")
    hidden = []
    for claim, digest in value.items():
        if not _CLAIM.fullmatch(claim):
            raise error(f"expected a claim name such as 'email' in sd, got {claim!r:.80}")
        if not isinstance(digest, str) or not re.fullmatch(r"[0-9a-f]{64}", digest):
            raise error(f"expected the digest of {claim} as 64 lowercase hex digits")
        hidden.append(HiddenClaim(path=path, claim=claim, digest=bytes.fromhex(digest)))
    return hidden
