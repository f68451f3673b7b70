"""Custody: encrypted once, the same bytes on every disk, and always given back right."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pyrage
import pytest

from service.custody import (
    CannotOpenError,
    CopyState,
    CopyView,
    Custody,
    DiskStore,
    NoGoodCopyError,
    NothingKeptError,
    QuorumNotReachedError,
    RepairReport,
    cid_v1,
    envelope_key,
)
from service.keyring import Keyring
from tests.parts import NOON
from tests.unit.custody.conftest import Vault

PDF = b"%PDF-1.7 a contract between Ana and Eva" * 1000


def good(number: int) -> CopyView:
    return CopyView(store=f"disk-{number}", state=CopyState.KEPT, checked_at=NOON, reason="")


def test_the_same_ciphertext_is_on_every_disk_under_its_cid(vault: Vault) -> None:
    kept = vault.custody.keep("agr_1", PDF)
    assert kept.copies == vault.custody.copies("agr_1") == [good(1), good(2)]
    assert kept.profile == "unixfs-v1-2025"
    assert kept.plaintext_sha256 == hashlib.sha256(PDF).digest()
    first, second = vault.files_on(1), vault.files_on(2)
    assert first == second
    assert set(first) == {kept.cid, envelope_key(kept.cid)}
    assert cid_v1(first[kept.cid]) == kept.cid
    assert hashlib.sha256(first[kept.cid]).digest() == kept.ciphertext_sha256
    assert vault.custody.fetch("agr_1") == PDF


def test_no_plaintext_and_no_open_key_is_anywhere(vault: Vault) -> None:
    vault.custody.keep("agr_1", PDF)
    stored = vault.stored()
    assert b"age-encryption.org/v1" in stored
    assert b"Ana and Eva" not in stored
    assert b"AGE-SECRET-KEY" not in stored


def test_standard_age_opens_it_in_two_steps(vault: Vault) -> None:
    """The platform's identity opens the envelope, and what is in it opens the ciphertext."""
    kept = vault.custody.keep("agr_1", PDF)
    disk = vault.files_on(2)
    platform = vault.keyring.secret("custody-age", lambda: b"").decode()
    identity = pyrage.decrypt(
        disk[envelope_key(kept.cid)], [pyrage.x25519.Identity.from_str(platform)]
    ).decode()
    assert identity.startswith("AGE-SECRET-KEY-1")
    assert identity.endswith("\n")
    agreement = pyrage.x25519.Identity.from_str(identity.strip())
    assert pyrage.decrypt(disk[kept.cid], [agreement]) == PDF


def test_only_the_agreements_own_key_opens_its_ciphertext(vault: Vault) -> None:
    kept = vault.custody.keep("agr_1", PDF)
    platform = vault.keyring.secret("custody-age", lambda: b"").decode()
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(vault.files_on(1)[kept.cid], [pyrage.x25519.Identity.from_str(platform)])


def test_keeping_again_changes_nothing(vault: Vault) -> None:
    kept = vault.custody.keep("agr_1", PDF)
    before = vault.files_on(1)
    vault.clock.advance(days=1)
    assert vault.open().keep("agr_1", PDF) == kept
    assert vault.files_on(1) == before


def test_each_agreement_has_its_own_key_and_each_content_its_own_object(vault: Vault) -> None:
    first = vault.custody.keep("agr_1", PDF)
    vault.clock.advance(seconds=1)
    renewed = vault.custody.keep("agr_1", PDF + b"renewed")
    other = vault.custody.keep("agr_2", PDF)
    assert len({first.cid, renewed.cid, other.cid}) == 3
    files = vault.files_on(1)
    envelopes = {kept.cid: files[envelope_key(kept.cid)] for kept in (first, renewed, other)}
    assert envelopes[first.cid] == envelopes[renewed.cid] != envelopes[other.cid]
    assert vault.custody.fetch("agr_1") == PDF + b"renewed"
    assert vault.custody.fetch("agr_2") == PDF


def test_the_spool_is_empty_once_every_disk_has_it(vault: Vault) -> None:
    vault.custody.keep("agr_1", PDF)
    assert vault.spooled() == []


