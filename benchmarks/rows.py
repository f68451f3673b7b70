"""A figure beside its peer, whether it is good enough, and the file that keeps the figures."""

import json
import operator
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results.json")
LIMIT = "limit"
"""The peer of a figure that stands beside a stated limit alone."""
_SENSES = {"≤": operator.le, "≥": operator.ge}


@dataclass(frozen=True)
class Row:
    """One figure; its name begins with its group and a colon.

    ``bar`` is None, or ``≤ N`` or ``≥ N`` on the value itself, or the same with ``×`` after the
    number on the ratio, value ÷ peer's value. ``met`` is None exactly if there is no bar.
    """

    name: str
    value: float
    unit: str
    peer: str
    peer_value: float
    ratio: float
    bar: str | None
    met: bool | None

    @property
    def group(self) -> str:
        """The group that measured it."""
        return self.name.partition(":")[0]

    def as_json(self) -> dict[str, Any]:
        """Return the members of its place in ``results.json``."""
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "peer": self.peer,
            "peerValue": self.peer_value,
            "ratio": self.ratio,
            "bar": self.bar,
            "met": self.met,
        }


def beside(
    name: str, value: float, unit: str, peer: str, peer_value: float, *, bar: str | None = None
) -> Row:
    """Return a row; figures are kept to six digits, and judged as they are kept."""
    kept, peer_kept = six_digits(value), six_digits(peer_value)
    ratio = six_digits(kept / peer_kept)
    met = None if bar is None else is_met(bar, value=kept, ratio=ratio)
    return Row(name, kept, unit, peer, peer_kept, ratio, bar, met)


def within(name: str, value: float, unit: str, bar: str) -> Row:
    """Return a row beside the limit that ``bar`` states, ``≤ N`` or ``≥ N``."""
    return beside(name, value, unit, LIMIT, float(bar.split()[1]), bar=bar)


def is_met(bar: str, *, value: float, ratio: float) -> bool:
    """Say whether a figure reaches its bar; ValueError if the bar cannot be read."""
    sense, _, wanted = bar.partition(" ")
    if sense not in _SENSES:
        raise ValueError(f"expected a bar that begins with ≤ or ≥, got {bar!r}")
    judged = ratio if wanted.endswith("×") else value
    return bool(_SENSES[sense](judged, float(wanted.removesuffix("×"))))


def six_digits(number: float) -> float:
    """Return ``number`` to six significant digits, whole where nothing is lost by it."""
    kept = float(f"{number:.6g}")
    return int(kept) if kept.is_integer() else kept


def table_lines(rows: Iterable[Row]) -> Iterator[str]:
    """Yield each row as a line for people."""
    marks = {True: "met", False: "MISSED", None: ""}
    for row in rows:
        bar = f"{row.bar} {marks[row.met]}" if row.bar else ""
        yield (
            f"{row.name:72.72} {row.value:>13,.6g} {row.unit:16.16}"
            f"{row.ratio:>9.3g} × {row.peer} ({row.peer_value:,.6g})  {bar}"
        ).rstrip()


def read_rows(path: Path = RESULTS) -> list[Row]:
    """Return the rows that were kept, none if there is no file yet."""
    if not path.exists():
        return []
    kept = json.loads(path.read_text(encoding="utf-8"))
    return [Row(*(entry[key] for key in _KEYS)) for entry in kept]


def write_rows(rows: Iterable[Row], path: Path = RESULTS) -> None:
    """Keep ``rows``, in this order."""
    content = json.dumps([row.as_json() for row in rows], indent=1, ensure_ascii=False)
    path.write_text(content + "\n", encoding="utf-8")


_KEYS = ("name", "value", "unit", "peer", "peerValue", "ratio", "bar", "met")
