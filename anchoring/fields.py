"""Typed, bounded reading of the members of a canonical JSON object."""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from anchoring.canonical_json import MAX_SAFE_INTEGER, JSONObject
from anchoring.errors import InvalidError, UnknownVersion

ORIGIN = re.compile(r"[A-Za-z0-9._~:/@-]{1,255}")
"""A log's name: what C2SP recommends (a URL without scheme, no space, no '+'), ASCII only."""
WORD = re.compile(r"[a-z][a-z0-9-]{0,31}")
"""A statement type, role or purpose."""
MAX_PARTY = 999
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
_HEX = re.compile(r"(?:[0-9a-f]{2})*")


def format_time(moment: datetime) -> str:
    """Return an aware datetime as ``2026-01-31T12:00:00.123Z``: UTC, cut to milliseconds."""
    if moment.tzinfo is None:
        raise ValueError("expected an aware datetime, got one without a time zone")
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z".rjust(24, "0")


def parse_time(text: str) -> datetime:
    """Return the aware UTC datetime of the one form ``format_time`` writes; else ValueError."""
    if not _TIME.fullmatch(text):
        raise ValueError(f"expected a time such as 2026-01-31T12:00:00.123Z, got {text[:40]!r}")
    moment = datetime.fromisoformat(text[:-1]).replace(tzinfo=UTC)
    if format_time(moment) != text:
        # Newer Pythons read 24:00 as the next day: one moment must have one spelling.
        raise ValueError(f"expected hours from 00 to 23, got {text!r}")
    return moment


def parse_hex(text: str) -> bytes:
    """Return the bytes of lowercase hex without a prefix; else ValueError."""
    if not _HEX.fullmatch(text):
        raise ValueError(f"expected lowercase hex without 0x, got {text[:80]!r}")
    return bytes.fromhex(text)


def parse_base64(text: str) -> bytes:
    """Return the bytes of standard, padded base64 in its one spelling (RFC 4648 §4, §3.5);
    else ValueError."""
    try:
        decoded = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error) as reason:
        raise ValueError(f"expected standard base64, got {text[:60]!r}") from reason
    if base64.b64encode(decoded).decode("ascii") != text:
        raise ValueError(f"expected base64 in its canonical spelling, got {text[:60]!r}")
    return decoded


class Fields:
    """The members of one JSON object; every reader raises ``error`` with the member's name."""

    def __init__(self, value: object, *, what: str, error: type[InvalidError]) -> None:
        if not isinstance(value, dict):
            raise error(f"expected {what} to be an object, got {type(value).__name__}")
        self._value: JSONObject = value
        self._what = what
        self._error = error

    def version(self, kind: str, number: int) -> None:
        """Refuse any ``acta`` but ``kind/number``; another number is UnknownVersion."""
        label = self.text("acta", maximum=40)
        if label == f"{kind}/{number}":
            return
        if re.fullmatch(rf"{kind}/[1-9][0-9]{{0,8}}", label):
            raise UnknownVersion(
                f"expected {kind}/{number}, got {label}; read it with a newer verifier"
            )
        raise self._error(f"expected acta {kind}/{number}, got {label!r}")

    def exactly(self, *names: str) -> None:
        """Refuse missing and unexpected members."""
        self.at_least(*names)
        if extra := sorted(self._value.keys() - set(names)):
            raise self._error(f"expected no member {extra[0][:40]!r} in {self._what}")

    def at_least(self, *names: str) -> None:
        """Refuse missing members; others may stand beside them."""
        if missing := sorted(set(names) - self._value.keys()):
            raise self._error(f"expected member {missing[0]!r} in {self._what}, got none")

    def any(self, name: str) -> Any:
        """Return a member's value as parsed."""
        if name not in self._value:
            raise self._error(f"expected member {name!r} in {self._what}, got none")
        return self._value[name]

    def text(self, name: str, *, maximum: int = 256, form: "re.Pattern[str] | None" = None) -> str:
        """Return a text of 1 to ``maximum`` characters that matches ``form`` as a whole."""
        value = self.any(name)
        if not isinstance(value, str) or not 1 <= len(value) <= maximum:
            raise self._wrong(name, f"a text of 1 to {maximum} characters", value)
        if form is not None and not form.fullmatch(value):
            raise self._wrong(name, f"a text of the form {form.pattern}", value)
        return value

    def integer(self, name: str, *, minimum: int = 0, maximum: int = MAX_SAFE_INTEGER) -> int:
        """Return an integer within bounds; booleans are not integers here."""
        value = self.any(name)
        if type(value) is not int or not minimum <= value <= maximum:
            raise self._wrong(name, f"an integer from {minimum} to {maximum}", value)
        return value

    def boolean(self, name: str) -> bool:
        """Return true or false."""
        value = self.any(name)
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false", value)
        return value

    def hex(self, name: str, size: int) -> bytes:
        """Return ``size`` bytes given as lowercase hex without 0x."""
        value = self.any(name)
        if not isinstance(value, str) or len(value) != 2 * size or not _HEX.fullmatch(value):
            raise self._wrong(name, f"{2 * size} lowercase hex digits without 0x", value)
        return bytes.fromhex(value)

    def hex_up_to(self, name: str, maximum: int) -> bytes:
        """Return 1 to ``maximum`` bytes given as lowercase hex without 0x."""
        value = self.any(name)
        if (
            not isinstance(value, str)
            or not 2 <= len(value) <= 2 * maximum
            or not _HEX.fullmatch(value)
        ):
            raise self._wrong(name, f"1 to {maximum} bytes in lowercase hex without 0x", value)
        return bytes.fromhex(value)

    def has(self, name: str) -> bool:
        """Say whether an optional member is there."""
        return name in self._value

    def is_null(self, name: str) -> bool:
        """Say whether the member is present and null."""
        return self.any(name) is None

    def time(self, name: str) -> datetime:
        """Return a moment written with milliseconds and Z."""
        value = self.any(name)
        try:
            return parse_time(value if isinstance(value, str) else "")
        except ValueError:
            raise self._wrong(name, "a time such as 2026-01-31T12:00:00.123Z", value) from None

    def items(self, name: str, *, maximum: int) -> list[Any]:
        """Return an array of at most ``maximum`` elements."""
        value = self.any(name)
        if not isinstance(value, list) or len(value) > maximum:
            raise self._wrong(name, f"an array of at most {maximum} elements", value)
        return value

    def texts(self, name: str, *, maximum: int, length: int = 256) -> tuple[str, ...]:
        """Return an array of texts of 1 to ``length`` characters."""
        values = self.items(name, maximum=maximum)
        for value in values:
            if not isinstance(value, str) or not 1 <= len(value) <= length:
                raise self._wrong(name, f"texts of 1 to {length} characters", value)
        return tuple(values)

    def mapping(self, name: str) -> Mapping[str, Any]:
        """Return a member that is itself an object."""
        value = self.any(name)
        if not isinstance(value, dict):
            raise self._wrong(name, "an object", value)
        return value

    def fields(self, name: str) -> "Fields":
        """Return a reader of a member that is itself an object."""
        return Fields(self.any(name), what=f"{self._what}.{name}", error=self._error)

    def _wrong(self, name: str, expected: str, value: object) -> InvalidError:
        shown = repr(value)
        shown = shown if len(shown) <= 80 else shown[:77] + "…"
        return self._error(f"expected {self._what}.{name} to be {expected}, got {shown}")
