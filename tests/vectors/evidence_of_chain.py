"""The cases about the chain: what nodes say of the anchor, the status and the times."""

import json
from typing import Any

from anchoring.chain_view import AnchorSlot, anchor_slot, decode_anchor, mapping_slot
from anchoring.hashing import keccak256
from anchoring.locator import read_locator
from anchoring.trust import parse_trust
from anchoring.verify import verify_evidence
from tests.vectors.evidence_case import Base, base
from tests.vectors.evidence_making import (
    DOCUMENT,
    OPENINGS,
    Cases,
    cannot_check,
    invalid,
    openings,
    unproved,
    valid,
)
from tests.vectors.replay_rpc import Call, serving_nodes

STATUS, SUCCESSOR, FORKED = 2, 3, 5
"""Positions of AnchorLog's mappings (protocol, AnchorLog storage)."""
_HOUR, _DAY = 3600, 86400
_LONG_AGO = "2026-01-01T00:00:00.000Z"


def cases() -> Cases:
    """Return the cases of this chapter by name."""
    return {**_nodes(), **_anchor(), **_status(), **_times()}


def _nodes() -> Cases:
    home = _record()["chainId"]
    other = [{"method": "eth_chainId", "params": [], "result": hex(home + 1)}]
    block = _result("eth_getBlockByNumber", ["0x0", False])
    genesis = {**block, "hash": "0x" + "11" * 32}
    code = {"method": "eth_getCode", "params": [_contract(), "latest"], "result": "0x"}
    whys: dict[str, tuple[str, str, list[dict[str, Any]]]] = {
        "unreachable": ("chain/unreachable", "nobody listens there", [{"down": True}]),
        "failing": ("chain/unreachable", "it answers with an error", [{"status": 500}]),
        "babbling": ("chain/unreachable", "it answers with no JSON", [{"says": "<html>"}]),
        "of-another-chain": ("chain/other-chain", "another chain id", [{"answers": other}]),
        "with-another-genesis": (
            "chain/other-chain",
            "the same chain id, but another first block",
            [{"answers": [_call("eth_getBlockByNumber", ["0x0", False], genesis)]}],
        ),
        "without-the-contract": (
            "chain/no-contract",
            "no contract at the address",
            [{"answers": [code]}],
        ),
    }
    return {
        **{
            f"bad_node-{name}": cannot_check(code, "chain", why, nodes=nodes)
            for name, (code, why, nodes) in whys.items()
        },
        "good_node-down-beside-one-that-answers": valid(
            "one of two nodes is down, and another one is of another chain",
            nodes=[{"down": True}, {}, {"answers": other}],
        ),
    }


