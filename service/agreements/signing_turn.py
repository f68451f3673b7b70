"""A party's turn: opening, signing, declining."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from anchoring.statement import Actor
from service.agreements.consent import consent_sha256, consent_text
from service.agreements.desk import is_turn, party_of
from service.agreements.drafting import Drafting
from service.agreements.errors import (
    AgreementNotFoundError,
    FreshCodeNeededError,
    NotYourTurnError,
    ReasonNeededError,
)
from service.agreements.models import Agreement, Party, PartyState, State
from service.agreements.reading import Reading
from service.agreements.statements import Disclosures, Made
from service.agreements.values import fields_of
from service.agreements.views import SigningView
from service.clock import rfc3339
from service.notices import declined, expired

MAX_REASON = 1000
MAILBOX = "mailbox"
"""The assurance of somebody of whom only the mailbox is known."""


class SigningTurns(Drafting, Reading):
    """What a party does when it is their turn."""

    def needs_code(
        self, email: str, agreement_id: str, session_confirmed_at: datetime | None
    ) -> bool:
        """Whether this person must confirm a fresh e-mailed code before opening the agreement."""
        with self._desk.database.reading() as session:
            self._visible(session, email, agreement_id)
        return not self._is_fresh(session_confirmed_at)

    def open_for_signing(
        self, email: str, agreement_id: str, *, confirmed_at: datetime
    ) -> SigningView:
        """Record that the party was identified and opened the PDF, and return what to show.

        The same again records nothing new while the PDF is the same.
        """
        self._expect_fresh(confirmed_at)
        with self._desk.database.transaction() as session:
            agreement, party = self._turn(session, email, agreement_id)
            now = self._on_time(agreement)
            self._record_prepared(session, agreement, now)
            if self._must_identify(session, party, confirmed_at):
                self._record_identified(session, agreement, party, now, confirmed_at)
            self._drop_lost_company(session, party)
            if party.state != PartyState.OPENED or not has_opened(agreement, party):
                made = self._maker.make(
                    agreement,
                    "opened",
                    {
                        "revision": agreement.revision,
                        "pages": agreement.page_count,
                        "renderer": "pdfium",
                    },
                    actor=signer_actor(party),
                    at=now,
                )
                self._maker.record(session, agreement, made)
                party.state = PartyState.OPENED
            revision, pages, lang, name, role, fields, by_device = (
                agreement.revision,
                agreement.page_count,
                agreement.lang,
                party.name,
                party.role,
                fields_of(agreement, party),
                agreement.by_device,
            )
        return SigningView(
            view=self.view_for(email, agreement_id),
            pages=pages,
            consent_text=consent_text(lang, role, voidable=by_device),
            consent_sha256=consent_sha256(lang, role, voidable=by_device),
            consent_lang=lang,
            revision=revision,
            suggested_name=name,
            fields=fields,
            by_device=by_device,
        )

    def decline(self, email: str, agreement_id: str, *, reason: str) -> None:
        """Decline to sign, which ends the agreement for everybody; again is no error."""
        reason = " ".join(reason.split())
        if not 1 <= len(reason) <= MAX_REASON:
            raise ReasonNeededError(
                f"expected a reason of 1 to {MAX_REASON} characters, got {len(reason)}"
            )
        with self._desk.database.transaction() as session:
            agreement = self._locked(session, agreement_id)
            own = party_of(agreement, email)
            if own is not None and own.state == PartyState.DECLINED:
                return
            agreement, party = self._turn(session, email, agreement_id)
            if agreement.state == State.DRAFT:
                raise NotYourTurnError("expected an agreement that was sent; delete the draft")
            now = self._on_time(agreement)
            kept = Disclosures()
            made = self._maker.make(
                agreement,
                "declined",
                {"sd": {"reason": kept.of(party.number, "reason", reason)}},
                actor=signer_actor(party),
                at=now,
                disclosures=kept,
            )
            self._maker.record(session, agreement, made)
            party.state = PartyState.DECLINED
            agreement.decline_reason = reason
            self._end(session, agreement, State.DECLINED, now)
            self._mail_everybody(
                session,
                agreement,
                "declined",
                declined(
                    lang=agreement.lang,
                    title=agreement.title,
                    who=party.name,
                    link=self._link(agreement),
                ),
            )

    def expire(self, agreement_id: str) -> None:
        """End an agreement whose deadline has passed unsigned; otherwise do nothing."""
        with self._desk.database.transaction() as session:
            agreement = self._locked(session, agreement_id)
            now = self._desk.clock.now()
            if agreement.state not in {State.READY, State.SENT} or now < agreement.deadline:
                return
            made = self._maker.make(
                agreement,
                "expired",
                {"deadline": rfc3339(agreement.deadline)},
                actor=Actor(party=0, role="platform"),
                at=now,
            )
            self._maker.record(session, agreement, made)
            self._end(session, agreement, State.EXPIRED, now)
            missing = sum(not party.is_done for party in agreement.parties)
            self._mail_everybody(
                session,
                agreement,
                "expired",
                expired(
                    lang=agreement.lang,
                    title=agreement.title,
                    missing=missing,
                    link=self._link(agreement),
                ),
            )

    def _is_fresh(self, confirmed_at: datetime | None) -> bool:
        if confirmed_at is None:
            return False
        return self._desk.clock.now() - confirmed_at <= self._desk.code_lifetime

    def _expect_fresh(self, confirmed_at: datetime) -> None:
        if not self._is_fresh(confirmed_at):
            raise FreshCodeNeededError(
                "expected an e-mailed code confirmed within the last "
                f"{self._desk.code_lifetime.total_seconds() / 60:.0f} minutes; ask for a new one"
            )

    def _turn(
        self, session: Session, email: str, agreement_id: str, *, locked: bool = True
    ) -> tuple[Agreement, Party]:
        """Return the agreement and this person's party, whose turn it must be."""
        agreement = (
            self._locked(session, agreement_id)
            if locked
            else self._visible(session, email, agreement_id)
        )
        party = party_of(agreement, email)
        if party is None or (party.state == PartyState.WAITING and agreement.sender_email != email):
            raise AgreementNotFoundError("no such agreement", agreement=agreement_id)
        if not is_turn(agreement, party):
            raise NotYourTurnError(
                f"expected an agreement awaiting this party's signature, got one that is "
                f"{agreement.state} with the party {party.state}",
                state=str(agreement.state),
            )
        return agreement, party

    def _drop_lost_company(self, session: Session, party: Party) -> None:
        """Let a party sign for themselves again whose power ended after they chose a company."""
        if party.company_id is not None:
            able = self._desk.identities.companies_to_sign_for(session, party.email)
            if party.company_id not in {one.company.id for one in able}:
                party.company_id = party.company_leaf = None

    def _must_identify(self, session: Session, party: Party, confirmed_at: datetime) -> bool:
        """Whether what is recorded of this party's identity is not the newest any more."""
        known = self._desk.identities.current_identification(session, party.email)
        assurance = MAILBOX if known is None else known.assurance
        return (party.identified_at, party.identity_assurance) != (confirmed_at, assurance)

    def _record_identified(
        self,
        session: Session,
        agreement: Agreement,
        party: Party,
        now: datetime,
        confirmed_at: datetime,
    ) -> None:
        kept = Disclosures()

        def hidden(claim: str, value: str) -> str:
            return kept.of(party.number, claim, value)

        known = self._desk.identities.current_identification(session, party.email)
        body: dict[str, Any]
        if known is None:
            body = {
                "method": "email-code",
                "assurance": MAILBOX,
                "sd": {"email": hidden("email", party.email)},
            }
        else:
            body = known.statement_body(hidden)
            body["sd"] = {**body["sd"], "email": hidden("email", party.email)}
        made = self._maker.make(
            agreement,
            "identified",
            body,
            actor=signer_actor(party),
            at=now,
            disclosures=kept,
            code_confirmed_at=confirmed_at,
        )
        party.identity_leaf = self._maker.record(session, agreement, made)
        party.identified_at = confirmed_at
        party.identity_assurance = MAILBOX if known is None else known.assurance

    def _consented(self, agreement: Agreement, party: Party, now: datetime, actor: Actor) -> Made:
        return self._maker.make(
            agreement,
            "consented",
            {"textSha256": consent_of(agreement, party), "lang": agreement.lang},
            actor=actor,
            at=now,
        )


def signer_actor(party: Party) -> Actor:
    """Return the party as the actor of a statement."""
    return Actor(party=party.number, role=party.role)


def consent_of(agreement: Agreement, party: Party) -> str:
    return consent_sha256(agreement.lang, party.role, voidable=agreement.by_device)


def has_opened(agreement: Agreement, party: Party) -> bool:
    """Whether this party has been shown the newest revision."""
    needle = f'"revision":"{agreement.revision}"'.encode()
    return any(
        row.type == "opened" and row.party == party.number and needle in row.raw
        for row in agreement.statements
    )
