"""What custody gives to people: envelopes that open for their own keys, and a kit to keep."""

from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from service.agreements.desk import UseCases
from service.agreements.errors import FreshCodeNeededError, NoRecoveryKeyError, NotReadyError
from service.agreements.models import Agreement, Party, PartyState, State
from service.custody import KeptCiphertext, KeyKind, RecoveryKeyView
from service.errors import ServiceError
from service.notices import recovery_key_added

log = structlog.get_logger(__name__)

_KEPT_STATES = (State.SEALING, State.SEALED)


@dataclass(frozen=True, kw_only=True)
class KitView:
    """What a custody kit is made of."""

    title: str
    kept: KeptCiphertext


class PartyCustody(UseCases):
    """Keys of people, and what they open."""

    def recovery_keys(self, email: str) -> list[RecoveryKeyView]:
        """Return this person's keys that are in use."""
        return self._desk.recovery_keys.list_for(email)

    def keys_need_code(self, confirmed_at: datetime) -> bool:
        """Whether a fresh e-mailed code is needed before keys may be changed."""
        return self._desk.clock.now() - confirmed_at > self._desk.code_lifetime

    def add_recovery_key(
        self,
        email: str,
        *,
        recipient: str,
        kind: str,
        credential: bytes | None,
        confirmed_at: datetime,
        lang: str,
    ) -> None:
        """Have all of this person's agreements, also future ones, open for a key of theirs.

        ``kind``: ``printed`` or ``passkey``. Told to the person by mail, since whoever adds a key
        reads what it opens. Raises FreshCodeNeededError, BadRecipientError, TooManyKeysError.
        """
        self._expect_confirmed(confirmed_at)
        keys = self._desk.recovery_keys
        with self._desk.database.transaction() as session:
            key_id = keys.add(
                session, owner=email, recipient=recipient, kind=KeyKind(kind), credential=credential
            )
            self._mail(
                session,
                f"recovery-key/{key_id}",
                email,
                recovery_key_added(lang=lang, link=f"{self._desk.base_url}/keys"),
            )
        # Crash point: a key that no envelope opens for; upkeep wraps them (rewrap_envelopes).
        self._rewrap_for(email)

    def end_recovery_key(self, email: str, key_id: str, *, confirmed_at: datetime) -> None:
        """Have none of this person's envelopes open for a key any more; again is no error.

        Whoever has an older envelope and the key still opens what it was made for: no protocol
        can take that back.
        """
        self._expect_confirmed(confirmed_at)
        with self._desk.database.transaction() as session:
            self._desk.recovery_keys.end(session, owner=email, key_id=key_id)
        self._rewrap_for(email)

    def rewrap_envelopes(self) -> int:
        """Wrap what a crash or a busy moment left, and return for how many people (upkeep)."""
        owners = self._desk.recovery_keys.unwrapped_owners()
        for owner in owners:
            self._rewrap_for(owner)
        return len(owners)

    def wrap_envelope(self, agreement_id: str) -> None:
        """Have one agreement's envelope open for everybody who may read it."""
        with self._desk.database.reading() as session:
            agreement = session.get(Agreement, agreement_id)
            readers = [] if agreement is None else readers_of(agreement)
        self._desk.recovery_keys.wrap(agreement_id, owners=readers)

    def custody_kit(self, email: str, agreement_id: str) -> KitView:
        """Return what this person needs to open the document without Acta.

        Raises NotReadyError before it is sealed and stored, NoRecoveryKeyError if no key of
        theirs opens it, NoGoodCopyError.
        """
        with self._desk.database.reading() as session:
            agreement = self._visible(session, email, agreement_id)
            if agreement.state != State.SEALED:
                raise NotReadyError("expected a sealed agreement; wait until everybody signed")
            title = agreement.title
        if not self._desk.recovery_keys.opens_for(agreement_id, email):
            raise NoRecoveryKeyError("expected a key of this person; make one at /keys")
        return KitView(title=title, kept=self._desk.custody.ciphertext(agreement_id))

    def _rewrap_for(self, email: str) -> None:
        keys = self._desk.recovery_keys
        seen, unsettled = self._desk.clock.now(), keys.unsettled(email)
        with self._desk.database.reading() as session:
            agreements = _read_by(session, email)
        failed = False
        for agreement_id in agreements:
            try:
                self.wrap_envelope(agreement_id)
            except ServiceError as error:
                failed = True
                log.warning("envelope-not-wrapped", agreement=agreement_id, code=error.code)
        if not failed:
            keys.settle(email, unsettled, seen=seen)

    def _expect_confirmed(self, confirmed_at: datetime) -> None:
        if self.keys_need_code(confirmed_at):
            raise FreshCodeNeededError("expected an e-mailed code confirmed just now, for a key")


def readers_of(agreement: Agreement) -> list[str]:
    """Return the mailboxes of whoever may read the sealed document."""
    parties = [p.email for p in agreement.parties if p.state != PartyState.WAITING]
    return list(dict.fromkeys([agreement.sender_email, *parties]))


def _read_by(session: Session, email: str) -> list[str]:
    mine = select(Party.agreement_id).where(Party.email == email, Party.state != PartyState.WAITING)
    return list(
        session.scalars(
            select(Agreement.id)
            .where(
                or_(Agreement.sender_email == email, Agreement.id.in_(mine)),
                Agreement.state.in_(_KEPT_STATES),
            )
            .order_by(Agreement.created_at)
        )
    )
