"""Secrets that people carry, and the only form in which they are kept."""

import hashlib
import secrets

_TOKEN_BYTES = 32
_MAX_TOKEN = 200


def new_token() -> str:
    """Return 256 random bits as 43 characters that fit into a link or a cookie."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def token_hash(token: str) -> bytes:
    """Return the 32 bytes under which ``token`` is kept and looked up.

    A plain SHA-256 is enough, and no key is needed: nobody finds 256 random bits by trying. What
    is too long to be a token hashes like the empty one, which is never issued.
    """
    known_length = token if len(token) <= _MAX_TOKEN else ""
    return hashlib.sha256(known_length.encode(errors="replace")).digest()
