"""DER (ITU-T X.690) of the few kinds of value that signatures are made of.

Only an encoder, and only for what we build ourselves: what others wrote is read by asn1crypto.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

NULL = b"\x05\x00"
_SHORTEST_LONG_FORM = 0x80


def value(tag: int, *contents: bytes) -> bytes:
    """Return tag, length and contents; ``tag`` is one identifier octet."""
    body = b"".join(contents)
    size = len(body)
    if size < _SHORTEST_LONG_FORM:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


def sequence(*members: bytes) -> bytes:
    """Return a SEQUENCE of encoded members."""
    return value(0x30, *members)


def set_of(members: Iterable[bytes]) -> bytes:
    """Return a SET OF encoded members, in DER's order (X.690 §11.6)."""
    return value(0x31, *sorted(members))


def octets(content: bytes) -> bytes:
    """Return an OCTET STRING."""
    return value(0x04, content)


def integer(number: int) -> bytes:
    """Return an INTEGER; ``number`` is not negative."""
    if number < 0:
        raise ValueError(f"expected no negative number, got {number}")
    return value(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def oid(dotted: str) -> bytes:
    """Return an OBJECT IDENTIFIER from its dotted form."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    return value(0x06, *map(_arc, (first * 40 + second, *rest)))


def generalized_time(moment: datetime) -> bytes:
    """Return a GeneralizedTime in whole seconds of UTC (X.690 §11.7)."""
    return value(0x18, moment.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode())


def utc_time(moment: datetime) -> bytes:
    """Return a UTCTime in whole seconds (X.690 §11.8); years 1950 to 2049."""
    return value(0x17, moment.astimezone(UTC).strftime("%y%m%d%H%M%SZ").encode())


def retagged(tag: int, encoded: bytes) -> bytes:
    """Return ``encoded`` under another one-octet tag, as IMPLICIT tagging does."""
    return bytes((tag,)) + encoded[1:]


def _arc(number: int) -> bytes:
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(0x80 | (number & 0x7F))
    return bytes(reversed(digits))
