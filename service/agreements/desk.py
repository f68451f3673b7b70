"""What every use case of agreements needs: its collaborators, and finding an agreement."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchoring.assurance import POLICY_OF
from service.agreements.errors import (
    AgreementNotFoundError,
    DeadlinePassedError,
    NotInThisStateError,
)
from service.agreements.models import Agreement, Party, PartyState, State
from service.agreements.pictures import PictureCache
from service.agreements.statements import PLATFORM, Disclosures, StatementMaker
from service.clock import Clock, rfc3339
from service.custody import Custody, CustodyStatements, Lifecycles, RecoveryKeys, RevisionFiles
from service.database import Database, Enqueue
from service.identity import ActingFor, Answered, IdentifiedPerson
from service.keyring import Keyring
from service.notary import Notary
from service.notices import MailQueue, MailText
from service.signing import PlatformKeys


class Links(Protocol):
    """Single-use invitation links (``service.identity``)."""

    def issue(self, session: Session, *, agreement: str, party: int) -> str:
        """Return the URL path of a new link, kept only as a hash."""
        ...

    def revoke(self, session: Session, *, agreement: str) -> None:
        """Make every link of the agreement useless."""
        ...


class Identities(Protocol):
    """Who people are, and for whom they may sign (``service.identity.Bureau``)."""

    def current_identification(self, session: Session, email: str) -> IdentifiedPerson | None:
        """Return a person's identification in force, None if there is none."""
        ...

    def acting_for(self, session: Session, email: str, company_id: str) -> ActingFor:
        """Return by what a person may sign for a company now."""
        ...

    def companies_to_sign_for(self, session: Session, email: str) -> list[ActingFor]:
        """Return every company that this person may sign for now, by name."""
        ...


class PasskeyProofs(Protocol):
    """Passkeys that answer a statement's hash (``service.identity.Passkeys``)."""

    @property
    def rp_id_hash(self) -> bytes:
        """What a key of this site is committed with, 32 bytes."""
        ...

    def statement_options(
        self, session: Session, *, email: str, passkey: str, statement_sha256: bytes
    ) -> str:
        """Return the JSON that asks a passkey to answer a statement's hash, 32 raw bytes."""
        ...

    def answer_statement(
        self, answer: str, *, email: str, passkey: str, statement_sha256: bytes
    ) -> Answered:
        """Return what it answered, judged as every verifier will."""
        ...

    def point(self, session: Session, *, email: str, passkey: str) -> tuple[bytes, bytes]:
        """Return x and y of a passkey that may sign, 32 bytes each."""
        ...


