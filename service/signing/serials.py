"""Serial numbers of one-use certificates, which an OCSP responder knows again without a list.

Thousands are issued and nobody keeps them, yet a responder must not call a certificate good that
was never issued (RFC 6960 §2.2). So the number itself says when it was issued, under a MAC:
``minutes since 1970 (4 bytes) ‖ random (8) ‖ HMAC-SHA256 of these, cut to 8``; 20 octets, the
most that RFC 5280 §4.1.2.2 allows, 64 bits of them random.
"""

import hmac
import secrets
from datetime import UTC, datetime

_RANDOM = 8
_MAC = 8
_LENGTH = 4 + _RANDOM + _MAC


def new_serial(key: bytes, *, start: datetime) -> int:
    """Return a fresh number for a certificate valid from ``start``, a whole minute."""
    minutes = int(start.timestamp()) // 60
    said = minutes.to_bytes(4, "big") + secrets.token_bytes(_RANDOM)
    return int.from_bytes(said + _mac(key, said), "big")


def issued_from(key: bytes, serial: int) -> datetime | None:
    """Return the start of the certificate that bears ``serial``; None if none was issued."""
    if not 0 < serial < 2 ** (8 * _LENGTH):
        return None
    number = serial.to_bytes(_LENGTH, "big")
    said, mac = number[:-_MAC], number[-_MAC:]
    if not hmac.compare_digest(mac, _mac(key, said)):
        return None
    return datetime.fromtimestamp(int.from_bytes(said[:4], "big") * 60, UTC)


def _mac(key: bytes, said: bytes) -> bytes:
    return hmac.digest(key, b"acta/serial/v1" + said, "sha256")[:_MAC]
