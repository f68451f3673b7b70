"""What the chapters of evidence cases share: kinds of cases, changes, and where things are."""

import json
from typing import Any

from tests.vectors.evidence_case import Base

DOCUMENT, OPENINGS = "document.pdf", "openings.json"
DOCUMENT_PROOF = "proofs/document.tlog-proof"
Cases = dict[str, dict[str, Any]]


def invalid(code: str, step: str, why: str, **what: Any) -> dict[str, Any]:
    """Return a case that must be INVALID."""
    head = {"expect": "invalid", "code": code, "step": step, "why": why}
    return {**head, "base": "two-parties", **what}


def cannot_check(code: str, step: str, why: str, **what: Any) -> dict[str, Any]:
    """Return a case that must be CANNOT CHECK."""
    return {**invalid(code, step, why, **what), "expect": "cannot-check"}


def valid(why: str, **what: Any) -> dict[str, Any]:
    """Return a case that must be VALID."""
    return {**invalid("ok", "container", why, **what), "expect": "valid"}


def unproved(anchors: str) -> list[dict[str, Any]]:
    """Return the changes that take the proofs for use without a node out of an anchor record."""
    names = ("header", "accountProof", "anchorProof", "statusProof", "successorProof")
    nothing = {**dict.fromkeys((*names, "forkedProof")), "otherProofs": []}
    return [{"member": anchors, "path": [name], "value": value} for name, value in nothing.items()]


def flipped(member: str, at: int, origin: Base) -> dict[str, Any]:
    """Return the change of one byte; a hexadecimal digit stays one."""
    old = origin.members[member][at : at + 1]
    new = bytes([old[0] ^ 1])
    digits = b"0123456789abcdefABCDEF"
    if old in digits and new not in digits:
        new = b"0" if old != b"0" else b"1"
    return {"member": member, "at": at, "hex": new.hex()}


def leaf_of(origin: Base, kind: str, party: int | None = None) -> str:
    """Return the leaf hash of the first statement of a type (and actor), in hex."""
    for opening in json.loads(origin.members[OPENINGS])["openings"]:
        statement = json.loads(origin.members[f"statements/{opening['leaf']}.json"])
        if statement["type"] == kind and party in (None, statement["actor"]["party"]):
            return str(opening["leaf"])
    raise KeyError(kind)


def row_of(origin: Base, leaf: str) -> int:
    """Return which opening is a leaf's, counted from 0."""
    return [row["leaf"] for row in openings(origin)].index(leaf)


def openings(origin: Base) -> list[dict[str, Any]]:
    """Return the rows of ``openings.json``."""
    return list(json.loads(origin.members[OPENINGS])["openings"])
