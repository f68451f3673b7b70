"""What single kinds of stores promise beyond the port."""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from anchoring.cid import blocks_of
from service.custody import (
    CarDamagedError,
    CloudStore,
    KuboStore,
    ObjectMissingError,
    PinningStore,
    StoreFailedError,
    cid_v1,
    open_azure,
    open_s3,
    read_car,
    write_car,
)
from tests.local_server import LocalServer
from tests.parts import ManualClock
from tests.servers import running
from tests.servers.places import REGION, Places


def blocks_on(node: running.KuboNode) -> Iterator[Path]:
    """The node's blocks as files."""
    yield from (node.folder / "repository" / "blocks").rglob("*.data")


# IPFS.


@pytest.mark.parametrize("size", [0, 10, 1 << 20, (1 << 20) + 1, (50 << 20) + 7])
def test_the_node_gives_the_cid_computed_here(places: Places, size: int) -> None:
    """The store itself refuses another CID; the node's export says the same byte for byte."""
    content = os.urandom(size)
    cid = cid_v1(content)
    store = KuboStore(places.node().url, name="node")
    store.put(cid, content)
    car = write_car(content)
    assert store.export_car(cid) == car
    assert read_car(car) == (cid, content)
    store.delete(cid)
    with pytest.raises(ObjectMissingError):
        store.get(cid)
    store.import_car(car)
    assert store.get(cid) == content
    store.delete(cid)


def test_a_node_that_gives_another_cid_is_refused() -> None:
    content = b"age-encryption.org/v1"
    answers = {
        "/api/v0/pin/ls": (500, b'{"Message": "path is not pinned", "Code": 0, "Type": "error"}'),
        "/api/v0/add": (200, b'{"Name": "x", "Hash": "bafkreiother", "Size": "21"}'),
    }

    def reply(_method: str, path: str, _body: bytes) -> tuple[int, str, bytes]:
        status, body = answers[path.partition("?")[0]]
        return status, "application/json", body

    with LocalServer(reply) as server, pytest.raises(StoreFailedError) as failure:
        KuboStore(server.url, name="node").put(cid_v1(content), content)
    assert failure.value.facts == {"store": "node", "reason": "another-cid"}


def test_a_rotten_block_is_noticed_and_mended_by_putting_again(places: Places) -> None:
    content = os.urandom(1000)
    cid = cid_v1(content)
    store = KuboStore(places.node().url, name="node")
    store.put(cid, content)
    (block,) = (path for path in blocks_on(places.node()) if path.read_bytes() == content)
    block.write_bytes(b"\0" + content[1:])
    assert store.get(cid) != content
    store.put(cid, content)
    assert store.get(cid) == content
    assert block.read_bytes() == content


def test_a_node_that_lost_a_block_is_noticed_and_takes_it_again(places: Places) -> None:
    content = os.urandom((2 << 20) + 5)
    cid = cid_v1(content)
    store = KuboStore(places.node().url, name="node")
    store.put(cid, content)
    lost = content[1 << 20 : 2 << 20]
    (block,) = (path for path in blocks_on(places.node()) if path.read_bytes() == lost)
    block.unlink()
    # The node breaks off where the block was: what came before it looks like a whole answer.
    with suppress(ObjectMissingError, StoreFailedError):
        assert store.get(cid) != content
    store.put(cid, content)
    assert store.get(cid) == content


def test_deleting_leaves_no_block_behind(places: Places) -> None:
    content = os.urandom((1 << 20) + 5)
    cid = cid_v1(content)
    store = KuboStore(places.node().url, name="node")
    blocks = {block for _, block in blocks_of(content)}
    assert len(blocks) == 3

    def there() -> set[bytes]:
        return blocks & {path.read_bytes() for path in blocks_on(places.node())}

    store.put(cid, content)
    assert there() == blocks
    store.delete(cid)
    assert there() == set()


def test_providing_is_asked_of_the_node_and_its_refusal_costs_nothing(places: Places) -> None:
    content = os.urandom(100)
    cid = cid_v1(content)
    store = KuboStore(places.node().url, name="node", provide=True)
    store.put(cid, content)
    assert store.get(cid) == content
    with pytest.raises(StoreFailedError) as failure:
        store.provide(cid)  # the node of the tests speaks to no network
    assert failure.value.facts["reason"] == "refused"
    with LocalServer(lambda *_: (200, "application/json", b"{}")) as server:
        KuboStore(server.url, name="node").provide(cid)
    assert [path.partition("?")[0] for _, path, _ in server.asked] == ["/api/v0/routing/provide"]


def test_a_damaged_car_file_is_refused() -> None:
    content = os.urandom((1 << 20) + 5)
    car = write_car(content)
    flipped = bytearray(car)
    flipped[-1] ^= 1
    for bad in (b"", car[:-1], car[:59], bytes(flipped), car[: len(car) - 43], b"\x0a" + car):
        with pytest.raises(CarDamagedError):
            read_car(bad)


