"""From settings to the chains of an installation."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from contracts_chain import LocalKeySigner, write_keystore
from service.chains import ChainsNotSetUpError, build_chains
from service.embedded import Installation
from service.jobs import pauses_between_turns
from service.settings import Settings
from tests.parts import fresh_keyring

KEY = bytes.fromhex("33" * 32)
ADDRESS = LocalKeySigner(KEY).address
INSTALLATION = Installation(log_origin="acta.example/log", contract="0x" + "ab" * 20, chain_port=1)
CHAINS = """
[chain.mainnet]
chain_id = 1
rpc_urls = ["https://node.example/SECRET"]

[chain.rollup]
chain_id = 10
rpc_urls = ["https://rollup.example"]
finality = 120

[chain.twin]
chain_id = 10
rpc_urls = ["https://twin.example"]
"""


@pytest.fixture
def chains_file(tmp_path: Path) -> Path:
    path = tmp_path / "chains.toml"
    path.write_text(CHAINS)
    return path


def test_home_and_further_chains_by_name(
    tmp_path: Path, chains_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACTA_CHAINS_FILE", str(chains_file))
    monkeypatch.setenv("ACTA_HOME_CHAIN", "rollup")
    monkeypatch.setenv("ACTA_ALSO_CHAINS", '["mainnet"]')
    monkeypatch.setenv("ACTA_CHAIN_KEY", KEY.hex())
    monkeypatch.setenv("ACTA_ANCHOR_EVERY_S", "60")
    monkeypatch.setenv("ACTA_ANCHOR_EVERY_LEAVES", "500")
    settings = Settings(data_dir=tmp_path)
    chains = build_chains(settings, fresh_keyring(tmp_path), INSTALLATION)
    assert chains.local is None
    assert chains.rpc_urls == ("https://rollup.example",)
    home, also = chains.plans
    assert (home.name, home.cadence.every_s, home.cadence.every_leaves) == ("rollup", 60, 500)
    assert (also.name, also.cadence.every_s) == ("mainnet", 86_400)
    assert also.late_after_s == 86_400 + 3_600
    # One key opens one log, whose id is then the same on every chain.
    assert {client.address for client in chains.clients} == {ADDRESS}
    assert {plan.chain.contract for plan in chains.plans} == {bytes.fromhex("ab" * 20)}


def test_home_is_embedded_where_nothing_names_one(tmp_path: Path, chains_file: Path) -> None:
    settings = Settings(
        data_dir=tmp_path,
        chains_file=chains_file,
        also_chains=[{"name": "mainnet", "every_s": 3_600, "every_leaves": 9}],
    )
    chains = build_chains(settings, fresh_keyring(tmp_path), INSTALLATION)
    assert chains.local is not None
    assert [plan.name for plan in chains.plans] == ["home", "mainnet"]
    assert chains.plans[1].cadence.every_leaves == 9
    again = build_chains(settings, fresh_keyring(tmp_path), INSTALLATION)
    assert again.home.address == chains.home.address


def test_a_chain_may_have_a_signer_of_its_own(tmp_path: Path, chains_file: Path) -> None:
    keystore = tmp_path / "operator.json"
    write_keystore(keystore, KEY, "correct horse")
    settings = Settings(
        data_dir=tmp_path,
        chains_file=chains_file,
        also_chains=["mainnet"],
        chain_key="11" * 32,
        chain_signers={"mainnet": {"keystore": keystore, "passphrase": "correct horse"}},
    )
    chains = build_chains(settings, fresh_keyring(tmp_path), INSTALLATION)
    assert chains.clients[1].address == ADDRESS
    assert chains.home.address != ADDRESS


def test_a_keystore_for_all_chains(tmp_path: Path) -> None:
    keystore = tmp_path / "operator.json"
    write_keystore(keystore, KEY, "correct horse")
    given = {
        "data_dir": tmp_path,
        "chain_rpc_url": "https://node.example",
        "chain_keystore": keystore,
    }
    right = Settings(**given, chain_keystore_passphrase="correct horse")
    chains = build_chains(right, fresh_keyring(tmp_path), INSTALLATION)
    assert chains.home.address == ADDRESS
    wrong = Settings(**given, chain_keystore_passphrase="battery staple")
    with pytest.raises(ChainsNotSetUpError, match="passphrase"):
        build_chains(wrong, fresh_keyring(tmp_path), INSTALLATION)


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path,
        chain_key="deadbeef" * 8,
        chain_signers={"mainnet": {"url": "https://kms.example/KEYNAME", "token": "T0KEN"}},
    )
    for secret in ("deadbeef", "KEYNAME", "T0KEN"):
        assert secret not in repr(settings)


@pytest.mark.parametrize(
    ("also", "problem"),
    [(["nowhere"], "nowhere"), (["rollup", "twin"], "one chain id under two names")],
)
def test_chains_that_cannot_be(
    tmp_path: Path, chains_file: Path, also: list[str], problem: str
) -> None:
    settings = Settings(data_dir=tmp_path, chains_file=chains_file, also_chains=also)
    with pytest.raises(ChainsNotSetUpError, match=problem):
        build_chains(settings, fresh_keyring(tmp_path), INSTALLATION)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"home_chain": "mainnet"}, "ACTA_CHAINS_FILE"),
        ({"also_chains": ["mainnet"]}, "ACTA_CHAINS_FILE"),
        (
            {"chains_file": "c", "home_chain": "a", "chain_rpc_url": "https://node.example"},
            "got both",
        ),
        ({"chains_file": "c", "home_chain": "a", "also_chains": ["a"]}, "different chains"),
        ({"chain_key": "11" * 32, "chain_keystore": "k"}, "got both"),
        ({"chain_keystore": "k"}, "PASSPHRASE"),
        ({"chain_signers": {"a": {}}}, "expected one of"),
        ({"chain_signers": {"a": {"key": "11", "url": "https://x"}}}, "expected one of"),
        ({"chain_signers": {"a": {"keystore": "k"}}}, "passphrase"),
        ({"chain_signers": {"a": {"pkcs11_module": "m"}}}, "pkcs11_token"),
        ({"anchor_every_leaves": 0}, "anchor_every_leaves"),
    ],
)
def test_settings_that_contradict_each_other(given: dict[str, object], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        Settings(**given)


def test_production_may_name_its_home() -> None:
    settings = Settings(
        profile="production",
        master_key="00" * 32,
        database_url="postgresql+psycopg://acta@db/acta",
        chains_file="chains.toml",
        home_chain="rollup",
        chain_keystore="operator.json",
        chain_keystore_passphrase="x",
        public_rpc_urls=json.loads('["https://rpc.example"]'),
        smtp_url="smtps://mail.example:465",
        base_url="https://acta.example",
        log_origin="acta.example/log",
        embedded_ca="only-our-trust-file-vouches-for-it",
    )
    assert settings.anchor_every_s == 60


def testpauses_between_turns_between_two_looks_at_a_chain_grow_until_something_changes() -> None:
    pauses = pauses_between_turns()
    next(pauses)
    waiting = [pauses.send("waiting") for _ in range(20)]
    assert waiting == sorted(waiting)
    assert (waiting[0], waiting[-1]) == (0.2, 15)
    assert pauses.send("unreachable") == 0.2
    assert [pauses.send("unreachable") for _ in range(20)][-1] == 60
    assert pauses.send("pending") == 0.2
