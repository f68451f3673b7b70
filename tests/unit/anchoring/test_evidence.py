"""Evidence: packed, read back, and read in one way only."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from anchoring.canonical_json import canonical_bytes
from anchoring.container import write_container
from anchoring.errors import (
    AnchoringError,
    IncompleteEvidence,
    MalformedEvidence,
    UnknownVersion,
)
from anchoring.evidence import (
    ASIC_MANIFEST,
    ASIC_SIGNATURE,
    MIMETYPE,
    StatementRecord,
    asic_manifest,
    evidence_members,
    pack,
    read_evidence,
)
from anchoring.evidence_lists import build_manifest
from anchoring.hashing import ZERO32
from tests.unit.anchoring.evidence_samples import (
    ANCHOR,
    ARCHIVE,
    AT,
    EMAIL,
    LEAF,
    MEMBERS,
    PDF,
    RECORDS,
    SIGNED,
    packed,
    relisted,
    source,
)


def test_evidence_reads_back() -> None:
    read = read_evidence(ARCHIVE)
    assert read.pdf == PDF
    assert read.created.isoformat() == "2026-01-31T12:00:00.123000+00:00"
    assert [opening.index for opening in read.openings] == [3, 5]
    assert [opening.computed_leaf() == opening.leaf for opening in read.openings] == [True] * 2
    assert [opening.attestation_hash == ZERO32 for opening in read.openings] == [True, False]
    assert read.statements == {record.opening().leaf: record.statement for record in RECORDS}
    assert read.attestations == {LEAF: RECORDS[1].attestation}
    assert read.disclosures == {1: (EMAIL.raw,)}
    assert [party.role for party in read.parties] == ["signer"]
    assert read.document_proof is not None
    assert read.statement_proofs == {LEAF: read.document_proof}
    anchor = read.anchors[31337]
    assert (anchor.size, anchor.block_number, anchor.block_time) == (9, 4, 1_769_860_800)
    assert (anchor.header, anchor.account_proof) == (b"\xf9", (b"\xf8", b"\xf9"))
    assert (anchor.transaction, anchor.status_proof) == (None, None)
    assert read.missing == ()


def test_the_same_members_give_the_same_bytes() -> None:
    backwards = dict(reversed(MEMBERS.items()))
    assert pack(backwards) == pack(evidence_members(source())) == ARCHIVE


def test_a_path_reads_as_bytes_do(tmp_path: Path) -> None:
    path = tmp_path / "x.asice"
    path.write_bytes(ARCHIVE)
    assert read_evidence(path) == read_evidence(str(path)) == read_evidence(ARCHIVE)


def test_the_packaging_manifest_lists_every_member() -> None:
    manifest = asic_manifest(MEMBERS)
    names = {"a": "http://uri.etsi.org/02918/v1.2.1#", "d": "http://www.w3.org/2000/09/xmldsig#"}
    root = etree.fromstring(manifest)
    assert root.tag == f"{{{names['a']}}}ASiCManifest"
    assert root.xpath("a:SigReference/@URI", namespaces=names) == [ASIC_SIGNATURE]
    uris = root.xpath("a:DataObjectReference/@URI", namespaces=names)
    assert sorted(uris) == sorted(MEMBERS)
    assert len(root.xpath("a:DataObjectReference/d:DigestValue", namespaces=names)) == len(uris)
    signed = {**MEMBERS, ASIC_MANIFEST: manifest, ASIC_SIGNATURE: b"CMS"}
    assert asic_manifest(signed) == manifest
    assert read_evidence(pack(signed)).openings == read_evidence(ARCHIVE).openings


def test_withheld_members_are_named_not_refused() -> None:
    name = f"statements/{LEAF.hex()}.json"
    for withheld in (name, "disclosures/1.json", "document.pdf", "anchors/31337.json"):
        stripped = {key: data for key, data in MEMBERS.items() if key != withheld}
        assert read_evidence(packed(stripped)).missing == (withheld,)
        assert read_evidence(relisted(stripped)).missing == ()
    read = read_evidence(packed({key: data for key, data in MEMBERS.items() if key != name}))
    assert LEAF not in read.statements
    assert len(read.openings) == 2


@pytest.mark.parametrize("name", ["manifest.json", "openings.json", "parties.json"])
def test_evidence_without_its_lists_cannot_be_checked(name: str) -> None:
    with pytest.raises(IncompleteEvidence, match=name):
        read_evidence(packed({key: data for key, data in MEMBERS.items() if key != name}))


@pytest.mark.parametrize("name", [name for name in MEMBERS if name != "manifest.json"])
def test_a_changed_member_is_refused(name: str) -> None:
    with pytest.raises(MalformedEvidence, match="with the hash that the manifest lists"):
        read_evidence(packed({**MEMBERS, name: MEMBERS[name] + b" "}))


def test_a_newer_evidence_is_not_judged() -> None:
    newer = MEMBERS["manifest.json"].replace(b"evidence/1", b"evidence/2")
    with pytest.raises(UnknownVersion):
        read_evidence(packed({**MEMBERS, "manifest.json": newer}))


@pytest.mark.parametrize(
    "name",
    [
        "extra.json",
        "../document.pdf",
        "/document.pdf",
        "Document.pdf",
        "document.pdf/",
        "document.pdf\x00",
        "statements/x.json",
        f"statements/{LEAF.hex().upper()}.json",
        f"statements/{'00' * 32}.json",
        "disclosures/0.json",
        "disclosures/01.json",
        "anchors/031337.json",
        "META-INF/../x",
        "META-INF/a/b",
        "",
    ],
)
def test_a_name_without_a_place_is_refused(name: str) -> None:
    with pytest.raises(MalformedEvidence):
        read_evidence(packed({**MEMBERS, name: b"{}"}))
    with pytest.raises(MalformedEvidence):
        read_evidence(relisted({**MEMBERS, name: b"{}"}))


def test_a_manifest_lists_members_only() -> None:
    for name in ("mimetype", "manifest.json", ASIC_SIGNATURE, "../x"):
        members = {key: data for key, data in MEMBERS.items() if key != "manifest.json"}
        manifest = build_manifest({**members, name: b""}, created=AT)
        with pytest.raises(MalformedEvidence):
            read_evidence(packed({**members, "manifest.json": manifest}))


def test_numbers_in_names_and_contents_agree() -> None:
    moved = dict(MEMBERS)
    moved["disclosures/2.json"] = moved.pop("disclosures/1.json")
    with pytest.raises(MalformedEvidence, match="of its own party"):
        read_evidence(relisted(moved))
    moved = dict(MEMBERS)
    moved["anchors/1.json"] = moved.pop("anchors/31337.json")
    with pytest.raises(MalformedEvidence, match="of its own chain"):
        read_evidence(relisted(moved))


@pytest.mark.parametrize(
    "changed",
    [
        {"created": "today"},
        {"parties": [{"party": 2, "role": "signer", "order": 1, "keys": []}]},
        {"statements": RECORDS[::-1]},
        {"statements": [StatementRecord(1, SIGNED, bytes(32), bytes(32), b"{}")]},
        {"anchor": {**ANCHOR, "block": None}},
        {"anchor": {**ANCHOR, "more": 1}},
    ],
)
def test_what_no_reader_accepts_is_not_made(changed: dict[str, Any]) -> None:
    with pytest.raises(AnchoringError):
        evidence_members(source(**changed))
    with pytest.raises(MalformedEvidence):
        pack({**MEMBERS, "extra.json": b"{}"})


def test_mimetype_comes_first_and_says_asic() -> None:
    for members in (
        {**MEMBERS, "mimetype": MIMETYPE},
        {"mimetype": b"application/zip", **MEMBERS},
        {"mimetype": MIMETYPE + b"\n", **MEMBERS},
        MEMBERS,
        {},
    ):
        with pytest.raises(MalformedEvidence):
            read_evidence(write_container(members))


@given(st.data())
def test_any_changed_byte_is_noticed(data: st.DataObject) -> None:
    changed = bytearray(ARCHIVE)
    position = data.draw(st.integers(0, len(changed) - 1))
    changed[position] ^= data.draw(st.integers(1, 255))
    try:
        read = read_evidence(bytes(changed))
    except AnchoringError:
        return
    # What is left are bytes of the directory that say nothing of the members: the version and
    # the attributes of the system that packed them.
    assert read == read_evidence(ARCHIVE)
    assert position > ARCHIVE.index(b"PK\x01\x02")


@given(st.binary(max_size=300))
def test_any_bytes_give_the_formats_own_error(data: bytes) -> None:
    with pytest.raises(AnchoringError):
        read_evidence(data)


def test_lists_inside_are_canonical() -> None:
    loose = json.dumps(json.loads(MEMBERS["parties.json"])).encode()
    assert loose != canonical_bytes(json.loads(loose))
    with pytest.raises(MalformedEvidence, match="canonical json"):
        read_evidence(relisted({**MEMBERS, "parties.json": loose}))
