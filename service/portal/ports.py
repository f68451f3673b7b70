"""What the portal asks of the other rooms, as it uses them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from service.agreements import (
    AgreementSummary,
    AgreementView,
    CompanyChoice,
    FieldDraft,
    FieldView,
    KeepingView,
    KitView,
    PartyDraft,
    SigningView,
)
from service.clock import Clock
from service.custody import CustodyHealth, RecoveryKeyView
from service.identity import Bureau, Confirmed, LinkView, SessionView
from service.notary import LogStatus
from service.notices import StoredMail
from service.portal.account_port import AccountPort


class Invitee(Protocol):
    """Whom an invitation link was mailed to, and about what."""

    @property
    def email(self) -> str:
        """The party's mailbox, in lower case."""
        ...

    @property
    def title(self) -> str:
        """The agreement's title."""
        ...

    @property
    def sender_name(self) -> str:
        """Who sent the agreement."""
        ...

    @property
    def lang(self) -> str:
        """The agreement's language, ``es`` or ``en``."""
        ...


class AgreementsPort(Protocol):
    """The use cases of agreements.

    Each takes the e-mail of whoever is signed in and raises a NotFoundError for an agreement that
    this person may not see, so that the portal needs no rules of its own about who sees what.
    """

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
        """Check and keep a draft; return the agreement's id."""
        ...

    def delete_draft(self, email: str, agreement_id: str, /) -> None:
        """Forget a draft that nobody has signed."""
        ...

    def send(self, email: str, agreement_id: str, /) -> None:
        """Send the agreement to its first parties; again is no error."""
        ...

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
        """Return this person's agreements."""
        ...

    def tag(self, email: str, agreement_id: str, tags: Sequence[str], /) -> None:
        """Give an agreement exactly these tags, for this person alone."""
        ...

    def tags_of(self, email: str, /) -> tuple[str, ...]:
        """Return every tag that this person uses."""
        ...

    def sealed_files(
        self, email: str, agreement_ids: Sequence[str], /
    ) -> Iterator[tuple[str, bytes]]:
        """Yield name and content of every sealed PDF and evidence file among the agreements."""
        ...

    def view_for(self, email: str, agreement_id: str, /) -> AgreementView:
        """Return the agreement as this person may see it."""
        ...

    def invitee(self, agreement_id: str, party: int, /) -> Invitee:
        """Return whom the invitation of ``party`` went to; the caller holds a link that works."""
        ...

    def page_picture(self, email: str, agreement_id: str, /, *, page: int, width: int) -> bytes:
        """Return one page as PNG; ``page`` counts from 0."""
        ...

    def needs_code(
        self, email: str, agreement_id: str, session_confirmed_at: datetime | None, /
    ) -> bool:
        """Whether a fresh e-mailed code is needed before opening the agreement."""
        ...

    def open_for_signing(
        self, email: str, agreement_id: str, /, *, confirmed_at: datetime
    ) -> SigningView:
        """Record that the party opened the PDF, and return what to show."""
        ...

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
        """Sign the PDF the party was shown; again is no error."""
        ...

    def begin_signing(
        self,
        email: str,
        agreement_id: str,
        /,
        *,
        session_id: str,
        passkey: str,
        revision: str,
        consent_sha256: str,
        drawn_png: bytes | None,
        typed_name: str,
        confirmed_at: datetime,
        values: Mapping[str, str] | None = None,
    ) -> str:
        """Make the signature's statements; return what asks a passkey for its answer (JSON)."""
        ...

    def complete_signing(
        self, email: str, agreement_id: str, /, *, session_id: str, answer: str
    ) -> None:
        """Sign with the passkey's answer; again is no error."""
        ...

    def finish_waiting_signature(self, email: str, agreement_id: str, /) -> bool:
        """Finish a signature that a passkey has answered; return whether there was one."""
        ...

    def companies_for(self, email: str, agreement_id: str, /) -> Sequence[CompanyChoice]:
        """Return the companies that this party may sign for."""
        ...

    def choose_company(self, email: str, agreement_id: str, company_id: str | None, /) -> None:
        """Sign for a company from now on, or for oneself; again is no error."""
        ...

    def do_part(
        self,
        email: str,
        agreement_id: str,
        /,
        *,
        revision: str,
        consent_sha256: str,
        confirmed_at: datetime,
    ) -> None:
        """Approve or witness the PDF the party was shown; again is no error."""
        ...

    def note_viewed(self, email: str, agreement_id: str, /) -> None:
        """Record that somebody who only reads has opened the agreement, once."""
        ...

    def done_since(self, email: str, agreement_id: str, revision: str, /) -> tuple[str, ...]:
        """Return who signed after ``revision`` (SHA-256, hex)."""
        ...

    def placed_fields(self, email: str, agreement_id: str, /) -> tuple[FieldView, ...]:
        """Return the fields of an agreement that this person sent."""
        ...

    def place_fields(self, email: str, agreement_id: str, /, fields: Sequence[FieldDraft]) -> None:
        """Put exactly these fields on the pages of a draft."""
        ...

    def copy_draft(self, email: str, agreement_id: str, /) -> str:
        """Make a new draft of the same PDF, parties and fields; return its id."""
        ...

    def decline(self, email: str, agreement_id: str, /, *, reason: str) -> None:
        """Decline to sign, which ends the agreement for everybody."""
        ...

    def archive(self, email: str, agreement_id: str, archived: bool, /) -> None:
        """Put an agreement out of this person's sight, or back into it."""
        ...

    def sealed_pdf(self, email: str, agreement_id: str, /) -> bytes:
        """Return the sealed PDF."""
        ...

    def certificate(self, email: str, agreement_id: str, /, *, lang: str) -> bytes:
        """Return the certificate of completion."""
        ...

    def evidence(self, email: str, agreement_id: str, /) -> bytes:
        """Return the evidence file."""
        ...


