"""The contract's address, its calls and its slots, all without a chain."""

import subprocess
import sys

import pytest
from eth_utils import keccak, to_checksum_address

from anchoring import hashing
from contracts_chain import anchor_log_address, checksummed
from contracts_chain.artifact import anchor_log_artifact
from contracts_chain.contract_calls import (
    anchor_slot,
    call_data,
    contract_error,
    returned,
    status_slot,
)
from contracts_chain.deploy import CREATE2_PROXY, SALT
from tests.conftest import ROOT
from tests.unit.contracts_chain.scripted_node import client_of

LOG_ID, ROOT_HASH, LEAF = b"\x01" * 32, b"\x02" * 32, b"\x03" * 32


def test_the_address_is_the_create2_one() -> None:
    preimage = (
        b"\xff" + bytes.fromhex(CREATE2_PROXY[2:]) + SALT + keccak(anchor_log_artifact().bytecode)
    )
    assert anchor_log_address() == to_checksum_address(keccak(preimage)[12:])


@pytest.mark.parametrize(
    "printed",
    [
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ],
)
def test_addresses_are_printed_as_eip_55_says(printed: str) -> None:
    assert checksummed(bytes.fromhex(printed[2:])) == printed


def test_importing_the_package_imports_no_web3() -> None:
    script = (
        "import sys, contracts_chain; contracts_chain.anchor_log_address(); "
        "print([name for name in ('web3', 'eth_account', 'solcx', 'requests') "
        "if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert found.stdout.strip() == "[]"


def test_log_ids_agree_with_the_log_s_own() -> None:
    client = client_of("http://127.0.0.1:1")
    opener = bytes.fromhex(client.address[2:])
    assert client.log_id("log.example/acta") == hashing.log_id(
        opener=opener, origin="log.example/acta"
    )


def test_slots_are_those_of_the_layout() -> None:
    expected = keccak(keccak(LOG_ID + ROOT_HASH) + (1).to_bytes(32, "big"))
    assert anchor_slot(log_id=LOG_ID, root=ROOT_HASH) == expected
    expected = keccak(keccak(LOG_ID + LEAF) + (2).to_bytes(32, "big"))
    assert status_slot(log_id=LOG_ID, leaf_hash=LEAF) == expected


def test_call_data_is_abi_encoded() -> None:
    expected = keccak(b"anchor(bytes32,uint64,bytes32)")[:4]
    expected += LOG_ID + (7).to_bytes(32, "big") + ROOT_HASH
    assert call_data("anchor", LOG_ID, 7, ROOT_HASH) == expected


def test_a_foreign_answer_is_not_read() -> None:
    with pytest.raises(ValueError, match="expected the answer of logs, got 3 bytes"):
        returned("logs", b"abc")


def test_contract_errors_are_read_with_their_arguments() -> None:
    selector = keccak(b"SizeNotGrowing(bytes32,uint64,uint64)")[:4]
    data = selector + LOG_ID + (9).to_bytes(32, "big") + (4).to_bytes(32, "big")
    error = contract_error(data)
    assert error is not None
    assert error.name == "SizeNotGrowing"
    assert error.arguments == f"logId {LOG_ID.hex()}, anchoredSize 9, size 4"
    assert contract_error(data[:30]) is None
    assert contract_error(b"\x08\xc3\x79\xa0" + bytes(64)) is None
    assert contract_error(b"") is None
