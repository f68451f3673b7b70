"""``acta chain`` on real nodes: deploying, running it again, the proxy, the status."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from anchoring.cli import main
from contracts_chain import LocalKeySigner, anchor_log_address
from contracts_chain.artifact import anchor_log_artifact
from contracts_chain.contract_calls import keccak256
from contracts_chain.create2_proxy import CREATE2_PROXY
from tests.chaos.nodes import ChainNode, HardhatNode, start_node
from tests.ports.chain_rig import Cut, wire_to_node
from tests.running import free_port

KEY = b"\x09" * 32
PASSPHRASE = "a passphrase"
RICH = 10**18


class BareHardhatNode(HardhatNode):
    """A chain that begins without the deployment proxy."""

    def start(self) -> None:
        ChainNode.start(self)


@pytest.fixture(scope="module")
def anvil(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChainNode]:
    started = start_node("anvil", tmp_path_factory.mktemp("anvil"))
    yield started
    started.stop()


@pytest.fixture(scope="module")
def bare_hardhat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChainNode]:
    started = BareHardhatNode(tmp_path_factory.mktemp("hardhat"))
    try:
        started.start()
        yield started
    finally:
        started.stop()


@pytest.fixture
def node(request: pytest.FixtureRequest) -> Iterator[ChainNode]:
    """The chain that the test names, as it was when it began."""
    started: ChainNode = request.getfixturevalue(request.param)
    snapshot = started.ask("evm_snapshot")
    started.set_balance(LocalKeySigner(KEY).address, RICH)
    yield started
    started.ask("evm_revert", snapshot)


ON_ANVIL = pytest.mark.parametrize("node", ["anvil"], indirect=True)
ON_HARDHAT = pytest.mark.parametrize("node", ["bare_hardhat"], indirect=True)
ON_BOTH = pytest.mark.parametrize("node", ["anvil", "bare_hardhat"], indirect=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an operator's key file and its passphrase."""
    # One round of key stretching: this file keeps no secret, and each command opens it.
    keystore = Account.encrypt(KEY, PASSPHRASE, kdf="pbkdf2", iterations=1)
    (tmp_path / "operator.json").write_text(json.dumps(keystore))
    (tmp_path / "passphrase").write_text(PASSPHRASE + "\n")
    return tmp_path


def chains(folder: Path, chain_id: int, *urls: str, **members: Any) -> Path:
    path = folder / "chains.toml"
    lines = ["[chain.some]", f"chain_id = {chain_id}", f"rpc_urls = {json.dumps(urls)}"]
    lines += [f"{name} = {json.dumps(value)}" for name, value in members.items()]
    path.write_text("\n".join(lines) + "\n")
    return path


def deploy(folder: Path, file: Path, *more: str) -> int:
    given = ("--key-file", folder / "operator.json", "--passphrase-file", folder / "passphrase")
    where = ("--chain", "some", "--chains", file, "--out", folder / "record.json")
    return main(["chain", "deploy", *map(str, (*where, *given, *more))])


def chain_id(node: ChainNode) -> int:
    return int(node.ask("eth_chainId"), 16)


