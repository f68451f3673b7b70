"""The public P-256 vectors through the contract's own check, with the precompile and without."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from eth_abi.abi import encode
from eth_utils import keccak

from contracts_chain.compile import compile_sources, own_sources
from tests.ports.contract_rig import STRANGER, Hardfork, Node, node_of
from tests.ports.party_keys import P256_ORDER

PROBE = "KeysProbe"
PARTY = "(bytes32[],uint256,uint8,bytes32,bytes32,bytes32,bytes32,bytes)"
# What a signature may be spelt as in 64 bytes; anything else never reaches the curve.
FILES = (
    "wycheproof_ecdsa_secp256r1_sha256_p1363_test.json",
    "wycheproof_ecdsa_secp256r1_sha256_test.json",
)


@dataclass(frozen=True)
class Question:
    """A key, a digest and a signature, and whether the contract must take it."""

    name: str
    x: bytes
    y: bytes
    digest: bytes
    signature: bytes
    expected: bool

    @property
    def call_data(self) -> str:
        party = ([], 0, 2, bytes(32), bytes(32), self.x, self.y, self.signature)
        selector = keccak(f"hasSigned({PARTY},bytes32)".encode())[:4]
        return "0x" + (selector + encode([PARTY, "bytes32"], [party, self.digest])).hex()


def signature_bytes(encoded: bytes, *, der: bool) -> bytes | None:
    """Return r ‖ s of a vector's signature as it stands, None if 64 bytes cannot spell it."""
    if not der:
        return encoded
    try:
        r, s = decode_dss_signature(encoded)
        if encode_dss_signature(r, s) != encoded:
            return None
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
    except (ValueError, OverflowError):
        return None


def questions_of(file: Path) -> Iterator[Question]:
    """Yield every vector as it stands, and each sound one with the other spelling of its s."""
    content = json.loads(file.read_bytes())
    for group in content["testGroups"]:
        x, y = (int(group["publicKey"][name], 16).to_bytes(32, "big") for name in ("wx", "wy"))
        for test in group["tests"]:
            encoded = signature_bytes(bytes.fromhex(test["sig"]), der="p1363" not in file.name)
            if encoded is None:
                assert test["result"] != "valid", test
                continue
            name = f"{file.name} {test['tcId']}"
            digest = hashlib.sha256(bytes.fromhex(test["msg"])).digest()
            sound = test["result"] == "valid"
            low = len(encoded) == 64 and int.from_bytes(encoded[32:], "big") <= P256_ORDER // 2
            yield Question(name, x, y, digest, encoded, sound and low)
            if sound:
                s = P256_ORDER - int.from_bytes(encoded[32:], "big")
                other = encoded[:32] + s.to_bytes(32, "big")
                yield Question(f"{name}, other s", x, y, digest, other, not low)


@pytest.fixture(scope="module")
def probe_code() -> str:
    sources = own_sources()
    del sources["AnchorLog.sol"]  # which takes the compiler longest
    sources[f"{PROBE}.sol"] = Path(__file__).with_name(f"{PROBE}.sol").read_text()
    compiled = compile_sources(sources)["contracts"][f"{PROBE}.sol"][PROBE]
    return str(compiled["evm"]["bytecode"]["object"])


def ask_all(node: Node, probe_code: str, questions: list[Question]) -> list[bool]:
    transaction = node.ask("eth_sendTransaction", {"from": STRANGER, "data": "0x" + probe_code})
    while (receipt := node.ask("eth_getTransactionReceipt", transaction)) is None:
        pass
    to = receipt["contractAddress"]
    calls = [({"to": to, "data": question.call_data}, "latest") for question in questions]
    return [int(answer, 16) == 1 for answer in node.ask_all("eth_call", calls)]


@pytest.mark.parametrize("hardfork", ["osaka", "prague"])
def test_public_vectors_get_their_answers(
    hardfork: Hardfork, probe_code: str, external_vectors: Path
) -> None:
    questions = [each for name in FILES for each in questions_of(external_vectors / name)]
    assert len(questions) > 700
    assert sum(question.expected for question in questions) > 200
    with node_of(hardfork) as node:
        answers = ask_all(node, probe_code, questions)
    wrong = [
        question.name
        for question, answer in zip(questions, answers, strict=True)
        if answer != question.expected
    ]
    assert wrong == []
