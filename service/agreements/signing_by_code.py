"""The signature itself: its statements, its look, and the PDF's next revision."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from anchoring.form_values import Value
from anchoring.party_keys import PartyKey
from anchoring.statement import Actor, parse_statement
from service.agreements.desk import party_of
from service.agreements.errors import (
    BadSignaturePictureError,
    NotYourTurnError,
    PasskeyNeededError,
    StaleViewError,
)
from service.agreements.models import Agreement, Party, PartyState, State
from service.agreements.signature_drafts import SignatureDraft, key_row
from service.agreements.signing_turn import (
    MAILBOX,
    SigningTurns,
    consent_of,
    has_opened,
    signer_actor,
)
from service.agreements.statements import Disclosures, Made
from service.agreements.values import read_values
from service.signing import Appearance, OneUseSigner, issue_signer, new_page_code, sign_field

MAX_DRAWING = 512 * 1024
_PNG = b"\x89PNG\r\n\x1a\n"


class SigningByCode(SigningTurns):
    """A signature in one go, which the e-mailed code stands for that let the signer in."""

    def sign(
        self,
        email: str,
        agreement_id: str,
        *,
        revision: str,
        consent_sha256: str,
        drawn_png: bytes | None,
        typed_name: str,
        confirmed_at: datetime,
        values: Mapping[str, str] | None = None,
    ) -> None:
        """Sign the PDF the party was shown; the same again, once signed, is no error.

        ``revision``: SHA-256 (hex) of the PDF shown; another one is refused with StaleViewError,
        so that nobody signs what they did not see. ``values``: what was filled in, by field, as a
        form sends it. The one-use key lives only in this call.
        """
        self._expect_fresh(confirmed_at)
        check_drawing(drawn_png)
        with self._desk.database.reading() as session:
            if has_signed(self._visible(session, email, agreement_id), email):
                return
            draft = self._draft_signature(
                session,
                email,
                agreement_id,
                revision=revision,
                consent_sha256=consent_sha256,
                drawn_png=drawn_png,
                typed_name=typed_name,
                confirmed_at=confirmed_at,
                values=values or {},
            )
        self._finish_signature(email, agreement_id, draft)

    def _draft_signature(
        self,
        session: Session,
        email: str,
        agreement_id: str,
        *,
        revision: str,
        consent_sha256: str,
        drawn_png: bytes | None,
        typed_name: str,
        confirmed_at: datetime,
        values: Mapping[str, str],
        key: PartyKey | None = None,
    ) -> SignatureDraft:
        """Return all of a signature but its proof: by ``key``, or attested by an e-mailed code."""
        agreement, party = self._turn(session, email, agreement_id, locked=False)
        if not party.signs:
            raise NotYourTurnError("expected a party who signs")
        if agreement.by_device and key is None:
            raise PasskeyNeededError("expected a passkey: this agreement accepts nothing else")
        now = self._on_time(agreement)
        if agreement.revision != revision:
            raise StaleViewError("the document changed since it was shown; look at it again")
        if consent_sha256 != consent_of(agreement, party):
            raise StaleViewError("the consent text changed since it was shown; read it again")
        if party.identity_leaf is None or not has_opened(agreement, party):
            raise StaleViewError("expected the document to be opened before it is signed")
        if party.company_id is not None:
            # The power may have been withdrawn since the company was chosen.
            self._desk.identities.acting_for(session, email, party.company_id)
        signer = issue_signer(
            self._desk.keys,
            subject=_opaque(agreement, party),
            now=now,
            assurance=party.identity_assurance or MAILBOX,
            for_company=party.company_leaf is not None,
        )
        actor = signer_actor(party)
        if key is not None:
            actor = replace(actor, key_commit=key.commit)
        filled = read_values(agreement, party, values)
        return SignatureDraft(
            revision=revision,
            field=party.field,
            lang=agreement.lang,
            at=now,
            signer=signer,
            consented=self._consented(agreement, party, now, actor),
            signed=self._signed(
                agreement, party, now, signer, None if key else confirmed_at, filled, actor
            ),
            name=" ".join(typed_name.split())[:120] or party.name,
            drawn_png=drawn_png,
            values=filled,
            key=key,
        )

    def _finish_signature(self, email: str, agreement_id: str, draft: SignatureDraft) -> None:
        """Sign the PDF and record it, if the agreement is still at the revision of the draft."""
        pdf = sign_field(
            self._desk.files.get(bytes.fromhex(draft.revision)),
            field=draft.field,
            signer=draft.signer,
            statement_sha256=draft.signed.sha256,
            appearance=Appearance(
                name=draft.name,
                signed_at=draft.at,
                drawn_png=draft.drawn_png,
                code=new_page_code(),
                lang=draft.lang,
                method=draft.method,
            ),
            keys=self._desk.keys,
            clock=self._desk.clock,
            values=draft.values,
        )
        # Crash point: nothing has happened yet; the person signs again with another one-use key,
        # or, if their passkey has answered, the draft that waits is finished.
        written = self._desk.files.put(pdf).hex()
        with self._desk.database.transaction() as session:
            agreement, party = self._turn(session, email, agreement_id)
            self._on_time(agreement)
            if agreement.revision != draft.revision:
                raise StaleViewError("somebody else signed meanwhile; look at it again")
            self._expect_company(session, email, party, draft.signed)
            self._maker.record(session, agreement, draft.consented)
            self._maker.record(session, agreement, draft.signed)
            if draft.key is not None:
                agreement.party_keys.append(key_row(draft.key, party=party.number))
            agreement.pending_signatures = [
                one for one in agreement.pending_signatures if one.party != party.number
            ]
            agreement.revision = written
            party.state = PartyState.SIGNED
            party.signed_at = draft.at
            party.signed_revision = written
            if agreement.state == State.DRAFT:
                agreement.state = State.READY
                self.expire_later(session, agreement, self._desk.clock.now())
            else:
                self.invite_next(session, agreement, self._desk.clock.now())

    def _expect_company(self, session: Session, email: str, party: Party, signed: Made) -> None:
        """Raise unless the party still signs for whom the statement says, and still may."""
        leaf = party.company_leaf
        stated = parse_statement(signed.raw).body["company"]
        if stated != (None if leaf is None else {"statement": leaf.hex()}):
            raise StaleViewError("for whom you sign changed meanwhile; look at it again")
        if party.company_id is not None:
            self._desk.identities.acting_for(session, email, party.company_id)

    def _signed(
        self,
        agreement: Agreement,
        party: Party,
        now: datetime,
        signer: OneUseSigner,
        confirmed_at: datetime | None,
        filled: Mapping[str, Value],
        actor: Actor,
    ) -> Made:
        kept = Disclosures()
        assert party.identity_leaf is not None  # checked by _draft_signature()
        still_open = [
            other.field
            for other in agreement.parties
            if other.signs and not other.is_done and other.number != party.number
        ]
        return self._maker.make(
            agreement,
            "signed",
            {
                "prepared": agreement.prepared_sha256,
                "revision": agreement.revision,
                "field": party.field,
                "values": {
                    name: {"sd": {"value": kept.of(party.number, "value", value)}}
                    for name, value in filled.items()
                },
                "fieldsOpen": [*still_open, "acta-seal"],
                "certificateKey": signer.spki_sha256.hex(),
                "identity": party.identity_leaf.hex(),
                "company": (
                    None if party.company_leaf is None else {"statement": party.company_leaf.hex()}
                ),
                "consent": {"textSha256": consent_of(agreement, party), "lang": agreement.lang},
                "method": "code" if confirmed_at is not None else "webauthn",
            },
            actor=actor,
            at=now,
            disclosures=kept,
            code_confirmed_at=confirmed_at,
        )


def has_signed(agreement: Agreement, email: str) -> bool:
    own = party_of(agreement, email)
    return own is not None and own.state == PartyState.SIGNED


def _opaque(agreement: Agreement, party: Party) -> str:
    """Name the signer in the certificate without a personal value (protocol, rule 12)."""
    return f"{agreement.id}/{party.number}"


def check_drawing(drawn_png: bytes | None) -> None:
    if drawn_png is None:
        return
    if not drawn_png.startswith(_PNG) or len(drawn_png) > MAX_DRAWING:
        raise BadSignaturePictureError(
            f"expected a PNG picture of at most {MAX_DRAWING} bytes, got {len(drawn_png)} bytes"
        )
