"""Evidence: one ``.asice`` file with all that a third party needs (SPEC.md §11).

``read_evidence`` decides only whether the file can be read in one way: forms, sizes, names and
the manifest's hashes. Nothing in it is trusted for that; ``anchoring.verify`` does the rest.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from lxml import etree

from anchoring.attestation import MAX_ATTESTATION, parse_attestation
from anchoring.container import MAX_CONTAINER, read_container, write_container
from anchoring.errors import IncompleteEvidence, MalformedEvidence
from anchoring.evidence_lists import (
    MAX_LIST,
    AnchorRecord,
    Opening,
    PartyRecord,
    build_anchor,
    build_disclosures,
    build_manifest,
    build_openings,
    build_parties,
    parse_anchor,
    parse_disclosures,
    parse_manifest,
    parse_openings,
    parse_parties,
)
from anchoring.fields import MAX_PARTY
from anchoring.hashing import ZERO32, attestation_hash, leaf_hash, sha256, statement_entry
from anchoring.statement import MAX_STATEMENT
from anchoring.tlog_proof import MAX_PROOF

MIMETYPE = b"application/vnd.etsi.asic-e+zip"
MAX_PDF = 64 * 1024 * 1024
MAX_PACKAGING = 4 * 1024 * 1024
DOCUMENT = "document"
"""The key of the sealed document's own proof, beside those of the statements' leaves."""
ASIC_MANIFEST = "META-INF/ASiCManifest.xml"
ASIC_SIGNATURE = "META-INF/signature.p7s"
_ASIC_NS = "http://uri.etsi.org/02918/v1.2.1#"
_DSIG_NS = "http://www.w3.org/2000/09/xmldsig#"
_SHA256_URI = "http://www.w3.org/2001/04/xmlenc#sha256"

_LEAF = r"(?P<leaf>[0-9a-f]{64})"
_STATEMENT = re.compile(rf"statements/{_LEAF}\.json")
_ATTESTATION = re.compile(rf"attestations/{_LEAF}\.json")
_DISCLOSURE = re.compile(r"disclosures/(?P<party>0|[1-9][0-9]{0,2})\.json")
_PROOF = re.compile(rf"proofs/(?:{DOCUMENT}|{_LEAF})\.tlog-proof")
_ANCHOR = re.compile(r"anchors/(?P<chain>[1-9][0-9]{0,15})\.json")
_PACKAGING = re.compile(r"META-INF/[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LIMITS: tuple[tuple["re.Pattern[str]", int], ...] = (
    (re.compile("mimetype"), len(MIMETYPE)),
    (re.compile(r"manifest\.json"), MAX_LIST),
    (re.compile(r"document\.pdf"), MAX_PDF),
    (re.compile(r"openings\.json"), MAX_LIST),
    (re.compile(r"parties\.json"), MAX_LIST),
    (_STATEMENT, MAX_STATEMENT),
    (_ATTESTATION, MAX_ATTESTATION),
    (_DISCLOSURE, MAX_LIST),
    (_PROOF, MAX_PROOF),
    (_ANCHOR, MAX_LIST),
    (_PACKAGING, MAX_PACKAGING),
)


@dataclass(frozen=True)
class StatementRecord:
    """One statement of the transcript: its log index, bytes, opening and attestation.

    ``method`` names how ``attestation`` is hashed; both are None together.
    """

    index: int
    statement: bytes
    salt: bytes
    subject: bytes
    attestation: bytes | None = None
    method: str | None = None

    def opening(self) -> Opening:
        """Return what the log's leaf is made of, and the leaf hash itself."""
        if (self.attestation is None) != (self.method is None):
            raise MalformedEvidence("expected an attestation and its method together, or neither")
        attested = ZERO32
        if self.attestation is not None and self.method == "webauthn":
            # Its fields are hashed one by one, so that a contract can check them.
            attested = parse_attestation(self.attestation).hash
        elif self.attestation is not None and self.method is not None:
            attested = attestation_hash(
                method=self.method, attestation_sha256=sha256(self.attestation)
            )
        statement_sha256 = sha256(self.statement)
        entry = statement_entry(
            salt=self.salt,
            subject=self.subject,
            statement_sha256=statement_sha256,
            attestation_hash=attested,
        )
        return Opening(
            leaf=leaf_hash(entry),
            index=self.index,
            salt=self.salt,
            subject=self.subject,
            statement_sha256=statement_sha256,
            attestation_hash=attested,
        )


