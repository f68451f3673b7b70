"""A new log key: old proofs stay valid, and nothing that is still to be anchored is lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from anchoring.checkpoint import open_checkpoint, read_unverified
from anchoring.errors import BadCheckpoint, UntrustedLogKey
from anchoring.tlog_proof import parse_tlog_proof
from service.notary import LogForkRefused, NotStartedError, rotate_log_key
from service.notary.log_keys import LogKeys
from service.notary.models import SignedCheckpoint
from tests.parts import NOON, ManualClock, fresh_keyring
from tests.unit.notary.house import ORIGIN, House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    house.notary.start()
    yield house
    house.database.dispose()


def rotate(house: House, *, compromised: bool = False) -> None:
    rotate_log_key(keyring=fresh_keyring(house.folder), clock=house.clock, compromised=compromised)


def vkeys(house: House) -> tuple[str, ...]:
    return tuple(key.vkey for key in house.notary.log_keys)


def checkpoint(house: House) -> str:
    note = house.notary.public_file("checkpoint")
    assert note is not None
    return note.decode()


def test_old_proofs_verify_with_the_old_key_and_new_ones_with_the_new(house: House) -> None:
    (early,) = house.accept(1)
    house.work()
    proof = house.notary.proof(early)
    (old,) = vkeys(house)
    house.clock.advance(days=30)
    rotate(house)
    house.restart()
    (late,) = house.accept(2)
    house.work()
    new, kept = vkeys(house)
    assert kept == old
    assert open_checkpoint(parse_tlog_proof(proof).checkpoint, [old]).size == 1
    made = parse_tlog_proof(house.notary.proof(late)).checkpoint
    assert open_checkpoint(made, [new]).size == 2
    with pytest.raises(UntrustedLogKey):
        open_checkpoint(made, [old])
    house.check()
    house.restart()
    house.check()


def test_what_is_not_anchored_yet_gets_both_signatures(house: House) -> None:
    house.accept(1)
    house.work()
    house.accept(2)
    house.notary.sequence()
    house.accept(3)
    house.notary.sequence()
    house.clock.advance(days=3650)  # past the time of the chain's blocks
    rotate(house)
    house.restart()
    new, old = vkeys(house)
    with house.database.reading() as session:
        notes = {size: session.get_one(SignedCheckpoint, size).note for size in (1, 2, 3)}
    assert notes[3] == checkpoint(house)
    for size in (2, 3):
        assert open_checkpoint(notes[size], [new]).size == size
        assert open_checkpoint(notes[size], [old]).size == size
    with pytest.raises(UntrustedLogKey):
        open_checkpoint(notes[1], [new])
    house.work()
    house.check()


def test_what_is_anchored_between_the_change_and_the_restart_gets_both(house: House) -> None:
    house.clock.advance(days=-3650)  # before the time of the chain's blocks
    rotate(house)
    (leaf,) = house.accept(1)
    house.work()
    house.accept(2)
    house.work()
    house.restart()
    note = parse_tlog_proof(house.notary.proof(leaf)).checkpoint
    for key in vkeys(house):
        assert open_checkpoint(note, [key]).size == 1
    house.check()


def test_what_the_trust_file_is_told(house: House) -> None:
    house.clock.advance(days=1)
    rotate(house)
    house.clock.advance(days=1)
    rotate(house, compromised=True)
    house.restart()
    third, second, first = house.notary.log_keys
    assert (third.until, third.revoked) == (None, False)
    assert (second.until, second.revoked) == (third.since, True)
    assert (first.until, first.revoked) == (second.since, False)
    assert first.since is None
    assert third.since is not None
    assert (third.since - NOON).days == 2
    assert house.notary.identity.vkeys == vkeys(house)


def test_a_process_without_the_new_key_signs_nothing(house: House) -> None:
    behind = house.new_notary()
    behind.start()
    house.accept(1)
    rotate(house)
    house.restart()
    house.notary.sequence()
    house.accept(2)
    with pytest.raises(LogForkRefused, match="copy"):
        behind.sequence()
    assert house.notary.sequence() == 2
    house.check(final=False)


def test_a_process_that_runs_on_keeps_the_old_key(house: House) -> None:
    house.accept(1)
    rotate(house)
    house.notary.sequence()
    (old,) = vkeys(house)
    assert open_checkpoint(checkpoint(house), [old]).size == 1


def test_there_must_be_a_log(tmp_path: Path) -> None:
    with pytest.raises(NotStartedError):
        rotate_log_key(keyring=fresh_keyring(tmp_path), clock=ManualClock(), compromised=False)


def test_one_more_signature_changes_nothing_that_is_signed(tmp_path: Path) -> None:
    keyring, clock = fresh_keyring(tmp_path), ManualClock()
    first = LogKeys(keyring=keyring, origin=ORIGIN)
    note = first.sign(7, bytes(32))
    assert rotate_log_key(keyring=keyring, clock=clock, compromised=False) == 2
    assert rotate_log_key(keyring=keyring, clock=clock, compromised=False) == 3
    keys = LogKeys(keyring=keyring, origin=ORIGIN)
    both = keys.countersign(note)
    assert both.startswith(note)
    assert keys.countersign(both) == both
    assert read_unverified(both) == read_unverified(note)
    assert open_checkpoint(both, [keys.vkeys[0]]) == open_checkpoint(both, [keys.first_vkey])
    other = LogKeys(keyring=fresh_keyring(tmp_path / "b"), origin="acta.example/other")
    with pytest.raises(BadCheckpoint):
        other.countersign(note)
