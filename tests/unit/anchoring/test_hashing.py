"""The commitments, against Solidity's own encoding as eth-abi writes it."""

import hashlib
from collections.abc import Callable

import pytest
from eth_abi import encode
from hypothesis import given
from hypothesis import strategies as st

from anchoring import hashing
from anchoring.errors import AnchoringError, InvalidError
from anchoring.hashing import KeyType

WORDS = st.binary(min_size=32, max_size=32)
ADDRESSES = st.binary(min_size=20, max_size=20)


def solidity(types: str, *values: object) -> bytes:
    """Return SHA-256 of ``abi.encode(values)``."""
    return hashlib.sha256(encode(types.split(), values)).digest()


def word(text: str) -> bytes:
    return text.encode().ljust(32, b"\x00")


@given(WORDS, WORDS, WORDS, WORDS, WORDS)
def test_entries_equal_soliditys(a: bytes, b: bytes, c: bytes, d: bytes, e: bytes) -> None:
    five = "bytes32 " * 5
    six = five + "bytes32"
    document = hashing.document_entry(
        content=a, agreement_ref=b, parties_root=c, transcript=d, home=e
    )
    statement = hashing.statement_entry(salt=a, subject=b, statement_sha256=c, attestation_hash=d)
    external = hashing.external_entry(salt=a, caller_sha256=b)
    assert document == solidity(six, word("acta/entry/document/v1"), a, b, c, d, e)
    assert statement == solidity(five, word("acta/entry/statement/v1"), a, b, c, d)
    assert external == solidity("bytes32 bytes32 bytes32", word("acta/entry/external/v1"), a, b)
    assert len({document, statement, external}) == 3


@given(WORDS, WORDS, WORDS, ADDRESSES)
def test_keys_equal_soliditys(salt: bytes, x: bytes, y: bytes, address: bytes) -> None:
    zero = hashing.ZERO32
    relying_party = hashlib.sha256(b"acta.example").digest()
    passkey = hashing.key_commit(
        key_type=KeyType.PASSKEY, key_salt=salt, rp_id_hash=relying_party, x_or_address=x, y=y
    )
    wallet = hashing.key_commit(
        key_type=KeyType.WALLET, key_salt=salt, rp_id_hash=zero, x_or_address=address, y=zero
    )
    kind = word("acta/party-key/v1")
    types = "bytes32 uint8 bytes32 bytes32 bytes32 bytes32"
    assert passkey == solidity(types, kind, 1, salt, relying_party, x, y)
    types = "bytes32 uint8 bytes32 bytes32 address bytes32"
    assert wallet == solidity(types, kind, 3, salt, zero, "0x" + address.hex(), zero)


@given(st.lists(WORDS, max_size=5))
def test_lists_are_counted_rows(hashes: list[bytes]) -> None:
    lists: dict[str, Callable[[list[bytes]], bytes]] = {
        "acta/party/v1": hashing.party_commit,
        "acta/parties/v1": hashing.parties_root,
        "acta/transcript/v1": hashing.transcript,
    }
    for kind, function in lists.items():
        types = "bytes32 uint256" + " bytes32" * len(hashes)
        assert function(hashes) == solidity(types, word(kind), len(hashes), *hashes)


@given(st.integers(0, 2**256 - 1), ADDRESSES, ADDRESSES, st.text(max_size=40))
def test_home_and_log_id_equal_soliditys(
    chain_id: int, contract: bytes, opener: bytes, origin: str
) -> None:
    origin_hash = hashing.keccak256(origin.encode())
    log_id = hashing.log_id(opener=opener, origin=origin)
    assert log_id == hashing.keccak256(
        encode(["address", "bytes32"], ["0x" + opener.hex(), origin_hash])
    )
    assert hashing.home(chain_id=chain_id, contract=contract, log_id=log_id) == hashing.keccak256(
        encode(["uint256", "address", "bytes32"], [chain_id, "0x" + contract.hex(), log_id])
    )


def test_status_and_attestations_equal_soliditys() -> None:
    a, b, c = (bytes([number]) * 32 for number in (1, 2, 3))
    status = hashing.status_digest(home=a, leaf_hash=b, successor=c, deadline=1_800_000_000)
    types = "bytes32 bytes32 bytes32 bytes32 uint64"
    assert status == solidity(types, word("acta/status/v1"), a, b, c, 1_800_000_000)
    passkey = hashing.webauthn_attestation_hash(
        rp_id_hash=a, x=b, y=c, r=a, s=b, authenticator_data=b"ad", client_data_json=b"cdj"
    )
    hashed = [hashlib.sha256(data).digest() for data in (b"ad", b"cdj")]
    types = " ".join(["bytes32"] * 8)
    assert passkey == solidity(types, word("acta/att/webauthn/v1"), a, b, c, a, b, *hashed)
    code = hashing.attestation_hash(method="code", attestation_sha256=a)
    assert code == solidity("bytes32 bytes32", word("acta/att/code/v1"), a)


def test_keccak_is_the_evms_and_leaves_are_rfc_9162s() -> None:
    assert hashing.keccak256(b"").hex().startswith("c5d2460186f7233c927e7db2dcc703c0")
    entry = bytes(range(32))
    assert hashing.leaf_hash(entry) == hashlib.sha256(b"\x00" + entry).digest()


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_word_has_32_bytes(size: int) -> None:
    with pytest.raises(AnchoringError, match="expected entry of 32 bytes") as caught:
        hashing.leaf_hash(bytes(size))
    assert isinstance(caught.value, InvalidError)
    assert caught.value.code == "anchoring/wrong-length"
