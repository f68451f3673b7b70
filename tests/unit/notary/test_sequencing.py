"""Accepting, placing, publishing, and the public files."""

import threading
from pathlib import Path

import pytest

from anchoring.checkpoint import open_checkpoint
from anchoring.hashing import ZERO32, leaf_hash, sha256
from anchoring.tile_layout import unpack_entries
from anchoring.tree import root
from service.notary import (
    BadEntryError,
    EntryConflictError,
    LeafNotFoundError,
    MirrorFailedError,
    MirrorQuorumError,
    Notary,
    NotStartedError,
)
from tests.unit.notary.house import House, make_entry


def test_leaf_is_logged_in_order_of_acceptance(house: House) -> None:
    leaves = house.accept(3, 1, 2)
    assert house.statuses(leaves) == ["accepted"] * 3
    assert house.notary.sequence() == 3
    assert house.statuses(leaves) == ["logged"] * 3
    assert house.entries() == [make_entry(3), make_entry(1), make_entry(2)]
    with house.database.reading() as session:
        unknown = leaf_hash(make_entry(9))
        assert house.notary.indices(session, [*leaves, unknown]) == {
            leaves[0]: 0,
            leaves[1]: 1,
            leaves[2]: 2,
            unknown: None,
        }
    house.check(final=False)


def test_checkpoint_is_signed_over_the_root_of_all_entries(house: House) -> None:
    house.accept(1, 2, 3, 4, 5)
    house.notary.sequence()
    note = house.notary.public_file("checkpoint")
    assert note is not None
    checkpoint = open_checkpoint(note.decode(), [house.notary.identity.vkey])
    assert checkpoint.origin == "acta.example/log"
    assert checkpoint.root == root([leaf_hash(make_entry(number)) for number in range(1, 6)])


def test_same_entry_again_is_the_same_leaf_and_no_further_work(house: House) -> None:
    first = house.accept(7)
    handed_over = len(house.enqueued.work)
    assert house.accept(7) == first
    assert len(house.enqueued.work) == handed_over
    assert house.notary.sequence() == 1
    assert house.accept(7) == first
    assert house.notary.sequence() == 1


def test_same_entry_as_another_kind_is_refused(house: House) -> None:
    house.accept(7)
    with house.database.transaction() as session, pytest.raises(EntryConflictError):
        house.notary.accept(session, make_entry(7), kind="document", subject=ZERO32)


@pytest.mark.parametrize(
    ("entry", "kind", "subject"),
    [
        (b"short", "statement", ZERO32),
        (make_entry(1), "statement", b"short"),
        (make_entry(1), "checkpoint", ZERO32),
    ],
)
def test_what_is_no_entry_is_refused(house: House, entry: bytes, kind: str, subject: bytes) -> None:
    with house.database.transaction() as session, pytest.raises(BadEntryError):
        house.notary.accept(session, entry, kind=kind, subject=subject)


def test_accepted_leaf_goes_with_its_transaction(house: House) -> None:
    with pytest.raises(RuntimeError), house.database.transaction() as session:
        house.notary.accept(session, make_entry(1), kind="statement", subject=ZERO32)
        raise RuntimeError
    with pytest.raises(LeafNotFoundError):
        house.notary.leaf_status(leaf_hash(make_entry(1)))
    assert house.notary.sequence() == 0


def test_one_workflow_serves_a_round_and_the_next_round_has_another(house: House) -> None:
    house.accept(1, 2, 3)
    first = {workflow_id for _, workflow_id, _, _ in house.enqueued.work}
    house.notary.sequence()
    house.accept(4)
    name, second, _, delay = house.enqueued.work[-1]
    assert (name, delay) == ("sequence-and-anchor", 0.0)
    assert len(first) == 1
    assert second not in first


def test_nothing_is_written_before_the_start(tmp_path: Path) -> None:
    house = House(tmp_path)
    with house.database.transaction() as session, pytest.raises(NotStartedError):
        house.notary.accept(session, make_entry(1), kind="statement", subject=ZERO32)
    for step in (house.notary.sequence, house.notary.submit_anchor, house.notary.confirm_anchors):
        with pytest.raises(NotStartedError):
            step()
    assert house.notary.public_file("checkpoint") is None


def test_public_files_across_tile_borders(house: House) -> None:
    house.accept(*range(200))
    house.notary.sequence()
    house.accept(*range(200, 260))
    house.notary.sequence()
    house.accept(*range(260, 515))
    assert house.notary.sequence() == 515
    house.check(final=False)
    hashes = [leaf_hash(make_entry(number)) for number in range(515)]
    public = house.notary.public_file
    assert public("tile/0/000") == b"".join(hashes[:256])
    assert public("tile/0/002.p/3") == b"".join(hashes[512:515])
    assert public("tile/1/000.p/2") == root(hashes[:256]) + root(hashes[256:512])
    assert public("tile/2/000.p/1") is None
    bundle = public("tile/entries/001")
    assert bundle is not None
    assert unpack_entries(bundle) == [make_entry(number) for number in range(256, 512)]


