"""Where the service reads the time."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """A source of the present time, always aware and in UTC."""

    def now(self) -> datetime:
        """Return the present moment, time zone UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the machine's time in UTC."""
        return datetime.now(UTC)


def rfc3339(moment: datetime) -> str:
    """Return ``moment`` as RFC 3339 UTC with milliseconds, such as ``2026-01-31T12:00:00.123Z``.

    Raises ValueError for a naive datetime, since its meaning would be a guess.
    """
    if moment.tzinfo is None:
        raise ValueError("expected a datetime with a time zone, got a naive one")
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"
