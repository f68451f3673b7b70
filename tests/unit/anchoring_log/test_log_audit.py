"""`acta log audit` finds what is wrong with a log, and remembers what it saw."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from anchoring.hashing import leaf_hash
from anchoring.log_audit import AuditReport, audit_log
from anchoring.tile_layout import Tile
from anchoring.tree import root
from tests.unit.anchoring_log.public_log import Anchors, PublicLog, entry, node_of
from tests.unit.anchoring_verify.local_node import serving
from tests.unit.anchoring_verify.platforms import T0


class Watch:
    """One auditor of one log, with a node and a memory."""

    def __init__(self, folder: Path, url: str, anchors: Anchors) -> None:
        self.log = PublicLog(folder / "log")
        self.anchors = anchors
        self.url = url
        self.state = folder / "state.json"
        self.now = T0 + timedelta(hours=1)
        self.trusts = True
        self.place = str(self.log.folder)

    def audit(self, *, from_start: bool = False) -> AuditReport:
        trust = self.log.platform.trust(rpc=(self.url,), max_delay=3600)
        return audit_log(
            self.place,
            find_trust=lambda _origin: trust if self.trusts else None,
            now=self.now,
            state_path=self.state,
            from_start=from_start,
        )

    def anchor(self) -> None:
        self.anchors.anchor(len(self.log.entries), root(self.log.hashes))

    def codes(self, *, from_start: bool = False) -> tuple[int, set[str]]:
        """Return the exit code of an audit, and every code that it found."""
        report = self.audit(from_start=from_start)
        return report.exit_code, {
            finding.code for step in report.steps for finding in step.findings
        }


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    anchors = Anchors(PublicLog(tmp_path).platform.log_id)
    with node_of(anchors) as url:
        yield Watch(tmp_path, url, anchors)


def test_a_whole_log_is_valid_and_followed(watch: Watch) -> None:
    watch.log.grow(3)
    watch.anchor()
    report = watch.audit()
    assert report.exit_code == 0, report
    assert [step.number for step in report.steps] == list(range(1, 9))
    for count in (252, 1, 300, 70_000, 1):
        watch.log.grow(count)
        watch.anchor()
        code, found = watch.codes()
        assert (code, "audit/grew" in found) == (0, True)
    assert watch.codes() == (0, watch.codes()[1])
    assert "audit/same" in watch.codes()[1]
    assert watch.codes(from_start=True)[0] == 0


def test_over_http(watch: Watch) -> None:
    watch.log.grow(700)
    watch.anchor()

    def respond(path: str, body: bytes) -> tuple[int, bytes]:
        file = watch.log.folder / path.removeprefix("/log/")
        return (200, file.read_bytes()) if file.is_file() else (404, b"")

    with serving(respond) as url:
        watch.place = f"{url}/log"
        assert watch.audit().exit_code == 0
        # A host may drop the partial tiles of a tile that is full now.
        watch.log.grow(100)
        watch.log.file(Tile(0, 2, 188)).unlink()
        watch.anchor()
        assert watch.audit().exit_code == 0


def test_only_what_is_new_is_read_again(watch: Watch) -> None:
    watch.log.grow(600)
    watch.anchor()
    assert watch.audit().exit_code == 0
    watch.log.file(Tile(None, 0)).unlink()
    watch.log.grow(10)
    assert watch.audit().exit_code == 0
    assert watch.codes(from_start=True) == (1, watch.codes(from_start=True)[1])
    assert "audit/file-missing" in watch.codes(from_start=True)[1]


@pytest.mark.parametrize(
    "tile",
    [Tile(None, 1), Tile(0, 1), Tile(1, 0, 2), Tile(None, 2, 88), Tile(0, 2, 88)],
    ids=lambda tile: tile.path,
)
@pytest.mark.parametrize("damage", ["gone", "bit", "short", "long"])
def test_every_missing_or_wrong_file_is_named(watch: Watch, tile: Tile, damage: str) -> None:
    watch.log.grow(600)
    watch.anchor()
    file = watch.log.file(tile)
    content = file.read_bytes()
    if damage == "gone":
        file.unlink()
    else:
        changed = bytes([content[-1] ^ 1])
        file.write_bytes(
            {"bit": content[:-1] + changed, "short": content[:-1], "long": content + b"\0"}[damage]
        )
    report = watch.audit()
    assert report.exit_code == 1
    assert tile.path in report.steps[2].detail or tile.path.replace("entries", "0") in (
        report.steps[2].detail
    )
    assert not watch.state.exists()


def test_nothing_is_known_where_entries_and_hashes_are_gone(watch: Watch) -> None:
    watch.log.grow(600)
    for tile in (Tile(None, 1), Tile(0, 1)):
        watch.log.file(tile).unlink()
    code, found = watch.codes()
    assert code == 1
    assert {"audit/stopped", "audit/file-missing"} <= found


def test_a_signed_root_of_other_entries_is_found(watch: Watch) -> None:
    watch.log.grow(300)
    watch.log.show(300, leaf_hash(b"x" * 32))
    code, found = watch.codes()
    assert (code, "audit/root-differs" in found) == (1, True)


@pytest.mark.parametrize("size", [100, 300, 400])
def test_a_rewritten_log_is_a_fork(watch: Watch, size: int) -> None:
    watch.log.grow(300)
    watch.anchor()
    assert watch.audit().exit_code == 0
    kept = watch.state.read_bytes()
    watch.anchors.made.clear()
    watch.log.write([entry(n, b"other") for n in range(size)])
    watch.anchor()
    code, found = watch.codes()
    if size < 300:
        assert (code, "audit/shrunk" in found) == (3, True)
    else:
        assert (code, "audit/forked" in found) == (1, True)
    assert watch.state.read_bytes() == kept


def test_both_contradicting_checkpoints_are_in_the_json(watch: Watch) -> None:
    watch.log.grow(5)
    watch.audit()
    first = (watch.log.folder / "checkpoint").read_text()
    watch.log.write([entry(n, b"other") for n in range(5)])
    told = watch.audit().to_json("es")
    assert told["verdict"] == "INVALID"
    assert told["before"] == first
    assert told["checkpoint"] == (watch.log.folder / "checkpoint").read_text()
    json.dumps(told)


def test_an_anchor_of_another_tree_is_a_fork(watch: Watch) -> None:
    watch.log.grow(10)
    watch.anchors.anchor(4, leaf_hash(b"y" * 32))
    watch.anchor()
    code, found = watch.codes()
    assert (code, "audit/anchor-differs" in found) == (1, True)


def test_an_anchor_that_came_late_is_compared_by_the_tiles(watch: Watch) -> None:
    watch.log.grow(1_000)
    assert watch.audit().exit_code == 0
    watch.anchors.anchor(500, root(watch.log.hashes[:500]))
    assert watch.audit().exit_code == 0
    watch.log.grow(1_000)
    watch.anchors.anchor(900, leaf_hash(b"z" * 32))
    code, found = watch.codes()
    assert (code, "audit/anchor-differs" in found) == (1, True)


def test_an_anchor_beyond_what_is_shown(watch: Watch) -> None:
    watch.log.grow(10)
    watch.anchor()
    watch.anchors.anchor(12, leaf_hash(b"y" * 32))
    code, found = watch.codes()
    assert (code, "audit/anchor-beyond" in found) == (3, True)


def test_a_node_that_leaves_out_an_anchor(watch: Watch) -> None:
    for _ in range(3):
        watch.log.grow(10)
        watch.anchor()
    watch.anchors.hidden.add(20)
    code, found = watch.codes()
    assert (code, "audit/events-missing" in found) == (3, True)


def test_events_are_read_in_ranges_that_a_node_accepts(watch: Watch) -> None:
    watch.log.grow(10)
    for size in range(1, 11):
        watch.anchors.anchor(size, root(watch.log.hashes[:size]), blocks=40)
    watch.anchors.largest_range = 100
    assert watch.audit().exit_code == 0
    assert len(watch.anchors.asked) < 15
    watch.anchors.asked.clear()
    watch.log.grow(1)
    watch.anchor()
    assert watch.audit().exit_code == 0
    assert watch.anchors.asked == [(402, 402)]


def test_a_chain_that_forgot_its_tail_is_read_anew(watch: Watch) -> None:
    watch.log.grow(10)
    for size in (4, 10):
        watch.anchors.anchor(size, root(watch.log.hashes[:size]))
    assert watch.audit().exit_code == 0
    watch.anchors.made.pop()
    assert watch.audit().exit_code == 0


def test_leaves_that_are_not_anchored_in_time(watch: Watch) -> None:
    watch.log.grow(5)
    watch.anchor()
    watch.log.grow(5)
    code, found = watch.codes()
    assert (code, "audit/waiting" in found) == (0, True)
    watch.now += timedelta(minutes=30)
    assert watch.audit().exit_code == 0
    watch.now += timedelta(minutes=31)
    code, found = watch.codes()
    assert (code, "audit/missed-anchor" in found) == (1, True)
    # Sixty seconds a block: this one is two hours later than when the leaves were seen.
    watch.anchors.newest = 180
    watch.anchor()
    code, found = watch.codes()
    assert (code, "audit/anchored-late" in found) == (1, True)
    assert watch.audit().exit_code == 0


def test_a_change_of_operator_is_told(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    watch.log.grow(5)
    watch.anchor()
    monkeypatch.setattr("tests.unit.anchoring_log.public_log.OPENER", b"\x0b" * 20)
    code, found = watch.codes()
    assert (code, "audit/operator-changed" in found) == (0, True)
    assert "audit/operator-changed" not in watch.codes()[1]


def test_without_trust_everything_is_computed_and_nothing_is_decided(watch: Watch) -> None:
    watch.log.grow(300)
    watch.trusts = False
    code, found = watch.codes()
    assert code == 3
    assert {"audit/no-trust", "audit/unsigned", "audit/entries", "audit/root"} <= found
    assert not watch.state.exists()


def test_a_dead_node_decides_nothing(watch: Watch) -> None:
    watch.log.grow(3)
    watch.url = "http://127.0.0.1:1"
    code, found = watch.codes()
    assert (code, "audit/chain-silent" in found) == (3, True)


def test_no_log_there(watch: Watch) -> None:
    assert watch.codes()[0] == 3
    watch.log.folder.mkdir()
    code, found = watch.codes()
    assert (code, "audit/no-checkpoint" in found) == (3, True)


def test_a_checkpoint_by_another_key(watch: Watch) -> None:
    watch.log.grow(3)
    file = watch.log.folder / "checkpoint"
    text = file.read_text()
    file.write_text(text[:-8] + ("AAAAAA=\n" if text[-8:-2] != "AAAAAA" else "BBBBBB=\n"))
    assert watch.codes()[0] == 1
    file.write_text("not a checkpoint")
    code, found = watch.codes()
    assert (code, "audit/bad-checkpoint" in found) == (1, True)