class PartyCustodyPort(Protocol):
    """People's recovery keys and what they open (``service.agreements``)."""

    def recovery_keys(self, email: str, /) -> Sequence[RecoveryKeyView]:
        """Return this person's keys that are in use."""
        ...

    def keys_need_code(self, confirmed_at: datetime, /) -> bool:
        """Whether a fresh e-mailed code is needed before keys may be changed."""
        ...

    def add_recovery_key(
        self,
        email: str,
        /,
        *,
        recipient: str,
        kind: str,
        credential: bytes | None,
        confirmed_at: datetime,
        lang: str,
    ) -> None:
        """Have this person's agreements open for a key of theirs, and tell them by mail."""
        ...

    def end_recovery_key(self, email: str, key_id: str, /, *, confirmed_at: datetime) -> None:
        """Have them open for it no longer; again is no error."""
        ...

    def custody_kit(self, email: str, agreement_id: str, /) -> KitView:
        """Return what this person needs to open the document without Acta."""
        ...


class KeepingPort(Protocol):
    """How agreements are kept, and erasing them (``service.agreements``)."""

    def keeping(self, email: str, agreement_id: str, /) -> KeepingView:
        """Return how an agreement is kept, as this person may see it."""
        ...

    def erase_agreement(self, email: str, agreement_id: str, /) -> None:
        """Have the sender erase an agreement that never came about."""
        ...

    def erase_my_data(self, email: str, agreement_id: str, /) -> None:
        """Destroy what opens a party's name and address, and their access."""
        ...


class IdentityPort(Protocol):
    """Codes, sessions and links; each call is a transaction of its own."""

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
        """Mail a code and return the id of the challenge it answers.

        Behaves the same whether or not the mailbox is known.
        """
        ...

    def confirm_code(
        self, *, challenge_id: str, code: str, purpose: str, subject: str
    ) -> Confirmed:
        """Use up the code and return whose mailbox it proves."""
        ...

    def create_session(self, *, email: str, confirmed_at: datetime, lang: str) -> str:
        """Sign somebody in; return the cookie's token."""
        ...

    def session(self, token: str, /) -> SessionView | None:
        """Return who is signed in with this token."""
        ...

    def confirm_again(self, session_id: str, /, *, confirmed: Confirmed) -> None:
        """Note that the person signed in has typed another code."""
        ...

    def revoke(self, session_id: str, /) -> None:
        """End the session; again is no error."""
        ...

    def peek_link(self, token: str, /) -> LinkView:
        """Return where an invitation link leads, changing nothing."""
        ...

    def consume_link(self, token: str, /) -> LinkView:
        """Use up an invitation link."""
        ...


class MailboxPort(Protocol):
    """The mail that stays on this machine (embedded profile)."""

    def messages(self, to: str | None = None, /) -> Sequence[StoredMail]:
        """Return the newest mails, newest first."""
        ...

    def message(self, message: str, /) -> StoredMail:
        """Return one mail by its id."""
        ...


class VerifyUpload(Protocol):
    """The outsider's verifier, run on what a visitor uploads."""

    def __call__(self, evidence: bytes, pdf: bytes | None, lang: str, /) -> Mapping[str, Any]:
        """Return the report in the form of ``acta verify --json``."""
        ...


class ReadLogStatus(Protocol):
    """How the public log stands on its chains (``service.notary``)."""

    def __call__(self) -> LogStatus:
        """Return it as anybody may see it, asking no chain."""
        ...


class ReadCustodyHealth(Protocol):
    """How the stores are, and what they have (``service.custody``)."""

    def __call__(self) -> CustodyHealth:
        """Return it as this site sees it, asking no store."""
        ...


class PortalSettings(Protocol):
    """The settings that pages depend on."""

    @property
    def base_url(self) -> str:
        """The address people use, without a path."""
        ...

    @property
    def production(self) -> bool:
        """Whether only parts fit for real use are allowed."""
        ...


@dataclass(frozen=True, kw_only=True)
class PortalContext:
    """The portal's collaborators; ``mailbox`` is None where mail really leaves, ``bureau`` where
    nobody is identified by more than a mailbox.
    """

    agreements: AgreementsPort
    custody: PartyCustodyPort
    keeping: KeepingPort
    identity: IdentityPort
    account: AccountPort
    mailbox: MailboxPort | None
    log_status: ReadLogStatus
    custody_health: ReadCustodyHealth
    verify_upload: VerifyUpload
    settings: PortalSettings
    clock: Clock
    bureau: Bureau | None = None
