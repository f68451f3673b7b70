"""Claimed times against block times, and the history of the log against its newest anchor."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace

import pytest

from anchoring.hashing import leaf_hash, sha256
from anchoring.log_tiles import TileReader
from anchoring.report import Outcome, Report, Verdict
from anchoring.statement import After, parse_statement
from anchoring.tile_layout import Tile
from anchoring.tree import append_nodes, root, root_at
from anchoring.verify import verify_evidence
from tests.unit.anchoring_verify.local_node import serving, serving_rpc
from tests.unit.anchoring_verify.platforms import FINAL_BLOCK, later
from tests.unit.anchoring_verify.sealed_agreement import Draft, Plan, Sealed, make


def reason(report: Report) -> tuple[Verdict, str]:
    return report.verdict, report.reason_code


def opened_at(seconds: float) -> Plan:
    def edit(draft: Draft) -> Draft:
        return replace(draft, at=later(seconds)) if draft.type == "opened" else draft

    return Plan(edit_statement=edit)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (-60 - 121, "times/before-after"),
        (-60 - 120, "ok"),
        (600 + 120, "ok"),
        (600 + 121, "times/later-than-anchor"),
    ],
)
def test_a_claimed_time_lies_between_its_two_blocks(seconds: float, code: str) -> None:
    assert make(opened_at(seconds)).verify().reason_code == code


def test_a_time_stamp_after_the_anchor() -> None:
    report = make(Plan(anchor_time=later(400 - 121))).verify()
    assert report.verdict is Verdict.INVALID
    assert "times/stamp-after-anchor" in {step.code for step in report.steps}


@pytest.mark.parametrize(("seconds", "code"), [(0, "ok"), (1, "times/anchored-late")])
def test_anchored_late(seconds: float, code: str) -> None:
    """The last claimed time is that of the seal's time stamp, and maxDelay is one day."""
    report = make(Plan(anchor_time=later(400 + 86400 + seconds))).verify()
    assert report.reason_code == code
    assert report.verdict is (Verdict.VALID if code == "ok" else Verdict.CANNOT_CHECK)


def test_an_after_root_that_was_never_anchored() -> None:
    def edit(draft: Draft) -> Draft:
        return replace(draft, after=After(1, sha256(b"invented")))

    assert reason(make(Plan(edit_statement=edit)).verify()) == (Verdict.INVALID, "anchor/absent")


def test_the_interval_when_every_statement_names_a_root() -> None:
    after = parse_statement(make().records[1][1].statement).after
    report = make(Plan(edit_statement=lambda draft: replace(draft, after=after))).verify()
    assert (report.time_bounds.not_before, report.time_bounds.not_after) == (
        later(-60),
        later(600),
    )


@contextlib.contextmanager
def tiles_of(leaves: list[bytes]) -> Iterator[str]:
    """Serve the tiles of a log under /log."""
    nodes = append_nodes(lambda level, index: b"", 0, leaves)
    files: dict[str, bytes] = {}
    for level in range(0, 24, 8):
        count = len(leaves) >> level
        for tile in range((count + 255) // 256):
            width = min(256, count - 256 * tile)
            data = b"".join(nodes[level, 256 * tile + n] for n in range(width))
            files["/log/" + Tile(level // 8, tile, width).path] = data

    def respond(path: str, body: bytes) -> tuple[int, bytes]:
        return (200, files[path]) if path in files else (404, b"")

    with serving(respond) as url:
        yield url + "/log"


def grow(good: Sealed, leaves: list[bytes]) -> None:
    """Anchor a larger log, final."""
    log = good.platform.log_id
    time = good.chain.blocks[FINAL_BLOCK][1]
    good.chain.set_anchor(log, root=root(leaves), size=len(leaves), time=time, block=FINAL_BLOCK)
    good.chain.set_log(log, count=3, size=len(leaves))


def verify_with_tiles(good: Sealed, leaves: list[bytes]) -> Report:
    with serving_rpc(good.chain) as rpc, tiles_of(leaves) as tiles:
        trust = good.platform.trust(log=(tiles,))
        return verify_evidence(good.archive(), trust=trust, rpc=[rpc])


@pytest.mark.parametrize("more", [1, 241, 242, 300, 1000])
def test_a_log_that_grew(good: Sealed, more: int) -> None:
    leaves = good.all_leaves + [leaf_hash(sha256(n.to_bytes(4, "big"))) for n in range(more)]
    grow(good, leaves)
    report = verify_with_tiles(good, leaves)
    assert report.verdict is Verdict.VALID
    assert report.steps[-1].code == "consistency/ok"


def test_a_log_that_was_rewritten(good: Sealed) -> None:
    leaves = [sha256(b"another past"), *good.all_leaves[1:], sha256(b"more")]
    grow(good, leaves)
    report = verify_with_tiles(good, leaves)
    assert reason(report) == (Verdict.INVALID, "consistency/forked")


def test_tiles_that_are_not_those_of_the_anchored_log_prove_nothing(good: Sealed) -> None:
    leaves = [*good.all_leaves, sha256(b"more")]
    grow(good, leaves)
    report = verify_with_tiles(good, [sha256(b"lie"), *leaves[1:]])
    assert report.verdict is Verdict.VALID
    assert (report.steps[-1].outcome, report.steps[-1].code) == (
        Outcome.NOTE,
        "consistency/no-tiles",
    )


def test_a_log_without_public_tiles_is_a_note(good: Sealed) -> None:
    grow(good, [*good.all_leaves, sha256(b"more")])
    report = good.verify()
    assert report.verdict is Verdict.VALID
    assert report.steps[-1].outcome is Outcome.NOTE


@pytest.mark.parametrize(
    ("tile", "width", "path"),
    [
        (0, 256, "tile/0/000"),
        (5, 17, "tile/0/005.p/17"),
        (1234, 256, "tile/0/x001/234"),
        (1234067, 1, "tile/0/x001/x234/067.p/1"),
    ],
)
def test_tile_paths(tile: int, width: int, path: str) -> None:
    """Examples of C2SP tlog-tiles, Merkle Tree."""
    assert Tile(0, tile, width).path == path


def test_a_partial_tile_that_became_full() -> None:
    leaves = [sha256(n.to_bytes(4, "big")) for n in range(256)]
    with tiles_of(leaves) as url:
        assert root_at(TileReader(url, 200).read, 200) == root(leaves[:200])
