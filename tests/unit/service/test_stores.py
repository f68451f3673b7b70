"""The stores of an installation: from its file to what custody is given."""

from pathlib import Path
from typing import Any

import pytest

from service.custody import StoresNotSetUpError, read_stores
from service.settings import Profile, Settings
from service.stores import build_stores
from tests.parts import ManualClock
from tests.servers.running import gcs_account

EVERY_KIND = """
[store.office]
kind = "disk"
folder = "{folder}/office"

[store.madrid]
kind = "s3"
bucket = "copies"
region = "eu-south-2"
access_key = "AKIA"
secret_key = "s3cret-of-madrid"
prefer = 1
timeout_seconds = 5

[store.vault]
kind = "s3-lock"
bucket = "locked"
region = "eu-central-1"
retain_days = 3653
endpoint = "http://127.0.0.1:9"
access_key = "AKIA"
secret_key = "s3cret-of-vault"

[store.blobs]
kind = "azure"
container = "copies"
account = "acta"
account_key = "c2VjcmV0"

[store.google]
kind = "gcs"
bucket = "copies"
service_account_file = "{folder}/google.json"

[store.node]
kind = "kubo"
url = "http://127.0.0.1:5001"

[store.pins]
kind = "pinning"
url = "https://pins.example/psa"
token = "s3cret-of-pins"
gateway = "https://gateway.example"
node_url = "http://127.0.0.1:5001"
"""


def settings(folder: Path, text: str = "", **others: Any) -> Settings:
    """Return settings in ``folder``, with a file of stores where ``text`` is given."""
    if text:
        others["stores_file"] = folder / "stores.toml"
        others["stores_file"].write_text(text.replace("{folder}", str(folder)))
    return Settings(data_dir=folder, **others)


def test_without_a_file_two_folders_are_the_stores(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    plans = build_stores(chosen, ManualClock())
    assert [(plan.store.name, plan.kind) for plan in plans] == [
        ("disk-1", "disk"),
        ("disk-2", "disk"),
    ]
    assert chosen.quorum_of(len(plans)) == 1


def test_every_kind_is_built_and_nothing_is_connected_to(tmp_path: Path) -> None:
    (tmp_path / "google.json").write_text(gcs_account("http://127.0.0.1:9"))
    plans = build_stores(settings(tmp_path, EVERY_KIND), ManualClock())
    assert [plan.store.name for plan in plans] == [
        *("office", "madrid", "vault", "blobs", "google", "node", "pins")
    ]
    madrid = plans[1]
    assert (madrid.preference, madrid.limits.base_s) == (1, 5)
    assert madrid.limits.seconds_for(2_000_000) == 7
    assert "s3cret" not in repr(read_stores(tmp_path / "stores.toml"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "expected tables"),
        ("x = 1", "expected tables"),
        ("[store.a", "expected TOML"),
        ("[store.a]\nkind = 'tape'", "store 'a'"),
        ("[store.a]\nkind = 's3'\nbucket = 'b'", "region"),
        ("[store.a]\nkind = 's3'\nbucket = 'b'\nregion = 'r'\nsecret = 's3cret'", "secret"),
        ("[store.a]\nkind = 'kubo'\nurl = 'ftp://s3cret'", "url"),
        ("[store.a]\nkind = 's3-lock'\nbucket = 'b'\nregion = 'r'\nretain_days = 0", "retain_days"),
    ],
)
def test_a_file_that_cannot_be_used_says_where(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "stores.toml"
    path.write_text(text)
    with pytest.raises(StoresNotSetUpError) as refusal:
        read_stores(path)
    assert said in str(refusal.value)
    assert "stores.toml" in str(refusal.value)
    assert "s3cret" not in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    [
        '[store."My disk"]\nkind = "disk"\nfolder = "x"',
        '[store.google]\nkind = "gcs"\nbucket = "b"\nservice_account_file = "nowhere.json"',
    ],
)
def test_a_store_that_cannot_be_built_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(StoresNotSetUpError, match="cannot be used"):
        build_stores(settings(tmp_path, text), ManualClock())


def test_the_quorum_follows_the_stores_and_must_be_possible(tmp_path: Path) -> None:
    (tmp_path / "google.json").write_text(gcs_account("http://127.0.0.1:9"))
    assert settings(tmp_path, EVERY_KIND).quorum_of(7) == 2
    with pytest.raises(StoresNotSetUpError, match="at most 7"):
        build_stores(settings(tmp_path, EVERY_KIND, custody_quorum=8), ManualClock())
    with pytest.raises(ValueError, match="at most 2"):
        settings(tmp_path, custody_quorum=3)


def test_production_refuses_copies_on_one_disk(tmp_path: Path) -> None:
    one_disk = settings(tmp_path, store_dirs=[tmp_path / "a", tmp_path / "b"])
    one_disk.profile = Profile.PRODUCTION
    with pytest.raises(StoresNotSetUpError, match="one disk"):
        build_stores(one_disk, ManualClock())
    node = '[store.a]\nkind = "disk"\nfolder = "{folder}/a"\n'
    node += '[store.b]\nkind = "kubo"\nurl = "http://127.0.0.1:5001"'
    two_places = settings(tmp_path, node)
    two_places.profile = Profile.PRODUCTION
    assert len(build_stores(two_places, ManualClock())) == 2
