"""Scrubbing: every copy is read anew in its time, and looked at in between."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from service.custody.copies import CopyState, envelope_key, read_back
from service.custody.errors import ObjectMissingError, StoreFailedError
from service.custody.ledger import KnownCopy, Ledger
from service.custody.panel import Panel
from service.custody.store import Store
from service.custody.watched_store import WatchedStore, ask

# So many rows are taken at once; what is due after them is taken in the next helping.
_HELPING = 50


@dataclass(kw_only=True)
class ScrubReport:
    """What a scrub did: copies read whole (``bytes`` of them), looked at, and found not good.

    ``unanswered``: the stores whose due copies wait, since they did not answer.
    """

    verified: int = 0
    seen: int = 0
    bytes: int = 0
    missing: int = 0
    rotten: int = 0
    unanswered: list[str] = field(default_factory=list)


def scrub_copies(
    panel: Panel,
    ledger: Ledger,
    *,
    verified_before: datetime,
    seen_before: datetime,
    budget_s: float,
) -> ScrubReport:
    """Verify what was last verified before a moment, then look at what was not seen since one.

    Each store has an equal part of ``budget_s`` seconds; one that does not answer, none further.
    """
    report = ScrubReport()
    began = time.monotonic()
    for number, watched in enumerate(panel.stores, start=1):
        until = began + budget_s * number / len(panel.stores)
        try:
            for copy in _due(ledger, watched, verified_before, until, verify=True):
                _verify(panel, ledger, watched, copy, report)
            for copy in _due(ledger, watched, seen_before, until, verify=False):
                _look(panel, ledger, watched, copy, report)
        except StoreFailedError:
            report.unanswered.append(watched.name)
    panel.note_conditions()
    return report


def _due(
    ledger: Ledger, watched: WatchedStore, before: datetime, until: float, *, verify: bool
) -> Iterator[KnownCopy]:
    find = ledger.to_verify if verify else ledger.to_see
    while copies := find(watched.name, before=before, limit=_HELPING):
        for copy in copies:
            if time.monotonic() >= until:
                return
            yield copy


def _verify(
    panel: Panel, ledger: Ledger, watched: WatchedStore, copy: KnownCopy, report: ScrubReport
) -> None:
    def read(store: Store) -> tuple[bytes, str]:
        return read_back(store, copy.cid, version=copy.version), _beside(store, copy)

    try:
        sha256, envelope_reason = ask(watched, read, size=copy.size)
    except ObjectMissingError:
        report.missing += 1
        panel.bad(copy.cid, copy.store, CopyState.MISSING, "not-there")
        return
    except StoreFailedError as error:
        ledger.not_answered(copy.cid, copy.store, reason=str(error.facts["reason"]))
        raise
    report.verified += 1
    report.bytes += copy.size
    if sha256 != copy.sha256:
        report.rotten += 1
        panel.bad(copy.cid, copy.store, CopyState.ROTTEN, "hash-differs")
    else:
        ledger.verified(copy.cid, copy.store, envelope_reason=envelope_reason)


def _beside(store: Store, copy: KnownCopy) -> str:
    """Return what is wrong with the envelope beside a copy; empty for nothing."""
    if copy.envelope is None:
        return ""  # it is about to be replaced
    try:
        same = store.get(envelope_key(copy.cid)) == copy.envelope
    except ObjectMissingError:
        return "envelope-not-there"
    return "" if same else "envelope-differs"


def _look(
    panel: Panel, ledger: Ledger, watched: WatchedStore, copy: KnownCopy, report: ScrubReport
) -> None:
    def look(store: Store) -> int:
        return store.head(copy.cid, version=copy.version)

    try:
        size = ask(watched, look, size=0)
    except ObjectMissingError:
        report.missing += 1
        panel.bad(copy.cid, copy.store, CopyState.MISSING, "not-there")
        return
    except StoreFailedError as error:
        ledger.not_answered(copy.cid, copy.store, reason=str(error.facts["reason"]))
        raise
    report.seen += 1
    if size != copy.size:
        report.rotten += 1
        panel.bad(copy.cid, copy.store, CopyState.ROTTEN, "size-differs")
    else:
        ledger.seen(copy.cid, copy.store)
