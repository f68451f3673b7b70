"""Signing with a passkey: the statement first, then the device's answer to its hash."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import delete

from anchoring.attestation import build_webauthn_attestation
from anchoring.hashing import sha256
from service.agreements.desk import DeviceSigning, party_of
from service.agreements.errors import (
    NoDeviceSigningError,
    SignatureOverError,
    StaleViewError,
)
from service.agreements.models import PendingSignatureRow
from service.agreements.signature_drafts import open_draft, passkey_of, seal_draft
from service.agreements.signing_by_code import SigningByCode, check_drawing, has_signed

PENDING_LIFETIME = timedelta(minutes=8)
"""Less than the one-use certificate lives, so that what is answered can be signed."""


class SigningByDevice(SigningByCode):
    """A signature in two steps, with the passkey's answer between them.

    Between the steps one row waits, with all of the signature but its proof; it serves one answer
    of the session that began it, for the revision that was shown.
    """

    def begin_signing(
        self,
        email: str,
        agreement_id: str,
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
        """Make the statements of a signature; return what asks the passkey for its answer (JSON).

        The challenge is the hash of the ``signed`` statement. Beginning anew replaces what was
        begun before. Refuses as ``sign`` does, and as the passkeys do.
        """
        devices = self._devices()
        self._expect_fresh(confirmed_at)
        check_drawing(drawn_png)
        with self._desk.database.transaction() as session:
            agreement, party = self._turn(session, email, agreement_id)
            key = passkey_of(
                salt=secrets.token_bytes(32),
                rp_id_hash=devices.passkeys.rp_id_hash,
                point=devices.passkeys.point(session, email=email, passkey=passkey),
            )
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
                key=key,
            )
            challenge = draft.signed.sha256
            options = devices.passkeys.statement_options(
                session, email=email, passkey=passkey, statement_sha256=challenge
            )
            session.execute(
                delete(PendingSignatureRow).where(
                    PendingSignatureRow.agreement_id == agreement_id,
                    PendingSignatureRow.party == party.number,
                )
            )
            session.add(
                PendingSignatureRow(
                    agreement_id=agreement.id,
                    party=party.number,
                    session_id=session_id,
                    passkey=passkey,
                    revision=revision,
                    statement_sha256=challenge,
                    sealed=seal_draft(draft, devices.keyring),
                    expires_at=draft.at + PENDING_LIFETIME,
                )
            )
        return options

    def complete_signing(
        self, email: str, agreement_id: str, *, session_id: str, answer: str
    ) -> None:
        """Sign with the passkey's ``answer``; again, once signed, is no error.

        Raises SignatureOverError when nothing waits for this answer any more, StaleViewError when
        somebody signed meanwhile, and what the passkeys refuse with.
        """
        devices = self._devices()
        given = sha256(answer.encode())
        with self._desk.database.transaction() as session:
            if has_signed(self._visible(session, email, agreement_id), email):
                return
            agreement, party = self._turn(session, email, agreement_id)
            row = session.get(PendingSignatureRow, (agreement.id, party.number))
            if row is None or row.session_id != session_id or self._is_over(row):
                raise _over()
            if row.revision != agreement.revision:
                raise StaleViewError("somebody else signed meanwhile; look at it again")
            if row.answer_sha256 is not None and (
                row.answer_sha256 != given or row.attestation is None
            ):
                raise _over()
            # Taken before it is judged: judged twice, one and the same answer would look like
            # that of a copied device.
            row.answer_sha256 = given
            attestation, passkey, challenge = row.attestation, row.passkey, row.statement_sha256
        # Crash point: an answer was taken and proves nothing yet; the person begins anew.
        if attestation is None:
            answered = devices.passkeys.answer_statement(
                answer, email=email, passkey=passkey, statement_sha256=challenge
            )
            attestation = build_webauthn_attestation(
                answered.assertion, rp_id_hash=devices.passkeys.rp_id_hash
            )
            with self._desk.database.transaction() as session:
                row = session.get(PendingSignatureRow, (agreement_id, party.number))
                if row is None or row.answer_sha256 != given:
                    raise _over()
                row.attestation = attestation
        # Crash point: proved and not signed; finished at the next look at the page.
        self.finish_waiting_signature(email, agreement_id)

    def finish_waiting_signature(self, email: str, agreement_id: str) -> bool:
        """Finish a signature that a passkey has answered; return whether there was one.

        What is over, or was for another revision, is left to expire.
        """
        if self._desk.devices is None:
            return False
        with self._desk.database.reading() as session:
            agreement = self._visible(session, email, agreement_id)
            party = party_of(agreement, email)
            row = (
                None
                if party is None
                else session.get(PendingSignatureRow, (agreement_id, party.number))
            )
            if row is None or row.attestation is None or self._is_over(row):
                return False
            if row.revision != agreement.revision:
                return False
            draft = open_draft(row.sealed, self._desk.devices.keyring)
            attestation = row.attestation
        signed = replace(draft.signed, attestation=attestation)
        self._finish_signature(email, agreement_id, replace(draft, signed=signed))
        return True

    def forget_waiting_signatures(self) -> None:
        """Delete the signatures that no passkey answered in time, with their one-use keys."""
        with self._desk.database.transaction() as session:
            session.execute(
                delete(PendingSignatureRow).where(
                    PendingSignatureRow.expires_at < self._desk.clock.now()
                )
            )

    def _is_over(self, row: PendingSignatureRow) -> bool:
        return self._desk.clock.now() > row.expires_at

    def _devices(self) -> DeviceSigning:
        if self._desk.devices is None:
            raise NoDeviceSigningError("expected an installation that signs with passkeys")
        return self._desk.devices


def _over() -> SignatureOverError:
    return SignatureOverError("the signature is over or was answered; sign again from the page")
