"""Storage slots, addresses and calldata against values made by other tools."""

import threading

import pytest

from anchoring.chain_view import (
    AnchorSlot,
    LogSlot,
    StatusSlot,
    checksum_address,
    decode_anchor,
    decode_log,
    decode_status,
    inclusion_calldata,
    mapping_slot,
)
from anchoring.errors import CannotCheckError
from anchoring.hashing import keccak256
from anchoring.http_fetch import Unreachable, fetch
from tests.unit.anchoring_verify.local_node import serving


def test_the_slot_of_a_mapping() -> None:
    """keccak256(abi.encode(key, position)): for key 0 at position 0, a published constant."""
    expected = "ad3228b676f7d3cd4284a5443f17f1962b36e491b30a40b2405849e597ba5fb5"
    assert mapping_slot(bytes(32), 0).hex() == expected


def test_packed_words_are_read_from_the_low_end() -> None:
    word = bytes.fromhex("0000000000000004000000000000000300000000000000020000000000000001")
    assert decode_anchor(word) == AnchorSlot(size=1, time=2, block=3, ordinal=4)
    operator = bytes(range(1, 21))
    word = operator + bytes.fromhex("000000000000000700000005")
    assert decode_log(word) == LogSlot(count=5, size=7, operator=operator)
    word = bytes(15) + bytes.fromhex("0000000000000009000000000000000802")
    assert decode_status(word, successor=b"\1" * 32) == StatusSlot(2, 8, 9, b"\1" * 32)


@pytest.mark.parametrize(
    "address",
    [
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ],
)
def test_checksummed_addresses(address: str) -> None:
    """Test vectors of EIP-55."""
    assert checksum_address(bytes.fromhex(address[2:])) == address


def test_the_calldata_is_what_the_abi_prescribes() -> None:
    from eth_abi.abi import encode

    words = [keccak256(bytes([n])) for n in range(6)]
    types = ["bytes32", "uint64", "bytes32", "bytes32", "uint64", "bytes32[]"]
    arguments = encode(types, [words[0], 15, words[1], words[2], 13, words[3:]])
    selector = keccak256(b"verifyInclusion(bytes32,uint64,bytes32,bytes32,uint64,bytes32[])")[:4]
    made = inclusion_calldata(
        log_id=words[0], size=15, root=words[1], entry=words[2], index=13, path=words[3:]
    )
    assert made == selector + arguments


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://localhost/", "http://", "localhost:8545", "http://[::1", ""],
)
def test_only_http_addresses_are_fetched(url: str) -> None:
    with pytest.raises(Unreachable):
        fetch(url, limit=10, seconds=1)


def test_a_local_address_needs_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with serving(lambda path, body: (200, b"here")) as url:
        assert fetch(url, limit=10, seconds=5) == b"here"


@pytest.mark.parametrize(
    ("status", "body"), [(404, b""), (500, b"x"), (204, b""), (200, b"x" * 11)]
)
def test_other_answers_are_unreachable(status: int, body: bytes) -> None:
    with (
        serving(lambda path, sent: (status, body)) as url,
        pytest.raises(CannotCheckError),
    ):
        fetch(url, limit=10, seconds=5)


@pytest.mark.parametrize("target", ["file:///etc/hostname", "ftp://127.0.0.1/x", "/again"])
def test_redirects_that_are_not_followed(target: str) -> None:
    with (
        serving(lambda path, sent: (302, target.encode())) as url,
        pytest.raises(Unreachable),
    ):
        fetch(url, limit=10_000, seconds=5)


def test_a_slow_answer_is_not_waited_for() -> None:
    done = threading.Event()

    def respond(path: str, sent: bytes) -> tuple[int, bytes]:
        done.wait(5)
        return 200, b"late"

    with serving(respond) as url:
        with pytest.raises(Unreachable):
            fetch(url, limit=10, seconds=0.2)
        done.set()
