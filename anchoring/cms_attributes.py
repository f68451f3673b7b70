"""Acta's two signed attributes in CMS signatures (SPEC.md §8), registered with asn1crypto.

The OIDs lie under 2.25, the arc of UUIDs, which needs no registration (ITU-T X.667 §6). An
attribute holds exactly one OCTET STRING, and stands once or not at all.
"""

from dataclasses import dataclass

from asn1crypto import cms, core

from anchoring.asn1_repair import repair_asn1crypto
from anchoring.canonical_json import MAX_SAFE_INTEGER, canonical_bytes, parse_canonical
from anchoring.errors import MalformedAttribute, WrongLength
from anchoring.fields import Fields

repair_asn1crypto()

STATEMENT_OID = "2.25.18036772883653437953808870461717383078"
"""In a signer's signature: the SHA-256 of the ``signed`` statement, 32 bytes."""
SEAL_OID = "2.25.62614063156347280272791265785615253325"
"""In the platform's seal: the canonical JSON of a SealBinding."""
STATEMENT_NAME = "acta_statement"
SEAL_NAME = "acta_seal"
MAX_SEAL = 1024


@dataclass(frozen=True)
class SealBinding:
    """What the seal fixes: parties, statements (hash of all, and how many), where to search.

    ``search_from`` is the log's size when the seal was made: the document's leaf has that index
    or a later one.
    """

    parties_root: bytes
    transcript: bytes
    statements: int
    search_from: int

    def __post_init__(self) -> None:
        if len(self.parties_root) != 32 or len(self.transcript) != 32:
            raise WrongLength("expected a parties root and a transcript of 32 bytes each")
        for name, value in (("statements", self.statements), ("searchFrom", self.search_from)):
            if not 0 <= value <= MAX_SAFE_INTEGER:
                raise MalformedAttribute(f"expected {name} from 0 to 2^53 - 1, got {value}")

    def to_bytes(self) -> bytes:
        """Return the attribute's content: canonical JSON."""
        return canonical_bytes(
            {
                "acta": "seal/1",
                "parties": self.parties_root.hex(),
                "transcript": self.transcript.hex(),
                "statements": self.statements,
                "searchFrom": self.search_from,
            }
        )

    @classmethod
    def parse(cls, raw: bytes) -> "SealBinding":
        """Read the attribute's content; raises MalformedAttribute or UnknownVersion."""
        value = parse_canonical(raw, limit=MAX_SEAL, what="seal", error=MalformedAttribute)
        fields = Fields(value, what="seal", error=MalformedAttribute)
        fields.version("seal", 1)
        fields.exactly("acta", "parties", "transcript", "statements", "searchFrom")
        return cls(
            parties_root=fields.hex("parties", 32),
            transcript=fields.hex("transcript", 32),
            statements=fields.integer("statements"),
            search_from=fields.integer("searchFrom"),
        )


def statement_attribute(statement_sha256: bytes) -> cms.CMSAttribute:
    """Return the signed attribute for a signer's signature; the hash has 32 bytes."""
    if len(statement_sha256) != 32:
        raise WrongLength(f"expected a statement hash of 32 bytes, got {len(statement_sha256)}")
    return _attribute(STATEMENT_NAME, statement_sha256)


def seal_attribute(binding: SealBinding) -> cms.CMSAttribute:
    """Return the signed attribute for the platform's seal."""
    return _attribute(SEAL_NAME, binding.to_bytes())


def read_statement_attribute(signed_attrs: cms.CMSAttributes) -> bytes | None:
    """Return the statement hash in a signer's signed attributes, or None if there is none."""
    value = _read(signed_attrs, STATEMENT_OID)
    if value is not None and len(value) != 32:
        raise MalformedAttribute(f"expected a statement hash of 32 bytes, got {len(value)}")
    return value


def read_seal_attribute(signed_attrs: cms.CMSAttributes) -> SealBinding | None:
    """Return the binding in a seal's signed attributes, or None if there is none."""
    value = _read(signed_attrs, SEAL_OID)
    return None if value is None else SealBinding.parse(value)


def _read(signed_attrs: cms.CMSAttributes, oid: str) -> bytes | None:
    found: list[bytes] = []
    try:
        for attribute in signed_attrs:
            if attribute["type"].dotted != oid:
                continue
            found.extend(bytes(value.native) for value in attribute["values"])
            if not len(attribute["values"]):
                raise MalformedAttribute(f"expected one value in attribute {oid}, got none")
    except (ValueError, TypeError) as reason:
        raise MalformedAttribute(f"expected attribute {oid} to be an octet string") from reason
    if len(found) > 1:
        raise MalformedAttribute(f"expected attribute {oid} once, with one value")
    return found[0] if found else None


def _attribute(name: str, content: bytes) -> cms.CMSAttribute:
    return cms.CMSAttribute({"type": name, "values": [core.OctetString(content)]})


class _SetOfOctetString(core.SetOf):  # type: ignore[misc]  # asn1crypto is untyped
    _child_spec = core.OctetString


def _register(oid: str, name: str) -> None:
    cms.CMSAttributeType._map[oid] = name
    if cms.CMSAttributeType._reverse_map is not None:
        # Another module has already used the type: its reverse map is built once, so add to it.
        cms.CMSAttributeType._reverse_map[name] = oid
    cms.CMSAttribute._oid_specs[name] = _SetOfOctetString


_register(STATEMENT_OID, STATEMENT_NAME)
_register(SEAL_OID, SEAL_NAME)
