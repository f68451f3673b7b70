"""Working revisions: found by hash, unreadable on the disk, never given back wrong."""

import hashlib
from pathlib import Path

import pytest

from service.custody import RevisionDamagedError, RevisionFiles, RevisionMissingError
from service.keyring import Keyring
from tests.parts import fresh_keyring

PDF = b"%PDF-1.7 a contract between Ana and Eva" * 100


@pytest.fixture
def files(tmp_path: Path) -> RevisionFiles:
    return RevisionFiles(tmp_path / "revisions", fresh_keyring(tmp_path))


def only_file(tmp_path: Path) -> Path:
    (path,) = (path for path in (tmp_path / "revisions").rglob("*") if path.is_file())
    return path


def test_a_revision_is_found_by_its_hash(files: RevisionFiles, tmp_path: Path) -> None:
    sha256 = files.put(PDF)
    assert sha256 == hashlib.sha256(PDF).digest()
    assert files.get(sha256) == PDF
    assert b"contract" not in only_file(tmp_path).read_bytes()
    assert only_file(tmp_path).stat().st_mode & 0o077 == 0


def test_putting_again_changes_nothing(files: RevisionFiles, tmp_path: Path) -> None:
    files.put(PDF)
    before = only_file(tmp_path).read_bytes()
    files.put(PDF)
    assert only_file(tmp_path).read_bytes() == before


def test_the_empty_revision_is_one_too(files: RevisionFiles) -> None:
    assert files.get(files.put(b"")) == b""


def test_a_damaged_revision_is_never_given_back_and_putting_mends_it(
    files: RevisionFiles, tmp_path: Path
) -> None:
    sha256 = files.put(PDF)
    path = only_file(tmp_path)
    whole = path.read_bytes()
    for damaged in (whole[:-1], b"", whole[:50] + bytes([whole[50] ^ 1]) + whole[51:]):
        path.write_bytes(damaged)
        with pytest.raises(RevisionDamagedError):
            files.get(sha256)
    files.put(PDF)
    assert files.get(sha256) == PDF


def test_one_revision_in_anothers_place_is_noticed(files: RevisionFiles, tmp_path: Path) -> None:
    mine = files.put(PDF)
    first = only_file(tmp_path)
    content = first.read_bytes()
    first.unlink()
    hers = files.put(b"another contract")
    only_file(tmp_path).write_bytes(content)
    with pytest.raises(RevisionDamagedError):
        files.get(hers)
    with pytest.raises(RevisionMissingError):
        files.get(mine)


def test_another_master_key_opens_nothing(files: RevisionFiles, tmp_path: Path) -> None:
    sha256 = files.put(PDF)
    other = RevisionFiles(tmp_path / "revisions", Keyring(tmp_path / "other", bytes(32)))
    with pytest.raises(RevisionDamagedError):
        other.get(sha256)


def test_deleting_is_for_good_and_may_be_repeated(files: RevisionFiles) -> None:
    sha256 = files.put(PDF)
    files.delete(sha256)
    files.delete(sha256)
    with pytest.raises(RevisionMissingError):
        files.get(sha256)


def test_a_hash_is_32_bytes(files: RevisionFiles) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        files.get(b"../../etc/passwd")
