"""What parties do who do not sign: approve, witness, read."""

from datetime import datetime

from anchoring.statement_bodies import ACTS
from service.agreements.consent import consent_sha256
from service.agreements.desk import party_of
from service.agreements.errors import NotYourTurnError, StaleViewError
from service.agreements.models import Agreement, Party, PartyState, Role, State
from service.agreements.signing_turn import SigningTurns, has_opened, signer_actor

_STATE_OF = {Role.APPROVER: PartyState.APPROVED, Role.WITNESS: PartyState.WITNESSED}


class RoleActs(SigningTurns):
    """The parts of approvers, witnesses and viewers."""

    def do_part(
        self,
        email: str,
        agreement_id: str,
        *,
        revision: str,
        consent_sha256: str,
        confirmed_at: datetime,
    ) -> None:
        """Approve or witness the PDF the party was shown; the same again is no error.

        ``revision``: SHA-256 (hex) of the PDF shown; for another one StaleViewError is raised.
        The PDF stays as it is: the statement is what counts.
        """
        self._expect_fresh(confirmed_at)
        with self._desk.database.transaction() as session:
            agreement = self._locked(session, agreement_id)
            own = party_of(agreement, email)
            if own is not None and own.state in _STATE_OF.values():
                return
            agreement, party = self._turn(session, email, agreement_id)
            if party.role not in ACTS:
                raise NotYourTurnError("expected a party who approves or witnesses")
            now = self._on_time(agreement)
            self._expect_shown(agreement, party, revision, consent_sha256)
            consented = self._consented(agreement, party, now, signer_actor(party))
            assert party.identity_leaf is not None  # _expect_shown has looked
            done = self._maker.make(
                agreement,
                ACTS[party.role],
                {
                    "prepared": agreement.prepared_sha256,
                    "revision": agreement.revision,
                    "identity": party.identity_leaf.hex(),
                    "consent": {"textSha256": consent_sha256, "lang": agreement.lang},
                    "method": "code",
                },
                actor=signer_actor(party),
                at=now,
                code_confirmed_at=confirmed_at,
            )
            self._maker.record(session, agreement, consented)
            self._maker.record(session, agreement, done)
            party.state = _STATE_OF[Role(party.role)]
            party.signed_at = now
            self.invite_next(session, agreement, now)

    def note_viewed(self, email: str, agreement_id: str) -> None:
        """Record that a viewer opened the agreement, once, while it is being signed."""
        with self._desk.database.reading() as session:
            agreement = self._visible(session, email, agreement_id)
            if not _may_be_noted(agreement, party_of(agreement, email)):
                return
        with self._desk.database.transaction() as session:
            agreement = self._locked(session, agreement_id)
            party = party_of(agreement, email)
            if party is None or not _may_be_noted(agreement, party):
                return
            made = self._maker.make(
                agreement,
                "opened",
                {
                    "revision": agreement.prepared_sha256,
                    "pages": agreement.page_count,
                    "renderer": "pdfium",
                },
                actor=signer_actor(party),
                at=self._desk.clock.now(),
            )
            self._maker.record(session, agreement, made)
            party.state = PartyState.OPENED

    def done_since(self, email: str, agreement_id: str, revision: str) -> tuple[str, ...]:
        """Return who signed after ``revision`` (SHA-256, hex), in order; () for an unknown one."""
        with self._desk.database.reading() as session:
            agreement = self._visible(session, email, agreement_id)
            signed = sorted(
                (p for p in agreement.parties if p.signed_revision and p.signed_at),
                key=lambda p: p.signed_at or self._desk.clock.now(),
            )
            revisions = [agreement.prepared_sha256, *(p.signed_revision for p in signed)]
            if revision not in revisions:
                return ()
            return tuple(party.name for party in signed[revisions.index(revision) :])

    def _expect_shown(
        self, agreement: Agreement, party: Party, revision: str, consent: str
    ) -> None:
        if agreement.revision != revision:
            raise StaleViewError("somebody signed since it was shown; look at it again")
        if consent_sha256(agreement.lang, party.role) != consent:
            raise StaleViewError("the consent text changed since it was shown; read it again")
        if party.identity_leaf is None or not has_opened(agreement, party):
            raise StaleViewError("expected the document to be opened first")


def _may_be_noted(agreement: Agreement, party: Party | None) -> bool:
    return (
        party is not None
        and party.role == Role.VIEWER
        and party.state == PartyState.INVITED
        and agreement.state == State.SENT
    )
