"""Statements, disclosures and attestations: built, read back, refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anchoring.attestation import build_code_attestation, parse_attestation
from anchoring.disclosure import disclose, hidden_claims, parse_disclosure
from anchoring.errors import (
    MalformedDisclosure,
    MalformedStatement,
    UnknownVersion,
    WrongLength,
)
from anchoring.hashing import ZERO32, attestation_hash, sha256
from anchoring.statement import Actor, After, build_statement, parse_statement
from anchoring.tree import EMPTY_ROOT

AT = "2026-01-31T12:00:00.123Z"


def build(**changed: Any) -> bytes:
    arguments: dict[str, Any] = {
        "type": "opened",
        "origin": "localhost:8000/log",
        "log_id": bytes([1]) * 32,
        "agreement": bytes([2]) * 32,
        "nonce": bytes([3]) * 16,
        "at": AT,
        "after": After(0, EMPTY_ROOT),
        "actor": Actor(2, "signer", bytes([4]) * 32),
        "body": {"revision": "ab", "pages": 3},
    }
    return build_statement(**{**arguments, **changed})


def test_a_statement_reads_back() -> None:
    raw = build()
    read = parse_statement(raw)
    assert (read.raw, read.sha256) == (raw, sha256(raw))
    assert (read.type, read.origin, read.log_id) == ("opened", "localhost:8000/log", b"\1" * 32)
    assert (read.agreement, read.nonce) == (b"\2" * 32, b"\3" * 16)
    assert (read.after, read.actor) == (After(0, EMPTY_ROOT), Actor(2, "signer", b"\4" * 32))
    assert read.at.isoformat() == "2026-01-31T12:00:00.123000+00:00"
    assert (read.crit, read.body, read.hidden) == ((), {"revision": "ab", "pages": 3}, ())


@pytest.mark.parametrize(
    "changed",
    [
        {"nonce": bytes(15)},
        {"log_id": bytes(31)},
        {"at": "2026-01-31T12:00:00Z"},
        {"origin": "two words"},
        {"type": "Signed"},
        {"actor": Actor(-1, "signer")},
        {"actor": Actor(1, "signer", b"")},
        {"body": {"share": 0.5}},
        {"body": {"big": 2**53}},
        {"body": {"text": "a" * 65536}},
        {"body": {"sd": {"email": "ana@example.org"}}},
    ],
)
def test_what_no_reader_accepts_is_not_built(changed: dict[str, Any]) -> None:
    with pytest.raises(MalformedStatement):
        build(**changed)


def test_a_critical_member_can_be_built_for_newer_readers() -> None:
    with pytest.raises(UnknownVersion, match="'fee'"):
        parse_statement(build(crit=["fee"]))


def test_after_is_the_empty_tree_or_a_tree() -> None:
    for size, root in ((0, bytes(32)), (1, EMPTY_ROOT), (1, b"short")):
        with pytest.raises(WrongLength):
            After(size, root)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=50), st.binary(min_size=16))
def test_a_disclosure_opens_its_digest(value: str, salt: bytes) -> None:
    made = disclose("name", value, salt[:16])
    assert parse_disclosure(made.raw) == made
    assert made.digest == sha256(made.raw)
    assert (made.claim, made.value, made.salt) == ("name", value, salt[:16])


def test_a_disclosure_needs_a_full_salt_and_a_storable_value() -> None:
    with pytest.raises(WrongLength, match="salt of 16 bytes"):
        disclose("name", "Ana", b"short")
    for claim, value in (("e mail", "x"), ("share", 0.5), ("name", "\ud800")):
        with pytest.raises(MalformedDisclosure):
            disclose(claim, value, bytes(16))


def test_hidden_claims_are_found_at_any_depth() -> None:
    body = {
        "sd": {"title": "aa" * 32},
        "parties": [{"party": 1, "sd": {"email": "bb" * 32}}, {"party": 2, "sd": {}}],
    }
    found = {(hidden.path, hidden.claim): hidden.digest for hidden in hidden_claims(body)}
    assert found == {
        ((), "title"): b"\xaa" * 32,
        (("parties", 0), "email"): b"\xbb" * 32,
    }


def test_a_code_attestation_is_the_operators_word_over_one_statement() -> None:
    challenge = sha256(build())
    raw = build_code_attestation(channel="email", statement_sha256=challenge, confirmed_at=AT)
    read = parse_attestation(raw)
    assert (read.method, read.claimed_by, read.channel) == ("code", "operator", "email")
    assert read.challenge == challenge
    assert read.hash == attestation_hash(method="code", attestation_sha256=sha256(raw))
    assert read.hash != ZERO32
    with pytest.raises(WrongLength):
        build_code_attestation(channel="email", statement_sha256=b"", confirmed_at=AT)
