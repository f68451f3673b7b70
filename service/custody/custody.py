"""Keeping what was signed: encrypted once, the same bytes in every store, read back."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy.exc import IntegrityError

from anchoring.cid import UNIXFS_V1_2025, cid_v1
from service.clock import Clock
from service.custody.account import CareReport, CustodyHealth, read_care, read_health
from service.custody.car import write_car
from service.custody.copies import CopyState, CopyView, Kept, RepairReport
from service.custody.envelope import PlatformIdentity, encrypt_for
from service.custody.errors import (
    CannotOpenError,
    NoGoodCopyError,
    NothingKeptError,
    QuorumNotReachedError,
)
from service.custody.ledger import Ledger, same_content
from service.custody.models import AgreementKey, Copy, KeptObject
from service.custody.panel import Panel
from service.custody.scrub import ScrubReport, scrub_copies
from service.custody.spool import Spool
from service.custody.store import Store
from service.custody.watched_store import StorePlan
from service.database import Database
from service.keyring import Keyring

_log = structlog.get_logger(__name__)


class Custody:
    """Keeps each sealed PDF in all stores, and remembers which of them have it.

    A PDF counts as kept when at least ``quorum`` stores gave back what they were given; the
    others are remembered and mended by ``repair``. ``scrub`` reads every copy anew within
    ``verify_every`` and asks for its size within ``look_every``. Every method may be repeated,
    after an error or a crash at any point, and run by several workers and sites at once. All
    block for no longer than the stores' time limits, and open transactions of their own: not to
    be called inside one.
    """

    def __init__(
        self,
        *,
        database: Database,
        keyring: Keyring,
        clock: Clock,
        stores: Sequence[Store | StorePlan],
        quorum: int,
        spool: Path,
        verify_every: timedelta = timedelta(days=30),
        look_every: timedelta = timedelta(days=1),
    ) -> None:
        plans = [
            one if isinstance(one, StorePlan) else StorePlan(store=one, kind="disk")
            for one in stores
        ]
        names = {plan.store.name for plan in plans}
        if len(names) != len(stores) or not 1 <= quorum <= len(stores):
            raise ValueError(
                f"expected stores of different names and a quorum of 1 to {len(stores)}, "
                f"got {sorted(names)} and {quorum}"
            )
        self._database = database
        self._clock = clock
        self._quorum = quorum
        self._verify_every = verify_every
        self._look_every = look_every
        self._spool = Spool(spool)
        self._platform = PlatformIdentity(keyring)
        self._ledger = Ledger(database, clock, stores=sorted(names))
        self._panel = Panel(plans, ledger=self._ledger, clock=clock, spool=self._spool)

    def keep(self, agreement_id: str, pdf: bytes) -> Kept:
        """Put ``pdf`` into custody, once for each agreement and content.

        Returns soon after enough stores have it: one that is slow, hangs or rests is left to
        ``repair``. Raises QuorumNotReachedError (what was done stays done; repeat later),
        StoreFailedError if this machine's own disk refuses the spooled ciphertext.
        """
        kept = self._ledger.find(agreement_id, hashlib.sha256(pdf).digest())
        if kept is None:
            kept = self._encrypt(agreement_id, pdf)
        self._place_missing(kept, need=self._quorum)
        copies = self._ledger.views(kept.cid)
        ours = {watched.name for watched in self._panel.stores}
        good = sum(copy.state is CopyState.KEPT and copy.store in ours for copy in copies)
        if good < self._quorum:
            raise QuorumNotReachedError(
                f"expected at least {self._quorum} good copies, got {good}; "
                "check the stores, it is tried again",
                expected=self._quorum,
                good=good,
            )
        return Kept(
            cid=kept.cid,
            profile=kept.profile,
            ciphertext_sha256=kept.ciphertext_sha256,
            plaintext_sha256=kept.plaintext_sha256,
            copies=copies,
        )

    def fetch(self, agreement_id: str) -> bytes:
        """Return the PDF that was kept last for this agreement, checked against its hash.

        The nearest store is asked first. One that gives wrong bytes, or none, is passed over and
        remembered, so that ``repair`` mends it. Raises NothingKeptError, NoGoodCopyError,
        CannotOpenError.
        """
        kept = self._ledger.newest(agreement_id)
        envelope, _version = self._ledger.envelope(agreement_id)
        pdf = self._platform.open(envelope, self._panel.ciphertext(kept))
        if hashlib.sha256(pdf).digest() != kept.plaintext_sha256:
            raise CannotOpenError("the ciphertext opens to another PDF than the one kept")
        return pdf

    def car(self, agreement_id: str) -> bytes:
        """Return the ciphertext kept last as a CAR file, which any IPFS node takes in.

        Raises NothingKeptError, NoGoodCopyError.
        """
        return write_car(self._panel.ciphertext(self._ledger.newest(agreement_id)))

    def copies(self, agreement_id: str) -> list[CopyView]:
        """Return what is known of the copies of the PDF kept last; raises NothingKeptError."""
        return self._ledger.views(self._ledger.newest(agreement_id).cid)

    def replace_envelope(self, agreement_id: str, *, recipients: Sequence[str]) -> None:
        """Wrap the agreement's key for the platform and for these age recipients, and no others.

        The database has the new envelope when this returns; ``repair`` takes it to the stores,
        where the old one stands until then. The ciphertext stays as it is.
        """
        with self._database.transaction() as session:
            row = session.get(AgreementKey, agreement_id, with_for_update=True)
            if row is None:
                raise NothingKeptError("nothing of this agreement is in custody")
            row.envelope = self._platform.rewrap(row.envelope, recipients=recipients)
            row.envelope_version += 1

    def repair(self, limit: int = 50) -> RepairReport:
        """Mend up to ``limit`` objects that lack a good copy or the present envelope somewhere.

        Those tried longest ago come first, so that one which cannot be mended holds up nobody.
        """
        repaired = still_missing = lost = 0
        objects = self._ledger.incomplete(limit)
        for kept in objects:
            try:
                mended, failed = self._place_missing(kept)
            except NoGoodCopyError:
                lost += 1
                self._ledger.lost(kept.cid)
                _log.error("custody-object-lost", cid=kept.cid)
                continue
            repaired += mended
            still_missing += failed
        self._spool.remove_leftovers(now=self._clock.now(), known=self._ledger.is_known)
        return RepairReport(
            examined=len(objects), repaired=repaired, still_missing=still_missing, lost=lost
        )

    def scrub(self, *, budget_s: float = 60.0) -> ScrubReport:
        """Read anew the copies whose time has come, and look at others, for ``budget_s`` seconds.

        What is found missing or wrong is remembered, and ``repair`` mends it from a good copy.
        """
        now = self._clock.now()
        return scrub_copies(
            self._panel,
            self._ledger,
            verified_before=now - self._verify_every,
            seen_before=now - self._look_every,
            budget_s=budget_s,
        )

    def health(self) -> CustodyHealth:
        """Return how the stores are, as this site sees them, and what they have."""
        return read_health(self._database, self._panel.stores, quorum=self._quorum)

    def report_since(self, since: datetime) -> CareReport:
        """Return what was verified, found and mended from ``since`` until now."""
        return read_care(
            self._database,
            [watched.name for watched in self._panel.stores],
            since=since,
            until=self._clock.now(),
        )

    # Encrypting, exactly once.

    def _encrypt(self, agreement_id: str, pdf: bytes) -> KeptObject:
        recipient = self._recipient(agreement_id)
        ciphertext = encrypt_for(recipient, pdf)
        row = KeptObject(
            cid=cid_v1(ciphertext),
            agreement_id=agreement_id,
            profile=UNIXFS_V1_2025.name,
            plaintext_sha256=hashlib.sha256(pdf).digest(),
            ciphertext_sha256=hashlib.sha256(ciphertext).digest(),
            ciphertext_bytes=len(ciphertext),
            created_at=self._clock.now(),
        )
        self._spool.put(row.cid, ciphertext)
        # A crash here leaves a spooled file that no row names: the next call encrypts anew, which
        # is harmless while no store was given anything, and repair removes the leftover.
        with self._database.transaction() as session:
            session.get_one(AgreementKey, agreement_id, with_for_update=True)
            other = session.scalar(same_content(agreement_id, row.plaintext_sha256))
            if other is None:
                session.add(row)
                session.flush()
                for watched in self._panel.stores:
                    session.add(Copy(cid=row.cid, store=watched.name, state=CopyState.MISSING))
        if other is not None:
            # Another worker kept the same PDF first; its ciphertext is the one that counts.
            self._spool.remove(row.cid)
            return other
        return row

    def _recipient(self, agreement_id: str) -> str:
        with self._database.transaction() as session:
            row = session.get(AgreementKey, agreement_id)
            if row is None:
                recipient, envelope = self._platform.new_agreement_key(recipients=())
                row = AgreementKey(
                    agreement_id=agreement_id,
                    recipient=recipient,
                    envelope=envelope,
                    envelope_version=1,
                    created_at=self._clock.now(),
                )
                try:
                    with session.begin_nested():
                        session.add(row)
                except IntegrityError:
                    # Another worker made this agreement's key at the same moment.
                    row = session.get_one(AgreementKey, agreement_id)
            return row.recipient

    def _place_missing(self, kept: KeptObject, *, need: int | None = None) -> tuple[int, int]:
        """Place what is missing; return how many copies are good now that were not, and the rest.

        Raises NoGoodCopyError.
        """
        envelope, version = self._ledger.envelope(kept.agreement_id)
        mended, failed = self._panel.place(
            kept, envelope=envelope, envelope_version=version, need=need
        )
        self._ledger.settle(kept.cid, quorum=self._quorum)
        if not failed:
            self._spool.remove(kept.cid)
        return mended, failed
