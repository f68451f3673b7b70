"""API keys: shown once, kept as a hash, withdrawn at once."""

import pytest

from service.errors import NotFoundError
from service.identity import ANCHORS
from tests.parts import NOON
from tests.unit.identity.conftest import Desk


def make(desk: Desk, name: str = "archive") -> str:
    with desk.database.transaction() as session:
        return desk.api_keys.new_api_key(session, name)


def test_a_key_lets_its_program_in(desk: Desk) -> None:
    key = make(desk)
    view = desk.api_keys.check_api_key(key)
    assert view is not None
    assert (view.name, view.scopes, view.created_at) == ("archive", {ANCHORS}, NOON)
    assert key.startswith(f"acta_{view.id}_")
    assert len(key) == 5 + 16 + 1 + 52
    assert desk.api_keys.list_api_keys() == [view]


def test_only_the_hash_of_a_key_is_kept(desk: Desk) -> None:
    key = make(desk)
    assert key.rpartition("_")[2].encode() not in desk.stored()


def test_what_is_no_key_lets_nobody_in(desk: Desk) -> None:
    key, other = make(desk), make(desk, "other")
    mixed = key.rpartition("_")[0] + "_" + other.rpartition("_")[2]
    last = "b" if key[-1] == "a" else "a"
    for wrong in ("", "acta_", mixed, key[:-1], key[:-1] + last, key.upper(), f"{key} ", "\x00"):
        assert desk.api_keys.check_api_key(wrong) is None


def test_a_withdrawn_key_lets_nobody_in(desk: Desk) -> None:
    key, other = make(desk), make(desk, "other")
    view = desk.api_keys.check_api_key(key)
    assert view is not None
    for _ in range(2):
        with desk.database.transaction() as session:
            desk.api_keys.revoke(session, view.id)
        desk.clock.advance(days=1)
    assert desk.api_keys.check_api_key(key) is None
    assert desk.api_keys.check_api_key(other) is not None
    assert {one.name: one.revoked_at for one in desk.api_keys.list_api_keys()} == {
        "archive": NOON,
        "other": None,
    }
    with pytest.raises(NotFoundError), desk.database.transaction() as session:
        desk.api_keys.revoke(session, "nosuchkey")


def test_names_and_scopes_are_checked(desk: Desk) -> None:
    with desk.database.transaction() as session:
        for name in ("", "  ", "x" * 81):
            with pytest.raises(ValueError, match="name"):
                desk.api_keys.new_api_key(session, name)
        with pytest.raises(ValueError, match="scopes"):
            desk.api_keys.new_api_key(session, "x", scopes=["everything"])
