"""Registering passkeys, and judging what they answer (WebAuthn Level 3 §7)."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import webauthn
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from webauthn.helpers import (
    decode_credential_public_key,
    options_to_json,
    parse_authentication_credential_json,
    parse_client_data_json,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.decode_credential_public_key import DecodedEC2PublicKey
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from anchoring.errors import BadAssertion
from anchoring.hashing import sha256
from anchoring.webauthn import Assertion, N, check_assertion
from service.clock import Clock
from service.database import Database, new_id
from service.identity.passkeys.errors import (
    PasskeyChallengeOverError,
    PasskeyCopiedError,
    PasskeyRefusedError,
    PasskeyTooNewError,
    PasskeyUnknownError,
)
from service.identity.passkeys.models import PasskeyChallenge, PasskeyRow
from service.keyring import Keyring
from service.notices import address_key

COOL_DOWN = timedelta(hours=72)
_LIFETIME = timedelta(minutes=5)
_PURPOSE = "identity/passkey-email"
_MAX_NAME = 60
_MAX_ANSWER = 64 * 1024
_ES256 = [COSEAlgorithmIdentifier.ECDSA_SHA_256]
_REGISTER, _SIGN_IN = "register", "sign-in"


@dataclass(frozen=True, kw_only=True)
class PasskeyView:
    """A passkey as its owner sees it."""

    id: str
    name: str
    created_at: datetime
    used_at: datetime | None
    good_from: datetime
    copied: bool


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A passkey's answer that held; ``assertion`` is as evidence keeps it (SPEC.md §5)."""

    passkey: str
    email: str
    mailbox_at: datetime
    assertion: Assertion


