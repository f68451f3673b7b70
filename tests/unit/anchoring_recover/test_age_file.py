"""Our reader of age files: what pyrage and the age program write, and nothing that was altered."""

import re
import subprocess
from pathlib import Path

import pyrage
import pytest

from anchoring.age_file import (
    AgeIdentity,
    MalformedAge,
    NotForThisKey,
    decrypt_age,
    is_recipient,
)
from anchoring.bech32 import decode_bech32, encode_bech32
from anchoring.errors import AnchoringError, UnknownVersion, WrongLength

CHUNK = 64 * 1024
SIZES = [0, 1, 31, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 17]


@pytest.fixture
def theirs() -> pyrage.x25519.Identity:
    return pyrage.x25519.Identity.generate()


def ours(identity: pyrage.x25519.Identity) -> AgeIdentity:
    return AgeIdentity.parse(str(identity))


@pytest.mark.parametrize("size", SIZES)
def test_what_pyrage_writes_is_read(theirs: pyrage.x25519.Identity, size: int) -> None:
    plain = (b"acta" * (size // 4 + 1))[:size]
    others = [pyrage.x25519.Identity.generate().to_public() for _ in range(3)]
    written = pyrage.encrypt(plain, [*others, theirs.to_public(), *others])
    assert decrypt_age(written, [ours(pyrage.x25519.Identity.generate()), ours(theirs)]) == plain


def test_a_key_and_its_public_half_are_spelled_as_pyrage_spells_them(
    theirs: pyrage.x25519.Identity,
) -> None:
    identity = ours(theirs)
    assert identity.recipient == str(theirs.to_public())
    assert is_recipient(identity.recipient)
    assert not is_recipient(str(theirs))
    assert not is_recipient(
        identity.recipient[:-1] + ("q" if identity.recipient[-1] != "q" else "p")
    )
    assert str(theirs) not in repr(identity)


@pytest.mark.parametrize(
    "spell",
    [
        str.lower,
        lambda key: " ".join(key[at : at + 4] for at in range(0, len(key), 4)),
        lambda key: f"# created: 2026-01-01\n# public key: age1…\n{key}\n",
        lambda key: f"{key[:40]}\r\n{key[40:]}",
    ],
    ids=["small letters", "in groups", "as age-keygen writes", "on two lines"],
)
def test_a_key_may_be_typed_as_it_comes(spell: object, theirs: pyrage.x25519.Identity) -> None:
    assert AgeIdentity.parse(spell(str(theirs))).recipient == str(theirs.to_public())  # type: ignore[operator]


def test_every_wrong_letter_of_a_key_is_noticed(theirs: pyrage.x25519.Identity) -> None:
    key = str(theirs)
    for place in range(len("AGE-SECRET-KEY-1"), len(key)):
        wrong = key[:place] + ("Q" if key[place] != "Q" else "P") + key[place + 1 :]
        with pytest.raises(WrongLength):
            AgeIdentity.parse(wrong)
    for cut in (key[:-1], key + "Q", "", "AGE-SECRET-KEY-1", key[:30].lower() + key[30:] + "ñ"):
        with pytest.raises(WrongLength):
            AgeIdentity.parse(cut)


@pytest.mark.parametrize("size", [0, 1, 4, 5, 16, 31, 32, 33])
def test_bech32_gives_back_what_it_was_given(size: int) -> None:
    data = bytes(range(size))
    assert decode_bech32(encode_bech32(data, prefix="acta"), prefix="acta") == data


def test_a_stranger_is_told_that_the_file_is_not_theirs(theirs: pyrage.x25519.Identity) -> None:
    written = pyrage.encrypt(b"x", [theirs.to_public()])
    with pytest.raises(NotForThisKey):
        decrypt_age(written, [ours(pyrage.x25519.Identity.generate())])
    with pytest.raises(NotForThisKey):
        decrypt_age(pyrage.passphrase.encrypt(b"x", "secret"), [ours(theirs)])


def test_nothing_altered_or_cut_is_ever_opened(theirs: pyrage.x25519.Identity) -> None:
    plain = b"a" * (CHUNK + 40)
    written = pyrage.encrypt(plain, [theirs.to_public()])
    header = written.index(b"\n--- ") + 60
    places = [*range(header), *range(header, len(written), 4999), len(written) - 1]
    identity = ours(theirs)
    for place in places:
        altered = bytearray(written)
        altered[place] ^= 1
        with pytest.raises(AnchoringError):
            decrypt_age(bytes(altered), [identity])
    payload = len(written) - len(plain) - 2 * 16
    ends = [*range(header), payload, payload + CHUNK + 16, len(written) - 1]
    for end in ends:
        with pytest.raises(AnchoringError):
            decrypt_age(written[:end], [identity])
    with pytest.raises(MalformedAge):
        decrypt_age(written + b"x", [ours(theirs)])


def test_parts_cannot_change_places(theirs: pyrage.x25519.Identity) -> None:
    written = pyrage.encrypt(b"a" * CHUNK + b"b" * CHUNK, [theirs.to_public()])
    step = CHUNK + 16
    start = len(written) - 2 * step
    swapped = written[:start] + written[start + step :] + written[start : start + step]
    for wrong in (swapped, written[: start + step]):
        with pytest.raises(MalformedAge):
            decrypt_age(wrong, [ours(theirs)])


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", MalformedAge),
        (b"%PDF-1.7\n", MalformedAge),
        (b"age-encryption.org/v2\n-> X\n", UnknownVersion),
        (b"-----BEGIN AGE ENCRYPTED FILE-----\n", UnknownVersion),
        (b"age-encryption.org/v1\n--- AAAA\n", MalformedAge),
        (b"age-encryption.org/v1\n-> X25519 AA\n", MalformedAge),
        (
            b"age-encryption.org/v1\n" + b"-> X\nAA\n" * 300 + b"--- " + b"A" * 43 + b"\n",
            MalformedAge,
        ),
        (b"age-encryption.org/v1\n" + b"x" * 100_000, MalformedAge),
    ],
)
def test_other_files_are_named_for_what_they_are(
    data: bytes, error: type[AnchoringError], theirs: pyrage.x25519.Identity
) -> None:
    with pytest.raises(error):
        decrypt_age(data, [ours(theirs)])


def test_the_age_program_and_this_reader_agree(tmp_path: Path) -> None:
    key = tmp_path / "key.txt"
    subprocess.run(["age-keygen", "-o", key], check=True, capture_output=True)
    match = re.search(r"age1[a-z0-9]+", key.read_text())
    assert match is not None
    identity = AgeIdentity.parse(key.read_text())
    assert identity.recipient == match[0]
    plain = b"una finca" * 20_000
    written = subprocess.run(
        ["age", "-r", match[0]], input=plain, check=True, capture_output=True
    ).stdout
    assert decrypt_age(written, [identity]) == plain
