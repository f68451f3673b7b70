"""The portal's collaborators in memory: they keep the ports' promises and remember state."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from service.agreements import (
    AgreementNotFoundError,
    AgreementSummary,
    AgreementView,
    CompanyChoice,
    PartyDraft,
    PartyView,
    SigningView,
    TimelineEvent,
)
from service.agreements.errors import NotReadyError, SignatureOverError
from service.custody import CustodyHealth
from service.errors import ServiceError
from service.identity import (
    Bureau,
    CodeExpiredError,
    Confirmed,
    LinkUnknownError,
    LinkUsedError,
    LinkView,
    SessionView,
    WrongCodeError,
    address_key,
)
from service.notary import LogStatus
from service.portal import (
    IdentityPort,
    Invitee,
    PortalContext,
    PortalSettings,
)
from tests.parts import ManualClock
from tests.unit.portal.custody_rooms import MemoryPartyCustody
from tests.unit.portal.drawn_page import draw_page
from tests.unit.portal.memory_account import MemoryAccount
from tests.unit.portal.memory_fields import MemoryFields
from tests.unit.portal.memory_mailbox import MemoryMailbox
from tests.unit.portal.statuses import custody_health, log_status

CODE = "314159"
CONSENT = "He leído el contrato completo y quiero firmarlo electrónicamente."
CONSENT_SHA256 = hashlib.sha256(CONSENT.encode()).hexdigest()
FRESH = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True)
class MemorySettings(PortalSettings):
    """Settings of a trial installation."""

    base_url: str = "http://testserver"
    production: bool = False


@dataclass(frozen=True, kw_only=True)
class MemoryInvitee:
    """Whom a link went to."""

    email: str
    title: str
    sender_name: str
    lang: str = "es"


@dataclass
class MemoryIdentity(IdentityPort):
    """Every code is ``CODE``; tokens and challenges are numbered."""

    clock: ManualClock
    mailbox: MemoryMailbox
    challenges: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    sessions: dict[str, SessionView] = field(default_factory=dict)
    links: dict[str, LinkView] = field(default_factory=dict)
    used_links: set[str] = field(default_factory=set)
    refuse_codes: ServiceError | None = None

    def request_code(
        self,
        *,
        purpose: str,
        subject: str,
        email: str,
        lang: str,
        remote: str,
        title: str | None = None,
    ) -> str:
        if self.refuse_codes is not None:
            raise self.refuse_codes
        challenge = f"chl_{len(self.challenges)}"
        self.challenges[challenge] = (purpose, subject, address_key(email))
        self.mailbox.send(address_key(email), "Su código", f"Escriba este código:\n\n{CODE}\n")
        return challenge

    def confirm_code(
        self, *, challenge_id: str, code: str, purpose: str, subject: str
    ) -> Confirmed:
        if (kept := self.challenges.get(challenge_id)) is None or kept[:2] != (purpose, subject):
            raise CodeExpiredError("no such code is waiting")
        if code != CODE:
            raise WrongCodeError("not the code that was sent", tries_left=4)
        del self.challenges[challenge_id]
        return Confirmed(
            email=kept[2], confirmed_at=self.clock.now(), purpose=purpose, subject=subject
        )

    def create_session(self, *, email: str, confirmed_at: datetime, lang: str) -> str:
        number = len(self.sessions) + 1
        token = f"token-{number}"
        self.sessions[token] = SessionView(
            id=f"ses_{number}",
            email=email,
            confirmed_at=confirmed_at,
            csrf=f"csrf-of-session-{number}",
            lang=lang,
        )
        return token

    def session(self, token: str, /) -> SessionView | None:
        return self.sessions.get(token)

    def confirm_again(self, session_id: str, /, *, confirmed: Confirmed) -> None:
        for token, view in self.sessions.items():
            if view.id == session_id:
                self.sessions[token] = replace(view, confirmed_at=confirmed.confirmed_at)

    def revoke(self, session_id: str, /) -> None:
        self.sessions = {t: view for t, view in self.sessions.items() if view.id != session_id}

    def peek_link(self, token: str, /) -> LinkView:
        if token in self.used_links:
            raise LinkUsedError("the link was used already")
        if token not in self.links:
            raise LinkUnknownError("no such link")
        return self.links[token]

    def consume_link(self, token: str, /) -> LinkView:
        view = self.peek_link(token)
        self.used_links.add(token)
        return view


@dataclass
class MemoryAgreements(MemoryFields):
    """Agreements in a dictionary; ``refuse`` is raised by the next change."""

    clock: ManualClock
    kept: dict[str, AgreementView] = field(default_factory=dict)
    archived: set[tuple[str, str]] = field(default_factory=set)
    uploads: dict[str, bytes] = field(default_factory=dict)
    filenames: dict[str, str] = field(default_factory=dict)
    drawings: dict[str, bytes | None] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    typed_names: dict[str, str] = field(default_factory=dict)
    begun: dict[tuple[str, str], tuple[str, str, dict[str, Any]]] = field(default_factory=dict)
    refuse: ServiceError | None = None

    def _refuse(self) -> None:
        if self.refuse is not None:
            error, self.refuse = self.refuse, None
            raise error

    def _visible(self, email: str, agreement_id: str) -> AgreementView:
        view = self.kept.get(agreement_id)
        if view is None:
            raise AgreementNotFoundError("no such agreement")
        own = next((p for p in view.parties if p.email == email), None)
        if view.sender != email and (own is None or own.state == "waiting"):
            raise AgreementNotFoundError("no such agreement")
        is_sender = view.sender == email
        signed = own is not None and own.state == "signed"
        return replace(
            view,
            my_party=own.number if own else None,
            my_role=own.role if own else None,
            can_place=is_sender and view.state == "draft",
            my_turn=own is not None
            and not signed
            and (
                (view.state == "draft" and is_sender)
                or (view.state == "sent" and own.state in {"invited", "opened"})
            ),
            can_send=is_sender and view.state in {"draft", "ready"} and (own is None or signed),
            can_delete=is_sender and view.state == "draft",
            archived=(agreement_id, email) in self.archived,
        )

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
        self._refuse()
        agreement_id = f"agr_{len(self.kept) + 1}"
        self.uploads[agreement_id] = pdf
        self.filenames[agreement_id] = filename
        self.kept[agreement_id] = AgreementView(
            id=agreement_id,
            title=title,
            state="draft",
            sender=sender,
            sender_name=sender_name,
            deadline=deadline,
            created_at=self.clock.now(),
            sent_at=None,
            page_count=3,
            parties=tuple(
                PartyView(
                    number=number,
                    name=party.name,
                    email=party.email,
                    order=party.order,
                    role=party.role,
                    state="waiting",
                    signed_at=None,
                )
                for number, party in enumerate(parties, start=1)
            ),
            timeline=(),
            my_party=None,
            my_turn=False,
            can_send=False,
            can_delete=False,
            archived=False,
            document_status=None,
            evidence_ready=False,
            decline_reason=None,
        )
        return agreement_id

    def change(self, agreement_id: str, **changes: Any) -> None:
        """Change an agreement behind the portal's back."""
        self.kept[agreement_id] = replace(self.kept[agreement_id], **changes)

    def set_party(self, agreement_id: str, email: str, state: str) -> None:
        """Move one party to ``state``."""
        signed_at = self.clock.now() if state == "signed" else None
        self.change(
            agreement_id,
            parties=tuple(
                replace(party, state=state, signed_at=signed_at) if party.email == email else party
                for party in self.kept[agreement_id].parties
            ),
        )

    def note(self, agreement_id: str, kind: str, party: int | None, status: str) -> None:
        """Add an event to the timeline."""
        event = TimelineEvent(at=self.clock.now(), type=kind, party=party, detail="", status=status)
        self.change(agreement_id, timeline=(*self.kept[agreement_id].timeline, event))

    def delete_draft(self, email: str, agreement_id: str, /) -> None:
        self._visible(email, agreement_id)
        del self.kept[agreement_id]

    def send(self, email: str, agreement_id: str, /) -> None:
        self._refuse()
        view = self._visible(email, agreement_id)
        waiting = [party for party in view.parties if party.state == "waiting"]
        self.change(agreement_id, state="sent", sent_at=self.clock.now())
        for party in waiting:
            if party.order == min(other.order for other in waiting):
                self.set_party(agreement_id, party.email, "invited")

    def list_for(
        self,
        email: str,
        /,
        *,
        query: str = "",
        archived: bool = False,
        state: str = "",
        tag: str = "",
    ) -> Sequence[AgreementSummary]:
        found = []
        for agreement_id in self.kept:
            try:
                view = self._visible(email, agreement_id)
            except AgreementNotFoundError:
                continue
            if view.archived == archived and query.lower() in view.title.lower():
                found.append(
                    AgreementSummary(
                        id=view.id,
                        title=view.title,
                        state=view.state,
                        deadline=view.deadline,
                        created_at=view.created_at,
                        parties=view.parties,
                        my_turn=view.my_turn,
                        archived=view.archived,
                    )
                )
        return found

    def view_for(self, email: str, agreement_id: str, /) -> AgreementView:
        return self._visible(email, agreement_id)

    def invitee(self, agreement_id: str, party: int, /) -> Invitee:
        view = self.kept[agreement_id]
        own = next(other for other in view.parties if other.number == party)
        return MemoryInvitee(email=own.email, title=view.title, sender_name=view.sender_name)

    def page_picture(self, email: str, agreement_id: str, /, *, page: int, width: int) -> bytes:
        if page >= self._visible(email, agreement_id).page_count:
            raise NotReadyError("no such page")
        return draw_page(page, width)

    def needs_code(
        self, email: str, agreement_id: str, session_confirmed_at: datetime | None, /
    ) -> bool:
        self._visible(email, agreement_id)
        return session_confirmed_at is None or self.clock.now() - session_confirmed_at > FRESH

    def open_for_signing(
        self, email: str, agreement_id: str, /, *, confirmed_at: datetime
    ) -> SigningView:
        view = self._visible(email, agreement_id)
        own = next(party for party in view.parties if party.email == email)
        return SigningView(
            view=view,
            pages=view.page_count,
            consent_text=CONSENT,
            consent_sha256=CONSENT_SHA256,
            consent_lang="es",
            revision="ab" * 32,
            suggested_name=own.name,
            fields=tuple(
                one for one in self.placed_fields(email, agreement_id) if one.party == own.number
            ),
        )

    def sign(
        self,
        email: str,
        agreement_id: str,
        /,
        *,
        revision: str,
        consent_sha256: str,
        drawn_png: bytes | None,
        typed_name: str,
        confirmed_at: datetime,
        values: Mapping[str, str] | None = None,
    ) -> None:
        self._refuse()
        self.values[email] = dict(values or {})
        assert (revision, consent_sha256) == ("ab" * 32, CONSENT_SHA256)
        self.drawings[email] = drawn_png
        self.typed_names[email] = typed_name
        self.set_party(agreement_id, email, "signed")
        view = self.kept[agreement_id]
        if view.state == "draft":
            self.change(agreement_id, state="ready")
        elif all(party.state == "signed" for party in view.parties):
            self.change(agreement_id, state="sealing")

    def begin_signing(
        self,
        email: str,
        agreement_id: str,
        /,
        *,
        session_id: str,
        passkey: str,
        **asked: Any,
    ) -> str:
        self._refuse()
        self._visible(email, agreement_id)
        self.begun[agreement_id, email] = (session_id, passkey, asked)
        return '{"challenge": "AA"}'

    def complete_signing(
        self, email: str, agreement_id: str, /, *, session_id: str, answer: str
    ) -> None:
        self._refuse()
        begun_by, passkey, asked = self.begun.pop((agreement_id, email), ("", "", {}))
        if (begun_by, passkey) != (session_id, answer):
            raise SignatureOverError("nothing waits for this answer")
        self.sign(email, agreement_id, **asked)

    def finish_waiting_signature(self, email: str, agreement_id: str, /) -> bool:
        return False

    def companies_for(self, email: str, agreement_id: str, /) -> Sequence[CompanyChoice]:
        return ()

    def choose_company(self, email: str, agreement_id: str, company_id: str | None, /) -> None:
        self._visible(email, agreement_id)

    def decline(self, email: str, agreement_id: str, /, *, reason: str) -> None:
        self._refuse()
        self.set_party(agreement_id, email, "declined")
        self.change(agreement_id, state="declined", decline_reason=reason)

    def archive(self, email: str, agreement_id: str, archived: bool, /) -> None:
        self._visible(email, agreement_id)
        if archived:
            self.archived.add((agreement_id, email))
        else:
            self.archived.discard((agreement_id, email))

    def sealed_pdf(self, email: str, agreement_id: str, /) -> bytes:
        self._visible(email, agreement_id)
        return b"%PDF-sealed"

    def evidence(self, email: str, agreement_id: str, /) -> bytes:
        self._visible(email, agreement_id)
        return b"PK-evidence"