def _anchor() -> Cases:
    record = _record()
    absent = _word(anchor_slot(_log_id(), _root()), 0)
    slot = _slot(_root())
    larger = _word(anchor_slot(_log_id(), _root()), _packed(slot, size=slot.size + 1))
    number = record["block"]["number"]
    before = _call(
        "eth_getBlockByNumber",
        ["finalized", False],
        {"number": hex(number - 1), "hash": "0x" + "22" * 32, "timestamp": hex(slot.time - 1)},
    )
    unknown = _call("eth_getBlockByNumber", [hex(number), False], None)
    named = _result("eth_getBlockByNumber", [hex(number), False])
    other_block = _call(
        "eth_getBlockByNumber", [hex(number), False], {**named, "hash": "0x" + "33" * 32}
    )
    anchors = f"anchors/{record['chainId']}.json"
    return {
        "bad_anchor-denied": invalid(
            "anchor/absent",
            "anchor",
            "the chain, final past the evidence's block, does not hold the root",
            nodes=[{"answers": [absent]}],
        ),
        "bad_anchor-denied-by-most": invalid(
            "anchor/absent",
            "anchor",
            "two of three final nodes deny the root",
            nodes=[{"answers": [absent]}, {}, {"answers": [absent]}],
        ),
        "bad_anchor-denied-by-one": cannot_check(
            "anchor/nodes-disagree",
            "anchor",
            "one of three final nodes denies the root",
            nodes=[{"answers": [absent]}, {}, {}],
        ),
        "bad_anchor-denied-by-a-lagging-node": cannot_check(
            "anchor/not-final",
            "anchor",
            "a node that is not there yet says that the root is absent",
            nodes=[{"answers": [absent, before, unknown]}],
        ),
        "bad_anchor-denied-on-another-branch": cannot_check(
            "anchor/other-block",
            "anchor",
            "a node with another block at that height says that the root is absent",
            nodes=[{"answers": [absent, other_block]}],
        ),
        "bad_anchor-of-another-size": invalid(
            "anchor/differs",
            "anchor",
            "the chain holds the root for another size",
            nodes=[{"answers": [larger]}],
        ),
        "bad_anchor-not-final": cannot_check(
            "anchor/not-final",
            "anchor",
            "the root is there, in a block that is not final yet",
            nodes=[{"answers": [before]}],
        ),
        "bad_anchor-none": cannot_check(
            "anchor/none",
            "anchor",
            "not anchored yet",
            evidence=[{"member": anchors, "drop": True}],
        ),
        "bad_anchor-in-another-contract": invalid(
            "anchor/other-place",
            "anchor",
            "the evidence names a contract that is not the home's",
            evidence=[{"member": anchors, "path": ["contract"], "value": "11" * 20}],
        ),
        "bad_anchor-of-another-root": invalid(
            "log/other-anchor",
            "log",
            "the evidence names the anchor of another root",
            evidence=[{"member": anchors, "path": ["root"], "value": "11" * 32}],
        ),
        "bad_anchor-in-another-block": cannot_check(
            "anchor/other-block",
            "anchor",
            "the evidence names a block that the chain does not have",
            evidence=[
                {"member": anchors, "path": ["block", "hash"], "value": "44" * 32},
                *unproved(anchors),
            ],
        ),
    }


def _status() -> Cases:
    final = int(_result("eth_getBlockByNumber", ["finalized", False])["number"], 16)
    slot = _slot(_root())
    key = keccak256(_log_id() + _document_leaf())

    def ended(code: int, *, block: int, successor: int = 0) -> list[dict[str, Any]]:
        word = code | slot.time << 8 | block << 72
        return [
            {
                "answers": [
                    _word(mapping_slot(key, STATUS), word),
                    _word(mapping_slot(key, SUCCESSOR), successor),
                ]
            }
        ]

    voided = ended(1, block=final)
    return {
        "bad_status-voided": invalid(
            "status/voided",
            "status",
            "genuine, but its parties ended it",
            nodes=voided,
            says=["no longer in force"],
        ),
        "bad_status-superseded": invalid(
            "status/superseded",
            "status",
            "genuine, but another document replaces it",
            nodes=ended(2, block=final, successor=int("55" * 32, 16)),
            says=["no longer in force", "55" * 32],
        ),
        "bad_status-voided-not-final": cannot_check(
            "status/not-final",
            "status",
            "it was ended in a block that is not final yet",
            nodes=ended(1, block=final + 1),
        ),
        "bad_status-unknown-code": cannot_check(
            "status/unknown-code",
            "status",
            "a status that this version does not know",
            nodes=ended(7, block=final),
        ),
        "bad_status-nodes-disagree": cannot_check(
            "status/nodes-disagree",
            "status",
            "one of three nodes says that it was ended",
            nodes=[*voided, {}, {}],
        ),
        "bad_status-voided-and-altered": invalid(
            "transcript/leaf",
            "transcript",
            "ended, and forged: a forgery is never called genuine",
            nodes=voided,
            evidence=[{"member": OPENINGS, "path": ["openings", 1, "salt"], "value": "66" * 32}],
        ),
        "bad_status-forked": invalid(
            "status/forked",
            "status",
            "somebody proved on chain that the log's operator signed two histories",
            nodes=[{"answers": [_word(mapping_slot(_log_id(), FORKED), 1)]}],
        ),
        "bad_status-old": cannot_check(
            "status/old",
            "status",
            "the newest final block is older than the reader accepts",
            options=["--max-status-age", "1"],
        ),
    }