class Passkeys:
    """The passkeys of one site; ``base_url`` gives its origin and relying party.

    Whoever holds a mailbox may add one. The first is good at once, being no weaker than the code
    that let its owner in. A further one signs only after ``cool_down``, unless an earlier one of
    the same person opened the session: who takes over a mailbox cannot sign as its device at once.
    """

    def __init__(
        self,
        *,
        database: Database,
        keyring: Keyring,
        clock: Clock,
        base_url: str,
        platform: str,
        cool_down: timedelta = COOL_DOWN,
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        parts = urlsplit(base_url)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._rp_id = parts.hostname or "localhost"
        self._platform = platform
        self._cool_down = cool_down

    @property
    def rp_id_hash(self) -> bytes:
        """What a key of this site is committed with, 32 bytes."""
        return sha256(self._rp_id.encode())

    def registration_options(self, session: Session, *, email: str) -> str:
        """Return the JSON that the browser makes a passkey from, for whoever holds ``email``."""
        key = address_key(email)
        return options_to_json(
            webauthn.generate_registration_options(
                rp_id=self._rp_id,
                rp_name=self._platform,
                user_name=key,
                user_id=self._keyring.mac(key.encode(), purpose="identity/passkey-user"),
                challenge=self._new_challenge(session, _REGISTER, key),
                authenticator_selection=AuthenticatorSelectionCriteria(
                    resident_key=ResidentKeyRequirement.PREFERRED,
                    user_verification=UserVerificationRequirement.REQUIRED,
                ),
                exclude_credentials=[
                    PublicKeyCredentialDescriptor(id=row.credential_id)
                    for row in self._rows(session, key)
                ],
                supported_pub_key_algs=_ES256,
            )
        )

    def register(
        self,
        answer: str,
        *,
        email: str,
        name: str,
        mailbox_at: datetime,
        by_passkey: bool,
    ) -> PasskeyView:
        """Keep a passkey that the browser made; ``by_passkey``: one of theirs opened the session.

        Works in transactions of its own. Raises PasskeyRefusedError, PasskeyChallengeOverError.
        """
        key = address_key(email)
        challenge = self._use_up(answer, _REGISTER, key)
        try:
            made = webauthn.verify_registration_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self._rp_id,
                expected_origin=self._origin,
                require_user_verification=True,
                supported_pub_key_algs=_ES256,
            )
        except WebAuthnException as error:
            raise _refused("registration") from error
        now = self._clock.now()
        with self._database.transaction() as session:
            known = select(PasskeyRow).where(PasskeyRow.credential_id == made.credential_id)
            if session.scalar(known) is not None:
                raise _refused("registered-before")
            is_first = not self._rows(session, key, removed=True)
            row = PasskeyRow(
                id=new_id("pky"),
                credential_id=made.credential_id,
                email_mac=self._mac(key),
                email_sealed=self._keyring.encrypt(key.encode(), purpose=_PURPOSE),
                public_key=made.credential_public_key,
                sign_count=made.sign_count,
                name=_clean(name),
                created_at=now,
                mailbox_at=mailbox_at,
                good_from=now if is_first or by_passkey else now + self._cool_down,
            )
            session.add(row)
            return _view(row)

    def sign_in_options(self, session: Session) -> str:
        """Return the JSON with which any passkey of this site may sign its owner in."""
        return self._request(self._new_challenge(session, _SIGN_IN, ""), [])

    def sign_in(self, answer: str) -> Answered:
        """Return who signs in; raises like ``answer_statement``, and PasskeyChallengeOverError."""
        challenge = self._use_up(answer, _SIGN_IN, "")
        return self._judge(answer, challenge, passkey=None, email=None)

    def statement_options(
        self, session: Session, *, email: str, passkey: str, statement_sha256: bytes
    ) -> str:
        """Return the JSON that asks one passkey to answer a statement's hash, 32 raw bytes.

        Raises PasskeyUnknownError, PasskeyCopiedError, PasskeyTooNewError.
        """
        row = self._own(session, address_key(email), passkey)
        self._expect_good(row)
        return self._request(statement_sha256, [row.credential_id])

    def answer_statement(
        self, answer: str, *, email: str, passkey: str, statement_sha256: bytes
    ) -> Answered:
        """Return what a passkey answered to a statement's hash, judged as every verifier will.

        The counter moves on in a transaction of its own. Raises PasskeyRefusedError (its ``rule``
        is ``challenge`` for an answer to something else), PasskeyUnknownError, PasskeyCopiedError,
        PasskeyTooNewError.
        """
        return self._judge(answer, statement_sha256, passkey=passkey, email=address_key(email))

    def point(self, session: Session, *, email: str, passkey: str) -> tuple[bytes, bytes]:
        """Return x and y of a passkey that may sign, 32 bytes each."""
        row = self._own(session, address_key(email), passkey)
        self._expect_good(row)
        return _point(row)

    def of(self, session: Session, email: str) -> list[PasskeyView]:
        """Return a person's passkeys, the one used last first."""
        rows = self._rows(session, address_key(email))
        return [_view(row) for row in sorted(rows, key=lambda r: r.used_at or r.created_at)[::-1]]

    def rename(self, session: Session, *, email: str, passkey: str, name: str) -> None:
        """Give a passkey another name; raises PasskeyUnknownError."""
        self._own(session, address_key(email), passkey).name = _clean(name)

    def remove(self, session: Session, *, email: str, passkey: str) -> None:
        """Believe a passkey no more; what it signed stands. Raises PasskeyUnknownError."""
        self._own(session, address_key(email), passkey).removed_at = self._clock.now()

    def forget_old(self, session: Session) -> None:
        """Delete the challenges that nobody can answer any more."""
        session.execute(
            delete(PasskeyChallenge).where(PasskeyChallenge.expires_at < self._clock.now())
        )

    def _judge(
        self, answer: str, challenge: bytes, *, passkey: str | None, email: str | None
    ) -> Answered:
        given = _parsed(answer)
        with self._database.transaction() as session:
            row = session.scalar(
                select(PasskeyRow)
                .where(PasskeyRow.credential_id == given.raw_id, PasskeyRow.removed_at.is_(None))
                .with_for_update()
            )
            other = row is not None and (
                (passkey is not None and row.id != passkey)
                or (email is not None and row.email_mac != self._mac(email))
            )
            if row is None or other:
                raise _unknown()
            if passkey is not None:
                self._expect_good(row)
            self._expect_whole(row)
            assertion = self._checked(row, answer, given, challenge)
            counter = int.from_bytes(assertion.authenticator_data[33:37], "big")
            # WebAuthn §6.1.1: zero for ever means that the device keeps no counter.
            copied = max(counter, row.sign_count) > 0 and counter <= row.sign_count
            now = self._clock.now()
            if copied:
                row.copied_at = now
            else:
                row.sign_count, row.used_at = counter, now
            owner = self._keyring.decrypt(row.email_sealed, purpose=_PURPOSE).decode()
        if copied:
            # Only after it is written down: the copy must not work at the second try either.
            raise _copied()
        return Answered(passkey=row.id, email=owner, mailbox_at=row.mailbox_at, assertion=assertion)

    def _checked(
        self, row: PasskeyRow, answer: str, given: AuthenticationCredential, challenge: bytes
    ) -> Assertion:
        x, y = _point(row)
        try:
            r, s = decode_dss_signature(given.response.signature)
            assertion = Assertion(
                x=x,
                y=y,
                r=r.to_bytes(32, "big"),
                s=min(s, N - s).to_bytes(32, "big"),
                authenticator_data=given.response.authenticator_data,
                client_data_json=given.response.client_data_json,
            )
            # First the rules of every verifier, whose names tell what was wrong.
            check_assertion(assertion, challenge=challenge, rp_id_hash=self.rp_id_hash)
            webauthn.verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self._rp_id,
                expected_origin=self._origin,
                credential_public_key=row.public_key,
                # Judged by the caller, who has to write down what it means.
                credential_current_sign_count=0,
                require_user_verification=True,
            )
        except BadAssertion as error:
            raise _refused(error.code.removeprefix("webauthn/")) from error
        except (WebAuthnException, ValueError, OverflowError) as error:
            raise _refused("assertion") from error
        return assertion

    def _request(self, challenge: bytes, credentials: list[bytes]) -> str:
        return options_to_json(
            webauthn.generate_authentication_options(
                rp_id=self._rp_id,
                challenge=challenge,
                allow_credentials=[PublicKeyCredentialDescriptor(id=one) for one in credentials],
                user_verification=UserVerificationRequirement.REQUIRED,
            )
        )

    def _new_challenge(self, session: Session, purpose: str, subject: str) -> bytes:
        challenge = secrets.token_bytes(32)
        session.add(
            PasskeyChallenge(
                challenge_hash=sha256(challenge),
                purpose=purpose,
                subject=subject,
                expires_at=self._clock.now() + _LIFETIME,
            )
        )
        return challenge

    def _use_up(self, answer: str, purpose: str, subject: str) -> bytes:
        """Return the challenge that ``answer`` is to, once, if it was made for this."""
        challenge = _challenge_of(answer)
        with self._database.transaction() as session:
            row = session.get(PasskeyChallenge, sha256(challenge), with_for_update=True)
            now = self._clock.now()
            if row is not None and row.used_at is None:
                row.used_at = now
                if (row.purpose, row.subject) == (purpose, subject) and now <= row.expires_at:
                    return challenge
        raise PasskeyChallengeOverError("the challenge is over or was answered; begin anew")

    def _rows(self, session: Session, key: str, *, removed: bool = False) -> list[PasskeyRow]:
        query = select(PasskeyRow).where(PasskeyRow.email_mac == self._mac(key))
        if not removed:
            query = query.where(PasskeyRow.removed_at.is_(None))
        return list(session.scalars(query))

    def _own(self, session: Session, key: str, passkey: str) -> PasskeyRow:
        row = session.get(PasskeyRow, passkey)
        if row is None or row.removed_at is not None or row.email_mac != self._mac(key):
            raise _unknown()
        return row

    def _expect_good(self, row: PasskeyRow) -> None:
        self._expect_whole(row)
        if self._clock.now() < row.good_from:
            raise PasskeyTooNewError(
                f"expected a passkey that may sign, got one that may from {row.good_from}"
            )

    def _expect_whole(self, row: PasskeyRow) -> None:
        if row.copied_at is not None:
            raise _copied()

    def _mac(self, key: str) -> bytes:
        return self._keyring.mac(key.encode(), purpose="identity/email")


