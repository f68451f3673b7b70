"""Erasing an agreement.

An erasure destroys the agreement's key first, in the transaction that begins it: from then on
every copy, wherever one is left, is noise. Removing the copies follows, store by store, for as
long as it takes; what proves the erasure is logged when no store has an envelope any more.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from service.clock import Clock
from service.custody.copies import envelope_key
from service.custody.errors import (
    ObjectMissingError,
    StoreFailedError,
)
from service.custody.log_statements import ERASED, CustodyStatements
from service.custody.models import AgreementKey, Copy, KeptObject
from service.custody.retention import Retention
from service.custody.revision_files import RevisionFiles
from service.custody.spool import Spool
from service.custody.store import Store
from service.custody.upkeep_models import Lifecycle
from service.database import Database

log = structlog.get_logger(__name__)

# A copy that was on its way to a store when its erasure began is there by then.
_SECOND_LOOK = timedelta(minutes=15)


class Lifecycles(Retention):
    """Erasures, beside what forbids them; any process may call, and repeat, every method."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        stores: Sequence[Store],
        files: RevisionFiles,
        spool: Path,
        statements: CustodyStatements,
        classes: Mapping[str, int],
        default: str,
    ) -> None:
        super().__init__(database=database, clock=clock, classes=classes, default=default)
        self._stores = list(stores)
        self._files = files
        self._spool = Spool(spool)
        self._statements = statements

    def begin(
        self, session: Session, agreement_id: str, *, subject: bytes, revisions: Sequence[str]
    ) -> None:
        """Destroy the agreement's key in the caller's transaction, and note what is to be removed.

        ``subject``: the agreement's reference in the log; ``revisions``: the files (SHA-256, hex)
        of its documents on this machine. Raises ErasureRefusedError; again it changes nothing.
        """
        self.expect_erasable(session, agreement_id)
        row = self._row(session, agreement_id)
        if row.left is not None:
            return
        objects = session.scalars(
            select(KeptObject).where(KeptObject.agreement_id == agreement_id)
        ).all()
        cids = [one.cid for one in objects]
        stores = [store.name for store in self._stores]
        known = session.scalars(select(Copy.store).where(Copy.cid.in_(cids)).distinct())
        row.left = {
            "subject": subject.hex(),
            "objects": {one.cid: one.ciphertext_sha256.hex() for one in objects},
            "envelopes": {cid: list(stores) for cid in cids},
            "copies": {cid: list(stores) for cid in cids},
            "gone": sorted(set(known) - set(stores)),
            "revisions": list(revisions),
        }
        row.erasing_since = row.erasing_since or self._clock.now()
        row.second_look_at = self._clock.now() + _SECOND_LOOK
        session.execute(delete(Copy).where(Copy.cid.in_(cids)))
        session.execute(delete(KeptObject).where(KeptObject.agreement_id == agreement_id))
        session.execute(delete(AgreementKey).where(AgreementKey.agreement_id == agreement_id))

    def go_on(self) -> int:
        """Remove what is left of every erasure that was begun; return how many are not over."""
        with self._database.reading() as session:
            waiting = session.scalars(
                select(Lifecycle.agreement_id).where(Lifecycle.second_look_at.is_not(None))
            ).all()
        for agreement_id in waiting:
            self._remove(agreement_id)
        with self._database.reading() as session:
            return (
                session.scalar(
                    select(func.count())
                    .select_from(Lifecycle)
                    .where(Lifecycle.erasing_since.is_not(None), Lifecycle.erased_at.is_(None))
                )
                or 0
            )

    def _remove(self, agreement_id: str) -> None:
        with self._database.reading() as session:
            row = session.get_one(Lifecycle, agreement_id)
            left: dict[str, Any] = dict(row.left or {})
            second = row.second_look_at is not None and self._clock.now() >= row.second_look_at
            proved = row.erased_at is not None
        if second and not proved:
            # Everything once more: what came late is found by this look.
            names = [store.name for store in self._stores]
            left["envelopes"] = {cid: list(names) for cid in left["objects"]}
            left["copies"] = {cid: list(names) for cid in left["objects"]}
        for cid in left["objects"]:
            self._spool.remove(cid)
            for kind, key in (("envelopes", envelope_key(cid)), ("copies", cid)):
                left[kind][cid] = [
                    store.name
                    for store in self._stores
                    if store.name in left[kind][cid] and not self._gone(store, key)
                ]
        for name in left["revisions"]:
            # Crash point: files without rows; the next call removes the rest.
            self._files.delete(bytes.fromhex(name))
        over = second and not proved and not any(left["envelopes"].values())
        with self._database.transaction() as session:
            row = session.get_one(Lifecycle, agreement_id, with_for_update=True)
            if over and row.erased_at is None:
                self._statements.record(
                    session,
                    ERASED,
                    _proof(left),
                    agreement_id=agreement_id,
                    subject=bytes.fromhex(left["subject"]),
                )
                row.erased_at = self._clock.now()
            if row.erased_at is not None and not any(left["copies"].values()):
                row.second_look_at = None  # nothing is left to look for
            row.left = left

    def _gone(self, store: Store, key: str) -> bool:
        try:
            store.delete(key)
            store.head(key)
        except ObjectMissingError:
            return True
        except StoreFailedError as error:
            log.warning("copy-not-removed", store=store.name, reason=str(error.facts["reason"]))
        return False


def _proof(left: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of the statement: what was destroyed, and where ciphertext may remain."""
    return {
        "scope": "agreement",
        "key": "destroyed",
        "objects": [
            {
                "ciphertextSha256": digest,
                "remains": sorted(left["copies"][cid]),
            }
            for cid, digest in sorted(left["objects"].items())
        ],
        "storesNoLongerUsed": list(left["gone"]),
        "revisions": len(left["revisions"]),
    }
