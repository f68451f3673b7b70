"""Reading age files (age-encryption.org/v1) with an X25519 identity, by ``cryptography`` alone.

The base install opens what a party was left with, and needs no other package for it. Only
reading: what is encrypted, is so by the service. Source: C2SP age v1 (header, X25519 stanza,
STREAM payload).
"""

import base64
import binascii
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from anchoring.bech32 import decode_bech32, encode_bech32
from anchoring.errors import CannotCheckError, InvalidError, UnknownVersion, WrongLength

_VERSION = b"age-encryption.org/v1"
_ARMOR = b"-----BEGIN AGE ENCRYPTED FILE-----"
_STANZA, _FOOTER = b"-> ", b"---"
_X25519_INFO = b"age-encryption.org/v1/X25519"
_SECRET, _PUBLIC = "age-secret-key-", "age"
_MAX_HEADER = 64 * 1024
_MAX_STANZAS = 200
_WRAPPED_LINE = 64
_FILE_KEY, _TAG, _NONCE = 16, 16, 16
_CHUNK = 64 * 1024


class NotForThisKey(CannotCheckError):  # noqa: N818  named after what is wrong
    """The file is sound so far, and none of the given keys is among those it was made for."""

    code = "age/not-for-this-key"


class MalformedAge(InvalidError):  # noqa: N818  named after what is wrong
    """The bytes are not an age file, or were cut or altered."""

    code = "age/malformed"


@dataclass(frozen=True)
class AgeIdentity:
    """An X25519 secret key of age; never shown by ``repr``."""

    _secret: X25519PrivateKey

    def __repr__(self) -> str:
        return f"AgeIdentity({self.recipient})"

    @classmethod
    def parse(cls, text: str) -> "AgeIdentity":
        """Read ``AGE-SECRET-KEY-1…``; spaces, line ends and case do not matter.

        Also takes what ``age-keygen`` writes, with its lines of comment. Raises WrongLength.
        """
        lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
        spelled = "".join("".join(lines).split()).lower()
        secret = decode_bech32(spelled, prefix=_SECRET)
        if len(secret) != 32:
            raise WrongLength(f"expected a key of 32 bytes, got {len(secret)}")
        return cls(X25519PrivateKey.from_private_bytes(secret))

    @property
    def recipient(self) -> str:
        """The public half, ``age1…``: what others encrypt to."""
        return encode_bech32(self._secret.public_key().public_bytes_raw(), prefix=_PUBLIC)

    def unwrap(self, share: bytes, body: bytes) -> bytes | None:
        """Return the file key (16 bytes) of an X25519 stanza, None if it is somebody else's."""
        public = self._secret.public_key().public_bytes_raw()
        try:
            shared = self._secret.exchange(X25519PublicKey.from_public_bytes(share))
        except ValueError:
            raise MalformedAge("expected a share that is a point of full order") from None
        wrap = HKDF(hashes.SHA256(), 32, salt=share + public, info=_X25519_INFO).derive(shared)
        try:
            return ChaCha20Poly1305(wrap).decrypt(bytes(12), body, None)
        except InvalidTag:
            return None


def is_recipient(text: str) -> bool:
    """Whether ``text`` is a public age key (``age1…``, X25519)."""
    try:
        return text == text.lower() and len(decode_bech32(text, prefix=_PUBLIC)) == 32
    except WrongLength:
        return False


def decrypt_age(data: bytes, identities: Sequence[AgeIdentity]) -> bytes:
    """Return the plaintext of an age file, whole and authenticated, or nothing.

    Raises NotForThisKey, MalformedAge, UnknownVersion.
    """
    header, payload = _split(data)
    stanzas = _stanzas(header)
    file_key = _file_key(stanzas, identities)
    authentic = hmac.digest(_derive(file_key, salt=b"", info=b"header"), header.signed, sha256)
    if not hmac.compare_digest(authentic, header.mac):
        raise MalformedAge("the file's header was altered: take another copy")
    if len(payload) < _NONCE:
        raise MalformedAge("expected a nonce after the header; the file was cut")
    key = _derive(file_key, salt=payload[:_NONCE], info=b"payload")
    return _open_stream(memoryview(payload)[_NONCE:], key)