def test_a_pinning_service_forgets_the_envelope_that_was_replaced(places: Places) -> None:
    content = os.urandom(100)
    key = f"{cid_v1(content)}.key.age"
    store = places.open("pinning", place="", name="pins")
    assert isinstance(store, PinningStore)
    store.put(key, b"first")
    store.put(key, b"second")
    assert store.get(key) == b"second"
    names = [pin["pin"]["cid"] for pin in places.pinning()._pins.values()]
    assert cid_v1(b"second") in names
    assert cid_v1(b"first") not in names
    store.delete(key)


def test_a_pinning_service_with_another_token_is_refused(places: Places) -> None:
    store = PinningStore(
        places.pinning().url,
        name="pins",
        token="expired",
        gateway=places.pinning().gateway,
        node=KuboStore(places.node().url, name="pins"),
    )
    with pytest.raises(StoreFailedError) as failure:
        store.get(cid_v1(b"x"))
    assert failure.value.facts == {"store": "pins", "reason": "http-401"}


# Retention.


def test_a_locked_object_cannot_be_removed_before_its_time(places: Places) -> None:
    content = os.urandom(1000)
    cid = cid_v1(content)
    clock = ManualClock(datetime.now(UTC))
    store = places.locked(name="lock", prefix="locked", clock=clock, retain=timedelta(days=30))
    version = store.put(cid, content)
    assert version
    until = store.retained_until(cid, version=version)
    assert abs(until - clock.now() - timedelta(days=30)) < timedelta(seconds=2)
    with pytest.raises(StoreFailedError) as failure:
        store.delete(cid)
    assert failure.value.facts == {"store": "lock", "reason": "locked"}
    assert store.get(cid, version=version) == content


def test_putting_the_same_again_makes_no_further_version(places: Places) -> None:
    content = os.urandom(1000)
    cid = cid_v1(content)
    store = places.locked(name="lock", prefix="again", clock=ManualClock(datetime.now(UTC)))
    assert store.put(cid, content) == store.put(cid, content)


def test_what_is_put_or_deleted_over_an_object_hides_it_from_nobody_who_knows_its_version(
    places: Places,
) -> None:
    content = os.urandom(1000)
    cid = cid_v1(content)
    store = places.locked(name="lock", prefix="hidden", clock=ManualClock(datetime.now(UTC)))
    version = store.put(cid, content)
    server = store._client
    server.put_object(Bucket=running.BUCKET, Key=f"hidden/{cid}", Body=b"something else")
    assert store.get(cid, version=version) == content
    server.delete_object(Bucket=running.BUCKET, Key=f"hidden/{cid}")
    with pytest.raises(ObjectMissingError):
        store.get(cid)
    assert store.get(cid, version=version) == content
    assert store.put(cid, content) != version


def test_an_envelope_is_under_no_lock(places: Places) -> None:
    """It must be replaced when a party changes, and destroyed when the agreement is erased."""
    key = f"{cid_v1(b'x')}.key.age"
    store = places.locked(name="lock", prefix="envelope", clock=ManualClock(datetime.now(UTC)))
    first = store.put(key, b"first")
    assert store.retained_until(key, version=first) is None
    store.put(key, b"second")
    store.delete(key)
    for version in ("", first):
        with pytest.raises(ObjectMissingError):
            store.get(key, version=version)


# Accounts.


def test_wrong_credentials_and_a_wrong_bucket_are_failures_and_no_loss(places: Places) -> None:
    cid = cid_v1(b"x")
    url = places.server("s3", running.s3_server).url
    access = {"region": REGION, "endpoint": url, "timeout_s": 5.0}
    stores = [
        CloudStore(
            open_s3(bucket="acta", access_key="acta-test", secret_key="expired", **access),
            name="s3",
        ),
        CloudStore(
            open_azure(
                container=running.BUCKET,
                account=running.AZURE_ACCOUNT,
                account_key="ZXhwaXJlZA==",
                endpoint=f"{places.azure().url}/{running.AZURE_ACCOUNT}",
                timeout_s=5.0,
            ),
            name="azure",
        ),
    ]
    for store in stores:
        for call in (lambda one=store: one.put(cid, b"x"), lambda one=store: one.get(cid)):
            with pytest.raises(StoreFailedError) as failure:
                call()
            said = f"{failure.value} {failure.value.facts}"
            assert failure.value.facts["reason"] in {"http-403", "denied"}
            assert "expired" not in said
            assert "ZXhwaXJlZA" not in said


def test_a_server_that_is_not_there_fails_at_once(places: Places) -> None:
    nowhere = f"http://127.0.0.1:{running.free_port()}"
    cid = cid_v1(b"x")
    for kind in ("s3", "azure", "gcs", "kubo", "s3-lock", "pinning"):
        store = places.open(kind, place="x", name="away", url=nowhere)
        with pytest.raises(StoreFailedError) as failure:
            store.head(cid)
        assert failure.value.facts == {"store": "away", "reason": "unreachable"}, kind