@ON_BOTH
def test_deploying_leaves_a_record_and_can_be_repeated(
    node: ChainNode, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = chains(folder, chain_id(node), node.url)
    assert deploy(folder, file, "--with-proxy") == 0
    first = capsys.readouterr().out
    record = json.loads((folder / "record.json").read_text())
    assert f"AnchorLog deployed: {anchor_log_address()}" in first
    assert record["chain"] == "some"
    assert record["chainId"] == chain_id(node)
    assert record["contract"] == anchor_log_address()
    assert record["codeHash"] == keccak256(anchor_log_artifact().runtime_bytecode).hex()
    receipt = node.ask("eth_getTransactionReceipt", record["transaction"])
    assert record["block"]["number"] == int(receipt["blockNumber"], 16)
    assert "0x" + record["block"]["hash"] == receipt["blockHash"]

    spent = node.ask("eth_getBalance", LocalKeySigner(KEY).address, "latest")
    assert deploy(folder, file) == 0
    second = capsys.readouterr().out
    assert f"already there: {anchor_log_address()}" in second
    assert "record stands" in second
    assert json.loads((folder / "record.json").read_text()) == record
    assert node.ask("eth_getBalance", LocalKeySigner(KEY).address, "latest") == spent


@ON_ANVIL
def test_a_record_whose_block_was_taken_back_is_written_anew(node: ChainNode, folder: Path) -> None:
    file = chains(folder, chain_id(node), node.url)
    snapshot = node.ask("evm_snapshot")
    assert deploy(folder, file) == 0
    first = json.loads((folder / "record.json").read_text())
    assert node.ask("evm_revert", snapshot)
    node.mine(2)
    assert deploy(folder, file) == 0
    second = json.loads((folder / "record.json").read_text())
    assert second["block"] != first["block"]
    assert second["contract"] == first["contract"]


@ON_ANVIL
def test_the_record_of_another_deployment_is_left_alone(
    node: ChainNode, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = chains(folder, chain_id(node), node.url)
    other = {"chainId": 1, "contract": "0x", "codeHash": "", "transaction": None, "block": None}
    for content in (json.dumps(other), "[]", "no json"):
        (folder / "record.json").write_text(content)
        assert deploy(folder, file) == 1
        assert "record" in capsys.readouterr().err
        assert (folder / "record.json").read_text() == content


@ON_HARDHAT
def test_a_chain_without_the_proxy_is_told_in_clear_words(
    node: ChainNode, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert deploy(folder, chains(folder, chain_id(node), node.url)) == 1
    said = capsys.readouterr().err
    assert CREATE2_PROXY in said
    assert "--with-proxy" in said
    assert not (folder / "record.json").exists()


@ON_HARDHAT
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("which", [1, 2, 3])
def test_whichever_answer_is_lost_the_command_can_be_repeated(
    node: ChainNode, folder: Path, when: Cut, which: int
) -> None:
    """Paying the proxy's account, sending its transaction, deploying: each fails both ways."""
    with wire_to_node(node.url) as wire:
        wire.pass_first("eth_sendRawTransaction", which - 1)
        wire.cut("eth_sendRawTransaction", when)
        file = chains(folder, chain_id(node), wire.url)
        assert deploy(folder, file, "--with-proxy") in (1, 3)
        assert deploy(folder, file, "--with-proxy") == 0
    account = LocalKeySigner(KEY).address
    assert int(node.ask("eth_getTransactionCount", account, "latest"), 16) == 2
    assert json.loads((folder / "record.json").read_text())["contract"] == anchor_log_address()


@ON_ANVIL
def test_what_cannot_be_done_ends_with_its_code(
    node: ChainNode, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    right = chain_id(node)
    assert deploy(folder, chains(folder, right + 1, node.url)) == 1
    assert "wrong-chain" in capsys.readouterr().err
    nowhere = f"http://127.0.0.1:{free_port()}/secret-key"
    assert deploy(folder, chains(folder, right, nowhere)) == 3
    assert "secret-key" not in capsys.readouterr().err
    assert deploy(folder, chains(folder, right, node.url, quorum=1)) == 2
    assert "chain.some.quorum" in capsys.readouterr().err
    file = chains(folder, right, node.url)
    (folder / "passphrase").write_text("another")
    assert deploy(folder, file) == 3
    assert "passphrase" in capsys.readouterr().err
    (folder / "passphrase").unlink()
    assert deploy(folder, file) == 2
    arguments = ["--chain", "none", "--chains", str(file)]
    assert main(["chain", "status", *arguments]) == 2
    assert "expected one of some for --chain" in capsys.readouterr().err
    assert main(["chain", "deploy", *arguments[2:], "--chain", "some", "--pkcs11", "/x.so"]) == 2


@ON_ANVIL
def test_the_status_shows_every_node(
    node: ChainNode, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}/secret-key"
    with wire_to_node(node.url) as other:
        urls = (node.url, other.url, nowhere)
        file = chains(folder, chain_id(node), *urls, low_balance="2 ether")
        account = LocalKeySigner(KEY).address
        arguments = ["--chain", "some", "--chains", str(file), "--address", account]
        assert main(["chain", "status", *arguments]) == 0
        said = capsys.readouterr().out
        assert said.count(": answering") == 2
        assert ": unreachable" in said
        assert "is not there yet" in said
        assert "balance:    1.000000, which is low" in said
        assert "secret-key" not in said
        other.hangs = True
        file = chains(folder, chain_id(node), *urls, timeout_seconds=0.5)
        assert main(["chain", "status", *arguments]) == 3
        said = capsys.readouterr().out
        assert ": hanging" in said
        assert "too few nodes agree" in said


def test_a_new_key_is_written_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--key-file", str(folder / "new.json")]
    arguments += ["--passphrase-file", str(folder / "passphrase")]
    assert main(["chain", "new-key", *arguments]) == 0
    address = capsys.readouterr().out.split("address: ")[1].strip()
    assert json.loads((folder / "new.json").read_text())["address"].lower() == (address[2:].lower())
    assert main(["chain", "new-key", *arguments]) == 3
