"""Chains are read from a file that is checked to the letter, and keep their keys secret."""

from pathlib import Path

import pytest

from contracts_chain import ChainSettings, ChainSettingsError, FeePolicy, read_chains
from tests.conftest import ROOT

FILE = """\
# two chains
[chain.mainnet]
chain_id = 1
rpc_urls = [
  "https://one.example/v3/secret-key",
  "https://user:secret-key@two.example:8443",
  "https://three.example/?apikey=secret-key",
]
low_balance = "0.05 ether"

[chain.mainnet.fees]
floor_tip = "0.5 gwei"
ceiling_total = "80 gwei"
stuck_seconds = 90

[chain.rollup]
chain_id = 10
rpc_urls = ["https://rollup.example"]
finality = 20
timeout_seconds = 2.5
fees = { floor_total = "0.1 gwei", floor_tip = 1000000 }
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "chains.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(ChainSettingsError) as refused:
        read_chains(written(folder, text))
    return str(refused.value)


def test_chains_are_read_by_name(tmp_path: Path) -> None:
    chains = read_chains(written(tmp_path, FILE))
    assert list(chains) == ["mainnet", "rollup"]
    mainnet, rollup = chains.values()
    assert (mainnet.chain_id, mainnet.finality, mainnet.read_quorum) == (1, "finalized", 2)
    assert mainnet.low_balance_wei == 5 * 10**16
    assert mainnet.fees == FeePolicy(
        floor_tip=5 * 10**8, ceiling_total=80 * 10**9, stuck_seconds=90
    )
    assert (rollup.read_quorum, rollup.finality, rollup.timeout_seconds) == (1, 20, 2.5)
    assert rollup.fees == FeePolicy(floor_total=10**8, floor_tip=10**6)


def test_the_documented_example_is_read(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "chains.md").read_text(encoding="utf-8")
    example = page.split("```toml\n")[1].split("```")[0]
    chains = read_chains(written(tmp_path, example))
    assert len(chains) > 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("chain_id = 10", "chain_id = 10\nquorum = 2"), "line 18, chain.rollup.quorum: expected"),
        (("chain_id = 10", 'chain_id = "10"'), "line 17, chain.rollup.chain_id: expected a whole"),
        (("chain_id = 10", "chain_id = true"), "line 17, chain.rollup.chain_id"),
        (("chain_id = 10", "chain_id = 0"), "line 16, chain.rollup: chain 'rollup': expected"),
        (("chain_id = 10\n", ""), "line 16, chain.rollup: expected chain_id, got none"),
        (("finality = 20", 'finality = "latest"'), "line 19, chain.rollup.finality"),
        (("finality = 20", "finality = 0"), "line 19, chain.rollup.finality"),
        (("finality = 20", "finality = 20\nread_quorum = 2"), "line 16, chain.rollup"),
        (("timeout_seconds = 2.5", "timeout_seconds = 0"), "line 16, chain.rollup"),
        (("timeout_seconds = 2.5", "timeout_seconds = nan"), "line 20, chain.rollup.timeout"),
        (('"0.05 ether"', '"0.05 eth"'), "line 9, chain.mainnet.low_balance"),
        (('"0.05 ether"', "-1"), "line 9, chain.mainnet.low_balance"),
        (('"0.05 ether"', '"0.5 wei"'), "line 9, chain.mainnet.low_balance"),
        (("stuck_seconds = 90", "stuck = 90"), "line 14, chain.mainnet.stuck: expected one of"),
        (("stuck_seconds = 90", "stuck_seconds = -1"), "line 14, chain.mainnet.stuck_seconds"),
        (('"80 gwei"', '"0.1 gwei"'), "chain.mainnet.fees: expected floor_tip"),
        (("[chain.rollup]", "[chain.Rollup]"), "line 16, chain.Rollup: chain 'Rollup': expected"),
        (("[chain.rollup]", "[chains.rollup]"), "line 16, chain.chains: expected only"),
        (("[chain.rollup]", "[chain.rollup"), "at line 16, column"),
        (("https://rollup.example", "ws://rollup.example/secret-key"), "not shown"),
        (("https://rollup.example", "https://"), "not shown"),
        (('["https://rollup.example"]', "[]"), "expected one URL or more"),
        (('["https://rollup.example"]', '"https://rollup.example"'), "expected a list of URLs"),
        (('["https://rollup.example"]', '["http://a.example", "http://a.example"]'), "twice"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(
    tmp_path: Path, change: tuple[str, str], told: str
) -> None:
    assert change[0] in FILE
    said = refusal(tmp_path, FILE.replace(*change))
    assert told in said
    assert "secret-key" not in said


@pytest.mark.parametrize("text", ["", "[chain]", "chain = 1", "[chain]\nmainnet = 3"])
def test_a_file_without_chains_is_refused(tmp_path: Path, text: str) -> None:
    assert "expected" in refusal(tmp_path, text)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ChainSettingsError, match="cannot read"):
        read_chains(tmp_path / "none.toml")


def test_keys_in_addresses_are_never_shown(tmp_path: Path) -> None:
    chain = read_chains(written(tmp_path, FILE))["mainnet"]
    assert chain.hosts == ("one.example", "two.example:8443", "three.example")
    assert "secret-key" not in repr(chain)


@pytest.mark.parametrize(("nodes", "quorum"), [(1, 1), (2, 1), (3, 2), (4, 3), (5, 3)])
def test_a_majority_of_three_or_more_must_agree(nodes: int, quorum: int) -> None:
    urls = tuple(f"https://node-{place}.example" for place in range(nodes))
    assert ChainSettings(name="some", rpc_urls=urls).read_quorum == quorum