def _times() -> Cases:
    slot = _slot(_root())
    record = _record()
    anchors = f"anchors/{record['chainId']}.json"

    def anchored(time: int) -> dict[str, Any]:
        return {
            "evidence": [
                {"member": anchors, "path": ["block", "time"], "value": time},
                *unproved(anchors),
            ],
            "nodes": [
                {"answers": [_word(anchor_slot(_log_id(), _root()), _packed(slot, time=time))]}
            ],
        }

    earlier = [
        _word(anchor_slot(_log_id(), root), _packed(_slot(root), time=slot.time + _HOUR))
        for root in _after_roots()
    ]
    return {
        "bad_time-before-its-after-block": invalid(
            "times/before-after",
            "times",
            "statements claim to be older than the blocks of the roots they name",
            nodes=[{"answers": earlier}],
        ),
        "bad_time-later-than-its-anchor": invalid(
            "times/later-than-anchor",
            "times",
            "statements claim to be newer than the block that holds them",
            **anchored(slot.time - _HOUR),
            trust=[
                {
                    "path": ["versions", 0, "keys", n, "notBefore"],
                    "value": "2026-01-01T00:00:00.000Z",
                }
                for n in range(4)
            ],
        ),
        "bad_time-anchored-late": cannot_check(
            "times/anchored-late",
            "times",
            "anchored two days later, and the trust file allows one",
            **anchored(slot.time + 2 * _DAY),
        ),
    }


def _two() -> Base:
    return base("two-parties")


def _record() -> dict[str, Any]:
    two = _two()
    name = next(name for name in two.members if name.startswith("anchors/"))
    return dict(json.loads(two.members[name]))


def _log_id() -> bytes:
    return read_locator(_two().members[DOCUMENT]).log_id


def _contract() -> str:
    return "0x" + str(_record()["contract"])


def _root() -> bytes:
    return bytes.fromhex(_record()["root"])


def _document_leaf() -> bytes:
    """Return the document's leaf, which the verifier asked the status of."""
    two = _two()
    with serving_nodes(two.calls, [{}]) as urls:
        report = verify_evidence(two.evidence, trust=parse_trust(two.trust), rpc=urls)
    status = next(step for step in report.steps if step.name == "status")
    leaf = status.findings[0].facts["leaf"]
    assert isinstance(leaf, bytes)
    return leaf


def _after_roots() -> list[bytes]:
    two = _two()
    after = [
        json.loads(two.members[f"statements/{row['leaf']}.json"])["after"] for row in openings(two)
    ]
    found = dict.fromkeys(bytes.fromhex(one["root"]) for one in after if one["size"])
    assert found, "expected statements made after the log's first anchor"
    return list(found)


def _result(method: str, params: list[Any]) -> dict[str, Any]:
    for call in _two().calls:
        if (call["method"], call["params"]) == (method, params):
            return dict(call["result"])
    raise KeyError(method)


def _slot(root: bytes) -> AnchorSlot:
    wanted = [_contract(), "0x" + anchor_slot(_log_id(), root).hex(), "latest"]
    for call in _two().calls:
        if (call["method"], call["params"]) == ("eth_getStorageAt", wanted):
            return decode_anchor(bytes.fromhex(call["result"][2:]))
    raise KeyError(root.hex())


def _packed(slot: AnchorSlot, *, size: int | None = None, time: int | None = None) -> int:
    size, time = size or slot.size, time or slot.time
    return size | time << 64 | slot.block << 128 | slot.ordinal << 192


def _word(slot: bytes, value: int) -> Call:
    params = [_contract(), "0x" + slot.hex(), "latest"]
    return _call("eth_getStorageAt", params, "0x" + value.to_bytes(32, "big").hex())


def _call(method: str, params: list[Any], result: Any) -> Call:
    return {"method": method, "params": params, "result": result}
