"""Renewing time stamps: when it is due, what it changes, and what a fault leaves behind."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from service.agreements.models import Agreement
from service.custody import QuorumNotReachedError
from service.signing import Purpose, rotate_signing_keys, weakens_at
from service.signing.generations import InFile
from tests.faults.signing_house import SigningHouse
from tests.unit.signing.judges import signatures_of


@pytest.fixture
def room(tmp_path: Path) -> Iterator[SigningHouse]:
    room = SigningHouse(tmp_path)
    yield room
    room.close()


def sealed(room: SigningHouse) -> str:
    """Return an agreement that is sealed and announced."""
    made = room.draft(parties=1)
    room.sign(made, 1)
    for step in (room.agreements.seal, room.agreements.store, room.agreements.announce):
        step(made)
    return made


def stamps(room: SigningHouse, agreement: str) -> int:
    kinds = [str(one.sig_object_type) for one in signatures_of(room.pdf(agreement)).values()]
    return kinds.count("/DocTimeStamp")


def scheduled(room: SigningHouse) -> list[str]:
    room.house.enqueued.work.clear()
    room.agreements.schedule_renewals()
    return [name for name, *_ in room.house.enqueued.work]


def test_it_is_renewed_when_it_is_time_and_not_before(room: SigningHouse) -> None:
    agreement = sealed(room)
    leaf = room.row(agreement, lambda row: row.document_leaf)
    before = room.pdf(agreement)
    assert scheduled(room) == ["renew-agreement"]
    room.agreements.renew(agreement)
    # The first look only notes when.
    assert room.pdf(agreement) == before
    assert scheduled(room) == []
    room.house.clock.advance(days=5 * 365 + 1)
    assert scheduled(room) == ["renew-agreement"]
    _evidence(room, agreement)
    room.agreements.renew(agreement)
    after = room.pdf(agreement)
    assert after.startswith(before)
    assert stamps(room, agreement) == 2
    assert room.row(agreement, lambda row: row.document_leaf) == leaf
    assert room.row(agreement, lambda row: (row.renewals, row.renewed_sha256)) == (1, None)
    # Kept as an object of its own, and the evidence is to be written anew.
    assert room.custody.fetch(agreement) == after
    assert room.row(agreement, lambda row: row.evidence_sha256) is None
    assert scheduled(room) == []
    room.agreements.renew(agreement)
    assert stamps(room, agreement) == 2


def _evidence(room: SigningHouse, agreement: str) -> None:
    with room.house.database.transaction() as session:
        session.get_one(Agreement, agreement).evidence_sha256 = "00" * 32


def test_it_is_renewed_before_the_time_stampers_certificate_ends(room: SigningHouse) -> None:
    agreement = sealed(room)
    room.agreements.renew(agreement)
    for _ in range(2):
        room.house.clock.advance(days=5 * 365 + 1)
        room.agreements.renew(agreement)
    _, ends = weakens_at(room.pdf(agreement))
    due = room.row(agreement, lambda row: row.renew_at)
    assert due == ends - timedelta(days=90)
    room.house.clock.moment = ends - timedelta(days=80)
    rotate_signing_keys(
        room.keyring,
        purposes=[Purpose.TIME_STAMPS],
        clock=room.house.clock,
        place=InFile(),
        pki_url=None,
        compromised=False,
    )
    room.open()
    room.agreements.renew(agreement)
    assert stamps(room, agreement) == 4
    assert weakens_at(room.pdf(agreement))[1] > ends


def test_without_a_newer_certificate_it_is_looked_at_again_later(room: SigningHouse) -> None:
    agreement = sealed(room)
    _, ends = weakens_at(room.pdf(agreement))
    room.house.clock.moment = ends - timedelta(days=30)
    room.agreements.renew(agreement)
    due = room.row(agreement, lambda row: row.renew_at)
    assert due == room.house.clock.now() + timedelta(days=30)


def test_a_renewal_whose_stores_are_down_is_taken_up_where_it_was(
    room: SigningHouse, tmp_path: Path
) -> None:
    agreement = sealed(room)
    room.house.clock.advance(days=6 * 365)
    store, away = tmp_path / "store", tmp_path / "away"
    store.rename(away)
    store.write_text("not a folder")
    with pytest.raises(QuorumNotReachedError):
        room.agreements.renew(agreement)
    waiting = room.row(agreement, lambda row: row.renewed_sha256)
    assert waiting is not None
    assert stamps(room, agreement) == 1
    store.unlink()
    away.rename(store)
    room.agreements.renew(agreement)
    # The PDF that was made before, not another one.
    assert room.row(agreement, lambda row: row.sealed_sha256) == waiting
    assert stamps(room, agreement) == 2


def test_what_is_not_sealed_is_left_alone(room: SigningHouse) -> None:
    made = room.draft(parties=1)
    room.agreements.renew(made)
    room.agreements.renew("agr_none")
    assert scheduled(room) == []
