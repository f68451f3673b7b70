"""Read one vector with the installed ``anchoring`` and say what comes out.

Needs nothing but the base install: ``python tests/vectors/replay.py`` replays every JSON vector
of this folder, prints one line for each that answers otherwise than it says, and exits 1 then.
A vector is a JSON object that opens with ``expect``: valid (then ``result`` holds what must be
read), invalid or cannot-check (then ``code`` holds the error's code).
"""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from asn1crypto import cms

from anchoring import hashing, tree
from anchoring.attestation import parse_attestation
from anchoring.checkpoint import open_checkpoint
from anchoring.cms_attributes import (
    SealBinding,
    read_seal_attribute,
    read_statement_attribute,
    seal_attribute,
    statement_attribute,
)
from anchoring.disclosure import parse_disclosure
from anchoring.errors import AnchoringError, CannotCheckError, InvalidError
from anchoring.evidence_lists import (
    parse_anchor,
    parse_disclosures,
    parse_manifest,
    parse_openings,
    parse_parties,
)
from anchoring.fields import format_time
from anchoring.form_values import drawn
from anchoring.locator import parse_locator
from anchoring.statement import parse_statement
from anchoring.tlog_proof import parse_tlog_proof
from anchoring.trust import format_fingerprint, parse_trust
from anchoring.webauthn import Assertion, check_assertion

HERE = Path(__file__).parent
Vector = Mapping[str, Any]
Result = dict[str, Any]
_TEXTS = ("name", "origin", "method")


def raw(vector: Vector) -> bytes:
    """Return a vector's input bytes, given as ``text`` (UTF-8) or as ``hex``."""
    if "hex" in vector:
        return bytes.fromhex(vector["hex"])
    return str(vector["text"]).encode("utf-8")


def _argument(name: str, value: Any) -> Any:
    if name in _TEXTS or isinstance(value, int):
        return value
    if isinstance(value, list):
        return [bytes.fromhex(item) for item in value]
    return bytes.fromhex(value)


def _hashing(vector: Vector) -> Result:
    function = getattr(hashing, vector["function"])
    inputs = {name: _argument(name, value) for name, value in vector["inputs"].items()}
    single = vector["function"] in ("tag", "party_commit", "parties_root", "transcript")
    if single or vector["function"] == "leaf_hash":
        return {"output": function(next(iter(inputs.values()))).hex()}
    return {"output": function(**inputs).hex()}


def _tree(vector: Vector) -> Result:
    inputs = {name: _argument(name, value) for name, value in vector["inputs"].items()}
    if vector["function"] == "root":
        return {"root": tree.root(inputs["leaf_hashes"]).hex()}
    getattr(tree, vector["function"])(**inputs)
    return {"proved": True}


def _statement(vector: Vector) -> Result:
    read = parse_statement(raw(vector))
    return {
        "sha256": read.sha256.hex(),
        "type": read.type,
        "at": format_time(read.at),
        "after": {"size": read.after.size, "root": read.after.root.hex()},
        "party": read.actor.party,
        "digests": [hidden.digest.hex() for hidden in read.hidden],
    }


def _disclosure(vector: Vector) -> Result:
    read = parse_disclosure(raw(vector))
    return {"digest": read.digest.hex(), "claim": read.claim, "value": read.value}


def _attestation(vector: Vector) -> Result:
    read = parse_attestation(raw(vector))
    if "statement" in vector:
        read.check(bytes.fromhex(vector["statement"]))
    challenge = {"challenge": read.challenge.hex()} if read.method == "code" else {}
    return {"method": read.method, **challenge, "hash": read.hash.hex()}


def _form_value(vector: Vector) -> Result:
    size = float(vector["width"]), float(vector["height"])
    return {"content": drawn(vector["kind"], vector["value"], *size).decode("ascii")}


def _checkpoint(vector: Vector) -> Result:
    read = open_checkpoint(raw(vector).decode("utf-8", "surrogateescape"), vector["vkeys"])
    return {"origin": read.origin, "size": read.size, "root": read.root.hex()}


def _tlog_proof(vector: Vector) -> Result:
    read = parse_tlog_proof(raw(vector).decode("utf-8", "surrogateescape"))
    checkpoint = open_checkpoint(read.checkpoint, vector["vkeys"])
    tree.verify_inclusion(
        leaf_hash=bytes.fromhex(vector["leafHash"]),
        index=read.index,
        size=checkpoint.size,
        path=read.path,
        root=checkpoint.root,
    )
    return {"index": read.index, "size": checkpoint.size, "extra": read.extra.hex()}


