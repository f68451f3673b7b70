"""Erasing: an agreement as a whole, or one person's data in it; and how long things are kept."""

from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from anchoring.disclosure import parse_disclosure
from service.agreements.desk import may_see, party_of
from service.agreements.errors import AgreementNotFoundError, NotInThisStateError
from service.agreements.models import (
    ENDED,
    Agreement,
    Archived,
    CertificateRow,
    Party,
    State,
    TagRow,
)
from service.agreements.party_custody import readers_of
from service.agreements.refilling import Refilling, named_files
from service.custody import CopyState, ErasureRefusedError
from service.database import Database
from service.errors import ServiceError
from service.notices import agreement_erased

log = structlog.get_logger(__name__)

_ERASED_HOST = "erased.invalid"


@dataclass(frozen=True, kw_only=True)
class KeepingView:
    """How an agreement is kept, for one person: copies, until when, and what they may erase."""

    id: str
    title: str
    state: str
    whole_copies: int
    copies: int
    retention: str
    retain_until: datetime | None
    held: bool
    may_erase_all: bool
    may_erase_mine: bool


class Erasing(Refilling):
    """What is destroyed, and what must not be.

    One person's erasure changes nobody else's evidence: what others have was made before, and
    what is written after it withholds disclosures, as evidence may.
    """

    def keeping(self, email: str, agreement_id: str) -> KeepingView:
        """Return how an agreement is kept, as this person may see it."""
        with self._desk.database.reading() as session:
            agreement = self._visible(session, email, agreement_id)
            title, state = agreement.title, agreement.state
            is_sender = agreement.sender_email == email
            is_party = party_of(agreement, email) is not None
        lifecycle = self._desk.lifecycles.view(agreement_id)
        copies = self._desk.custody.copies(agreement_id) if state == State.SEALED else []
        until = lifecycle.retain_until
        free = lifecycle.hold_reason is None and (until is None or until <= self._desk.clock.now())
        return KeepingView(
            id=agreement_id,
            title=title,
            state=str(state),
            whole_copies=sum(copy.state is CopyState.KEPT for copy in copies),
            copies=len(copies),
            retention=lifecycle.retention,
            retain_until=until,
            held=lifecycle.hold_reason is not None,
            may_erase_all=is_sender and free and state in {State.DECLINED, State.EXPIRED},
            may_erase_mine=is_party and not is_sender and free and state == State.SEALED,
        )

    def erase_agreement(self, email: str, agreement_id: str) -> None:
        """Have the sender erase an agreement that never came about; again is no error.

        A sealed one is its parties' too: only the operator erases that, when its time is over.
        Raises NotInThisStateError, ErasureRefusedError.
        """
        with self._desk.database.reading() as session:
            agreement = self._visible(session, email, agreement_id)
            if agreement.sender_email != email:
                raise AgreementNotFoundError("no such agreement", agreement=agreement_id)
            if agreement.state not in {State.DECLINED, State.EXPIRED}:
                raise NotInThisStateError(
                    f"expected an agreement that was declined or expired, got one that is "
                    f"{agreement.state}",
                    state=str(agreement.state),
                )
        self._desk.lifecycles.request(agreement_id)
        self._erase(agreement_id)

    def erase_my_data(self, email: str, agreement_id: str) -> None:
        """Destroy what opens a party's name and address in our statements, and their access.

        The sealed PDF is the others' too and stays for them. Raises ErasureRefusedError under a
        hold or before the retention ends.
        """
        with self._desk.database.transaction() as session:
            agreement, _ = self._erasable_party(session, email, agreement_id)
            others = [reader for reader in readers_of(agreement) if reader != email]
        # Crash point: the envelope opens for the others alone, and nothing is erased yet; the
        # person asks again.
        self._desk.recovery_keys.wrap(agreement_id, owners=others)
        with self._desk.database.transaction() as session:
            agreement, party = self._erasable_party(session, email, agreement_id)
            for row in agreement.statements:
                if row.type == "signed":
                    continue  # what the party filled in stands in the PDF, which stays
                row.disclosures = [
                    kept
                    for kept in row.disclosures
                    if kept[0] != party.number and not _says(str(kept[1]), email)
                ]
            party.name, party.email = "—", f"party-{party.number}.{agreement.id}@{_ERASED_HOST}"
            old, agreement.evidence_sha256 = agreement.evidence_sha256, None
            agreement.evidence_anchors = None
            for of_a_person in (Archived, TagRow):
                session.execute(
                    delete(of_a_person).where(
                        of_a_person.agreement_id == agreement_id, of_a_person.email == email
                    )
                )
            certificates = _forget_certificates(session, agreement_id)
            self._desk.custody_statements.record(
                session,
                "erased",
                {"scope": "party", "party": party.number},
                agreement_id=agreement_id,
                subject=self._maker.subject(agreement),
            )
        # Crash point: the old evidence and certificates, which no row names; they are encrypted,
        # and shown to nobody.
        for file in (old, *certificates):
            if file is not None:
                self._desk.files.delete(bytes.fromhex(file))

    def go_on_erasing(self) -> None:
        """Begin the erasures that were asked for, and remove what is left of others (upkeep)."""
        for agreement_id in self._desk.lifecycles.requested():
            try:
                self._erase(agreement_id)
            except Exception as error:  # noqa: BLE001  one agreement must not hold up the others
                log.warning(
                    "erasure-not-begun",
                    agreement=agreement_id,
                    code=error.code if isinstance(error, ServiceError) else type(error).__name__,
                )
        self._desk.lifecycles.go_on()

    def _erasable_party(
        self, session: Session, email: str, agreement_id: str
    ) -> tuple[Agreement, Party]:
        agreement = self._locked(session, agreement_id)
        party = party_of(agreement, email)
        if party is None or not may_see(agreement, email) or email == agreement.sender_email:
            raise AgreementNotFoundError("no such agreement", agreement=agreement_id)
        if agreement.state != State.SEALED:
            raise NotInThisStateError(
                f"expected an agreement that is sealed, got one that is {agreement.state}",
                state=str(agreement.state),
            )
        self._desk.lifecycles.expect_erasable(session, agreement_id)
        return agreement, party

    def _erase(self, agreement_id: str) -> None:
        with self._desk.database.transaction() as session:
            try:
                agreement = self._locked(session, agreement_id)
            except AgreementNotFoundError:
                return  # begun before: its rows are gone
            if agreement.state not in ENDED:
                raise ErasureRefusedError(
                    "expected an agreement that has ended; let its deadline pass or have it "
                    "declined first"
                )
            self._desk.lifecycles.begin(
                session,
                agreement_id,
                subject=self._maker.subject(agreement),
                revisions=_files_of_its_own(session, agreement),
            )
            self._mail_everybody(
                session,
                agreement,
                "erased",
                agreement_erased(
                    lang=agreement.lang,
                    title=agreement.title,
                    link=f"{self._desk.base_url}/agreements",
                ),
            )
            self._forget(session, agreement)
        self._desk.lifecycles.go_on()

    def _forget(self, session: Session, agreement: Agreement) -> None:
        self._desk.links.revoke(session, agreement=agreement.id)
        for beside in (Archived, TagRow, CertificateRow):
            session.execute(delete(beside).where(beside.agreement_id == agreement.id))
        # Its statements go with it, and with them every salt: nobody can open their leaves again.
        session.delete(agreement)