@dataclass(frozen=True)
class EvidenceInput:
    """What evidence is made from.

    ``statements``: the whole transcript, in log-index order. ``proofs``: tlog-proof texts by
    ``"document"`` or a statement's leaf hash in hex. ``anchor``: the members of the home's
    ``anchors/<chainId>.json`` (see ``build_anchor``), or None before anchoring;
    ``other_anchors``: those of other chains.
    ``disclosures``: raw disclosures by party number. ``created``: RFC 3339 ms with Z.
    """

    pdf: bytes
    statements: Sequence[StatementRecord]
    proofs: Mapping[str, str]
    anchor: Mapping[str, Any] | None
    disclosures: Mapping[int, Sequence[bytes]]
    parties: Sequence[Mapping[str, Any]]
    created: str
    other_anchors: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Evidence:
    """Evidence as read; every list is well formed, and no claim in it has been verified.

    Statements, attestations and their proofs are keyed by leaf hash (32 bytes). ``missing``
    names what the manifest lists and the container lacks: withheld or stripped members.
    """

    created: datetime
    pdf: bytes | None
    openings: tuple[Opening, ...]
    parties: tuple[PartyRecord, ...]
    statements: Mapping[bytes, bytes]
    attestations: Mapping[bytes, bytes]
    disclosures: Mapping[int, tuple[bytes, ...]]
    document_proof: str | None
    statement_proofs: Mapping[bytes, str]
    anchors: Mapping[int, AnchorRecord]
    missing: tuple[str, ...]
    members: Mapping[str, bytes] = field(repr=False)


def evidence_members(source: EvidenceInput) -> dict[str, bytes]:
    """Return every member but ``mimetype`` and the packaging signature, manifest included."""
    openings = [record.opening() for record in source.statements]
    members: dict[str, bytes] = {
        "document.pdf": source.pdf,
        "openings.json": build_openings(openings),
        "parties.json": build_parties(source.parties),
    }
    for record, opening in zip(source.statements, openings, strict=True):
        members[f"statements/{opening.leaf.hex()}.json"] = record.statement
        if record.attestation is not None:
            members[f"attestations/{opening.leaf.hex()}.json"] = record.attestation
    for party, disclosures in source.disclosures.items():
        members[f"disclosures/{party}.json"] = build_disclosures(party, disclosures)
    for name, proof in source.proofs.items():
        members[f"proofs/{name}.tlog-proof"] = proof.encode("utf-8")
    home = () if source.anchor is None else (source.anchor,)
    for record in (*home, *source.other_anchors):
        anchor = build_anchor(record)
        members[f"anchors/{parse_anchor(anchor).chain_id}.json"] = anchor
    return {"manifest.json": build_manifest(members, created=source.created), **members}


def asic_manifest(members: Mapping[str, bytes]) -> bytes:
    """Return ASiC-E's XML manifest of ``members``, the bytes that the packaging signature signs.

    Source: ETSI EN 319 162-1 §A.4 (ASiCManifest), every member but META-INF as a data object.
    """
    root = etree.Element(
        etree.QName(_ASIC_NS, "ASiCManifest"), nsmap={"asic": _ASIC_NS, "ds": _DSIG_NS}
    )
    etree.SubElement(
        root,
        etree.QName(_ASIC_NS, "SigReference"),
        {"URI": ASIC_SIGNATURE, "MimeType": "application/pkcs7-signature"},
    )
    for name, data in _ordered(members).items():
        if _PACKAGING.fullmatch(name):
            continue
        reference = etree.SubElement(
            root,
            etree.QName(_ASIC_NS, "DataObjectReference"),
            {"URI": name, "MimeType": _media_type(name)},
        )
        etree.SubElement(
            reference, etree.QName(_DSIG_NS, "DigestMethod"), {"Algorithm": _SHA256_URI}
        )
        value = etree.SubElement(reference, etree.QName(_DSIG_NS, "DigestValue"))
        value.text = _base64(sha256(data))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=False))


def pack(members: Mapping[str, bytes]) -> bytes:
    """Return the ``.asice`` bytes of ``members``: the same members always give the same bytes.

    Reads its own output once, so that nothing it writes is refused later, and raises what
    ``read_evidence`` would.
    """
    archive = write_container({"mimetype": MIMETYPE, **_ordered(members)})
    read_evidence(archive)
    return archive


