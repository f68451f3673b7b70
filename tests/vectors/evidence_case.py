"""Evidence vectors as small recipes: which good evidence, what is changed, and the verdict.

``evidence/<base>/`` holds evidence of a real run with its trust file and recorded node
(``make_evidence.py``); ``evidence/good_*.json`` and ``bad_*.json`` are the cases, written by
``build_evidence.py``. A case opens with what is expected and has

``expect``    valid, invalid or cannot-check; ``code`` and ``step``: the reason and where it shows
``base``      the folder all parts are taken from
``evidence``  changes of members, then the manifest is made anew, unless ``manifest`` is "kept";
              null: no evidence is given at all
``container`` changes of the packed file
``pdf``       if there, the base's PDF with these changes is given beside the evidence
``trust``     changes of the trust file's JSON, signed anew by a root key of the tests' own; or
              ``{"of": base}``; or null: none
``nodes``     the nodes asked (``replay_rpc.py``), one truthful one by default
``options``   further words for ``acta verify``
``says``      words that the verdict's sentence must contain

A change is one of
``{"at": n, "hex": …}`` write these bytes from byte n on; ``{"cut": n}`` keep n bytes;
``{"add": hex}`` append bytes; ``{"update": name}`` append one of ``updates.json``;
``{"path": […], "value": …}`` set a JSON member, or remove it when ``value`` is left out;
``{"drop": true}`` take the member out; ``{"is": hex}`` put these bytes; ``{"from": member,
"of": base}`` put another member. In ``evidence`` each also names its ``member``.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from anchoring.canonical_json import canonical_bytes
from anchoring.container import write_container
from anchoring.evidence import read_evidence
from anchoring.evidence_lists import build_manifest
from anchoring.trust import build_trust, sign_version
from tests.vectors.replay_rpc import Call, Node

HERE = Path(__file__).parent / "evidence"
_CREATED = "2026-01-31T12:00:00.000Z"
Case = Mapping[str, Any]
Change = Mapping[str, Any]


@dataclass(frozen=True)
class Base:
    """What a real run left: evidence members, trust file, the node's answers."""

    members: Mapping[str, bytes]
    evidence: bytes
    trust: bytes
    calls: tuple[Call, ...]


@dataclass(frozen=True)
class Given:
    """What the verifier is given for a case."""

    evidence: bytes | None
    pdf: bytes | None
    trust: bytes | None
    calls: tuple[Call, ...]
    nodes: tuple[Node, ...]
    options: tuple[str, ...]


@lru_cache
def base(name: str) -> Base:
    """Return a base by its folder's name."""
    folder = HERE / name
    evidence = (folder / "evidence.asice").read_bytes()
    return Base(
        members=read_evidence(evidence).members,
        evidence=evidence,
        trust=(folder / "trust.json").read_bytes(),
        calls=tuple(json.loads((folder / "rpc.json").read_bytes())["calls"]),
    )


def cases() -> list[Path]:
    """Return every case's file."""
    return sorted(HERE.glob("*_*.json"))


def apply(case: Case) -> Given:
    """Return what the verifier is given: a pure function of the case and the stored bases."""
    origin = base(case["base"])
    evidence: bytes | None = None
    if case.get("evidence", ()) is not None:
        evidence = _pack(origin, case.get("evidence", ()), kept=case.get("manifest") == "kept")
        for change in case.get("container", ()):
            evidence = changed(evidence, change)
    pdf = None
    if "pdf" in case:
        pdf = origin.members["document.pdf"]
        for change in case["pdf"]:
            pdf = changed(pdf, change)
    return Given(
        evidence=evidence,
        pdf=pdf,
        trust=_trust(origin, case.get("trust", ())),
        calls=origin.calls,
        nodes=tuple(case.get("nodes", [{}])),
        options=tuple(case.get("options", ())),
    )


def changed(data: bytes, change: Change) -> bytes:
    """Return ``data`` after one change."""
    if "at" in change:
        new = bytes.fromhex(change["hex"])
        return data[: change["at"]] + new + data[change["at"] + len(new) :]
    if "cut" in change:
        return data[: change["cut"]]
    if "add" in change:
        return data + bytes.fromhex(change["add"])
    if "update" in change:
        updates = json.loads((HERE / "updates.json").read_bytes())
        return data + bytes.fromhex(updates[change["update"]])
    if "is" in change:
        return bytes.fromhex(change["is"])
    if "of" in change:
        return base(change["of"]).members[change["from"]]
    return canonical_bytes(edited(json.loads(data), change))


def edited(value: Any, change: Change) -> Any:
    """Return JSON with the member at ``path`` set, or removed without a ``value``."""
    *way, last = change["path"]
    inner = value
    for step in way:
        inner = inner[step]
    if "value" in change:
        inner[last] = change["value"]
    else:
        del inner[last]
    return value


def _pack(origin: Base, changes: Sequence[Change], *, kept: bool) -> bytes:
    if not changes:
        return origin.evidence
    members = dict(origin.members)
    for change in changes:
        name = change["member"]
        if "drop" in change:
            del members[name]
        else:
            members[name] = changed(members.get(name, b""), change)
    if not kept:
        listed = {
            name: data
            for name, data in members.items()
            if name not in ("mimetype", "manifest.json") and not name.startswith("META-INF/")
        }
        members["manifest.json"] = build_manifest(listed, created=_CREATED)
    return write_container(members)


def _trust(origin: Base, changes: Any) -> bytes | None:
    if changes is None:
        return None
    if isinstance(changes, Mapping):
        return base(changes["of"]).trust
    if not changes:
        return origin.trust
    value = json.loads(origin.trust)
    for change in changes:
        value = edited(value, change)
    # A reader may trust whom he likes: this is a whole file of somebody else's making.
    secret = int.from_bytes(hashlib.sha256(b"acta vectors: a reader's root key").digest(), "big")
    root_key = ec.derive_private_key(secret, ec.SECP256R1())
    genesis = value["genesis"]
    point = root_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    genesis["rootKey"] = point.hex()
    version = value["versions"][0]
    signed = sign_version(
        genesis=genesis,
        versions=[],
        at=version["at"],
        keys=version["keys"],
        rpc=version["rpc"],
        log=version["log"],
        max_delay=version["maxDelay"],
        root_key=root_key,
    )
    return build_trust(genesis=genesis, versions=[signed])