def _locator(vector: Vector) -> Result:
    read = parse_locator(raw(vector))
    return {
        "origin": read.origin,
        "logId": read.log_id.hex(),
        "chainId": read.chain_id,
        "contract": read.contract.hex(),
        "docSalt": read.doc_salt.hex(),
        "supersedes": None if read.supersedes is None else read.supersedes.hex(),
    }


def _trust(vector: Vector) -> Result:
    read = parse_trust(raw(vector))
    return {
        "fingerprint": format_fingerprint(read.fingerprint),
        "logId": read.log_id.hex(),
        "versions": [version.sha256.hex() for version in read.versions],
        "purposes": [key.purpose for key in read.current.keys],
    }


def _seal_attribute(vector: Vector) -> Result:
    attributes = cms.CMSAttributes.load(raw(vector))
    binding = read_seal_attribute(attributes)
    statement = read_statement_attribute(attributes)
    if binding is not None:
        assert attributes[0].dump(force=True) == seal_attribute(binding).dump()
        assert SealBinding.parse(binding.to_bytes()) == binding
        return {
            "parties": binding.parties_root.hex(),
            "transcript": binding.transcript.hex(),
            "statements": binding.statements,
            "searchFrom": binding.search_from,
        }
    assert statement is not None
    assert attributes[0].dump(force=True) == statement_attribute(statement).dump()
    return {"statement": statement.hex()}


def _evidence_lists(vector: Vector) -> Result:
    data = raw(vector)
    if vector["list"] == "manifest":
        manifest = parse_manifest(data)
        return {"created": format_time(manifest.created), "members": len(manifest.members)}
    if vector["list"] == "openings":
        openings = parse_openings(data)
        return {"leaves": [opening.computed_leaf().hex() for opening in openings]}
    if vector["list"] == "parties":
        parties = parse_parties(data)
        keys = [[key.commit.hex() for key in party.keys] for party in parties]
        return {"roles": [party.role for party in parties], "keyCommits": keys}
    if vector["list"] == "disclosures":
        party, disclosures = parse_disclosures(data)
        return {"party": party, "digests": [hashing.sha256(one).hex() for one in disclosures]}
    anchor = parse_anchor(data)
    return {"chainId": anchor.chain_id, "size": anchor.size, "blockTime": anchor.block_time}


def _webauthn(vector: Vector) -> Result:
    words = {name: bytes.fromhex(vector[name]) for name in ("x", "y", "r", "s")}
    assertion = Assertion(
        **words,
        authenticator_data=bytes.fromhex(vector["authenticatorData"]),
        client_data_json=vector["clientDataJSON"].encode("utf-8"),
    )
    rp_id_hash = bytes.fromhex(vector["rpIdHash"])
    check_assertion(assertion, challenge=bytes.fromhex(vector["challenge"]), rp_id_hash=rp_id_hash)
    return {"hash": assertion.hash(rp_id_hash).hex()}


READERS: Mapping[str, Callable[[Vector], Result]] = {
    "hashing": _hashing,
    "tree": _tree,
    "statement": _statement,
    "form_value": _form_value,
    "disclosure": _disclosure,
    "attestation": _attestation,
    "webauthn": _webauthn,
    "checkpoint": _checkpoint,
    "tlog_proof": _tlog_proof,
    "locator": _locator,
    "trust": _trust,
    "seal_attribute": _seal_attribute,
    "evidence_lists": _evidence_lists,
}


def answer(folder: str, vector: Vector) -> dict[str, Any]:
    """Return ``expect`` with ``result`` or ``code``, as the vector itself should say."""
    try:
        return {"expect": "valid", "result": READERS[folder](vector)}
    except InvalidError as reason:
        return {"expect": "invalid", "code": reason.code}
    except CannotCheckError as reason:
        return {"expect": "cannot-check", "code": reason.code}
    except AnchoringError as reason:
        raise AssertionError(f"{reason!r} belongs to no family of errors") from reason


def vectors() -> list[Path]:
    """Return every JSON vector of the formats this module reads."""
    return sorted(path for folder in READERS for path in (HERE / folder).glob("*.json"))


def differences(path: Path) -> dict[str, Any]:
    """Return the members of the answer that differ from the vector: none if all is well."""
    vector = json.loads(path.read_bytes())
    got = answer(path.parent.name, vector)
    return {name: value for name, value in got.items() if vector.get(name) != value}


if __name__ == "__main__":
    wrong = {path: found for path in vectors() if (found := differences(path))}
    for path, found in wrong.items():
        print(f"{path.relative_to(HERE)}: got {json.dumps(found)}")
    print(f"{len(vectors())} vectors, {len(wrong)} answered otherwise than they say")
    sys.exit(1 if wrong else 0)
