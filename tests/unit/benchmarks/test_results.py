"""The figures that are kept say what they seem to say; how fast anything is, no test asserts."""

import json
import operator
import re
from pathlib import Path
from typing import Any

import pytest

from benchmarks.rows import beside, is_met, read_rows, six_digits, table_lines, within, write_rows
from benchmarks.run import GROUPS, group_named, replaced

RESULTS = Path(__file__).resolve().parents[3] / "benchmarks" / "results.json"
KEYS = ["name", "value", "unit", "peer", "peerValue", "ratio", "bar", "met"]
ENTRIES: list[dict[str, Any]] = json.loads(RESULTS.read_text(encoding="utf-8"))
IDS = [f"{place} {entry.get('name')}" for place, entry in enumerate(ENTRIES)]
BAR = re.compile(r"([≤≥]) (\d+(?:\.\d+)?)(×?)")
# What was promised stays in the file, reached or not.
PROMISED = {
    "gas: anchor, dearest call data": "≤ 54000",
    "gas: verifyInclusion at depth 20": "≤ 55000",
    "gas: verifyAttestation at depth 20, above verifyInclusion": "≤ 20000",
    "growth: append, CPU, the last of 10 million": "≤ 1.2×",
    "growth: an inclusion path, 10 million leaves, 99th percentile": "≤ 1",
    "growth: peak memory while growing to 10 million leaves": "≤ 300",
    "growth: peak memory of a fresh process that proves, 10 million leaves": "≤ 300",
}


@pytest.mark.parametrize("entry", ENTRIES, ids=IDS)
def test_a_row_has_exactly_its_members(entry: dict[str, Any]) -> None:
    assert list(entry) == KEYS
    assert all(isinstance(entry[key], str) and entry[key] for key in ("name", "unit", "peer"))
    for key in ("value", "peerValue", "ratio"):
        assert isinstance(entry[key], int | float)
        assert entry[key] > 0, key
    assert entry["ratio"] == pytest.approx(entry["value"] / entry["peerValue"], rel=1e-5)


@pytest.mark.parametrize("entry", ENTRIES, ids=IDS)
def test_a_bar_is_met_exactly_if_the_figure_reaches_it(entry: dict[str, Any]) -> None:
    if entry["bar"] is None:
        assert entry["met"] is None
        return
    bar = BAR.fullmatch(entry["bar"])
    assert bar is not None
    figure = entry["ratio"] if bar[3] else entry["value"]
    reaches = {"≤": operator.le, "≥": operator.ge}[bar[1]]
    assert entry["met"] is reaches(figure, float(bar[2]))
    if entry["peer"] == "limit":
        assert entry["peerValue"] == float(bar[2])


def test_every_promised_bar_is_shown() -> None:
    shown = {entry["name"]: entry["bar"] for entry in ENTRIES if entry["bar"]}
    assert {name: shown.get(name) for name in PROMISED} == PROMISED


def test_every_group_has_its_rows_in_order() -> None:
    names = [entry["name"].partition(":")[0] for entry in ENTRIES]
    assert list(dict.fromkeys(names)) == [group.name for group in GROUPS]
    assert names == sorted(names, key=list(dict.fromkeys(names)).index)


def test_no_figure_stands_twice_beside_the_same_peer() -> None:
    pairs = [(entry["name"], entry["peer"]) for entry in ENTRIES]
    assert len(set(pairs)) == len(pairs)


@pytest.mark.parametrize(
    ("bar", "value", "met"),
    [
        ("≤ 54000", 54_000, True),
        ("≤ 54000", 54_001, False),
        ("≥ 300", 299.9, False),
        ("≤ 1.2×", 1_000, True),
        ("≥ 1.2×", 1_000, False),
    ],
)
def test_a_bar_is_on_the_value_or_with_a_cross_on_the_ratio(
    bar: str, value: float, met: bool
) -> None:
    assert is_met(bar, value=value, ratio=1.1) is met


def test_a_bar_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(ValueError, match="≤ or ≥"):
        is_met("< 3", value=1, ratio=1)


def test_a_figure_is_judged_as_it_is_kept() -> None:
    row = beside("gas: one", 1.00000049, "gas", "another", 1, bar="≤ 1×")
    assert (row.value, row.ratio, row.met) == (1, 1, True)
    assert six_digits(0.000012345678) == 0.0000123457


def test_rows_are_read_as_they_were_written(tmp_path: Path) -> None:
    rows = [within("gas: one", 2.5, "gas", "≤ 2"), beside("log: two", 1, "s", "a peer", 3)]
    path = tmp_path / "results.json"
    assert read_rows(path) == []
    write_rows(rows, path)
    assert read_rows(path) == rows


def test_a_missed_bar_is_shown() -> None:
    (line,) = table_lines([within("gas: one", 2.5, "gas", "≤ 2")])
    assert line.endswith("≤ 2 MISSED")


def test_a_group_replaces_its_own_rows_and_no_others() -> None:
    gas, log = beside("gas: old", 1, "gas", "a peer", 1), beside("log: kept", 1, "s", "a peer", 1)
    gone = beside("no such group: old", 1, "s", "a peer", 1)
    new = beside("gas: new", 2, "gas", "a peer", 1)
    assert replaced([log, gas, gone], group_named("gas"), [new]) == [new, log]