def test_mirror_drops_partial_tiles_once_the_full_one_is_there(house: House) -> None:
    house.accept(*range(200))
    house.notary.sequence()
    folder = house.folder / "mirror-1" / "tile" / "0"
    assert (folder / "000.p" / "200").exists()
    house.accept(*range(200, 256))
    house.notary.sequence()
    assert (folder / "000").exists()
    assert not (folder / "000.p").exists()


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000/001",
        "tile/00/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/300",
        "tile/0/000.p/07",
        "tile/64/000",
        "tile/0/../../checkpoint",
        "/checkpoint",
        "tile/entries/001",
    ],
)
def test_no_other_path_is_served(house: House, path: str) -> None:
    house.accept(*range(20))
    house.notary.sequence()
    assert house.notary.public_file(path) is None


def test_failing_mirror_is_left_behind_and_filled_later(house: House) -> None:
    def away(path: str, done: bool) -> None:
        raise MirrorFailedError("away", mirror="one", reason="ENOSPC")

    house.accept(1)
    house.notary.sequence()
    house.mirrors[0].fault = away
    house.accept(2, 3)
    assert house.notary.sequence() == 3
    assert house.mirrors[0].get("checkpoint") != house.notary.public_file("checkpoint")
    house.mirrors[0].fault = lambda _path, _done: None
    assert house.notary.sequence() == 3
    house.check(final=False)


def test_nothing_is_signed_over_what_too_few_mirrors_hold(tmp_path: Path) -> None:
    def away(path: str, done: bool) -> None:
        raise MirrorFailedError("away", mirror="one", reason="ENOSPC")

    house = House(tmp_path, mirror_quorum=2)
    house.notary.start()
    house.mirrors[1].fault = away
    (leaf,) = house.accept(1)
    with pytest.raises(MirrorQuorumError):
        house.notary.sequence()
    assert house.notary.size() == 0
    assert house.statuses([leaf]) == ["accepted"]
    assert house.notary.public_file("checkpoint") is None
    assert house.notary.public_file("tile/entries/000.p/1") is None
    with house.database.reading() as session:
        assert house.notary.indices(session, [leaf]) == {leaf: None}
    house.mirrors[1].fault = lambda _path, _done: None
    assert house.notary.sequence() == 1
    house.check(final=False)


def test_checkpoint_that_too_few_mirrors_show_is_not_served(tmp_path: Path) -> None:
    def no_checkpoint(path: str, done: bool) -> None:
        if path == "checkpoint":
            raise MirrorFailedError("away", mirror="two", reason="ENOSPC")

    house = House(tmp_path, mirror_quorum=2)
    house.notary.start()
    house.mirrors[1].fault = no_checkpoint
    house.accept(1)
    with pytest.raises(MirrorQuorumError):
        house.notary.sequence()
    assert house.mirrors[0].get("checkpoint") is not None
    assert house.notary.public_file("checkpoint") is None
    house.mirrors[1].fault = lambda _path, _done: None
    house.accept(2)
    assert house.notary.sequence() == 2
    house.check(final=False)


def test_full_folder_is_a_failed_mirror(house: House) -> None:
    blocked = house.folder / "mirror-1"
    blocked.write_bytes(b"a file where the mirror's folder should be")
    house.accept(1)
    assert house.notary.sequence() == 1
    blocked.unlink()
    house.notary.sequence()
    house.check(final=False)


def test_many_threads_and_two_notaries_lose_nothing(house: House) -> None:
    other = house.new_notary()
    other.start()
    failures: list[BaseException] = []

    def accept(first: int) -> None:
        for number in range(first, first + 15):
            house.accept(number)

    def sequence(notary: Notary) -> None:
        try:
            for _ in range(15):
                notary.sequence()
                notary.anchor_pending()
        except BaseException as error:  # noqa: BLE001  shown by the test
            failures.append(error)

    threads = [threading.Thread(target=accept, args=(100 * turn,)) for turn in range(3)]
    threads += [threading.Thread(target=sequence, args=(n,)) for n in (other, house.notary)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    house.work()
    assert house.notary.size() == 45
    house.check()


def test_a_batch_is_as_large_as_what_waits(house: House) -> None:
    with house.database.transaction() as session:
        for number in range(4_500):
            house.notary.accept(
                session, sha256(number.to_bytes(4, "big")), kind="statement", subject=ZERO32
            )
    assert house.notary.sequence() == 4_500
    house.work()
    house.check(final=False)
    assert house.memory_chain.transactions_sent == 1
