"""Making a tlog-proof from a log's public tiles, and checking one for a leaf."""

from dataclasses import dataclass

from anchoring.checkpoint import MAX_NOTE, read_unverified
from anchoring.errors import AnchoringError, CannotCheckError, InvalidError, ProofError
from anchoring.log_audit import FindTrust, check_note
from anchoring.log_source import LogSource, read_tile
from anchoring.log_tiles import TileReader
from anchoring.report import Finding, Report, Verdict, conclude, failed, make_step, ok, unchecked
from anchoring.tile_layout import CHECKPOINT, TILE_WIDTH, Tile
from anchoring.tlog_proof import TlogProof, parse_tlog_proof
from anchoring.tree import inclusion_path_at, verify_inclusion
from anchoring.wording import label

_HASH = 32


class LeafNotInLog(CannotCheckError):  # noqa: N818  # named after what is wrong
    """No tile of the log holds the leaf: it may be newer than the checkpoint, or another log's."""

    code = "proof/no-leaf"


@dataclass(frozen=True)
class ProofReport(Report):
    """The check of one tlog-proof, chains not asked."""

    def summary_in(self, lang: str) -> str:
        """Return the verdict's reason in ``es`` or ``en``."""
        if self.verdict is Verdict.VALID:
            return label("summary/proof", lang)
        return super().summary_in(lang)


def prove_leaf(source: LogSource, leaf: bytes) -> TlogProof:
    """Return the proof of a leaf hash (32 bytes) against the checkpoint that ``source`` shows.

    The path is checked against the checkpoint's root; its signatures are not. Raises Unreachable,
    LeafNotInLog, BadCheckpoint, ProofError.
    """
    text = source.get(CHECKPOINT, limit=MAX_NOTE).decode("utf-8", "replace")
    checkpoint = read_unverified(text)
    index = _index_of(source, leaf, checkpoint.size)
    path = inclusion_path_at(TileReader(source.where, checkpoint.size).read, index, checkpoint.size)
    verify_inclusion(
        leaf_hash=leaf, index=index, size=checkpoint.size, path=path, root=checkpoint.root
    )
    return TlogProof(index=index, path=path, checkpoint=text)


def check_proof(text: str, leaf: bytes, find_trust: FindTrust) -> ProofReport:
    """Check a tlog-proof for a leaf hash: its checkpoint's signature, then its path."""
    findings: list[list[Finding]] = [[], [], []]
    try:
        proof = parse_tlog_proof(text)
    except InvalidError as reason:
        findings[2] = [failed("proof/wrong", leaf=leaf, reason=str(reason))]
    except AnchoringError as reason:
        findings[2] = [unchecked("proof/wrong", leaf=leaf, reason=str(reason))]
    else:
        _, checkpoint, (trust, *signed) = check_note(proof.checkpoint, find_trust)
        findings[0], findings[1] = [trust], signed
        if checkpoint is not None:
            findings[2] = [_check_path(proof, leaf, checkpoint.size, checkpoint.root)]
    steps = [
        make_step(number, name, found)
        for number, (name, found) in enumerate(
            zip(("audit-trust", "audit-checkpoint", "proof-path"), findings, strict=True), start=1
        )
    ]
    verdict, reason_found = conclude(steps)
    return ProofReport(
        steps=tuple(steps),
        verdict=verdict,
        reason_code=reason_found.code,
        summary=reason_found.sentence(),
        facts=reason_found.facts,
    )


def _check_path(proof: TlogProof, leaf: bytes, size: int, root: bytes) -> Finding:
    try:
        verify_inclusion(leaf_hash=leaf, index=proof.index, size=size, path=proof.path, root=root)
    except ProofError as reason:
        return failed("proof/wrong", leaf=leaf, reason=str(reason))
    return ok("proof/ok", leaf=leaf, index=proof.index, size=size)


def _index_of(source: LogSource, leaf: bytes, size: int) -> int:
    """Return the leaf's index, the newest tiles first; raises LeafNotInLog."""
    for index in reversed(range(-(-size // TILE_WIDTH))):
        tile = Tile(0, index, min(TILE_WIDTH, size - index * TILE_WIDTH))
        hashes = read_tile(source, tile)
        for offset in range(0, len(hashes), _HASH):
            if hashes[offset : offset + _HASH] == leaf:
                return tile.first + offset // _HASH
    raise LeafNotInLog(f"expected leaf {leaf.hex()} among the {size} of the log, found none")