@dataclass(frozen=True, kw_only=True)
class DeviceSigning:
    """What signing with a device needs: its passkeys, and what seals a signature that waits."""

    passkeys: PasskeyProofs
    keyring: Keyring


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The collaborators of the use cases."""

    database: Database
    files: RevisionFiles
    custody: Custody
    recovery_keys: RecoveryKeys
    lifecycles: Lifecycles
    custody_statements: CustodyStatements
    notary: Notary
    keys: PlatformKeys
    links: Links
    identities: Identities
    mail: MailQueue
    clock: Clock
    enqueue: Enqueue
    pictures: PictureCache
    base_url: str
    # How long a confirmed e-mail code is good for opening and signing an agreement.
    code_lifetime: timedelta
    # How long after a document time stamp the next one comes, unless its certificate ends first.
    renew_stamps_after: timedelta = timedelta(days=5 * 365)
    # None where nobody signs with a passkey.
    devices: DeviceSigning | None = None


class UseCases:
    """What the slices of ``Agreements`` share."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._maker = StatementMaker(desk.notary)

    def _locked(self, session: Session, agreement_id: str) -> Agreement:
        """Return the agreement, locked until the transaction ends."""
        agreement = session.scalar(
            select(Agreement).where(Agreement.id == agreement_id).with_for_update()
        )
        if agreement is None:
            raise AgreementNotFoundError("no such agreement", agreement=agreement_id)
        return agreement

    def _of_sender(self, session: Session, email: str, agreement_id: str) -> Agreement:
        agreement = self._locked(session, agreement_id)
        if agreement.sender_email != email:
            raise AgreementNotFoundError("no such agreement", agreement=agreement_id)
        return agreement

    def _visible(self, session: Session, email: str, agreement_id: str) -> Agreement:
        """Return the agreement if this person may see it: its sender, or a party once invited."""
        agreement = session.get(Agreement, agreement_id)
        if agreement is None or not may_see(agreement, email):
            raise AgreementNotFoundError("no such agreement", agreement=agreement_id)
        return agreement

    def _on_time(self, agreement: Agreement) -> datetime:
        """Return the present moment; raises DeadlinePassedError after the deadline."""
        now = self._desk.clock.now()
        if now >= agreement.deadline:
            raise DeadlinePassedError(
                f"expected this before {rfc3339(agreement.deadline)}; the deadline has passed",
                deadline=rfc3339(agreement.deadline),
            )
        return now

    def _record_prepared(self, session: Session, agreement: Agreement, at: datetime) -> None:
        """Record the statement every other one of this agreement follows, once."""
        if agreement.statements:
            return
        kept = Disclosures()
        body: dict[str, object] = {
            "prepared": agreement.prepared_sha256,
            "pages": agreement.page_count,
            "deadline": rfc3339(agreement.deadline),
            "sd": {"title": kept.of(0, "title", agreement.title)},
            "parties": [
                {
                    "party": party.number,
                    "role": party.role,
                    "order": party.signing_order,
                    "field": party.field if party.signs else None,
                    "fields": [
                        {"field": one.name, "kind": one.kind, "required": one.required}
                        for one in agreement.fields
                        if one.party == party.number and one.name
                    ],
                    "sd": {
                        "name": kept.of(party.number, "name", party.name),
                        "email": kept.of(party.number, "email", party.email),
                    },
                }
                for party in agreement.parties
            ],
            "voidable": agreement.by_device,
        }
        if agreement.by_device:
            body["accepts"] = {"assurances": sorted(POLICY_OF), "methods": ["webauthn"]}
        made = self._maker.make(
            agreement, "prepared", body, actor=PLATFORM, at=at, disclosures=kept
        )
        self._maker.record(session, agreement, made)

    def _end(self, session: Session, agreement: Agreement, state: State, at: datetime) -> None:
        agreement.state = state
        agreement.ended_at = at
        self._desk.links.revoke(session, agreement=agreement.id)

    def _mail(self, session: Session, key: str, to: str, letter: MailText) -> None:
        """Queue ``letter``; the same ``key`` again is the same mail."""
        self._desk.mail.queue_mail(
            session,
            message_key=key,
            to=to,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
        )

    def _mail_everybody(
        self, session: Session, agreement: Agreement, name: str, letter: MailText
    ) -> None:
        """Queue one letter to the sender and to every party who has been invited."""
        recipients = {agreement.sender_email: "sender"}
        for party in agreement.parties:
            if party.state != PartyState.WAITING:
                recipients.setdefault(party.email, str(party.number))
        for address, who in recipients.items():
            self._mail(session, f"{name}/{agreement.id}/{who}", address, letter)

    def _link(self, agreement: Agreement) -> str:
        return f"{self._desk.base_url}/agreements/{agreement.id}"


def party_of(agreement: Agreement, email: str) -> Party | None:
    """Return the party with this e-mail address, or None."""
    return next((party for party in agreement.parties if party.email == email), None)


def may_see(agreement: Agreement, email: str) -> bool:
    """Whether this person may see the agreement at all."""
    if agreement.sender_email == email:
        return True
    party = party_of(agreement, email)
    return party is not None and party.state != PartyState.WAITING


def is_turn(agreement: Agreement, party: Party) -> bool:
    """Whether ``party`` may do its part now: the sender before sending, others once invited."""
    if agreement.state == State.DRAFT:
        return party.email == agreement.sender_email and party.signs and not party.is_done
    return (
        not party.is_done
        and agreement.state == State.SENT
        and party.state
        in {
            PartyState.INVITED,
            PartyState.OPENED,
        }
    )


def can_place(agreement: Agreement) -> bool:
    """Whether fields can still be placed: until somebody opens the draft to sign it."""
    return (
        agreement.state == State.DRAFT
        and not agreement.statements
        and agreement.original_sha256 is not None
    )


def expect_state(agreement: Agreement, *states: State) -> None:
    """Raise NotInThisStateError unless the agreement is in one of ``states``."""
    if agreement.state not in states:
        raise NotInThisStateError(
            f"expected an agreement that is {' or '.join(states)}, got one that is "
            f"{agreement.state}",
            state=str(agreement.state),
        )
