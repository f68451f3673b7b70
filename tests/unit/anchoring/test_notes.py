"""Checkpoints and tlog-proofs: what is signed opens, what is touched does not."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from anchoring import tree
from anchoring.checkpoint import Checkpoint, open_checkpoint, parse_vkey, sign_checkpoint, vkey
from anchoring.errors import (
    AnchoringError,
    BadCheckpoint,
    InvalidError,
    MalformedProof,
    UntrustedLogKey,
    WrongLength,
)
from anchoring.hashing import sha256
from anchoring.tlog_proof import MAX_PATH, TlogProof, parse_tlog_proof

ORIGIN = "localhost:8000/log"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
VKEY = vkey(ORIGIN, KEY.public_key())
HASHES = st.binary(min_size=32, max_size=32)


def signed(size: int = 5) -> str:
    return sign_checkpoint(Checkpoint(ORIGIN, size, sha256(b"root")), key=KEY, name=ORIGIN)


@given(st.integers(1, 2**53 - 1), HASHES)
def test_a_signed_checkpoint_opens(size: int, root: bytes) -> None:
    checkpoint = Checkpoint(ORIGIN, size, root)
    text = sign_checkpoint(checkpoint, key=KEY, name=ORIGIN)
    assert open_checkpoint(text, [VKEY]) == checkpoint
    assert text.startswith(checkpoint.body() + "\n")


@given(st.data())
def test_any_changed_bit_is_refused(data: st.DataObject) -> None:
    raw = bytearray(signed().encode())
    position = data.draw(st.integers(0, len(raw) - 1))
    raw[position] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(AnchoringError):
        open_checkpoint(raw.decode("utf-8", "surrogateescape"), [VKEY])


@given(st.text(max_size=200) | st.text("—\n +=abAB01", max_size=200))
def test_any_text_gives_the_formats_own_error(text: str) -> None:
    with pytest.raises(BadCheckpoint):
        open_checkpoint(text, [VKEY])
    with pytest.raises((MalformedProof, BadCheckpoint)):
        parse_tlog_proof("c2sp.org/tlog-proof@v1\n" + text)


def test_one_wrong_signature_by_a_trusted_key_spoils_the_note() -> None:
    text = signed()
    again = text.partition("\n\n")[2]
    assert open_checkpoint(text + again, [VKEY]).size == 5
    wrong = signed(6).partition("\n\n")[2]
    with pytest.raises(BadCheckpoint, match="does not verify"):
        open_checkpoint(text + wrong, [VKEY])


def test_signature_lines_are_bounded() -> None:
    text = signed()
    line = text.partition("\n\n")[2]
    assert open_checkpoint(text + line * 15, [VKEY]).size == 5
    with pytest.raises(BadCheckpoint, match="at most 64 signatures"):
        open_checkpoint(text + line * 64, [VKEY])
    with pytest.raises(BadCheckpoint, match="at most 131072 bytes"):
        open_checkpoint(text + line * 2000, [VKEY])


def test_a_key_signs_under_its_own_origin_only() -> None:
    with pytest.raises(BadCheckpoint, match="expected the key name"):
        sign_checkpoint(Checkpoint("other", 5, sha256(b"")[::-1]), key=KEY, name=ORIGIN)
    with pytest.raises(UntrustedLogKey, match="no log key that you trust"):
        open_checkpoint(signed(), [vkey("other", KEY.public_key())])


def test_verifier_keys_are_checked_whole() -> None:
    assert parse_vkey(VKEY).name == ORIGIN
    for broken in ("", VKEY[:-4], VKEY.replace("+", " "), VKEY.upper(), f"{VKEY}\n", "x" + VKEY):
        with pytest.raises(BadCheckpoint):
            parse_vkey(broken)
    with pytest.raises(BadCheckpoint):
        vkey("two words", KEY.public_key())


def test_checkpoints_that_cannot_be_are_not_made() -> None:
    with pytest.raises(WrongLength):
        Checkpoint(ORIGIN, 1, b"short")
    for origin, size, root in (
        ("", 1, sha256(b"x")),
        ("a b", 1, sha256(b"x")),
        (ORIGIN, -1, sha256(b"x")),
        (ORIGIN, 0, sha256(b"x")),
        (ORIGIN, 1, tree.EMPTY_ROOT),
    ):
        with pytest.raises(InvalidError):
            Checkpoint(origin, size, root)


@given(
    st.integers(0, 2**53 - 1),
    st.lists(HASHES, max_size=MAX_PATH),
    st.binary(max_size=100),
)
def test_proofs_read_back(index: int, path: list[bytes], extra: bytes) -> None:
    proof = TlogProof(index, path, signed(), extra)
    assert parse_tlog_proof(proof.to_text()) == proof


@given(st.data())
def test_a_changed_proof_never_proves(data: st.DataObject) -> None:
    leaves = [sha256(b"%d" % number) for number in range(6)]
    text = TlogProof(
        3,
        tree.inclusion_path(leaves, 3),
        sign_checkpoint(Checkpoint(ORIGIN, 6, tree.root(leaves)), key=KEY, name=ORIGIN),
    ).to_text()
    raw = bytearray(text.encode())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(AnchoringError):
        _prove(raw.decode("utf-8", "surrogateescape"), leaves[3])


def _prove(text: str, leaf: bytes) -> None:
    proof = parse_tlog_proof(text)
    checkpoint = open_checkpoint(proof.checkpoint, [VKEY])
    tree.verify_inclusion(
        leaf_hash=leaf,
        index=proof.index,
        size=checkpoint.size,
        path=proof.path,
        root=checkpoint.root,
    )


def test_proofs_that_cannot_be_are_not_made() -> None:
    for index, path, checkpoint, extra in (
        (-1, [], signed(), b""),
        (0, [b"short"], signed(), b""),
        (0, [bytes(32)] * 64, signed(), b""),
        (0, [], "no checkpoint", b""),
        (0, [], signed(), bytes(20_000)),
    ):
        with pytest.raises(MalformedProof):
            TlogProof(index, path, checkpoint, extra)
