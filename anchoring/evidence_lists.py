"""The JSON lists inside evidence: manifest, openings, parties, disclosures, anchors.

Each is canonical JSON with exactly the members named here (SPEC.md §11); every ``parse_…``
raises MalformedEvidence, or UnknownVersion for another version number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anchoring.canonical_json import canonical_bytes, parse_canonical
from anchoring.disclosure import parse_disclosure
from anchoring.errors import InvalidError, MalformedEvidence
from anchoring.fields import MAX_PARTY, WORD, Fields
from anchoring.hashing import leaf_hash, sha256, statement_entry
from anchoring.party_keys import MAX_KEYS, PartyKey, read_party_keys

MAX_LIST = 8 * 1024 * 1024
MAX_OPENINGS = 5000
MAX_PROOF_NODES = 128
MAX_NODE = 64 * 1024
MAX_OTHER_PROOFS = 1000
_NO_PROOFS: Mapping[str, Any] = {
    "header": None,
    "accountProof": None,
    "anchorProof": None,
    "statusProof": None,
    "successorProof": None,
    "forkedProof": None,
    "otherProofs": [],
    "consistency": None,
}


@dataclass(frozen=True)
class Manifest:
    """When the file was made, and the SHA-256 of every member but META-INF and mimetype."""

    created: datetime
    members: Mapping[str, bytes]


@dataclass(frozen=True)
class Opening:
    """What one leaf of the transcript is made of; five values of 32 bytes and the log index."""

    leaf: bytes
    index: int
    salt: bytes
    subject: bytes
    statement_sha256: bytes
    attestation_hash: bytes

    def computed_leaf(self) -> bytes:
        """Return the leaf hash that the other values give; it must equal ``leaf``."""
        return leaf_hash(
            statement_entry(
                salt=self.salt,
                subject=self.subject,
                statement_sha256=self.statement_sha256,
                attestation_hash=self.attestation_hash,
            )
        )


@dataclass(frozen=True)
class PartyRecord:
    """A party's number, role and signing order; ``keys``: openings of its key commitments."""

    party: int
    role: str
    order: int
    keys: tuple[PartyKey, ...]


@dataclass(frozen=True)
class AnchorRecord:
    """One anchor on one chain: a checkpoint's size and root, the block, and offline proofs.

    ``block_time`` is in Unix seconds; ``header`` is the RLP of the header of the anchor's block
    or a later one; each proof is a list of RLP trie nodes from the root down (EIP-1186), or None
    where it was not kept. ``other_proofs``: anchor slots of other roots, by root.
    ``consistency``: of the record's tree with the home's, None at home.
    """

    chain_id: int
    contract: bytes
    log_id: bytes
    size: int
    root: bytes
    transaction: bytes | None
    block_number: int
    block_hash: bytes
    block_time: int
    header: bytes | None
    account_proof: tuple[bytes, ...] | None
    anchor_proof: tuple[bytes, ...] | None
    status_proof: tuple[bytes, ...] | None
    successor_proof: tuple[bytes, ...] | None
    forked_proof: tuple[bytes, ...] | None
    other_proofs: Mapping[bytes, tuple[bytes, ...]]
    consistency: tuple[bytes, ...] | None

    @property
    def proofs(self) -> tuple[tuple[bytes, ...] | None, ...]:
        """The five proofs that have a member of their own."""
        return (
            self.account_proof,
            self.anchor_proof,
            self.status_proof,
            self.successor_proof,
            self.forked_proof,
        )


def build_manifest(members: Mapping[str, bytes], *, created: str) -> bytes:
    """Return ``manifest.json`` for ``members`` (neither META-INF, mimetype nor itself)."""
    hashes = {name: sha256(data).hex() for name, data in members.items()}
    raw = canonical_bytes({"acta": "evidence/1", "created": created, "members": hashes})
    parse_manifest(raw)
    return raw


def parse_manifest(raw: bytes) -> Manifest:
    """Read ``manifest.json``; the names in it are not judged here."""
    fields = _open(raw, "manifest", "evidence")
    fields.exactly("acta", "created", "members")
    listed = fields.fields("members")
    names = fields.mapping("members")
    return Manifest(
        created=fields.time("created"),
        members={name: listed.hex(name, 32) for name in names},
    )


def build_openings(openings: Sequence[Opening]) -> bytes:
    """Return ``openings.json``; ``openings`` are in log-index order."""
    raw = canonical_bytes(
        {
            "acta": "openings/1",
            "openings": [
                {
                    "leaf": opening.leaf.hex(),
                    "index": opening.index,
                    "salt": opening.salt.hex(),
                    "subject": opening.subject.hex(),
                    "statement": opening.statement_sha256.hex(),
                    "attestation": opening.attestation_hash.hex(),
                }
                for opening in openings
            ],
        }
    )
    parse_openings(raw)
    return raw


def parse_openings(raw: bytes) -> tuple[Opening, ...]:
    """Read ``openings.json``: indices rise strictly, so that no order can be chosen."""
    fields = _open(raw, "openings")
    fields.exactly("acta", "openings")
    openings: list[Opening] = []
    for item in fields.items("openings", maximum=MAX_OPENINGS):
        one = Fields(item, what="opening", error=MalformedEvidence)
        one.exactly("leaf", "index", "salt", "subject", "statement", "attestation")
        opening = Opening(
            leaf=one.hex("leaf", 32),
            index=one.integer("index"),
            salt=one.hex("salt", 32),
            subject=one.hex("subject", 32),
            statement_sha256=one.hex("statement", 32),
            attestation_hash=one.hex("attestation", 32),
        )
        if openings and opening.index <= openings[-1].index:
            raise MalformedEvidence("expected openings in rising log-index order")
        openings.append(opening)
    if len({opening.leaf for opening in openings}) != len(openings):
        raise MalformedEvidence("expected each leaf once in openings.json")
    return tuple(openings)


