"""Passkey assertions beyond the shared vectors: properties, and other people's P-256 vectors."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anchoring.attestation import build_webauthn_attestation, parse_attestation
from anchoring.errors import BadAssertion, WrongLength
from anchoring.hashing import sha256
from anchoring.webauthn import N, check_assertion, check_p256, client_data_start
from tests.vectors.passkey import Passkey

KEY = Passkey("ines")
CHALLENGE = sha256(b"a statement")
SOUND = KEY.sign(CHALLENGE)


def accepts(**changed: bytes) -> bool:
    try:
        check_assertion(replace(SOUND, **changed), challenge=CHALLENGE, rp_id_hash=KEY.rp_id_hash)
    except BadAssertion:
        return False
    return True


@given(st.sampled_from(["x", "y", "r", "s", "authenticator_data", "client_data_json"]), st.data())
def test_any_flipped_bit_is_refused(part: str, data: st.DataObject) -> None:
    flipped = bytearray(getattr(SOUND, part))
    flipped[data.draw(st.integers(0, len(flipped) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert not accepts(**{part: bytes(flipped)})
    assert accepts()


@given(st.binary(min_size=32, max_size=32))
def test_every_challenge_is_signed_and_only_for_itself(challenge: bytes) -> None:
    made = KEY.sign(challenge)
    check_assertion(made, challenge=challenge, rp_id_hash=KEY.rp_id_hash)
    assert len(client_data_start(challenge)) == 90
    if challenge != CHALLENGE:
        with pytest.raises(BadAssertion) as refused:
            check_assertion(made, challenge=CHALLENGE, rp_id_hash=KEY.rp_id_hash)
        assert refused.value.code == "webauthn/challenge"


def test_lengths_are_the_callers_to_keep() -> None:
    with pytest.raises(WrongLength):
        check_assertion(SOUND, challenge=CHALLENGE[1:], rp_id_hash=KEY.rp_id_hash)
    with pytest.raises(WrongLength):
        check_assertion(
            replace(SOUND, r=b"\0" + SOUND.r), challenge=CHALLENGE, rp_id_hash=KEY.rp_id_hash
        )


def test_an_attestation_holds_for_its_statement_alone() -> None:
    read = parse_attestation(build_webauthn_attestation(SOUND, rp_id_hash=KEY.rp_id_hash))
    read.check(CHALLENGE)
    with pytest.raises(BadAssertion):
        read.check(sha256(b"another statement"))


@pytest.fixture(scope="module")
def wycheproof(external_vectors: Path) -> list[dict[str, object]]:
    name = "wycheproof_ecdsa_secp256r1_sha256_p1363_test.json"
    return list(json.loads((external_vectors / name).read_bytes())["testGroups"])


def test_wycheproofs_signatures(wycheproof: list[dict[str, object]]) -> None:
    """Each signature of 64 bytes gets its own answer, but that high S is refused too."""
    counts = {True: 0, False: 0}
    for group in wycheproof:
        key = group["publicKey"]
        assert isinstance(key, dict)
        point = bytes.fromhex(str(key["uncompressed"]))
        tests = group["tests"]
        assert isinstance(tests, list)
        for one in tests:
            signature = bytes.fromhex(one["sig"])
            if len(signature) != 64:
                assert one["result"] == "invalid"
                continue
            r, s = signature[:32], signature[32:]
            low = int.from_bytes(s, "big") <= N // 2
            expected = one["result"] == "valid" and low
            try:
                check_p256(x=point[1:33], y=point[33:], r=r, s=s, message=bytes.fromhex(one["msg"]))
                accepted = True
            except BadAssertion:
                accepted = False
            assert accepted == expected, one["tcId"]
            counts[accepted] += 1
    assert min(counts.values()) > 50
