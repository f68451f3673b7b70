"""One small, sound evidence file, and ways to pack what nobody should."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from anchoring.attestation import build_code_attestation
from anchoring.checkpoint import Checkpoint, sign_checkpoint
from anchoring.container import write_container
from anchoring.disclosure import disclose
from anchoring.evidence import MIMETYPE, EvidenceInput, StatementRecord, evidence_members, pack
from anchoring.evidence_lists import build_manifest
from anchoring.hashing import sha256
from anchoring.statement import Actor, After, build_statement
from anchoring.tlog_proof import TlogProof
from anchoring.tree import EMPTY_ROOT

AT = "2026-01-31T12:00:00.123Z"
ORIGIN = "localhost:8000/log"
PDF = b"%PDF-1.7 stands for a sealed document\n%%EOF\n"
NOTE = sign_checkpoint(
    Checkpoint(ORIGIN, 9, sha256(b"root")),
    key=Ed25519PrivateKey.from_private_bytes(bytes(32)),
    name=ORIGIN,
)
EMAIL = disclose("email", "ana@example.org", bytes(16))


def statement(kind: str) -> bytes:
    return build_statement(
        type=kind,
        origin=ORIGIN,
        log_id=bytes(32),
        agreement=bytes(32),
        nonce=bytes(16),
        at=AT,
        after=After(0, EMPTY_ROOT),
        actor=Actor(1, "signer"),
        body={},
    )


SIGNED = statement("signed")
RECORDS = [
    StatementRecord(3, statement("opened"), b"\1" * 32, b"\2" * 32),
    StatementRecord(
        5,
        SIGNED,
        b"\3" * 32,
        b"\2" * 32,
        build_code_attestation(channel="email", statement_sha256=sha256(SIGNED), confirmed_at=AT),
        "code",
    ),
]
LEAF = RECORDS[1].opening().leaf
ANCHOR = {
    "chainId": 31337,
    "contract": "ab" * 20,
    "logId": "cd" * 32,
    "size": 9,
    "root": "ef" * 32,
    "transaction": None,
    "block": {"number": 4, "hash": "12" * 32, "time": 1_769_860_800},
    "header": "f9",
    "accountProof": ["f8", "f9"],
    "anchorProof": ["fa"],
    "statusProof": None,
}


def source(**changed: Any) -> EvidenceInput:
    proof = TlogProof(7, [bytes(32)], NOTE).to_text()
    arguments: dict[str, Any] = {
        "pdf": PDF,
        "statements": RECORDS,
        "proofs": {"document": proof, LEAF.hex(): proof},
        "anchor": ANCHOR,
        "disclosures": {1: [EMAIL.raw]},
        "parties": [{"party": 1, "role": "signer", "order": 1, "keys": []}],
        "created": AT,
    }
    return EvidenceInput(**{**arguments, **changed})


MEMBERS = evidence_members(source())
ARCHIVE = pack(MEMBERS)


def packed(members: dict[str, bytes]) -> bytes:
    """Return a container of anything, without the checks of ``pack``."""
    return write_container({"mimetype": MIMETYPE, **members})


def relisted(members: dict[str, bytes]) -> bytes:
    """Return a container whose manifest fits its members."""
    listed = {name: data for name, data in members.items() if name != "manifest.json"}
    return packed({"manifest.json": build_manifest(listed, created=AT), **listed})
