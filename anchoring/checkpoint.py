"""Checkpoints: a log's signed size and root, as C2SP signed notes (SPEC.md §6).

Specifications: C2SP signed-note and tlog-checkpoint v1, Ed25519 signatures (type 0x01).
Acta's checkpoints have exactly three lines, and are signed under a key named as their origin.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from anchoring.canonical_json import MAX_SAFE_INTEGER
from anchoring.errors import BadCheckpoint, UnknownVersion, UntrustedLogKey, WrongLength
from anchoring.fields import ORIGIN, parse_base64
from anchoring.hashing import sha256

MAX_NOTE = 128 * 1024
"""Room for 16 signatures of 5 kB, which signed-note asks every reader to accept."""
MAX_SIGNATURES = 64
_ED25519 = 0x01
_EMPTY_ROOT = sha256(b"")
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,15}")
_VKEY = re.compile(r"([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)", re.ASCII)


@dataclass(frozen=True)
class Checkpoint:
    """The log's name, its number of leaves (below 2^53), and the root over them (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if not ORIGIN.fullmatch(self.origin):
            raise BadCheckpoint(f"expected an origin such as example.org/log, got {self.origin!r}")
        if not 0 <= self.size <= MAX_SAFE_INTEGER:
            raise BadCheckpoint(f"expected a size from 0 to 2^53 - 1, got {self.size}")
        if len(self.root) != 32:
            raise WrongLength(f"expected a root of 32 bytes, got {len(self.root)}")
        if (self.size == 0) != (self.root == _EMPTY_ROOT):
            raise BadCheckpoint("expected the empty tree's root at size 0, and only there")

    def body(self) -> str:
        """Return the three signed lines, each ending in a newline."""
        root = base64.b64encode(self.root).decode("ascii")
        return f"{self.origin}\n{self.size}\n{root}\n"


@dataclass(frozen=True)
class LogKey:
    """A verifier key: its name, the first four bytes that announce it, the Ed25519 key."""

    name: str
    key_id: bytes
    public_key: Ed25519PublicKey


def vkey(name: str, public_key: Ed25519PublicKey) -> str:
    """Return the text form of a log key: ``name+<id, 8 hex digits>+<base64 of 0x01 ‖ key>``."""
    if not ORIGIN.fullmatch(name):
        raise BadCheckpoint(f"expected a key name such as example.org/log, got {name!r}")
    typed = bytes([_ED25519]) + public_key.public_bytes_raw()
    return f"{name}+{_key_id(name, typed).hex()}+{base64.b64encode(typed).decode('ascii')}"


def parse_vkey(text: str) -> LogKey:
    """Read a verifier key; BadCheckpoint if malformed, UnknownVersion if not Ed25519."""
    match = _VKEY.fullmatch(text)
    if match is None:
        raise BadCheckpoint(f"expected name+id+key, got {text[:80]!r}")
    name, key_id, encoded = match[1], bytes.fromhex(match[2]), match[3]
    if not ORIGIN.fullmatch(name):
        raise BadCheckpoint(f"expected a key name such as example.org/log, got {name[:80]!r}")
    typed = _base64(encoded)
    if typed[:1] != bytes([_ED25519]):
        raise UnknownVersion("expected an ed25519 log key (type 1), got another type")
    if len(typed) != 33 or _key_id(name, typed) != key_id:
        raise BadCheckpoint("expected 32 key bytes whose id is the announced one")
    return LogKey(name, key_id, Ed25519PublicKey.from_public_bytes(typed[1:]))


def sign_checkpoint(checkpoint: Checkpoint, *, key: Ed25519PrivateKey, name: str) -> str:
    """Return the checkpoint as a signed note; ``name`` must be its origin.

    Whoever calls this has made entries and tiles durable first: a signed checkpoint is a
    promise that the log never shrinks or forks.
    """
    if name != checkpoint.origin:
        raise BadCheckpoint(f"expected the key name {checkpoint.origin!r}, got {name!r}")
    body = checkpoint.body()
    return f"{body}\n{_signature_line(body, key, name)}"


def add_signature(text: str, *, key: Ed25519PrivateKey, name: str) -> str:
    """Return the signed note with one more signature, as a log does when its key changes.

    The signatures it has stay, so whoever trusts only the earlier key still opens it. A note
    that the key has signed already comes back as it is. Raises BadCheckpoint.
    """
    body, signatures = _split(text)
    origin = _parse_body(body).origin
    if name != origin:
        raise BadCheckpoint(f"expected the key name {origin!r}, got {name!r}")
    typed = bytes([_ED25519]) + key.public_key().public_bytes_raw()
    if any((own, made[:4]) == (name, _key_id(name, typed)) for own, made in signatures):
        return text
    return text + _signature_line(body, key, name)