@dataclass(frozen=True)
class _Header:
    lines: tuple[bytes, ...]
    signed: bytes
    mac: bytes


def _split(data: bytes) -> tuple[_Header, bytes]:
    if data.startswith(_ARMOR):
        raise UnknownVersion("expected a binary age file, got an armored one; decode it first")
    lines: list[bytes] = []
    position = 0
    while True:
        end = data.find(b"\n", position, _MAX_HEADER)
        if end < 0:
            raise MalformedAge("expected an age file; this is another kind of file, or was cut")
        line, position = data[position:end], end + 1
        if not lines and line != _VERSION:
            known = line.startswith(b"age-encryption.org/")
            error = UnknownVersion if known else MalformedAge
            raise error(f"expected a file that begins {_VERSION.decode()}, got another")
        if line.startswith(_FOOTER):
            signed = data[: end - len(line) + len(_FOOTER)]
            mac = line[len(_FOOTER) + 1 :]
            if line[len(_FOOTER) : len(_FOOTER) + 1] != b" ":
                raise MalformedAge("expected the header's mac after its dashes")
            return _Header(tuple(lines[1:]), signed, _base64(mac, size=32)), data[position:]
        lines.append(line)


def _stanzas(header: _Header) -> list[tuple[list[bytes], bytes]]:
    found: list[tuple[list[bytes], bytes]] = []
    lines = iter(header.lines)
    for line in lines:
        words = line.removeprefix(_STANZA).split(b" ")
        if not line.startswith(_STANZA) or not all(words):
            raise MalformedAge("expected a stanza of the header")
        body = b""
        for wrapped in lines:
            if len(wrapped) > _WRAPPED_LINE:
                raise MalformedAge(f"expected lines of at most {_WRAPPED_LINE} letters")
            body += wrapped
            if len(wrapped) < _WRAPPED_LINE:
                break
        else:
            raise MalformedAge("expected the end of a stanza")
        found.append((words, _base64(body)))
        if len(found) > _MAX_STANZAS:
            raise MalformedAge(f"expected at most {_MAX_STANZAS} recipients")
    if not found:
        raise MalformedAge("expected a recipient in the header, got none")
    return found


def _file_key(
    stanzas: Sequence[tuple[list[bytes], bytes]], identities: Sequence[AgeIdentity]
) -> bytes:
    for words, body in stanzas:
        if words[0] != b"X25519":
            continue
        if len(words) != 2 or len(body) != _FILE_KEY + _TAG:
            raise MalformedAge("expected an X25519 stanza of one share and one wrapped key")
        share = _base64(words[1], size=32)
        for identity in identities:
            file_key = identity.unwrap(share, body)
            if file_key is not None:
                return file_key
    raise NotForThisKey("expected a key that this file was made for; try another of your keys")


def _open_stream(payload: memoryview, key: bytes) -> bytes:
    # STREAM: each chunk's nonce is an 11-byte counter and a byte that marks the last one, so
    # that chunks can be neither reordered nor dropped.
    cipher = ChaCha20Poly1305(key)
    step = _CHUNK + _TAG
    count = max(1, -(-len(payload) // step))
    plaintext = bytearray()
    for number in range(count):
        chunk = payload[number * step : (number + 1) * step]
        last = number == count - 1
        if last and number and len(chunk) <= _TAG:
            raise MalformedAge("expected no empty last part")
        try:
            plaintext += cipher.decrypt(number.to_bytes(11) + bytes([last]), chunk, None)
        except InvalidTag:
            raise MalformedAge("the file was cut or altered: take another copy") from None
    return bytes(plaintext)


def _derive(key: bytes, *, salt: bytes, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=salt, info=info).derive(key)


def _base64(text: bytes, *, size: int | None = None) -> bytes:
    try:
        value = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise MalformedAge("expected base64 without padding in the header") from None
    if base64.b64encode(value).rstrip(b"=") != text or (size is not None and len(value) != size):
        raise MalformedAge("expected canonical base64 of the right length in the header")
    return value
