"""The platform's own trust file, version by version."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from anchoring.trust import TrustFile, parse_trust
from service.keyring import Keyring
from service.notary import ChainPlan, MemoryChain, rotate_log_key
from service.trust import TrustPublisher
from tests.parts import fresh_keyring
from tests.unit.notary.house import House

Publish = Callable[[], TrustFile]


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path)
    house.notary.start()
    return house


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return fresh_keyring(tmp_path)


@pytest.fixture
def publish(house: House, keyring: Keyring) -> Publish:
    def now() -> TrustFile:
        publisher = TrustPublisher(
            folder=house.folder,
            keyring=keyring,
            notary=house.notary,
            database=house.database,
            clock=house.clock,
        )
        publisher.publish(
            keys=[], rpc=["https://node.example"], log=["https://acta.example/log"], max_delay_s=60
        )
        return parse_trust(publisher.current())

    return now


def test_nothing_new_is_no_new_version(house: House, publish: Publish) -> None:
    first = publish()
    house.clock.advance(days=30)
    house.restart()
    assert publish() == first
    assert [key.vkey for key in first.current.keys_for("log")] == [house.notary.identity.vkey]


def test_genesis_names_the_chains_that_were_met(tmp_path: Path, publish: Publish) -> None:
    assert [home.chain_id for home in publish().homes] == [77_001]


def test_genesis_stays_when_a_chain_joins_later(house: House, publish: Publish) -> None:
    first = publish()
    house.also = [ChainPlan(name="mainnet", chain=MemoryChain(our_own=False, chain_id=1))]
    house.restart()
    assert [home.chain_id for home in house.notary.homes()] == [77_001, 1]
    assert publish() == first


def test_genesis_of_a_log_on_two_chains_names_both(house: House, publish: Publish) -> None:
    house.also = [ChainPlan(name="mainnet", chain=MemoryChain(our_own=False, chain_id=1))]
    house.restart()
    homes = publish().homes
    assert [home.chain_id for home in homes] == [77_001, 1]
    assert {home.log_id for home in homes} == {house.notary.identity.log_id}


def test_changed_log_key_is_a_new_version(house: House, publish: Publish, keyring: Keyring) -> None:
    first = publish()
    (old,) = first.current.keys_for("log")
    house.clock.advance(days=100)
    rotate_log_key(keyring=keyring, clock=house.clock, compromised=False)
    house.clock.advance(hours=5)
    house.restart()
    second = publish()
    assert second.extends(first)
    new, ended = second.current.keys_for("log")
    assert (new.vkey, ended.vkey) == (house.notary.identity.vkey, old.vkey)
    # What it signed until the restart may still be on its way on chain.
    assert ended.not_before == old.not_before
    assert ended.not_after == house.clock.now() + timedelta(days=1)
    assert ended.revoked_after is None
    assert new.not_before == house.clock.now() - timedelta(hours=5)
    house.clock.advance(days=1)
    house.restart()
    assert publish() == second


def test_log_key_that_got_known_is_revoked(
    house: House, publish: Publish, keyring: Keyring
) -> None:
    publish()
    house.clock.advance(days=100)
    rotate_log_key(keyring=keyring, clock=house.clock, compromised=True)
    known_at = house.clock.now()
    house.clock.advance(hours=5)
    house.restart()
    _new, revoked = publish().current.keys_for("log")
    assert revoked.revoked_after == known_at
