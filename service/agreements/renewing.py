"""Renewing the time stamp over sealed PDFs before it weakens.

A document time stamp proves for as long as its certificate and its algorithms are good. Before
that ends the PDF gets another over everything, the newest validation data included; its leaf, and
so every proof of it, stays as it is. Every function is one durable step and may be repeated.
"""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import or_, select

from service.agreements.desk import UseCases
from service.agreements.models import Agreement, State
from service.signing import SealCheckError, binding_of, check_sealed, renew_seal, weakens_at

log = structlog.get_logger(__name__)

_MARGIN = timedelta(days=90)
# Where no newer certificate is there to renew with, this long until the next look.
_AGAIN = timedelta(days=30)
_MOST_AT_ONCE = 200


class Renewing(UseCases):
    """The upkeep of what was sealed."""

    def schedule_renewals(self) -> None:
        """Hand over the renewal of every sealed agreement whose time has come, each once."""
        now = self._desk.clock.now()
        with self._desk.database.transaction() as session:
            due = session.execute(
                select(Agreement.id, Agreement.renewals, Agreement.renew_at)
                .where(
                    Agreement.state == State.SEALED,
                    or_(Agreement.renew_at.is_(None), Agreement.renew_at <= now),
                )
                .order_by(Agreement.renew_at)
                .limit(_MOST_AT_ONCE)
            ).all()
            for row in due:
                when = "first" if row.renew_at is None else f"{row.renew_at:%Y%m%dT%H%M%S}"
                self._desk.enqueue(
                    session,
                    "renew-agreement",
                    f"renew/{row.id}/{row.renewals}/{when}",
                    (row.id,),
                    0.0,
                )

    def renew(self, agreement_id: str) -> None:
        """Renew the time stamp of a sealed agreement if it is time; otherwise note when.

        The renewed PDF goes into custody as an object of its own, and the evidence, which holds
        the PDF, is written anew. Raises what signing and custody raise, to be repeated.
        """
        desk = self._desk
        now = desk.clock.now()
        with desk.database.reading() as session:
            agreement = session.get(Agreement, agreement_id)
            if agreement is None or agreement.state != State.SEALED:
                return
            before, renewed = agreement.sealed_sha256, agreement.renewed_sha256
            renew_at = agreement.renew_at
        if before is None:
            return
        if renewed is None:
            pdf = desk.files.get(bytes.fromhex(before))
            renew_at = renew_at or self._due(pdf)
            if now < renew_at:
                self._note(agreement_id, before, renew_at)
                return
            renewed = self._renewed(agreement_id, before, pdf)
            if renewed is None:
                return
        pdf = desk.files.get(bytes.fromhex(renewed))
        desk.custody.keep(agreement_id, pdf)
        # Crash point: kept, and the row names the earlier PDF; the next run finds it kept.
        with desk.database.transaction() as session:
            agreement = self._locked(session, agreement_id)
            if agreement.sealed_sha256 != before or agreement.renewed_sha256 != renewed:
                return
            agreement.sealed_sha256 = agreement.revision = renewed
            agreement.renewed_sha256 = None
            agreement.renewals += 1
            agreement.renew_at = self._next(agreement_id, pdf, now)
            # What people have of the earlier evidence stays true; the newer PDF needs its own.
            evidence = agreement.evidence_sha256
            agreement.evidence_sha256 = agreement.evidence_anchors = None
        # Crash point: files that no row names; they are encrypted, and shown to nobody.
        for file in (before, evidence):
            if file is not None:
                desk.files.delete(bytes.fromhex(file))

    def _renewed(self, agreement_id: str, before: str, pdf: bytes) -> str | None:
        """Make and write down the renewed PDF; None if another run was quicker."""
        desk = self._desk
        binding = binding_of(pdf)
        made = renew_seal(pdf, keys=desk.keys, clock=desk.clock)
        if not made.startswith(pdf):
            raise SealCheckError("expected a renewal to add to the sealed pdf and nothing else")
        check_sealed(made, desk.keys, binding=binding, clock=desk.clock)
        renewed = desk.files.put(made).hex()
        # Crash point: a file that no row names; the next run makes another.
        with desk.database.transaction() as session:
            agreement = self._locked(session, agreement_id)
            if agreement.sealed_sha256 != before or agreement.renewed_sha256 is not None:
                return None
            agreement.renewed_sha256 = renewed
        return renewed

    def _note(self, agreement_id: str, sealed: str, renew_at: datetime) -> None:
        with self._desk.database.transaction() as session:
            agreement = self._locked(session, agreement_id)
            if agreement.sealed_sha256 == sealed:
                agreement.renew_at = renew_at

    def _due(self, pdf: bytes) -> datetime:
        made, ends = weakens_at(pdf)
        return min(made + self._desk.renew_stamps_after, ends - _MARGIN)

    def _next(self, agreement_id: str, pdf: bytes, now: datetime) -> datetime:
        due = self._due(pdf)
        if due > now:
            return due
        log.warning(
            "time-stamp-key-ends-soon",
            agreement=agreement_id,
            hint="make new ones with acta keys rotate time-stamps, or change ACTA_TSA_URLS",
        )
        return now + _AGAIN