def build_parties(parties: Sequence[Mapping[str, Any]]) -> bytes:
    """Return ``parties.json``."""
    raw = canonical_bytes({"acta": "parties/1", "parties": [dict(party) for party in parties]})
    parse_parties(raw)
    return raw


def parse_parties(raw: bytes) -> tuple[PartyRecord, ...]:
    """Read ``parties.json``: numbers run from 1 without a gap."""
    fields = _open(raw, "parties")
    fields.exactly("acta", "parties")
    parties = []
    for number, item in enumerate(fields.items("parties", maximum=MAX_PARTY), start=1):
        one = Fields(item, what="party", error=MalformedEvidence)
        one.exactly("party", "role", "order", "keys")
        if one.integer("party") != number:
            raise MalformedEvidence(f"expected party {number} at this place in parties.json")
        parties.append(
            PartyRecord(
                party=number,
                role=one.text("role", form=WORD),
                order=one.integer("order", maximum=MAX_PARTY),
                keys=read_party_keys(one.items("keys", maximum=MAX_KEYS)),
            )
        )
    return tuple(parties)


def build_disclosures(party: int, disclosures: Sequence[bytes]) -> bytes:
    """Return ``disclosures/<party>.json`` from raw disclosures."""
    raw = canonical_bytes(
        {
            "acta": "disclosures/1",
            "party": party,
            "disclosures": [parse_disclosure(one).raw.decode("utf-8") for one in disclosures],
        }
    )
    parse_disclosures(raw)
    return raw


def parse_disclosures(raw: bytes) -> tuple[int, tuple[bytes, ...]]:
    """Read a party's disclosures, or the agreement's own (party 0); each is well formed."""
    fields = _open(raw, "disclosures")
    fields.exactly("acta", "party", "disclosures")
    disclosures = []
    for text in fields.texts("disclosures", maximum=1000, length=16 * 1024):
        disclosure = text.encode("utf-8")
        try:
            parse_disclosure(disclosure)
        except InvalidError as reason:
            raise MalformedEvidence(f"disclosures: {reason}") from reason
        disclosures.append(disclosure)
    if len(set(disclosures)) != len(disclosures):
        raise MalformedEvidence("expected each disclosure once")
    return fields.integer("party", minimum=0, maximum=MAX_PARTY), tuple(disclosures)


def build_anchor(anchor: Mapping[str, Any]) -> bytes:
    """Return ``anchors/<chainId>.json``; ``acta`` and what proves nothing may be left out."""
    raw = canonical_bytes({"acta": "anchor/1", **_NO_PROOFS, **anchor})
    parse_anchor(raw)
    return raw


def parse_anchor(raw: bytes) -> AnchorRecord:
    """Read one anchor record; the hex inside is bounded, not decoded further."""
    fields = _open(raw, "anchor")
    fields.exactly(
        *("acta", "chainId", "contract", "logId", "size", "root", "transaction", "block"),
        *_NO_PROOFS,
    )
    block = fields.fields("block")
    block.exactly("number", "hash", "time")
    return AnchorRecord(
        chain_id=fields.integer("chainId", minimum=1),
        contract=fields.hex("contract", 20),
        log_id=fields.hex("logId", 32),
        size=fields.integer("size", minimum=1),
        root=fields.hex("root", 32),
        transaction=None if fields.is_null("transaction") else fields.hex("transaction", 32),
        block_number=block.integer("number"),
        block_hash=block.hex("hash", 32),
        block_time=block.integer("time"),
        header=None if fields.is_null("header") else fields.hex_up_to("header", MAX_NODE),
        account_proof=_nodes(fields, "accountProof"),
        anchor_proof=_nodes(fields, "anchorProof"),
        status_proof=_nodes(fields, "statusProof"),
        successor_proof=_nodes(fields, "successorProof"),
        forked_proof=_nodes(fields, "forkedProof"),
        other_proofs=_other_proofs(fields),
        consistency=_path(fields, "consistency"),
    )


def _other_proofs(fields: Fields) -> dict[bytes, tuple[bytes, ...]]:
    found: dict[bytes, tuple[bytes, ...]] = {}
    for item in fields.items("otherProofs", maximum=MAX_OTHER_PROOFS):
        one = Fields(item, what="other proof", error=MalformedEvidence)
        one.exactly("root", "proof")
        root, nodes = one.hex("root", 32), _nodes(one, "proof")
        if nodes is None or root in found or root == fields.hex("root", 32):
            raise MalformedEvidence("expected one proof of each other root")
        found[root] = nodes
    return found


def _path(fields: Fields, name: str) -> tuple[bytes, ...] | None:
    if fields.is_null(name):
        return None
    hashes = fields.items(name, maximum=MAX_PROOF_NODES)
    each = (Fields({name: one}, what="anchor", error=MalformedEvidence) for one in hashes)
    return tuple(one.hex(name, 32) for one in each)


def _nodes(fields: Fields, name: str) -> tuple[bytes, ...] | None:
    if fields.is_null(name):
        return None
    nodes = fields.items(name, maximum=MAX_PROOF_NODES)
    each = (Fields({name: node}, what="anchor", error=MalformedEvidence) for node in nodes)
    return tuple(one.hex_up_to(name, MAX_NODE) for one in each)


def _open(raw: bytes, kind: str, label: str | None = None) -> Fields:
    value = parse_canonical(raw, limit=MAX_LIST, what=f"{kind}.json", error=MalformedEvidence)
    fields = Fields(value, what=kind, error=MalformedEvidence)
    fields.version(label or kind, 1)
    return fields
