"""Making statements: each is written, salted and handed to the log in one transaction."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import rfc8785
from sqlalchemy.orm import Session

from anchoring.attestation import parse_attestation
from anchoring.disclosure import disclose
from anchoring.hashing import (
    ZERO32,
    agreement_ref,
    leaf_hash,
    sha256,
    statement_entry,
)
from anchoring.statement import Actor, After, build_statement
from service.agreements.models import Agreement, StatementRow
from service.clock import rfc3339
from service.notary import LogIdentity

PLATFORM = Actor(party=0, role="platform")


class LogWriter(Protocol):
    """What statements need of the log (``service.notary.Notary``)."""

    @property
    def identity(self) -> LogIdentity:
        """Which log this is."""
        ...

    def last_anchored(self) -> After:
        """The newest checkpoint whose anchor is final."""
        ...

    def accept(self, session: Session, entry: bytes, *, kind: str, subject: bytes) -> bytes:
        """Take an entry into the log, in the caller's transaction."""
        ...


@dataclass
class Disclosures:
    """The personal values of one statement, replaced in its body by salted digests.

    ``of`` gives the digest to put into the body; the disclosure itself is kept for the party it
    speaks of, so that it can be withheld or destroyed without touching the statement.
    """

    kept: list[list[int | str]] = field(default_factory=list)

    def of(self, party: int, claim: str, value: str | bool) -> str:
        """Return the digest (hex) that stands for ``value`` in a statement's ``sd`` object."""
        disclosure = disclose(claim, value, secrets.token_bytes(16))
        self.kept.append([party, disclosure.raw.hex()])
        return disclosure.digest.hex()


@dataclass(frozen=True)
class Made:
    """A statement that is ready to be recorded, and what opens it."""

    type: str
    party: int
    at: datetime
    raw: bytes
    attestation: bytes | None
    disclosures: list[list[int | str]]

    @property
    def sha256(self) -> bytes:
        """The statement's hash, 32 bytes: the challenge of whoever attests it."""
        return sha256(self.raw)


def email_code_attestation(statement_sha256: bytes, *, confirmed_at: datetime) -> bytes:
    """Return the operator's claim that the actor had confirmed a code sent to their mailbox."""
    return rfc8785.dumps(
        {
            "acta": "attestation/1",
            "method": "code",
            "channel": "email",
            "claimedBy": "operator",
            "challenge": statement_sha256.hex(),
            "confirmedAt": rfc3339(confirmed_at),
        }
    )


class StatementMaker:
    """Makes the statements of agreements for one log, and records them there."""

    def __init__(self, log: LogWriter) -> None:
        self._log = log

    def subject(self, agreement: Agreement) -> bytes:
        """Return the agreementRef (protocol, Hashing), 32 bytes."""
        return agreement_ref(doc_salt=agreement.doc_salt, prepared_sha256=agreement.prepared)

    def make(
        self,
        agreement: Agreement,
        type_: str,
        body: dict[str, object],
        *,
        actor: Actor,
        at: datetime,
        disclosures: Disclosures | None = None,
        code_confirmed_at: datetime | None = None,
    ) -> Made:
        """Return a statement; with ``code_confirmed_at``, one attested by an e-mailed code."""
        identity = self._log.identity
        raw = build_statement(
            type=type_,
            origin=identity.origin,
            log_id=identity.log_id,
            agreement=self.subject(agreement),
            nonce=secrets.token_bytes(16),
            at=rfc3339(at),
            after=self._log.last_anchored(),
            actor=actor,
            body=body,
        )
        attestation = (
            None
            if code_confirmed_at is None
            else email_code_attestation(sha256(raw), confirmed_at=code_confirmed_at)
        )
        kept = disclosures.kept if disclosures is not None else []
        return Made(type_, actor.party, at, raw, attestation, kept)

    def record(self, session: Session, agreement: Agreement, made: Made) -> bytes:
        """Write ``made`` and its leaf into the database; return the leaf hash, 32 bytes."""
        salt = secrets.token_bytes(32)
        subject = self.subject(agreement)
        attestation = None if made.attestation is None else parse_attestation(made.attestation)
        attested = ZERO32 if attestation is None else attestation.hash
        entry = statement_entry(
            salt=salt, subject=subject, statement_sha256=made.sha256, attestation_hash=attested
        )
        agreement.statements.append(
            StatementRow(
                agreement_id=agreement.id,
                position=len(agreement.statements),
                type=made.type,
                party=made.party,
                at=made.at,
                raw=made.raw,
                salt=salt,
                subject=subject,
                leaf_hash=leaf_hash(entry),
                attestation=made.attestation,
                method=None if attestation is None else attestation.method,
                disclosures=made.disclosures,
            )
        )
        session.flush()
        return self._log.accept(session, entry, kind="statement", subject=subject)