@dataclass
class MemoryRooms:
    """Every room of one portal, and its context."""

    settings: MemorySettings = field(default_factory=MemorySettings)
    clock: ManualClock = field(default_factory=ManualClock)
    report: Mapping[str, Any] = field(default_factory=dict)
    checked: list[tuple[bytes, bytes | None, str]] = field(default_factory=list)
    refuse_check: ServiceError | None = None
    log: LogStatus = field(default_factory=lambda: log_status())
    custody: CustodyHealth = field(default_factory=lambda: custody_health())
    bureau: Bureau | None = None

    def __post_init__(self) -> None:
        self.mailbox = MemoryMailbox(self.clock)
        self.identity = MemoryIdentity(self.clock, self.mailbox)
        self.account = MemoryAccount(self.clock, self.identity)
        self.agreements = MemoryAgreements(self.clock)
        self.party_custody = MemoryPartyCustody(self.clock)

    def verify_upload(self, evidence: bytes, pdf: bytes | None, lang: str, /) -> Mapping[str, Any]:
        """Return the report that the test put here."""
        if self.refuse_check is not None:
            raise self.refuse_check
        self.checked.append((evidence, pdf, lang))
        return self.report

    @property
    def context(self) -> PortalContext:
        """The portal's collaborators."""
        return PortalContext(
            agreements=self.agreements,
            custody=self.party_custody,
            keeping=self.party_custody,
            identity=self.identity,
            account=self.account,
            mailbox=self.mailbox,
            log_status=lambda: self.log,
            custody_health=lambda: self.custody,
            verify_upload=self.verify_upload,
            settings=self.settings,
            clock=self.clock,
            bureau=self.bureau,
        )

    def draft(
        self, sender: str, *others: str, title: str = "Arriendo de la finca El Olivar"
    ) -> str:
        """Keep a draft that ``sender`` and ``others`` sign in that order."""
        return self.agreements.create_draft(
            sender=sender,
            sender_name="Ana Ruiz Gómez",
            lang="es",
            filename="arriendo.pdf",
            pdf=b"%PDF-1.7",
            title=title,
            deadline=self.clock.now() + timedelta(days=14),
            parties=[
                PartyDraft(name=email.split("@")[0].title(), email=email, order=order)
                for order, email in enumerate((sender, *others), start=1)
            ],
        )
