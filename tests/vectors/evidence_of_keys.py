"""The cases about signers' own keys, and about a reader who asks no node."""

import json
from typing import Any

from tests.vectors.evidence_case import Base, base
from tests.vectors.evidence_making import (
    Cases,
    cannot_check,
    flipped,
    invalid,
    leaf_of,
    unproved,
    valid,
)

_PASSKEYS, _PARTIES = "passkeys", "parties.json"


def cases() -> Cases:
    """Return the cases of this chapter by name."""
    return {**_keys(), **_offline(), **_proofs()}


def _keys() -> Cases:
    origin = base(_PASSKEYS)
    first, second = (leaf_of(origin, "signed", party) for party in (1, 2))
    parties = json.loads(origin.members[_PARTIES])["parties"]
    mine, spare = parties[0]["keys"]
    attestation = f"attestations/{first}.json"
    other = f"attestations/{second}.json"

    def listed(*keys: Any) -> list[dict[str, Any]]:
        return [{"member": _PARTIES, "path": ["parties", 0, "keys"], "value": list(keys)}]

    return {
        "good_passkeys": valid(
            "two signers with passkeys, one of them with a spare", base=_PASSKEYS
        ),
        "bad_passkey-flip": invalid(
            "attestations/other",
            "attestations",
            "one digit of an assertion differs",
            base=_PASSKEYS,
            evidence=[
                flipped(attestation, origin.members[attestation].index(b'"r":"') + 9, origin)
            ],
        ),
        "bad_passkey-swapped": invalid(
            "attestations/other",
            "attestations",
            "another party's assertion in its place",
            base=_PASSKEYS,
            evidence=[{"member": attestation, "from": other, "of": _PASSKEYS}],
        ),
        "bad_keys-dropped": invalid(
            "parties/keys",
            "parties",
            "a key that the signer signed for is not listed",
            base=_PASSKEYS,
            evidence=listed(mine),
        ),
        "bad_keys-added": invalid(
            "parties/keys",
            "parties",
            "a key that the signer did not sign for is listed",
            base=_PASSKEYS,
            evidence=listed(mine, spare, parties[1]["keys"][0]),
        ),
        "bad_keys-reordered": invalid(
            "parties/keys",
            "parties",
            "the keys in another order",
            base=_PASSKEYS,
            evidence=listed(spare, mine),
        ),
        "bad_keys-other-salt": invalid(
            "parties/keys",
            "parties",
            "the same key under another salt",
            base=_PASSKEYS,
            evidence=listed({**mine, "keySalt": "11" * 32}, spare),
        ),
        "bad_keys-none": invalid(
            "parties/keys",
            "parties",
            "a signer's keys are taken out",
            base=_PASSKEYS,
            evidence=listed(),
        ),
        "bad_keys-where-nobody-has-one": invalid(
            "parties/keys",
            "parties",
            "a key is put beside a signer who had none",
            evidence=listed(mine),
        ),
        "bad_keys-of-a-newer-kind": cannot_check(
            "anchoring/unknown-version",
            "container",
            "a kind of key that this version does not know",
            base=_PASSKEYS,
            evidence=listed({"type": "ed25519", "keySalt": "11" * 32}),
        ),
    }


def _offline() -> Cases:
    record, anchors = _record(base(_PASSKEYS))
    found, chain = record["block"]["hash"], record["chainId"]

    def given(*hashes: str, **what: Any) -> dict[str, Any]:
        options = [word for one in hashes for word in ("--block-hash", one)]
        return {"base": _PASSKEYS, "nodes": [], "options": options, **what}

    def without(name: str, nothing: Any = None) -> list[dict[str, Any]]:
        return [{"member": anchors, "path": [name], "value": nothing}]

    return {
        "good_block-trusted": valid("no node, but the hash of the block", **given("0x" + found)),
        "good_block-of-its-chain": valid("the same with its chain", **given(f"{chain}:{found}")),
        "good_block-among-others": valid(
            "one of two hashes is the block's", **given("11" * 32, found)
        ),
        "bad_block-other": cannot_check(
            "chain/unreachable",
            "chain",
            "no node, and the hash of another block",
            **given("11" * 32),
        ),
        "bad_block-of-another-chain": cannot_check(
            "chain/unreachable",
            "chain",
            "no node, and the right hash for another chain",
            **given(f"{chain + 1}:{found}"),
        ),
        "bad_block-without-proof": cannot_check(
            "chain/unreachable",
            "chain",
            "no node, and evidence without proofs",
            **given(found, evidence=unproved(anchors)),
        ),
        "bad_block-status-unproved": cannot_check(
            "status/unproved",
            "status",
            "no node, and no proof of the status",
            **given(found, evidence=without("statusProof")),
        ),
        "bad_block-fork-unproved": cannot_check(
            "status/unproved",
            "status",
            "no node, and no proof that the log did not fork",
            **given(found, evidence=without("forkedProof")),
        ),
        "bad_block-earlier-root-unproved": cannot_check(
            "anchor/unproved",
            "times",
            "no node, and no proof of the roots that statements name",
            **given(found, evidence=without("otherProofs", [])),
        ),
        "bad_block-too-old": cannot_check(
            "status/old",
            "status",
            "no node, and a block older than the reader accepts",
            **given(found, options=["--block-hash", found, "--max-status-age", "60"]),
        ),
    }


def _proofs() -> Cases:
    """A proof that does not hold is altered evidence, even where nodes answer."""
    origin = base(_PASSKEYS)
    record, anchors = _record(origin)
    found: Cases = {}
    names = ("accountProof", "anchorProof", "statusProof", "successorProof", "forkedProof")
    for name in names:
        last = len(record[name]) - 1
        node = record[name][last]
        changed = node[:-1] + ("0" if node[-1] != "0" else "1")
        whys = {
            "flip": ("one digit of a node differs", ["value", [*record[name][:last], changed]]),
            "cut": ("the last node is missing", ["value", record[name][:last]]),
        }
        for kind, (why, (key, value)) in whys.items():
            found[f"bad_state-proof-{kind}-{name}"] = invalid(
                "anchoring/bad-state-proof",
                "chain",
                f"{name}: {why}",
                base=_PASSKEYS,
                evidence=[{"member": anchors, "path": [name], key: value}],
            )
    header = record["header"]
    found["bad_state-proof-header"] = invalid(
        "anchoring/bad-state-proof",
        "chain",
        "one digit of the header differs",
        base=_PASSKEYS,
        evidence=[{"member": anchors, "path": ["header"], "value": header[:-1] + "6"}],
    )
    other = _record(base("two-parties"))[0]
    found["bad_state-proof-of-another-block"] = invalid(
        "anchoring/bad-state-proof",
        "chain",
        "header and proofs of another chain",
        base=_PASSKEYS,
        evidence=[
            {"member": anchors, "path": [name], "value": other[name]}
            for name in ("header", *names, "otherProofs")
        ],
    )
    return found


def _record(origin: Base) -> tuple[dict[str, Any], str]:
    name = next(name for name in origin.members if name.startswith("anchors/"))
    return dict(json.loads(origin.members[name])), name