def read_evidence(source: bytes | str | Path) -> Evidence:
    """Read an ``.asice`` file, given as bytes or path.

    Raises MalformedEvidence (INVALID), or UnknownVersion, UnsupportedContainer or
    IncompleteEvidence (CANNOT CHECK). OSError passes through for a path that cannot be read.
    """
    archive = source if isinstance(source, bytes) else _read_file(Path(source))
    members = read_container(archive, limit_of=_limit)
    if next(iter(members), None) != "mimetype" or members["mimetype"] != MIMETYPE:
        raise MalformedEvidence(f"expected the first member mimetype: {MIMETYPE.decode()}")
    created, missing = _check_manifest(members)
    for required in ("openings.json", "parties.json"):
        if required not in members:
            raise IncompleteEvidence(f"expected {required} in the evidence, got none")
    openings = parse_openings(members["openings.json"])
    opened = {opening.leaf for opening in openings}
    statements = _by_leaf(members, _STATEMENT, opened)
    attestations = _by_leaf(members, _ATTESTATION, opened)
    proofs = _by_leaf(members, _PROOF, opened)
    document_proof = members.get(f"proofs/{DOCUMENT}.tlog-proof")
    return Evidence(
        created=created,
        pdf=members.get("document.pdf"),
        openings=openings,
        parties=parse_parties(members["parties.json"]),
        statements=statements,
        attestations=attestations,
        disclosures=_disclosures(members),
        document_proof=None if document_proof is None else _text(DOCUMENT, document_proof),
        statement_proofs={leaf: _text(leaf.hex(), proof) for leaf, proof in proofs.items()},
        anchors=_anchors(members),
        missing=missing,
        members=members,
    )


def _read_file(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_CONTAINER + 1)


def _limit(name: str) -> int:
    for form, limit in _LIMITS:
        if form.fullmatch(name):
            return limit
    raise MalformedEvidence(f"expected no member {name[:80]!r} in evidence/1")


def _check_manifest(members: Mapping[str, bytes]) -> tuple[datetime, tuple[str, ...]]:
    if "manifest.json" not in members:
        raise IncompleteEvidence("expected manifest.json in the evidence, got none")
    manifest = parse_manifest(members["manifest.json"])
    for name, data in members.items():
        if name in ("mimetype", "manifest.json") or _PACKAGING.fullmatch(name):
            continue
        if name not in manifest.members:
            raise MalformedEvidence(f"expected {name} in the manifest, which does not list it")
        if sha256(data) != manifest.members[name]:
            raise MalformedEvidence(f"expected {name} with the hash that the manifest lists")
    for name in manifest.members:
        _limit(name)
        if name in ("mimetype", "manifest.json") or _PACKAGING.fullmatch(name):
            raise MalformedEvidence(f"expected no {name} in the manifest's list")
    return manifest.created, tuple(sorted(manifest.members.keys() - members.keys()))


def _by_leaf(
    members: Mapping[str, bytes], form: "re.Pattern[str]", opened: set[bytes]
) -> dict[bytes, bytes]:
    found = {}
    for name, data in members.items():
        match = form.fullmatch(name)
        if match is None or match["leaf"] is None:
            continue
        leaf = bytes.fromhex(match["leaf"])
        if leaf not in opened:
            raise MalformedEvidence(f"expected an opening in openings.json for {name}")
        found[leaf] = data
    return found


def _disclosures(members: Mapping[str, bytes]) -> dict[int, tuple[bytes, ...]]:
    found = {}
    for name, data in members.items():
        if match := _DISCLOSURE.fullmatch(name):
            party, disclosures = parse_disclosures(data)
            if party != int(match["party"]) or party > MAX_PARTY:
                raise MalformedEvidence(f"expected the disclosures of its own party in {name}")
            found[party] = disclosures
    return found


def _anchors(members: Mapping[str, bytes]) -> dict[int, AnchorRecord]:
    found = {}
    for name, data in members.items():
        if match := _ANCHOR.fullmatch(name):
            record = parse_anchor(data)
            if record.chain_id != int(match["chain"]):
                raise MalformedEvidence(f"expected the anchor of its own chain in {name}")
            found[record.chain_id] = record
    return found


def _text(name: str, data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as reason:
        raise MalformedEvidence(f"expected the proof of {name} in utf-8") from reason


def _ordered(members: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return members as packed: manifest, PDF, the rest by name, META-INF last."""

    def place(name: str) -> tuple[int, str]:
        if _PACKAGING.fullmatch(name):
            return 3, name
        return {"manifest.json": 0, "document.pdf": 1}.get(name, 2), name

    return {name: members[name] for name in sorted(members, key=place) if name != "mimetype"}


def _media_type(name: str) -> str:
    suffixes = {".json": "application/json", ".pdf": "application/pdf"}
    return suffixes.get(Path(name).suffix, "text/plain")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


__all__ = [
    "ASIC_MANIFEST",
    "ASIC_SIGNATURE",
    "DOCUMENT",
    "MIMETYPE",
    "AnchorRecord",
    "Evidence",
    "EvidenceInput",
    "Opening",
    "PartyRecord",
    "StatementRecord",
    "asic_manifest",
    "evidence_members",
    "pack",
    "read_evidence",
]
