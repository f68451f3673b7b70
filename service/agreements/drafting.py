"""Drafting an agreement and sending it."""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from anchoring.locator import Locator
from anchoring.statement import Actor
from service.agreements.desk import UseCases, expect_state, party_of
from service.agreements.errors import (
    BadDeadlineError,
    BadPartiesError,
    BadTitleError,
    NobodySignsError,
    SamePartyTwiceError,
    SenderSignsFirstError,
)
from service.agreements.models import Agreement, Archived, Party, PartyState, Role, State, TagRow
from service.agreements.statements import Disclosures
from service.agreements.views import PartyDraft
from service.clock import rfc3339
from service.database import new_id
from service.notices import address_key, invitation
from service.signing import (
    MAX_PARTIES,
    FieldParty,
    PlacedField,
    inspect_pdf,
    new_page_code,
    prepare_pdf,
    signature_page_count,
)

MAX_TITLE = 200
MAX_NAME = 120
LONGEST_DEADLINE = timedelta(days=366)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")


class Drafting(UseCases):
    """From an uploaded PDF to an agreement that is on its way."""

    def create_draft(
        self,
        *,
        sender: str,
        sender_name: str,
        lang: str,
        filename: str,
        pdf: bytes,
        title: str,
        deadline: datetime,
        parties: Sequence[PartyDraft],
        by_device: bool = False,
    ) -> str:
        """Check and prepare ``pdf`` and keep it as a draft; return the agreement's id.

        The PDF is prepared here, before anybody signs: page codes, QR, locator and signature
        fields are in what the sender previews. ``by_device``: everybody signs with a passkey, and
        all together may void the agreement on chain. Raises BadDraftError subclasses for the
        details and ``service.signing.PdfRefusedError`` subclasses for the file.
        """
        desk = self._desk
        now = desk.clock.now()
        sender = address_key(sender)
        title = _clean(title, MAX_TITLE) or _refuse_title(title)
        if not now + timedelta(minutes=1) <= deadline <= now + LONGEST_DEADLINE:
            raise BadDeadlineError(
                f"expected a deadline between one minute and {LONGEST_DEADLINE.days} days from "
                f"now, got {rfc3339(deadline)}"
            )
        checked = _check_parties(parties)
        facts = inspect_pdf(pdf)
        doc_salt = secrets.token_bytes(32)
        signers = sum(party.role == Role.SIGNER for party in checked)
        pages = facts.pages + signature_page_count(signers)
        # Crash point: files that no row names are never shown and may be swept away.
        original = desk.files.put(pdf).hex()
        agreement = Agreement(
            id=new_id("agr"),
            state=State.DRAFT,
            title=title,
            lang=lang,
            filename=_clean(filename, MAX_TITLE) or "contract.pdf",
            sender_email=sender,
            sender_name=_clean(sender_name, MAX_NAME) or sender,
            deadline=deadline,
            created_at=now,
            page_count=pages,
            doc_salt=doc_salt,
            original_sha256=original,
            by_device=by_device,
        )
        agreement.parties = [
            Party(
                number=number,
                name=party.name,
                email=party.email,
                role=party.role,
                signing_order=party.order,
                state=PartyState.WAITING,
            )
            for number, party in enumerate(checked, start=1)
        ]
        agreement.revision = agreement.prepared_sha256 = desk.files.put(
            self.prepare(agreement, pdf, ())
        ).hex()
        with desk.database.transaction() as session:
            session.add(agreement)
        return agreement.id

    def prepare(self, agreement: Agreement, pdf: bytes, placed: Sequence[PlacedField]) -> bytes:
        """Return ``pdf`` prepared for the agreement's parties, with fields where they were placed.

        Raises ``service.signing.PdfRefusedError`` subclasses.
        """
        identity = self._desk.notary.identity
        return prepare_pdf(
            pdf,
            locator=Locator(
                origin=identity.origin,
                log_id=identity.log_id,
                chain_id=identity.chain_id,
                contract=identity.contract,
                doc_salt=agreement.doc_salt,
                supersedes=None,
            ),
            page_codes=[new_page_code() for _ in range(agreement.page_count)],
            code_base_url=self._desk.base_url,
            parties=[
                FieldParty(party=party.number, name=party.name, role=party.role)
                for party in agreement.parties
            ],
            lang=agreement.lang,
            title=agreement.title,
            placed=placed,
        )

    def delete_draft(self, email: str, agreement_id: str) -> None:
        """Forget a draft that nobody has signed; the same again is no error."""
        with self._desk.database.transaction() as session:
            agreement = self._of_sender(session, email, agreement_id)
            expect_state(agreement, State.DRAFT)
            session.execute(delete(Archived).where(Archived.agreement_id == agreement.id))
            session.execute(delete(TagRow).where(TagRow.agreement_id == agreement.id))
            files = {agreement.revision, agreement.original_sha256}
            session.delete(agreement)
            session.flush()
            # Two drafts of one upload share its file.
            files -= set(
                session.scalars(
                    select(Agreement.original_sha256).where(Agreement.original_sha256.in_(files))
                )
            )
        # Crash point: files that no row names; they are encrypted, and shown to nobody.
        for file in files - {None}:
            self._desk.files.delete(bytes.fromhex(str(file)))

    def send(self, email: str, agreement_id: str) -> None:
        """Send the agreement to its first parties, recording the moment; again is no error.

        A sender who is a party must have signed. The invitations leave in the same transaction
        as the statement of sending, so neither is ever there without the other.
        """
        with self._desk.database.transaction() as session:
            agreement = self._of_sender(session, email, agreement_id)
            if agreement.sent_at is not None:
                return
            expect_state(agreement, State.DRAFT, State.READY)
            now = self._on_time(agreement)
            own = party_of(agreement, email)
            if own is not None and own.signs and own.state != PartyState.SIGNED:
                raise SenderSignsFirstError(
                    "expected the sender, who is a party, to sign before sending"
                )
            self._record_prepared(session, agreement, now)
            agreement.sent_at = now
            agreement.state = State.SENT
            self.invite_next(session, agreement, now)
            if agreement.state == State.SENT:
                self.expire_later(session, agreement, now)

    def expire_later(self, session: Session, agreement: Agreement, now: datetime) -> None:
        """Have the agreement expire at its deadline, unless it has ended by then; once."""
        delay = max(0.0, (agreement.deadline - now).total_seconds()) + 0.5
        self._desk.enqueue(
            session, "expire-agreement", f"expire/{agreement.id}", (agreement.id,), delay
        )

    def invite_next(self, session: Session, agreement: Agreement, now: datetime) -> None:
        """Invite whoever's turn it is now; when all did their part, hand over to sealing.

        Parties of one order are invited together, viewers with the first who go after them.
        """
        unsigned = [party for party in agreement.parties if not party.is_done]
        if not unsigned:
            for party in agreement.parties:
                # Whoever only reads, after everybody else: they are told when it is sealed.
                if party.state == PartyState.WAITING:
                    party.state = PartyState.INVITED
            agreement.state = State.SEALING
            self._desk.enqueue(
                session, "seal-agreement", f"seal/{agreement.id}", (agreement.id,), 0.0
            )
            return
        turn = min(party.signing_order for party in unsigned)
        invited = [
            party
            for party in agreement.parties
            if party.signing_order <= turn and party.state == PartyState.WAITING
        ]
        if not invited:
            return
        sender = party_of(agreement, agreement.sender_email)
        kept = Disclosures()
        made = self._maker.make(
            agreement,
            "sent",
            {
                "invited": [party.number for party in invited],
                "sd": {
                    "sender": kept.of(
                        0 if sender is None else sender.number, "sender", agreement.sender_email
                    )
                },
            },
            actor=Actor(party=0 if sender is None else sender.number, role="sender"),
            at=now,
            disclosures=kept,
        )
        self._maker.record(session, agreement, made)
        for party in invited:
            party.state = PartyState.INVITED
            party.invited_at = now
            path = self._desk.links.issue(session, agreement=agreement.id, party=party.number)
            self._mail(
                session,
                f"invitation/{agreement.id}/{party.number}",
                party.email,
                invitation(
                    lang=agreement.lang,
                    sender_name=agreement.sender_name,
                    title=agreement.title,
                    deadline=agreement.deadline,
                    link=f"{self._desk.base_url}{path}",
                    role=party.role,
                ),
            )


