"""RLP and state tries, read strictly: what a root says, absence included, and no second way."""

import pytest
import rlp as reference
from hypothesis import given
from hypothesis import strategies as st

from anchoring import rlp
from anchoring.chain_proof import account_at, read_header, storage_word
from anchoring.errors import BadStateProof
from anchoring.hashing import ZERO32, keccak256, sha256
from anchoring.state_trie import EMPTY_TRIE, value_at
from tests.unit.anchoring_verify.state_tries import Trie, account, encode, header, number

NESTED = st.recursive(
    st.binary(max_size=80), lambda inner: st.lists(inner, max_size=4), max_leaves=12
)
CONTRACT, CODE = b"\x11" * 20, sha256(b"code")


@given(NESTED)
def test_rlp_reads_what_the_reference_writes(item: object) -> None:
    raw = reference.encode(item)
    assert rlp.decode(raw) == item
    assert encode(item) == raw  # type: ignore[arg-type]


@given(st.binary(max_size=60))
def test_any_rlp_that_reads_has_one_spelling(raw: bytes) -> None:
    try:
        item = rlp.decode(raw)
    except BadStateProof:
        return
    assert reference.encode(item) == raw


@pytest.mark.parametrize(
    "raw",
    [
        "", "8100", "817f", "b800", "b837" + "00" * 55, "b90038" + "00" * 56, "f800",
        "83abcd", "c183", "c2c183", "8080", "c0c0", "bfffffffffffffffff", "c1" * 40 + "c0",
    ],
)  # fmt: skip
def test_rlp_that_is_not_canonical_is_refused(raw: str) -> None:
    with pytest.raises(BadStateProof):
        rlp.decode(bytes.fromhex(raw))


@pytest.mark.parametrize("item", [b"\x00", b"\x00\x01", bytes(33), [b"\x01"]])
def test_integers_have_one_spelling(item: rlp.Item) -> None:
    with pytest.raises(BadStateProof):
        rlp.integer(item)


KEYS = st.dictionaries(
    st.binary(min_size=1, max_size=8), st.binary(min_size=1, max_size=40), max_size=40
)


@given(KEYS, st.binary(min_size=1, max_size=8))
def test_a_trie_proves_what_it_holds_and_what_it_lacks(
    values: dict[bytes, bytes], key: bytes
) -> None:
    trie = Trie(values)
    for one in (*values, key):
        assert value_at(trie.root, one, trie.prove(one)) == values.get(one)


@given(KEYS.filter(bool), st.data())
def test_any_changed_missing_or_further_node_is_refused(
    values: dict[bytes, bytes], data: st.DataObject
) -> None:
    trie = Trie(values)
    key = data.draw(st.sampled_from(sorted(values)))
    nodes = trie.prove(key)
    place = data.draw(st.integers(0, len(nodes) - 1))
    at = data.draw(st.integers(0, len(nodes[place]) - 1))
    flipped = bytearray(nodes[place])
    flipped[at] ^= 1 << data.draw(st.integers(0, 7))
    for spoiled in (
        [*nodes[:place], bytes(flipped), *nodes[place + 1 :]],
        [*nodes[:place], *nodes[place + 1 :]],
        [*nodes, nodes[-1]],
        [nodes[0], *nodes],
        [],
    ):
        with pytest.raises(BadStateProof):
            value_at(trie.root, key, spoiled)


def test_a_proof_of_another_key_proves_nothing_of_this_one() -> None:
    trie = Trie({bytes([n]): b"value" * 10 for n in range(64)})
    other = trie.prove(b"\x01")
    with pytest.raises(BadStateProof):
        value_at(trie.root, b"\x02", other)


def test_nodes_below_32_bytes_stand_inside_their_parent() -> None:
    """Two keys whose hashes share so much that their leaves are short are out of reach, but a
    trie may be made of any nodes: a branch of short leaves under one long extension."""
    wanted = keccak256(b"key")
    nibbles = [nibble for byte in wanted for nibble in (byte >> 4, byte & 15)]
    last = nibbles[-1]
    leaves: list[object] = [b""] * 17
    leaves[last] = [b"\x20", b"\x07"]
    leaves[(last + 1) % 16] = [b"\x20", b"\x08"]
    extension = [_prefix(nibbles[:-1]), leaves]
    raw = reference.encode(extension)
    assert len(reference.encode(leaves)) < 32
    assert value_at(keccak256(raw), b"key", [raw]) == b"\x07"


