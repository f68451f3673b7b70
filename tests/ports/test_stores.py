"""The Store port, on every adapter."""

import os
import resource
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from service.custody import DiskStore, ObjectMissingError, Store, StoreFailedError, cid_v1
from tests.servers.places import KINDS, Places

CONTENT = b"age-encryption.org/v1 and so on" * 1000
CID = cid_v1(CONTENT)


@pytest.fixture(params=KINDS)
def open_store(request: pytest.FixtureRequest, places: Places) -> Callable[[], Store]:
    """Opens the same empty place again each time, as a restart does."""
    opener = places.opener(request.param)
    # Nodes have one place for all that is named alike.
    for key in (CID, f"{CID}.key.age"):
        opener().delete(key)
    return opener


@pytest.fixture
def store(open_store: Callable[[], Store]) -> Store:
    return open_store()


def test_what_was_put_is_there_for_whoever_opens_the_store_next(
    open_store: Callable[[], Store],
) -> None:
    open_store().put(CID, CONTENT)
    again = open_store()
    assert again.get(CID) == CONTENT
    assert again.head(CID) == len(CONTENT)
    assert again.name == "store-1"


@pytest.mark.parametrize("content", [b"", b"x", os.urandom((5 << 20) + 3)])
def test_every_size(store: Store, content: bytes) -> None:
    key = cid_v1(content)
    store.put(key, content)
    assert store.get(key) == content
    assert store.head(key) == len(content)


def test_putting_again_is_harmless_and_mends(store: Store) -> None:
    store.put(CID, CONTENT)
    store.put(CID, CONTENT)
    assert store.get(CID) == CONTENT
    # Where the key is bound to the content, other content is refused.
    with suppress(StoreFailedError):
        store.put(CID, b"rotten")
    store.put(CID, CONTENT)
    assert store.get(CID) == CONTENT


def test_what_stands_beside_an_object_is_its_own(store: Store) -> None:
    store.put(CID, CONTENT)
    store.put(f"{CID}.key.age", b"first")
    store.put(f"{CID}.key.age", b"second")
    assert store.get(f"{CID}.key.age") == b"second"
    assert store.get(CID) == CONTENT
    store.delete(f"{CID}.key.age")
    assert store.get(CID) == CONTENT


def test_what_is_not_there_is_missing(store: Store) -> None:
    for call in (store.get, store.head):
        with pytest.raises(ObjectMissingError):
            call(CID)


def test_deleting_may_be_repeated(store: Store) -> None:
    store.put(CID, CONTENT)
    store.delete(CID)
    store.delete(CID)
    with pytest.raises(ObjectMissingError):
        store.get(CID)


@pytest.mark.parametrize("key", ["", "x", "../../etc/passwd", f"{CID}/x", f"../{CID}", CID.upper()])
def test_what_is_no_key_is_refused(store: Store, key: str) -> None:
    for call in (lambda: store.put(key, b"x"), lambda: store.get(key), lambda: store.delete(key)):
        with pytest.raises(ValueError, match="CID"):
            call()


def test_readers_see_an_object_whole_or_not_at_all(store: Store) -> None:
    """Two threads overwrite one key with two contents while a third reads."""
    contents = {b"a" * 300_000, b"b" * 300_000}
    key = f"{CID}.key.age"
    store.put(key, next(iter(contents)))
    writers = [
        threading.Thread(target=lambda value=value: [store.put(key, value) for _ in range(5)])
        for value in contents
    ]
    for writer in writers:
        writer.start()
    seen = set()
    while any(writer.is_alive() for writer in writers):
        # A server may refuse to read while it writes; it must not mix.
        with suppress(StoreFailedError, ObjectMissingError):
            seen.add(store.get(key))
    for writer in writers:
        writer.join()
    assert seen <= contents
    assert store.get(key) in contents


# What only a disk can do.


@contextmanager
def disk_full_after(size: int) -> Iterator[None]:
    """Let no file of this process grow past ``size`` bytes: the kernel stops the write midway."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_what_was_there_and_nothing_half_written(tmp_path: Path) -> None:
    disk = DiskStore(tmp_path, name="disk-1")
    key = f"{CID}.key.age"
    disk.put(key, b"old")
    with disk_full_after(1000), pytest.raises(StoreFailedError) as failure:
        disk.put(key, CONTENT)
    assert failure.value.facts == {"store": "disk-1", "reason": "EFBIG"}
    assert disk.get(key) == b"old"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [key]
    disk.put(key, CONTENT)
    assert disk.get(key) == CONTENT


def test_a_disk_that_is_away_is_a_failure_and_no_loss(tmp_path: Path) -> None:
    folder = tmp_path / "mounted"
    disk = DiskStore(folder, name="disk-1")
    disk.put(CID, CONTENT)
    folder.rename(tmp_path / "unplugged")
    folder.write_bytes(b"no folder")
    for call in (
        lambda: disk.put(CID, CONTENT),
        lambda: disk.get(CID),
        lambda: disk.head(CID),
        lambda: disk.delete(CID),
    ):
        with pytest.raises(StoreFailedError) as failure:
            call()
        assert failure.value.facts["store"] == "disk-1"
        assert str(tmp_path) not in str(failure.value)
    folder.unlink()
    (tmp_path / "unplugged").rename(folder)
    assert disk.get(CID) == CONTENT


def test_a_name_is_short_and_plain(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="name"):
        DiskStore(tmp_path, name="My disk/1")