def _parsed(answer: str) -> AuthenticationCredential:
    try:
        return parse_authentication_credential_json(_bounded(answer))
    except WebAuthnException as error:
        raise _refused("form") from error


def _challenge_of(answer: str) -> bytes:
    """Return the challenge that client data name, before anything of them is believed."""
    try:
        held = json.loads(_bounded(answer))["response"]["clientDataJSON"]
        return parse_client_data_json(webauthn.base64url_to_bytes(held)).challenge
    except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _refused("form") from error


def _bounded(answer: str) -> str:
    if len(answer) > _MAX_ANSWER:
        raise _refused("form")
    return answer


def _point(row: PasskeyRow) -> tuple[bytes, bytes]:
    key = decode_credential_public_key(row.public_key)
    assert isinstance(key, DecodedEC2PublicKey)  # nothing but ES256 is registered
    return key.x, key.y


def _clean(name: str) -> str:
    return " ".join(part for part in name.split() if part.isprintable())[:_MAX_NAME] or "—"


def _view(row: PasskeyRow) -> PasskeyView:
    return PasskeyView(
        id=row.id,
        name=row.name,
        created_at=row.created_at,
        used_at=row.used_at,
        good_from=row.good_from,
        copied=row.copied_at is not None,
    )


def _refused(rule: str) -> PasskeyRefusedError:
    return PasskeyRefusedError(
        f"expected an answer of a passkey that holds, got one that fails: {rule}", rule=rule
    )


def _unknown() -> PasskeyUnknownError:
    return PasskeyUnknownError("no such passkey; use another, or a code")


def _copied() -> PasskeyCopiedError:
    return PasskeyCopiedError("the passkey seems copied; remove it and make another")