def _files_of_its_own(session: Session, agreement: Agreement) -> list[str]:
    """Return the files (SHA-256, hex) that go with an agreement: all but an upload used again."""
    certificates = session.scalars(
        select(CertificateRow.sha256).where(CertificateRow.agreement_id == agreement.id)
    )
    files = [*named_files(agreement), *certificates]
    shared = session.scalars(
        select(Agreement.original_sha256).where(
            Agreement.id != agreement.id, Agreement.original_sha256.in_(files)
        )
    ).all()
    return [file for file in files if file not in shared]


def _forget_certificates(session: Session, agreement_id: str) -> list[str]:
    """Forget an agreement's certificates of completion, and return their files."""
    rows = session.scalars(
        select(CertificateRow).where(CertificateRow.agreement_id == agreement_id)
    ).all()
    for row in rows:
        session.delete(row)
    return [row.sha256 for row in rows]


def _says(disclosure: str, value: str) -> bool:
    return bool(parse_disclosure(bytes.fromhex(disclosure)).value == value)


def expect_known(database: Database, agreement_id: str) -> None:
    """Raise AgreementNotFoundError unless there is such an agreement.

    A slip of the pen must not hold an agreement that does not exist, and leave the real one free.
    """
    with database.reading() as session:
        if session.get(Agreement, agreement_id) is None:
            raise AgreementNotFoundError(
                f"expected the id of an agreement, agr_…, got {agreement_id!r}; it may be erased",
                agreement=agreement_id,
            )
