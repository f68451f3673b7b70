"""The auditor's questions to the chains: which anchors there are, and whether the log has them."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from anchoring.anchor_events import AnchorEvent, AnchorScan, scan_anchors, time_of_block
from anchoring.audit_state import ChainMemory
from anchoring.chain_view import Node, checksum_address
from anchoring.errors import AnchoringError
from anchoring.http_fetch import Unreachable
from anchoring.log_tiles import TileReader
from anchoring.report import Finding, Outcome, block_time, failed, note, ok, unchecked
from anchoring.tree import consistency_path_at, root_at, verify_consistency
from anchoring.trust import Home, TrustFile

_HOUR = 3600
_SHOWN = 10


@dataclass
class HomeAudit:
    """What the nodes of one home say: their scans, and the findings about who answered.

    ``known``: how many anchors an earlier audit saw before those of the scans.
    """

    home: Home
    scans: list[AnchorScan] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    known: ChainMemory | None = None

    @property
    def events(self) -> list[AnchorEvent]:
        """Every anchor that any of the nodes told of, by rising size."""
        told = {(event.size, event.root): event for scan in self.scans for event in scan.events}
        return sorted(told.values(), key=lambda event: (event.size, event.block))

    @property
    def anchored(self) -> int:
        """The newest anchored size that any node told of."""
        return max((scan.log.size for scan in self.scans), default=0)

    def tellers(self, event: AnchorEvent) -> int:
        """Return how many nodes told of this size with this root."""
        wanted = (event.size, event.root)
        return sum(
            any((one.size, one.root) == wanted for one in scan.events) for scan in self.scans
        )

    def memory(self) -> ChainMemory | None:
        """Return what to remember: the anchors in final blocks, by a node that has them all."""
        whole = [scan for scan in self.scans if scan.is_whole and scan.final is not None]
        if not whole:
            return self.known
        scan = max(whole, key=lambda one: one.final.number if one.final else 0)
        assert scan.final is not None
        settled = [event for event in scan.events if event.block <= scan.final.number]
        before = self.known or ChainMemory(-1, 0, 0, b"")
        return ChainMemory(
            block=max(scan.final.number, before.block),
            count=before.count + len(settled),
            size=settled[-1].size if settled else before.size,
            operator=scan.log.operator,
        )


def ask_homes(
    trust: TrustFile, urls: Sequence[str], memories: Mapping[int, ChainMemory]
) -> list[HomeAudit]:
    """Read every home's anchors from each node that is on its chain."""
    homes = [HomeAudit(home) for home in trust.homes]
    reasons: list[str] = []
    for url in urls:
        try:
            chain_id = Node(url).number("eth_chainId")
            for audit in homes:
                if audit.home.chain_id == chain_id:
                    _scan(audit, url, memories.get(chain_id))
        except Unreachable as reason:
            reasons.append(str(reason))
    for audit in homes:
        chain = audit.home.chain_id
        if audit.scans:
            audit.findings.insert(0, ok("audit/chain", chain=chain, nodes=len(audit.scans)))
            audit.findings += _about_operator(audit, trust.opener)
        elif not audit.findings:
            audit.findings.append(
                unchecked("audit/chain-silent", chain=chain, reason="; ".join(reasons[:3]))
                if reasons
                else unchecked("chain/no-nodes", chain=chain)
            )
    return homes


def check_anchors(
    audit: HomeAudit, roots: Mapping[int, bytes], *, place: str, start: int, size: int
) -> list[Finding]:
    """Compare each anchor with the tree: ``roots`` from ``start`` on, tiles for earlier sizes."""
    chain, nodes = audit.home.chain_id, len(audit.scans)
    findings: list[Finding] = []
    held = 0
    beyond: list[int] = []
    for event in audit.events:
        facts = {"chain": chain, "size": event.size, "root": event.root, "block": event.block}
        if event.size > size:
            beyond.append(event.size)
            continue
        known = roots.get(event.size)
        if known is None and event.size < start and size in roots:
            known = _root_by_tiles(place, event.size, size, roots[size])
        if known is None:
            findings.append(unchecked("audit/anchor-unknown", **facts))
        elif known == event.root:
            held += 1
        elif 2 * audit.tellers(event) > nodes:
            findings.append(failed("audit/anchor-differs", computed=known, **facts))
        else:
            findings.append(unchecked("audit/nodes-disagree", chain=chain))
    if len(findings) > _SHOWN:
        # What is wrong comes first, so that the verdict stays the same.
        findings = sorted(findings, key=lambda one: one.outcome is not Outcome.FAILED)[:_SHOWN]
    if beyond:
        findings.append(unchecked("audit/anchor-beyond", chain=chain, size=beyond[-1], log=size))
    for scan in audit.scans:
        if not scan.is_whole:
            expected = scan.log.count - (audit.known.count if audit.known else 0)
            findings.append(
                unchecked(
                    "audit/events-missing", chain=chain, got=len(scan.events), expected=expected
                )
            )
    if audit.scans:
        findings.append(
            ok("audit/anchors", chain=chain, count=held, size=audit.anchored)
            if held or audit.known
            else note("audit/no-anchors", chain=chain)
        )
    return findings


