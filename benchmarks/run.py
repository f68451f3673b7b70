"""Runs the measurements, prints the table and keeps the figures in ``results.json``.

``python -m benchmarks.run [--full] [GROUP…]``: without names every group but the slow ones, with
``--full`` these too. Figures of groups that did not run stay as they were. A missed bar is shown
and does not fail the run; a measurement that fails does.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module

from benchmarks.rows import RESULTS, Row, read_rows, table_lines, write_rows


@dataclass(frozen=True)
class Group:
    """A module of this folder whose ``rows()`` measures what belongs together."""

    name: str
    slow: bool = False

    def rows(self) -> Iterator[Row]:
        """Measure; each row is yielded as soon as it is known."""
        # Loaded when it runs: a group that is not asked for needs none of its peers.
        measure: Callable[[], Iterator[Row]] = import_module(f"benchmarks.{self.name}").rows
        return measure()


GROUPS = (
    Group("gas"),
    Group("log"),
    Group("growth", slow=True),
    Group("verify"),
    Group("custody"),
    Group("starting"),
    Group("faces"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, keep; return 0 whatever the figures are."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run")
    parser.add_argument("group", nargs="*", type=group_named, help="measure these alone")
    parser.add_argument("--full", action="store_true", help="the slow groups too")
    options = parser.parse_args(arguments)
    chosen = options.group or [group for group in GROUPS if options.full or not group.slow]
    for group in chosen:
        measured: list[Row] = []
        for row in group.rows():
            if row.group != group.name:
                raise ValueError(f"expected a name that begins {group.name}:, got {row.name!r}")
            measured.append(row)
            print(*table_lines([row]), flush=True)
        write_rows(replaced(read_rows(), group, measured))
    for line in _what_else(chosen):
        print(line)
    return 0


def group_named(name: str) -> Group:
    """Return a group of the command line's."""
    found = [group for group in GROUPS if group.name == name]
    if not found:
        names = ", ".join(group.name for group in GROUPS)
        raise argparse.ArgumentTypeError(f"expected one of {names}, got {name!r}")
    return found[0]


def replaced(kept: Sequence[Row], group: Group, measured: Sequence[Row]) -> list[Row]:
    """Return ``kept`` with the rows of ``group`` as measured now, in the groups' order."""
    order = {one.name: place for place, one in enumerate(GROUPS)}
    others = [row for row in kept if row.group != group.name and row.group in order]
    return sorted([*others, *measured], key=lambda row: order[row.group])


def _what_else(chosen: Sequence[Group]) -> Iterator[str]:
    left = [group.name for group in GROUPS if group not in chosen]
    if left:
        yield f"not measured now, kept in {RESULTS.name} from earlier runs: {', '.join(left)}"
    missed = [row.name for row in read_rows() if row.met is False]
    if missed:
        yield f"bars missed: {'; '.join(missed)}"


if __name__ == "__main__":
    sys.exit(main())