def _signature_line(body: str, key: Ed25519PrivateKey, name: str) -> str:
    typed = bytes([_ED25519]) + key.public_key().public_bytes_raw()
    signature = _key_id(name, typed) + key.sign(body.encode("utf-8"))
    return f"\N{EM DASH} {name} {base64.b64encode(signature).decode('ascii')}\n"


def open_checkpoint(text: str, vkeys: Sequence[str]) -> Checkpoint:
    """Return the checkpoint that one of ``vkeys`` signed under its own origin.

    Raises BadCheckpoint if the note is malformed or any signature by one of the keys fails
    (INVALID), UntrustedLogKey if none of the keys signed it (CANNOT CHECK). Signatures by
    other keys, witnesses for example, are ignored, as signed-note requires; so are keys of
    another algorithm than Ed25519.
    """
    body, signatures = _split(text)
    checkpoint = _parse_body(body)
    signed = body.encode("utf-8")
    trusted = _usable(vkeys)
    verified = False
    for name, signature in signatures:
        key = trusted.get((name, signature[:4]))
        if key is None:
            continue
        try:
            key.public_key.verify(signature[4:], signed)
        except InvalidSignature:
            raise BadCheckpoint(f"the signature by the log key {name} does not verify") from None
        if key.name != checkpoint.origin:
            raise BadCheckpoint(
                f"expected a checkpoint of {key.name}, got one of {checkpoint.origin}"
            )
        verified = True
    if not verified:
        raise UntrustedLogKey(
            f"no log key that you trust signed the checkpoint of {checkpoint.origin}, but "
            + ", ".join(f"{name}+{signature[:4].hex()}" for name, signature in signatures)
        )
    return checkpoint


def read_unverified(text: str) -> Checkpoint:
    """Return what a well-formed checkpoint claims, its signatures unchecked (for messages)."""
    return _parse_body(_split(text)[0])


def _base64(text: str) -> bytes:
    try:
        return parse_base64(text)
    except ValueError as reason:
        raise BadCheckpoint(str(reason)) from reason


def _usable(vkeys: Sequence[str]) -> dict[tuple[str, bytes], LogKey]:
    usable = {}
    for text in vkeys:
        try:
            key = parse_vkey(text)
        except UnknownVersion:
            continue
        usable[key.name, key.key_id] = key
    return usable


def _key_id(name: str, typed_key: bytes) -> bytes:
    return sha256(name.encode("utf-8") + b"\n" + typed_key)[:4]


def _split(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Return the note's text with its last newline, and (key name, id ‖ signature) pairs."""
    try:
        size = len(text.encode("utf-8"))
    except UnicodeEncodeError as reason:
        raise BadCheckpoint("expected a note that utf-8 can hold") from reason
    if size > MAX_NOTE:
        raise BadCheckpoint(f"expected a note of at most {MAX_NOTE} bytes, got {size}")
    # Only U+000A separates lines here: str.splitlines would also cut at U+2028 and others.
    if any(character < " " and character != "\n" for character in text):
        raise BadCheckpoint("expected no control characters but newlines in a note")
    # Signature lines are never empty, so the last empty line is the separator.
    body, separator, tail = text.rpartition("\n\n")
    if not separator or not tail.endswith("\n"):
        raise BadCheckpoint("expected text, an empty line, signature lines, and a last newline")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise BadCheckpoint(f"expected at most {MAX_SIGNATURES} signatures, got {len(lines)}")
    return body + "\n", [_parse_signature(line) for line in lines]


def _parse_signature(line: str) -> tuple[str, bytes]:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    if dash != "\N{EM DASH}" or not name or "+" in name or any(map(str.isspace, name)):
        raise BadCheckpoint(f"expected '— name base64', got {line[:80]!r}")
    signature = _base64(encoded)
    if len(signature) < 5:
        raise BadCheckpoint("expected a signature of more than its four id bytes")
    return name, signature


def _parse_body(body: str) -> Checkpoint:
    lines = body[:-1].split("\n")
    if len(lines) != 3:
        raise BadCheckpoint(f"expected three lines and no extensions, got {len(lines)}")
    origin, size, root = lines
    if not _DECIMAL.fullmatch(size):
        raise BadCheckpoint(f"expected a decimal size without leading zeros, got {size[:40]!r}")
    decoded = _base64(root)
    if len(decoded) != 32:
        raise BadCheckpoint(f"expected a root of 32 bytes, got {len(decoded)}")
    return Checkpoint(origin=origin, size=int(size), root=decoded)
