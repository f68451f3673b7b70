"""What the steps of a verification read: immutable, and filled in as steps succeed.

A part that an earlier step could not give is None; asking for it raises NotReached, which makes
the asking step NOT_CHECKED. So no step can pass on the strength of something nobody checked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from anchoring.checkpoint import Checkpoint
from anchoring.errors import CannotCheckError
from anchoring.evidence import AnchorRecord, Evidence, Opening
from anchoring.locator import Locator
from anchoring.pdf_signatures import PdfFacts, SignatureFacts
from anchoring.report import Finding, block_time, failed, ok, unchecked
from anchoring.statement import Statement
from anchoring.statement_bodies import PreparedBody, SignedBody
from anchoring.tlog_proof import TlogProof
from anchoring.trust import Home, TrustFile, TrustKey
from anchoring.witnesses import Witnesses

SEAL_FIELD = "acta-seal"
DEFAULT_SKEW = timedelta(seconds=120)
"""How far the platform's clock may be from block time: a few blocks on any public chain."""

Part = TypeVar("Part")


class NotReached(CannotCheckError):  # noqa: N818  # named after what is wrong, as its base says
    """A step asked for something that no earlier step gave."""

    code = "step/blocked"


@dataclass(frozen=True)
class TrustedBlock:
    """A block's hash (32 bytes) that the reader has by another way; None: of the home's chain."""

    chain_id: int | None
    hash: bytes


@dataclass(frozen=True)
class Options:
    """The reader's choices: the present, clock skew, oldest status accepted, trusted blocks."""

    now: datetime
    skew: timedelta = DEFAULT_SKEW
    max_status_age: timedelta | None = None
    blocks: tuple[TrustedBlock, ...] = ()

    def trusts(self, block_hash: bytes, chain_id: int, *, at_home: bool) -> bool:
        """Say whether the reader gave this hash for this chain."""
        return any(
            one.hash == block_hash
            and (one.chain_id == chain_id or (one.chain_id is None and at_home))
            for one in self.blocks
        )


@dataclass(frozen=True)
class Entry:
    """One leaf of the transcript; ``statement`` is None where it is withheld."""

    opening: Opening
    statement: Statement | None


@dataclass(frozen=True)
class BoundSignature:
    """A party's signature in the PDF and the ``signed`` statement that it carries the hash of."""

    party: int
    signature: SignatureFacts
    entry: Entry
    statement: Statement
    body: SignedBody


@dataclass(frozen=True)
class LoggedLeaf:
    """A leaf, and the signed checkpoint that its inclusion proof leads to."""

    leaf: bytes
    entry_hash: bytes | None
    proof: TlogProof
    checkpoint: Checkpoint


@dataclass(frozen=True)
class Context:
    """Everything known at a step; ``parts`` names are those of the steps that give them."""

    evidence: Evidence
    pdf: bytes | None
    given_pdf: bytes | None
    trust: TrustFile | None
    urls: Sequence[str]
    options: Options
    locator: Locator | None = None
    home: Home | None = None
    document: PdfFacts | None = None
    entries: tuple[Entry, ...] | None = None
    prepared: PreparedBody | None = None
    bound: tuple[BoundSignature, ...] | None = None
    document_leaf: LoggedLeaf | None = None
    statement_leaves: Mapping[bytes, LoggedLeaf] | None = None
    witnesses: Witnesses | None = None

    @property
    def seal(self) -> SignatureFacts:
        """The one filled seal field with Acta's binding in it."""
        seals = [s for s in need(self.document, "document").signatures if s.field == SEAL_FIELD]
        if len(seals) != 1 or seals[0].is_time_stamp or seals[0].seal is None:
            raise NotReached("seal")
        return seals[0]

    @property
    def signer_signatures(self) -> tuple[SignatureFacts, ...]:
        """Every signature but the seal and the time stamps, in revision order."""
        signatures = need(self.document, "document").signatures
        return tuple(s for s in signatures if not s.is_time_stamp and s.field != SEAL_FIELD)

    @property
    def anchor(self) -> AnchorRecord:
        """The evidence's anchor at the document's home."""
        record = self.evidence.anchors.get(need(self.locator, "locator").chain_id)
        if record is None:
            raise NotReached("anchor")
        return record

    @property
    def anchor_time(self) -> datetime | None:
        """The anchor's block time as the evidence claims it; the anchor step compares it."""
        if self.locator is None:
            return None
        record = self.evidence.anchors.get(self.locator.chain_id)
        return None if record is None else block_time(record.block_time)

    def keys(self, purpose: str) -> tuple[TrustKey, ...]:
        """The trusted keys of a purpose, none without a trust file."""
        return () if self.trust is None else self.trust.current.keys_for(purpose)

    def open_statements(self, kind: str, *, party: int | None = None) -> list[Entry]:
        """The entries whose statement is here and has this type (and actor)."""
        return [
            entry
            for entry in need(self.entries, "statements")
            if entry.statement is not None
            and entry.statement.type == kind
            and (party is None or entry.statement.actor.party == party)
        ]

    @property
    def withheld(self) -> list[Entry]:
        """The entries whose statement is not in the evidence."""
        return [entry for entry in need(self.entries, "statements") if entry.statement is None]

    @property
    def stripped(self) -> bool:
        """Whether the seal counts more statements than the evidence has openings of."""
        return len(need(self.entries, "statements")) < need(self.seal.seal, "seal").statements


def need(part: Part | None, name: str) -> Part:
    """Return ``part``, or raise NotReached when no step gave it."""
    if part is None:
        raise NotReached(name)
    return part


def absent(context: Context, *, withheld: str, missing: str, **facts: object) -> Finding:
    """Return why a statement is not found: it may be one not shown, or there is none at all."""
    if context.withheld or context.stripped:
        return unchecked(withheld, **facts)
    return failed(missing, **facts)


def or_ok(findings: list[Finding], code: str, **facts: object) -> list[Finding]:
    """Return ``findings``, or one OK where nothing was found amiss."""
    return findings or [ok(code, **facts)]
