"""The shared passkey vectors through the contract: the same verdict as the Python verifier's."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from eth_utils import keccak

from anchoring.hashing import ZERO32, leaf_hash, sha256, statement_entry
from anchoring.tree import inclusion_path, root
from anchoring.webauthn import Assertion
from tests.conftest import ROOT
from tests.ports.contract_rig import OPERATOR, Contract, Hardfork, contract_on

VECTORS = sorted((ROOT / "tests" / "vectors" / "webauthn").glob("*.json"))
SUBJECT = sha256(b"an agreement")


@dataclass(frozen=True)
class Statement:
    """A vector as the statement that commits to it, in the log."""

    path: Path
    expect: str
    assertion: Assertion
    challenge: bytes
    rp_id_hash: bytes

    @property
    def salt(self) -> bytes:
        return sha256(self.path.name.encode())

    @property
    def leaf(self) -> bytes:
        """The leaf whose entry commits to the assertion as the verifier hashes it."""
        return leaf_hash(
            statement_entry(
                salt=self.salt,
                subject=SUBJECT,
                statement_sha256=self.challenge,
                attestation_hash=self.assertion.hash(self.rp_id_hash),
            )
        )


def read(path: Path) -> Statement:
    vector: dict[str, Any] = json.loads(path.read_bytes())
    words = {name: bytes.fromhex(vector[name]) for name in ("x", "y", "r", "s")}
    assertion = Assertion(
        **words,
        authenticator_data=bytes.fromhex(vector["authenticatorData"]),
        client_data_json=vector["clientDataJSON"].encode(),
    )
    challenge, rp_id_hash = (bytes.fromhex(vector[name]) for name in ("challenge", "rpIdHash"))
    return Statement(path, vector["expect"], assertion, challenge, rp_id_hash)


STATEMENTS = [read(path) for path in VECTORS]
LEAVES = [one.leaf for one in STATEMENTS]


@pytest.fixture(scope="module", params=["osaka", "prague"])
def contract(request: pytest.FixtureRequest) -> Iterator[Contract]:
    """AnchorLog where the P-256 precompile is, and where Solidity has to do its work."""
    hardfork: Hardfork = request.param
    with contract_on(hardfork) as deployed:
        yield deployed


@pytest.fixture(scope="module")
def log_id(contract: Contract) -> bytes:
    """A log whose one anchor holds every vector."""
    origin = keccak(b"log.example/acta")
    contract.send("openLog", origin, sender=OPERATOR)
    (opened,) = contract.call("logIdOf", OPERATOR, origin)
    contract.send("anchor", opened, len(LEAVES), root(LEAVES), sender=OPERATOR)
    return bytes(opened)


def question(log_id: bytes, number: int, **changed: bytes) -> list[object]:
    """Return the arguments of verifyAttestation for one vector."""
    one = STATEMENTS[number]
    proof = (len(LEAVES), root(LEAVES), number, inclusion_path(LEAVES, number))
    asked = {"salt": one.salt, "subject": SUBJECT, "statement": one.challenge, **changed}
    given = one.assertion
    numbers = (given.x, given.y, given.r, given.s)
    assertion = (*numbers, given.authenticator_data, given.client_data_json)
    return [log_id, proof, asked["salt"], asked["subject"], asked["statement"], assertion]


def test_there_are_vectors_of_both_kinds() -> None:
    expectations = [one.expect for one in STATEMENTS]
    assert expectations.count("valid") >= 8
    assert expectations.count("invalid") >= 40


def test_the_contract_answers_each_vector_as_the_verifier_does(
    contract: Contract, log_id: bytes
) -> None:
    answers = contract.call_all(
        "verifyAttestation", [question(log_id, number) for number in range(len(LEAVES))]
    )
    wrong = {
        one.path.name: answer
        for one, answer in zip(STATEMENTS, answers, strict=True)
        if answer[0] != (one.expect == "valid")
    }
    assert wrong == {}
    size, time, block, _ = contract.call("anchorOf", log_id, root(LEAVES))
    assert size == len(LEAVES)
    assert {answer[1:] for answer in answers} == {(time, block), (0, 0)}


def test_the_precompile_is_where_it_was_said_to_be(
    contract: Contract, request: pytest.FixtureRequest
) -> None:
    """Otherwise both runs would have taken the same way."""
    good = next(one for one in STATEMENTS if one.path.name == "good_plain.json")
    message = sha256(good.assertion.authenticator_data + sha256(good.assertion.client_data_json))
    given = good.assertion
    data = "0x" + (message + given.r + given.s + given.x + given.y).hex()
    answer = contract.node.ask("eth_call", {"to": "0x" + "0" * 37 + "100", "data": data}, "latest")
    has_precompile = request.node.callspec.params["contract"] == "osaka"
    assert answer == ("0x" + "0" * 63 + "1" if has_precompile else "0x")


def test_a_good_assertion_is_refused_with_another_statement_salt_or_subject(
    contract: Contract, log_id: bytes
) -> None:
    number = next(n for n, one in enumerate(STATEMENTS) if one.path.name == "good_plain.json")
    changes: list[dict[str, bytes]] = [
        {"salt": ZERO32},
        {"subject": ZERO32},
        {"statement": sha256(b"another statement")},
    ]
    rows = [question(log_id, number, **changed) for changed in ({}, *changes)]
    rows.append([sha256(b"another log"), *rows[0][1:]])
    answers = contract.call_all("verifyAttestation", rows)
    assert [answer[0] for answer in answers] == [True, False, False, False, False]
