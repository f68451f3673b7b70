"""Outsiders' hashes."""

import pytest

from anchoring.evidence_lists import build_anchor
from anchoring.hashing import external_entry, leaf_hash, sha256
from service.notary import (
    AnchorRequestNotFoundError,
    BadEntryError,
    IdempotencyConflictError,
)
from tests.unit.notary.house import House

HASH = sha256(b"somebody's file")


def _ask(house: House, *, sha256: bytes = HASH, owner: str = "key-1", key: str | None) -> str:
    with house.database.transaction() as session:
        return house.notary.accept_external(
            session, sha256=sha256, owner=owner, idempotency_key=key
        )


def test_hash_is_wrapped_with_a_salt(house: House) -> None:
    request_id = _ask(house, key=None)
    view = house.notary.anchor_request(request_id, "key-1")
    assert request_id.startswith("anc_")
    assert view.sha256 == HASH
    assert view.entry == external_entry(salt=view.salt, caller_sha256=HASH)
    assert view.leaf_hash == leaf_hash(view.entry)
    assert (view.status.status, view.proof, view.anchor) == ("accepted", None, None)
    assert view.accepted_at == house.clock.now()
    house.work()
    assert house.entries() == [view.entry]


def test_final_request_has_its_proof_and_anchor(house: House) -> None:
    request_id = _ask(house, key=None)
    house.work()
    view = house.notary.anchor_request(request_id, "key-1")
    assert view.status.status == "final"
    assert view.proof == house.notary.proof(view.leaf_hash)
    assert view.anchor is not None
    build_anchor(view.anchor)


def test_final_request_while_the_chain_is_down(house: House) -> None:
    request_id = _ask(house, key=None)
    house.work()
    before = house.notary.anchor_request(request_id, "key-1")
    house.memory_chain.down = True
    assert house.notary.anchor_request(request_id, "key-1") == before


def test_same_key_and_hash_is_the_same_request(house: House) -> None:
    assert _ask(house, key="order-7") == _ask(house, key="order-7")
    assert house.notary.sequence() == 1


def test_same_key_and_another_hash_is_a_conflict(house: House) -> None:
    _ask(house, key="order-7")
    with pytest.raises(IdempotencyConflictError):
        _ask(house, sha256=sha256(b"another file"), key="order-7")
    assert house.notary.sequence() == 1


def test_keys_of_two_callers_are_apart(house: House) -> None:
    assert _ask(house, owner="key-1", key="a") != _ask(house, owner="key-2", key="a")


def test_without_a_key_each_request_is_its_own(house: House) -> None:
    assert _ask(house, key=None) != _ask(house, key=None)
    assert house.notary.sequence() == 2


def test_request_of_another_caller_is_not_found(house: House) -> None:
    request_id = _ask(house, key=None)
    with pytest.raises(AnchorRequestNotFoundError):
        house.notary.anchor_request(request_id, "key-2")
    with pytest.raises(AnchorRequestNotFoundError):
        house.notary.anchor_request("anc_none", "key-1")


def test_what_is_no_hash_is_refused(house: House) -> None:
    with pytest.raises(BadEntryError):
        _ask(house, sha256=b"short", key=None)