def _clean(text: str, limit: int) -> str:
    """Return ``text`` without control or direction marks, its spaces folded; "" if too long."""
    cleaned = " ".join(_CONTROL.sub(" ", text).split())
    return cleaned if len(cleaned) <= limit else ""


def _refuse_title(title: str) -> str:
    raise BadTitleError(f"expected a title of 1 to {MAX_TITLE} characters, got {len(title)}")


def _check_parties(parties: Sequence[PartyDraft]) -> list[PartyDraft]:
    if not 1 <= len(parties) <= MAX_PARTIES:
        raise BadPartiesError(f"expected 1 to {MAX_PARTIES} parties, got {len(parties)}")
    checked: list[PartyDraft] = []
    for number, party in enumerate(parties, start=1):
        name = _clean(party.name, MAX_NAME)
        if not name:
            raise BadPartiesError(
                f"expected a name of 1 to {MAX_NAME} characters for party {number}", party=number
            )
        if not 1 <= party.order <= MAX_PARTIES:
            raise BadPartiesError(
                f"expected an order from 1 to {MAX_PARTIES} for party {number}, got {party.order}",
                party=number,
            )
        email = address_key(party.email)
        if any(other.email == email for other in checked):
            raise SamePartyTwiceError(
                f"expected a different e-mail address for each party; party {number} has that "
                "of another",
                party=number,
            )
        if party.role not in list(Role):
            raise BadPartiesError(
                f"expected a role of {', '.join(Role)} for party {number}, got {party.role!r:.40}",
                party=number,
            )
        checked.append(PartyDraft(name=name, email=email, order=party.order, role=party.role))
    if not any(party.role == Role.SIGNER for party in checked):
        raise NobodySignsError("expected at least one party who signs")
    return checked
