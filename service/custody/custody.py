"""Keeping what was signed: encrypted once, the same bytes in every store, read back."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import structlog
from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from anchoring.cid import UNIXFS_V1_2025, cid_v1
from service.clock import Clock
from service.custody.copies import (
    CopyState,
    CopyView,
    Kept,
    KeptCiphertext,
    Placed,
    RepairReport,
    place_copy,
)
from service.custody.envelope import PlatformIdentity, encrypt_for
from service.custody.errors import (
    CannotOpenError,
    NoGoodCopyError,
    NothingKeptError,
    ObjectMissingError,
    QuorumNotReachedError,
    StoreFailedError,
)
from service.custody.models import AgreementKey, Copy, KeptObject
from service.custody.spool import Spool
from service.custody.store import Store
from service.database import Database
from service.keyring import Keyring

_log = structlog.get_logger(__name__)


class Custody:
    """Keeps each sealed PDF in all stores, and remembers which of them have it.

    A PDF counts as kept when at least ``quorum`` stores gave back what they were given; the
    others are remembered and mended by ``repair``. Every method may be repeated, after an error
    or a crash at any point, and run by several workers at once. All block for as long as the
    stores do, and open transactions of their own: not to be called inside one.
    """

    def __init__(
        self,
        *,
        database: Database,
        keyring: Keyring,
        clock: Clock,
        stores: Sequence[Store],
        quorum: int,
        spool: Path,
    ) -> None:
        names = {store.name for store in stores}
        if len(names) != len(stores) or not 1 <= quorum <= len(stores):
            raise ValueError(
                f"expected stores of different names and a quorum of 1 to {len(stores)}, "
                f"got {sorted(names)} and {quorum}"
            )
        self._database = database
        self._clock = clock
        self._stores = list(stores)
        self._quorum = quorum
        self._spool = Spool(spool)
        self._platform = PlatformIdentity(keyring)

    def keep(self, agreement_id: str, pdf: bytes) -> Kept:
        """Put ``pdf`` into custody, once for each agreement and content.

        Raises QuorumNotReachedError (what was done stays done; repeat later), StoreFailedError if
        this machine's own disk refuses the spooled ciphertext.
        """
        kept = self._find(agreement_id, hashlib.sha256(pdf).digest())
        if kept is None:
            kept = self._encrypt(agreement_id, pdf)
        self._place_missing(kept)
        copies = self._copies(kept.cid)
        good = sum(copy.state is CopyState.KEPT for copy in copies)
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

        A store that gives wrong bytes, or none, is passed over and remembered. Raises
        NothingKeptError, NoGoodCopyError, CannotOpenError.
        """
        kept = self._newest(agreement_id)
        envelope, _version = self._envelope(agreement_id)
        pdf = self._platform.open(envelope, self._ciphertext(kept))
        if hashlib.sha256(pdf).digest() != kept.plaintext_sha256:
            raise CannotOpenError("the ciphertext opens to another PDF than the one kept")
        return pdf

    def ciphertext(self, agreement_id: str) -> KeptCiphertext:
        """Return the ciphertext that was kept last, whole, and the present envelope.

        Raises NothingKeptError, NoGoodCopyError.
        """
        kept = self._newest(agreement_id)
        envelope, _version = self._envelope(agreement_id)
        return KeptCiphertext(
            cid=kept.cid,
            profile=kept.profile,
            ciphertext_sha256=kept.ciphertext_sha256,
            plaintext_sha256=kept.plaintext_sha256,
            ciphertext=self._ciphertext(kept),
            envelope=envelope,
        )

    def copies(self, agreement_id: str) -> list[CopyView]:
        """Return what is known of the copies of the PDF kept last; raises NothingKeptError."""
        return self._copies(self._newest(agreement_id).cid)

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
            row.recipients = list(recipients)
            row.envelope_version += 1

    def repair(self, limit: int = 50) -> RepairReport:
        """Mend up to ``limit`` objects that lack a good copy or the present envelope somewhere.

        Those tried longest ago come first, so that one which cannot be mended holds up nobody.
        """
        repaired = still_missing = lost = 0
        objects = self._incomplete(limit)
        for kept in objects:
            try:
                mended, failed = self._place_missing(kept)
            except NoGoodCopyError:
                lost += 1
                _log.error("custody-object-lost", cid=kept.cid)
                continue
            repaired += mended
            still_missing += failed
        self._spool.remove_leftovers(now=self._clock.now(), known=self._is_known)
        return RepairReport(
            examined=len(objects), repaired=repaired, still_missing=still_missing, lost=lost
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
            other = session.scalar(_same_content(agreement_id, row.plaintext_sha256))
            if other is None:
                session.add(row)
                session.flush()
                for store in self._stores:
                    session.add(Copy(cid=row.cid, store=store.name, state=CopyState.MISSING))
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

    # Placing and reading.

    def _place_missing(self, kept: KeptObject) -> tuple[int, int]:
        """Place what is missing; return how many copies are good now that were not, and the rest.

        Raises NoGoodCopyError.
        """
        envelope, version = self._envelope(kept.agreement_id)
        with self._database.reading() as session:
            complete = set(
                session.scalars(
                    select(Copy.store).where(
                        Copy.cid == kept.cid,
                        Copy.state == CopyState.KEPT,
                        Copy.envelope_version == version,
                    )
                )
            )
        lacking = [store for store in self._stores if store.name not in complete]
        ciphertext = self._ciphertext(kept) if lacking else b""
        mended = sum(
            self._place(store, kept, ciphertext, envelope=envelope, version=version)
            for store in lacking
        )
        self._settle(kept, all_kept=mended == len(lacking))
        return mended, len(lacking) - mended

    def _place(
        self, store: Store, kept: KeptObject, ciphertext: bytes, *, envelope: bytes, version: int
    ) -> bool:
        placed = place_copy(store, cid=kept.cid, ciphertext=ciphertext, envelope=envelope)
        # A crash here places the same bytes once more.
        good = placed.state is CopyState.KEPT
        self._remember(kept.cid, store.name, placed, envelope_version=version if good else 0)
        if not good:
            _log.warning("copy-not-kept", cid=kept.cid, store=store.name, reason=placed.reason)
        return good

    def _settle(self, kept: KeptObject, *, all_kept: bool) -> None:
        with self._database.transaction() as session:
            good = session.scalars(
                select(Copy.store).where(Copy.cid == kept.cid, Copy.state == CopyState.KEPT)
            ).all()
            row = session.get_one(KeptObject, kept.cid)
            if len(good) >= self._quorum and row.kept_at is None:
                row.kept_at = self._clock.now()
        if all_kept:
            self._spool.remove(kept.cid)

    def _ciphertext(self, kept: KeptObject) -> bytes:
        spooled = self._spool.get(kept.cid, sha256=kept.ciphertext_sha256)
        if spooled is not None:
            return spooled
        for store in self._stores:
            ciphertext = self._read(store, kept)
            if ciphertext is not None:
                return ciphertext
        raise NoGoodCopyError("no store has a whole copy at present; check the stores")

    def _read(self, store: Store, kept: KeptObject) -> bytes | None:
        try:
            ciphertext = store.get(kept.cid)
        except ObjectMissingError:
            found = Placed(state=CopyState.MISSING, reason="not-there")
        except StoreFailedError as error:
            # Not answering is not having lost: the copy keeps its state, and the reason is noted.
            self._note(kept.cid, store.name, reason=str(error.facts["reason"]))
            return None
        else:
            if hashlib.sha256(ciphertext).digest() == kept.ciphertext_sha256:
                return ciphertext
            found = Placed(state=CopyState.ROTTEN, reason="hash-differs")
        self._remember(kept.cid, store.name, found, envelope_version=0)
        _log.warning("copy-not-good", cid=kept.cid, store=store.name, reason=found.reason)
        return None

    # Rows.

    def _remember(self, cid: str, store: str, placed: Placed, *, envelope_version: int) -> None:
        with self._database.transaction() as session:
            row = _copy_row(session, cid, store)
            row.state = placed.state
            row.envelope_version = envelope_version
            row.reason = placed.reason[:40]
            row.checked_at = self._clock.now()

    def _note(self, cid: str, store: str, *, reason: str) -> None:
        with self._database.transaction() as session:
            row = _copy_row(session, cid, store)
            row.reason = reason[:40]
            row.checked_at = self._clock.now()

    def _find(self, agreement_id: str, plaintext_sha256: bytes) -> KeptObject | None:
        with self._database.reading() as session:
            return session.scalar(_same_content(agreement_id, plaintext_sha256))

    def _newest(self, agreement_id: str) -> KeptObject:
        query = (
            select(KeptObject)
            .where(KeptObject.agreement_id == agreement_id)
            .order_by(KeptObject.created_at.desc(), KeptObject.cid)
            .limit(1)
        )
        with self._database.reading() as session:
            row = session.scalar(query)
        if row is None:
            raise NothingKeptError("nothing of this agreement is in custody")
        return row

    def _envelope(self, agreement_id: str) -> tuple[bytes, int]:
        with self._database.reading() as session:
            row = session.get_one(AgreementKey, agreement_id)
            return row.envelope, row.envelope_version

    def _copies(self, cid: str) -> list[CopyView]:
        with self._database.reading() as session:
            rows = session.scalars(select(Copy).where(Copy.cid == cid).order_by(Copy.store))
            return [
                CopyView(
                    store=row.store,
                    state=CopyState(row.state),
                    checked_at=row.checked_at,
                    reason=row.reason,
                )
                for row in rows
            ]

    def _incomplete(self, limit: int) -> Sequence[KeptObject]:
        complete = (
            select(func.count())
            .select_from(Copy)
            .where(
                Copy.cid == KeptObject.cid,
                Copy.store.in_([store.name for store in self._stores]),
                Copy.state == CopyState.KEPT,
                Copy.envelope_version == AgreementKey.envelope_version,
            )
            .correlate(KeptObject, AgreementKey)
            .scalar_subquery()
        )
        last_tried = (
            select(func.max(Copy.checked_at)).where(Copy.cid == KeptObject.cid).scalar_subquery()
        )
        query = (
            select(KeptObject)
            .join(AgreementKey, AgreementKey.agreement_id == KeptObject.agreement_id)
            .where(complete < len(self._stores))
            .order_by(last_tried.is_not(None), last_tried, KeptObject.created_at)
            .limit(limit)
        )
        with self._database.reading() as session:
            return session.scalars(query).all()

    def _is_known(self, cid: str) -> bool:
        with self._database.reading() as session:
            return session.get(KeptObject, cid) is not None


def _same_content(agreement_id: str, plaintext_sha256: bytes) -> Select[KeptObject]:
    return select(KeptObject).where(
        KeptObject.agreement_id == agreement_id,
        KeptObject.plaintext_sha256 == plaintext_sha256,
    )


def _copy_row(session: Session, cid: str, store: str) -> Copy:
    row = session.get(Copy, (cid, store), with_for_update=True)
    if row is None:
        # A store that was added after the object was kept.
        row = Copy(cid=cid, store=store, state=CopyState.MISSING)
        session.add(row)
    return row