def test_a_rotten_copy_is_passed_over_remembered_and_mended(vault: Vault) -> None:
    kept = vault.custody.keep("agr_1", PDF)
    whole = vault.files_on(1)
    flipped = bytearray(whole[kept.cid])
    flipped[len(flipped) // 2] ^= 1
    vault.disks[0].put(kept.cid, bytes(flipped))
    vault.clock.advance(hours=1)
    assert vault.custody.fetch("agr_1") == PDF
    assert vault.custody.copies("agr_1") == [
        CopyView(
            store="disk-1",
            state=CopyState.ROTTEN,
            checked_at=vault.clock.now(),
            reason="hash-differs",
        ),
        good(2),
    ]
    report = vault.custody.repair()
    assert report == RepairReport(examined=1, repaired=1, still_missing=0, lost=0)
    assert vault.custody.copies("agr_1")[0].state is CopyState.KEPT
    assert vault.files_on(1) == whole


def test_a_deleted_copy_is_remembered_and_mended(vault: Vault) -> None:
    kept = vault.custody.keep("agr_1", PDF)
    vault.disks[0].delete(kept.cid)
    assert vault.custody.fetch("agr_1") == PDF
    assert vault.custody.copies("agr_1")[0] == replace(
        good(1), state=CopyState.MISSING, reason="not-there"
    )
    assert vault.custody.repair().repaired == 1
    assert vault.files_on(1) == vault.files_on(2)
    assert vault.custody.repair() == RepairReport(examined=0, repaired=0, still_missing=0, lost=0)


def test_when_no_copy_is_left_it_is_said(vault: Vault) -> None:
    kept = vault.custody.keep("agr_1", PDF)
    for disk in vault.disks:
        disk.delete(kept.cid)
    with pytest.raises(NoGoodCopyError):
        vault.custody.fetch("agr_1")
    assert vault.custody.repair() == RepairReport(examined=1, repaired=0, still_missing=0, lost=1)


def test_a_store_that_is_added_later_gets_everything(vault: Vault) -> None:
    for number in range(3):
        vault.custody.keep(f"agr_{number}", PDF)
    third = DiskStore(vault.disk_folder(3), name="disk-3")
    wider = vault.open([*vault.disks, third])
    assert wider.repair(limit=2).repaired == 2
    assert wider.repair(limit=2).repaired == 1
    assert vault.files_on(3) == vault.files_on(1)
    assert [copy.store for copy in wider.copies("agr_0")] == ["disk-1", "disk-2", "disk-3"]


def test_another_reader_is_added_and_taken_away_without_touching_the_ciphertext(
    vault: Vault,
) -> None:
    def opens(reader: pyrage.x25519.Identity, envelope: bytes) -> bool:
        try:
            return bool(pyrage.decrypt(envelope, [reader]))
        except pyrage.DecryptError:
            return False

    kept = vault.custody.keep("agr_1", PDF)
    before = vault.files_on(1)
    party = pyrage.x25519.Identity.generate()
    for recipients in ([str(party.to_public())], []):
        vault.custody.replace_envelope("agr_1", recipients=recipients)
        assert vault.custody.repair() == RepairReport(
            examined=1, repaired=2, still_missing=0, lost=0
        )
        for number in (1, 2):
            files = vault.files_on(number)
            assert files[kept.cid] == before[kept.cid]
            assert opens(party, files[envelope_key(kept.cid)]) == bool(recipients)
        assert vault.custody.fetch("agr_1") == PDF
    with pytest.raises(NothingKeptError):
        vault.custody.replace_envelope("agr_2", recipients=[])


def test_what_was_never_kept_is_not_found(vault: Vault) -> None:
    with pytest.raises(NothingKeptError):
        vault.custody.fetch("agr_1")
    with pytest.raises(NothingKeptError):
        vault.custody.copies("agr_1")


def test_another_keyring_says_that_it_cannot_open(vault: Vault) -> None:
    vault.custody.keep("agr_1", PDF)
    vault.keyring = Keyring(vault.folder / "other-keys", bytes(32))
    with pytest.raises(CannotOpenError):
        vault.open().fetch("agr_1")


def test_leftovers_of_a_crash_are_removed_after_a_day(vault: Vault) -> None:
    vault.disk_folder(1).write_bytes(b"in the way of the folder")
    vault.custody.keep("agr_1", PDF)
    (known,) = vault.spooled()
    leftover = vault.spool / f"{cid_v1(b'leftover')}.age"
    leftover.write_bytes(b"leftover")
    young = vault.spool / f"{cid_v1(b'young')}.age"
    young.write_bytes(b"young")
    for path, age_s in ((leftover, 90_000), (vault.spool / known, 90_000), (young, 60)):
        moment = NOON.timestamp() - age_s
        os.utime(path, (moment, moment))
    vault.custody.repair()
    assert vault.spooled() == sorted([known, young.name])


def test_the_quorum_must_be_possible(vault: Vault) -> None:
    for stores, quorum in ((vault.disks, 3), (vault.disks, 0), ([vault.disks[0]] * 2, 1)):
        with pytest.raises(ValueError, match="quorum"):
            vault.open(stores, quorum=quorum)


def test_too_few_copies_are_an_error_that_can_be_repeated(vault: Vault) -> None:
    vault.disk_folder(1).write_bytes(b"in the way of the folder")
    strict = vault.open(quorum=2)
    for _ in range(2):
        with pytest.raises(QuorumNotReachedError) as failure:
            strict.keep("agr_1", PDF)
        assert failure.value.facts == {"expected": 2, "good": 1}
    before = vault.files_on(2)
    vault.disk_folder(1).unlink()
    assert len(strict.keep("agr_1", PDF).copies) == 2
    assert vault.files_on(1) == vault.files_on(2) == before


def test_twenty_five_megabytes_go_through(vault: Vault) -> None:
    large = os.urandom(1 << 20) * 25
    kept: Custody = vault.custody
    kept.keep("agr_1", large)
    assert kept.fetch("agr_1") == large


def test_two_workers_at_once_keep_one_ciphertext(vault: Vault) -> None:
    with ThreadPoolExecutor(4) as workers:
        kept = list(workers.map(lambda _: vault.open().keep("agr_1", PDF).cid, range(4)))
    assert len(set(kept)) == 1
    assert set(vault.files_on(1)) == {kept[0], envelope_key(kept[0])}
    assert vault.files_on(1) == vault.files_on(2)
    assert vault.spooled() == []
    assert vault.custody.fetch("agr_1") == PDF