@pytest.mark.parametrize(
    "node",
    [
        [b"\x20", b"x"],  # a leaf that ends too early
        [b"\x40" + bytes(32), b"x"],  # an unknown flag
        [b"\x21" + bytes(32), b"x"],  # a digit beside an even flag
        [b"", b"x"],
        [b"\x20" + bytes(33), b"x"],  # longer than any key
        [b"\x20" + bytes(32), b""],  # an empty value
        [b"\x00", bytes(32)],  # an extension without a path
        [b""] * 16 + [b"x"],  # a value in a branch
        [b""] * 16,
        [],
    ],
)
def test_a_malformed_node_is_refused_even_where_it_would_show_absence(node: list[bytes]) -> None:
    raw = reference.encode(node)
    with pytest.raises(BadStateProof):
        value_at(keccak256(raw), b"key", [raw])


def test_an_empty_trie_holds_nothing_and_needs_no_nodes() -> None:
    assert value_at(EMPTY_TRIE, b"key", []) is None
    assert value_at(EMPTY_TRIE, b"key", [b"\x80"]) is None
    with pytest.raises(BadStateProof):
        value_at(EMPTY_TRIE, b"key", [b"\xc0"])
    with pytest.raises(BadStateProof):
        value_at(sha256(b"a root"), b"key", [])


def test_a_header_is_what_its_bytes_hash_to_whatever_fields_follow() -> None:
    state = Trie({CONTRACT: b"x"})
    for more in ((), (b"\x07",), (b"", [b"new", [b"shape"]], bytes(32))):
        raw = header(state, block=9, time=1_800_000_000, more=more)
        read = read_header(raw)
        assert (read.block.number, read.block.time) == (9, 1_800_000_000)
        assert read.block.hash == keccak256(raw)
        assert read.state_root == state.root


def test_a_header_that_is_too_short_or_odd_is_refused() -> None:
    sound = [bytes(32)] * 15
    sound[8] = sound[11] = b"\x01"
    assert read_header(reference.encode(sound)).block.number == 1
    for changed in (
        sound[:14],
        [*sound[:3], bytes(31), *sound[4:]],
        [*sound[:8], b"\x00", *sound[9:]],
        [*sound[:11], b"\x01" * 9, *sound[12:]],
    ):
        with pytest.raises(BadStateProof):
            read_header(reference.encode(changed))


def test_an_account_gives_its_storage_and_code() -> None:
    storage = Trie({bytes(32): number(7)})
    state = Trie({CONTRACT: account(storage, code_hash=CODE), b"\x22" * 20: b"else"})
    nodes = state.prove(CONTRACT)
    assert account_at(state.root, contract=CONTRACT, nodes=nodes) == (storage.root, CODE)
    word = storage_word(storage.root, slot=bytes(32), nodes=storage.prove(bytes(32)))
    assert word == number(7).rjust(32, b"\x00")
    empty = sha256(b"another slot")
    assert storage_word(storage.root, slot=empty, nodes=storage.prove(empty)) == ZERO32
    absent = b"\x33" * 20
    with pytest.raises(BadStateProof, match="got none"):
        account_at(state.root, contract=absent, nodes=state.prove(absent))


def test_an_account_without_code_is_no_contract() -> None:
    state = Trie({CONTRACT: account(Trie({}), code_hash=keccak256(b""))})
    with pytest.raises(BadStateProof, match="without code"):
        account_at(state.root, contract=CONTRACT, nodes=state.prove(CONTRACT))


@pytest.mark.parametrize("value", [b"\x00", b"\x00\x07", b"\x81\x07", encode(bytes(33)), b"\x80"])
def test_a_storage_word_has_one_spelling(value: bytes) -> None:
    storage = Trie({bytes(32): value})
    with pytest.raises(BadStateProof):
        storage_word(storage.root, slot=bytes(32), nodes=storage.prove(bytes(32)))


def _prefix(nibbles: list[int]) -> bytes:
    row = [1, *nibbles]
    return bytes(high << 4 | low for high, low in zip(row[::2], row[1::2], strict=True))
