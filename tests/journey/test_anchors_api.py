"""``/v1/anchors`` on a running Acta, its proof checked with nothing but the public formats."""

import hashlib
import re
import secrets
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from anchoring.chain_view import Node, anchor_slot, decode_anchor
from anchoring.checkpoint import open_checkpoint
from anchoring.hashing import external_entry, leaf_hash
from anchoring.tlog_proof import parse_tlog_proof
from anchoring.tree import verify_inclusion
from tests.journey.people import FINAL_LIMIT_S, trust_of
from tests.running import RunningActa

PROBLEM = "application/problem+json"
LADDER = ["accepted", "logged", "broadcast", "included", "final"]


def key_of(acta: RunningActa) -> str:
    """Return the API key that the first start showed, once."""
    shown = re.findall(r"API key +(acta_\S+)", acta.output)
    assert len(shown) == 1
    return str(shown[0])


@pytest.fixture
def api(acta_server: RunningActa) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=acta_server.base_url,
        headers={"Authorization": f"Bearer {key_of(acta_server)}"},
        timeout=20,
    ) as client:
        yield client


def fresh() -> str:
    return secrets.token_hex(32)


def test_a_hash_becomes_a_leaf_under_a_final_anchor(
    acta_server: RunningActa, api: httpx.Client
) -> None:
    mine = hashlib.sha256(b"a document that Acta never sees").digest()
    taken = api.post("/v1/anchors", json={"sha256": mine.hex()})
    assert taken.status_code == 202, taken.text
    answer = wait_until_final(api, taken.json()["id"])

    (at_home,) = answer["chains"]
    assert (at_home["chain"], at_home["home"]) == ("home", True)
    for name in ("status", "transaction", "block", "block_time"):
        assert at_home[name] == answer[name]

    # Everything below is arithmetic over the answer, the trust file and the chain's storage.
    salt = bytes.fromhex(answer["salt"])
    entry = external_entry(salt=salt, caller_sha256=mine)
    leaf = leaf_hash(entry)
    assert (answer["sha256"], answer["entry"], answer["leaf"]) == (
        mine.hex(),
        entry.hex(),
        leaf.hex(),
    )
    trust = trust_of(acta_server)
    proof = parse_tlog_proof(answer["proof"])
    vkeys = [key.vkey for key in trust.current.keys_for("log") if key.vkey]
    checkpoint = open_checkpoint(proof.checkpoint, vkeys)
    assert checkpoint.origin == trust.origin
    assert proof.index == answer["index"]
    verify_inclusion(
        leaf_hash=leaf,
        index=proof.index,
        size=checkpoint.size,
        path=proof.path,
        root=checkpoint.root,
    )
    home = trust.homes[0]
    assert answer["anchor"]["root"] == checkpoint.root.hex()
    assert answer["anchor"]["contract"] == home.contract.hex()
    node = Node(acta_server.rpc_url)
    slot = decode_anchor(node.word(home.contract, anchor_slot(home.log_id, checkpoint.root)))
    assert (slot.size, slot.block) == (checkpoint.size, answer["block"])
    final = node.block("finalized")
    assert final is not None
    assert slot.block <= final.number


def wait_until_final(api: httpx.Client, anchor_id: str) -> dict[str, Any]:
    """Follow the status ladder; it never goes back."""
    until, seen = time.monotonic() + FINAL_LIMIT_S, 0
    while time.monotonic() < until:
        read = api.get(f"/v1/anchors/{anchor_id}")
        assert read.status_code == 200
        answer: dict[str, Any] = read.json()
        rung = LADDER.index(answer["status"])
        assert rung >= seen
        seen = rung
        assert (answer["proof"] is not None) == (answer["status"] == "final")
        if answer["status"] == "final":
            return answer
        time.sleep(0.1)
    raise AssertionError(f"expected a final anchor within {FINAL_LIMIT_S} s")


def test_the_same_idempotency_key_is_the_same_request(api: httpx.Client) -> None:
    mine, key = fresh(), {"Idempotency-Key": secrets.token_hex(8)}
    first = api.post("/v1/anchors", json={"sha256": mine}, headers=key)
    again = api.post("/v1/anchors", json={"sha256": mine}, headers=key)
    assert (first.status_code, again.status_code) == (202, 202)
    for name in ("id", "salt", "entry", "leaf"):
        assert first.json()[name] == again.json()[name]
    other = api.post("/v1/anchors", json={"sha256": fresh()}, headers=key)
    assert other.status_code == 409
    assert_problem(other, "notary/idempotency-conflict")


def test_without_an_idempotency_key_each_request_is_its_own(api: httpx.Client) -> None:
    mine = fresh()
    one, two = (api.post("/v1/anchors", json={"sha256": mine}).json() for _ in range(2))
    assert one["id"] != two["id"]
    assert one["salt"] != two["salt"]
    assert one["leaf"] != two["leaf"]


@pytest.mark.parametrize(
    "authorization",
    [None, "Bearer acta_wrong", "Bearer", "Basic YWN0YTp4", "Bearer " + "a" * 5000],
)
def test_a_wrong_key_is_a_problem_document(
    acta_server: RunningActa, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    url = f"{acta_server.base_url}/v1/anchors"
    answer = httpx.post(url, json={"sha256": fresh()}, headers=headers, timeout=10)
    assert answer.status_code == 401
    assert_problem(answer, "api/key-needed")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"sha256": "00"},
        {"sha256": "zz" * 32},
        {"sha256": "AB" * 32},
        {"sha256": "0x" + "00" * 32},
        {"sha256": "00" * 33},
        {"sha256": 7},
        {"sha256": None},
        {"sha256": "00" * 32, "title": "more"},
        [],
    ],
)
def test_a_bad_hash_is_refused(api: httpx.Client, body: Any) -> None:
    answer = api.post("/v1/anchors", json=body)
    assert answer.status_code == 422
    assert_problem(answer, "api/bad-request")


def test_a_body_that_is_no_json_is_refused(api: httpx.Client) -> None:
    answer = api.post("/v1/anchors", content=b"{", headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert_problem(answer, "api/bad-request")


def test_an_anchor_nobody_asked_for_is_not_found(api: httpx.Client) -> None:
    answer = api.get("/v1/anchors/anc_nosuchthing")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith(PROBLEM)


def assert_problem(answer: httpx.Response, code: str) -> None:
    """The answer is an RFC 9457 document of this code, and repeats nothing that was sent."""
    assert answer.headers["content-type"].startswith(PROBLEM)
    document = answer.json()
    assert document["code"] == code
    assert document["status"] == answer.status_code
    assert document["type"] == f"urn:acta:error:{code}"
    assert document["title"]
