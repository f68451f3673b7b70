"""Slither's detectors find nothing in our contracts but what is meant, with a reason stated."""

from tests.solidity.provers import run


def test_slither_finds_nothing() -> None:
    ended = run("run_slither.py")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "finds nothing" in ended.stdout
