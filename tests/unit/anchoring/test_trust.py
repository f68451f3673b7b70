"""The trust file as its owner builds it and its readers follow it."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from anchoring.checkpoint import vkey
from anchoring.errors import MalformedTrust
from anchoring.fields import format_time
from anchoring.hashing import log_id, sha256
from anchoring.trust import (
    Home,
    build_genesis,
    build_trust,
    format_fingerprint,
    parse_trust,
    sign_version,
)

VECTORS = Path(__file__).parents[2] / "vectors" / "trust"
ORIGIN = "localhost:8000/log"
OPENER = b"\1" * 20
LOG_ID = log_id(opener=OPENER, origin=ORIGIN)
HOME = Home(31337, b"\2" * 20, LOG_ID, b"\3" * 32)
ROOT = ec.generate_private_key(ec.SECP256R1())
START = datetime(2026, 1, 1, tzinfo=UTC)
LOG_KEY = {
    "purpose": "log",
    "vkey": vkey(ORIGIN, Ed25519PrivateKey.generate().public_key()),
    "notBefore": format_time(START),
    "notAfter": format_time(START + timedelta(days=3650)),
    "revokedAfter": None,
}


def genesis(**changed: Any) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "origin": ORIGIN,
        "opener": OPENER,
        "homes": [HOME],
        "root_key": ROOT.public_key(),
    }
    return build_genesis(**{**arguments, **changed})


def version(versions: list[dict[str, Any]], **changed: Any) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "genesis": genesis(),
        "versions": versions,
        "at": format_time(START + timedelta(days=len(versions))),
        "keys": [LOG_KEY],
        "rpc": ["http://127.0.0.1:8545"],
        "log": [],
        "max_delay": 3600,
        "root_key": ROOT,
    }
    return sign_version(**{**arguments, **changed})


def test_versions_are_added_and_read_back() -> None:
    first = version([])
    second = version([first], max_delay=7200)
    one = parse_trust(build_trust(genesis=genesis(), versions=[first]))
    two = parse_trust(build_trust(genesis=genesis(), versions=[first, second]))
    assert (one.origin, one.opener, one.homes, one.log_id) == (ORIGIN, OPENER, (HOME,), LOG_ID)
    assert [item.max_delay for item in two.versions] == [3600, 7200]
    assert two.current.number == 2
    assert two.current.previous == one.current.sha256
    assert one.fingerprint == two.fingerprint == one.current.previous
    assert [key.vkey for key in two.current.keys_for("log")] == [LOG_KEY["vkey"]]
    assert two.current.keys_for("seal-ca") == ()


def test_signing_again_gives_the_same_version() -> None:
    assert version([]) == version([])


def test_a_newer_file_extends_an_older_one_or_rewrites_it() -> None:
    first = version([])
    rewritten = version([], max_delay=1)
    old = parse_trust(build_trust(genesis=genesis(), versions=[first]))
    new = parse_trust(build_trust(genesis=genesis(), versions=[first, version([first])]))
    other = parse_trust(build_trust(genesis=genesis(), versions=[rewritten]))
    assert new.extends(old)
    assert old.extends(old)
    assert not old.extends(new)
    assert not other.extends(old)


def test_keys_count_within_their_validity_and_before_revocation() -> None:
    revoked = {**LOG_KEY, "revokedAfter": format_time(START + timedelta(days=5))}
    trust = parse_trust(build_trust(genesis=genesis(), versions=[version([], keys=[revoked])]))
    key = trust.current.keys[0]
    days = {day: key.covers(START + timedelta(days=day)) for day in (-1, 0, 5, 6)}
    assert days == {-1: False, 0: True, 5: True, 6: False}


@pytest.mark.parametrize(
    "changed",
    [
        {"at": "yesterday"},
        {"max_delay": 0},
        {"keys": [{**LOG_KEY, "vkey": "broken"}]},
        {"keys": [{**LOG_KEY, "certificate": base64.b64encode(b"DER").decode()}]},
        {"keys": [{**LOG_KEY, "revokedAfter": ""}]},
        {"root_key": ec.generate_private_key(ec.SECP256R1())},
    ],
)
def test_what_no_reader_accepts_is_not_signed(changed: dict[str, Any]) -> None:
    with pytest.raises(MalformedTrust):
        version([], **changed)


def test_a_genesis_is_of_one_log_on_distinct_homes() -> None:
    stranger = Home(1, b"\2" * 20, b"\4" * 32, b"\3" * 32)
    for homes in ([], [HOME, HOME], [stranger]):
        with pytest.raises(MalformedTrust):
            genesis(homes=homes)


def test_every_changed_character_of_a_file_is_noticed() -> None:
    raw = build_trust(genesis=genesis(), versions=[version([])])
    fingerprint = parse_trust(raw).fingerprint
    for position in range(0, len(raw), 3):
        changed = bytearray(raw)
        changed[position] ^= 1
        with pytest.raises(MalformedTrust):
            assert parse_trust(bytes(changed)).fingerprint == fingerprint


def test_fingerprints_are_grouped_for_people() -> None:
    vector = json.loads((VECTORS / "good_one-version.json").read_bytes())
    trust = parse_trust(vector["text"].encode())
    shown = format_fingerprint(trust.fingerprint)
    assert shown == vector["result"]["fingerprint"]
    assert len(shown.split(" ")) == 16
    assert format_fingerprint(sha256(b"x")) != shown