def check_delays(
    audits: Iterable[HomeAudit],
    seen: Sequence[tuple[int, int]],
    *,
    now: datetime,
    max_delay: int,
) -> tuple[list[Finding], list[tuple[int, int]]]:
    """Judge whether what this auditor saw was anchored in time; return what still waits.

    ``seen``: (size, Unix seconds when it was first seen) of checkpoints that were not anchored.
    An anchor on any home ends the wait.
    """
    events = sorted(
        (
            (event.size, event.block, scan.url)
            for one in audits
            for scan in one.scans
            for event in scan.events
        ),
    )
    findings: list[Finding] = []
    waiting: list[tuple[int, int]] = []
    for size, first_seen in seen:
        covering = bisect_left(events, (size, -1, ""))
        if covering == len(events):
            waiting.append((size, first_seen))
            late = int(now.timestamp()) - first_seen
            if late > max_delay:
                findings.append(failed("audit/missed-anchor", size=size, hours=late // _HOUR))
            continue
        _, block, url = events[covering]
        try:
            made = time_of_block(url, block)
        except Unreachable:
            findings.append(unchecked("audit/anchor-time", size=size, block=block))
            continue
        if made - first_seen > max_delay:
            findings.append(
                failed(
                    "audit/anchored-late",
                    size=size,
                    hours=(made - first_seen) // _HOUR,
                    time=block_time(made),
                )
            )
    return findings, waiting


def _scan(audit: HomeAudit, url: str, memory: ChainMemory | None) -> None:
    home = audit.home
    scan = None
    if memory is not None:
        scan = scan_anchors(
            url,
            contract=home.contract,
            log_id=home.log_id,
            after_block=memory.block,
            known=memory.count,
        )
        if scan.is_whole or (not scan.events and scan.log.size == memory.size):
            audit.known = memory
        else:
            scan = None  # the chain lost what was final, or the memory is another chain's
    if scan is None:
        scan = scan_anchors(url, contract=home.contract, log_id=home.log_id)
        audit.known = None
    if scan.genesis != home.genesis_block:
        audit.findings.append(unchecked("chain/other-chain", chain=home.chain_id))
        return
    audit.scans.append(scan)


def _about_operator(audit: HomeAudit, opener: bytes) -> list[Finding]:
    chain = audit.home.chain_id
    findings: list[Finding] = []
    forked = [scan.is_forked for scan in audit.scans]
    if 2 * sum(forked) > len(forked):
        findings.append(failed("audit/marked-forked", chain=chain))
    elif any(forked):
        findings.append(unchecked("audit/nodes-disagree", chain=chain))
    (operator, _), *_ = Counter(scan.log.operator for scan in audit.scans).most_common()
    before = audit.known.operator if audit.known is not None else opener
    if not any(operator):
        findings.append(unchecked("audit/not-open", chain=chain))
    elif operator != before:
        findings.append(
            note(
                "audit/operator-changed",
                chain=chain,
                before=checksum_address(before),
                operator=checksum_address(operator),
            )
        )
    for scan in audit.scans[:1]:
        if any(scan.pending):
            findings.append(
                note("audit/operator-offered", chain=chain, pending=checksum_address(scan.pending))
            )
    return findings


def _root_by_tiles(place: str, old: int, size: int, root: bytes) -> bytes | None:
    """Return the root at ``old``, proved by a consistency path to the root computed at ``size``."""
    tiles = TileReader(place, size)
    try:
        prefix = root_at(tiles.read, old)
        path = consistency_path_at(tiles.read, old, size)
        verify_consistency(size1=old, root1=prefix, size2=size, root2=root, path=path)
    except AnchoringError:
        return None
    return prefix
