"""Powers of representation: shown by a deed that is reviewed, or by the company's certificate."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.clock import Clock, rfc3339
from service.database import Database, new_id
from service.identity.companies.certificate_check import CertificateCheck, CompanyCertificate
from service.identity.companies.cms_proof import verify_challenge
from service.identity.companies.companies import Companies, CompanyView
from service.identity.companies.errors import (
    CertificateChallengeError,
    DeedRefusedError,
    PowerMissingError,
)
from service.identity.companies.models import CertificateChallenge, Power, PowerState, Role
from service.identity.kept_pictures import KeptPictures
from service.identity.people.decisions import Decisions, IdentifiedPerson
from service.identity.people.people import People
from service.identity.pictures.cleaning import DOCUMENT_PX, clean_pictures
from service.identity.review.desk import ReviewSheet, send_to_review, withdraw_from_review
from service.identity.statements import Disclose, IdentityStatements
from service.keyring import Keyring

REVIEW_KIND = "power"
DEED = "deed"
CERTIFICATE = "certificate"
_PURPOSE = "identity/power"
_PDF = b"%PDF-"


@dataclass(frozen=True, kw_only=True)
class PowerRules:
    """How long a challenge lives, deeds are kept after the decision, and powers hold."""

    challenge_lifetime: timedelta = timedelta(minutes=30)
    deed_kept: timedelta = timedelta(days=365)
    valid_for: timedelta = timedelta(days=365)
    most_bytes: int = 15 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class ActingFor:
    """A person who may sign for a company, by their own power or by that of who named them.

    ``leaf_hash`` is that of the statement about the power.
    """

    company: CompanyView
    person: IdentifiedPerson
    leaf_hash: bytes
    method: str
    delegated: bool


@dataclass(frozen=True, kw_only=True)
class PowerView:
    """A power as the company's members see it; ``certificate`` is empty for a deed.

    ``mine`` says whether it is the asking person's own.
    """

    id: str
    email: str
    method: str
    state: PowerState
    given_at: datetime
    valid_until: datetime | None
    mine: bool
    certificate: Mapping[str, Any]


class Powers:
    """The use cases of powers of representation, and the review desk's room for deeds."""

    def __init__(
        self,
        *,
        database: Database,
        keyring: Keyring,
        clock: Clock,
        people: People,
        decisions: Decisions,
        companies: Companies,
        pictures: KeptPictures,
        statements: IdentityStatements,
        certificates: CertificateCheck,
        rules: PowerRules | None = None,
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._people = people
        self._decisions = decisions
        self._companies = companies
        self._pictures = pictures
        self._statements = statements
        self._certificates = certificates
        self._rules = rules or PowerRules()

    def give_deed(self, company_id: str, *, email: str, upload: bytes) -> str:
        """Take a deed (PDF or picture) for the review desk; return the power's id.

        Works in a transaction of its own. Raises DeedRefusedError, a PictureRefusedError
        subclass, NotMemberError, NotIdentifiedError, NotFoundError.
        """
        rules = self._rules
        if not 0 < len(upload) <= rules.most_bytes:
            raise DeedRefusedError(
                f"expected a file of at most {rules.most_bytes // 1024**2} MiB", got=len(upload)
            )
        with self._database.reading() as session:
            self._representative(session, company_id, email)
        # A PDF is kept as it is: whoever shows it draws its pages in a process with limits.
        content, media_type = upload, "application/pdf"
        if not upload.startswith(_PDF):
            (picture,) = clean_pictures([upload], kept_px=DOCUMENT_PX, pixels_px=64)
            content, media_type = picture.jpeg, "image/jpeg"
        with self._database.transaction() as session:
            person = self._representative(session, company_id, email)
            row = self._add(session, company_id, person, method=DEED)
            self._pictures.keep(
                session,
                owner=row.id,
                kind=DEED,
                position=0,
                content=content,
                media_type=media_type,
                upload_sha256=hashlib.sha256(upload).digest(),
                until=row.given_at + rules.deed_kept,
            )
            send_to_review(session, kind=REVIEW_KIND, about=row.id, reasons=[DEED], at=row.given_at)
            return row.id

    def new_challenge(self, session: Session, company_id: str, *, email: str) -> str:
        """Return the text to be signed with the company's certificate, within half an hour.

        Raises NotMemberError, NotIdentifiedError, NotFoundError.
        """
        person = self._representative(session, company_id, email)
        company = self._companies.known(session, company_id)
        now = self._clock.now()
        expires = now + self._rules.challenge_lifetime
        text = (
            "Acta: proof that I hold this company's certificate\n"
            f"company: {company.number.kind} {company.number.number}\n"
            f"valid until: {rfc3339(expires)}\n"
            f"nonce: {secrets.token_hex(32)}\n"
        )
        session.add(
            CertificateChallenge(
                text_sha256=_sha256(text),
                company_id=company_id,
                person_id=person.person_id,
                created_at=now,
                expires_at=expires,
            )
        )
        return text

    def prove_by_certificate(
        self, company_id: str, *, email: str, text: str, signature: bytes
    ) -> CompanyCertificate:
        """Take a CMS signature over the challenge's text; the power holds at once.

        A certificate that names another person than the one who acts is for the review desk.
        Asks its authority about revocation: not to be called inside a transaction. The challenge
        is used up unless the authority could not be asked. Raises CertificateChallengeError,
        CertificateRefusedError, CertificateUncheckedError, NotMemberError, NotIdentifiedError,
        NotFoundError.
        """
        with self._database.reading() as session:
            person = self._representative(session, company_id, email)
            self._challenge(session, text, company_id, person.person_id)
            number = self._companies.known(session, company_id).number
        signed = verify_challenge(signature, text.encode())
        now = self._clock.now()
        certificate = self._certificates.check(signed, number=number, now=now)
        with self._database.transaction() as session:
            self._challenge(session, text, company_id, person.person_id).used_at = now
            row = self._add(session, company_id, person, method=CERTIFICATE)
            row.valid_until = min(certificate.not_after, now + self._rules.valid_for)
            row.sealed = self._keyring.encrypt(
                json.dumps({**asdict(certificate), "not_after": rfc3339(row.valid_until)}).encode(),
                purpose=_PURPOSE,
            )
            if certificate.person_number in {"", person.record.number}:
                self._accept(session, row, decided_by="program")
            else:
                send_to_review(
                    session, kind=REVIEW_KIND, about=row.id, reasons=["other-person"], at=now
                )
        return certificate

    def listed(self, session: Session, company_id: str, *, email: str) -> list[PowerView]:
        """Return every power of a company to its members, newest first; raises NotFoundError."""
        self._companies.view(session, company_id, email=email)
        mine = self._people.known(session, email)
        rows = session.scalars(
            select(Power).where(Power.company_id == company_id).order_by(Power.given_at.desc())
        )
        return [
            PowerView(
                id=row.id,
                email=self._people.email_of(session, row.person_id),
                method=row.method,
                state=PowerState(row.state),
                given_at=row.given_at,
                valid_until=row.valid_until,
                mine=row.person_id == mine,
                certificate=self._certificate(row),
            )
            for row in rows
        ]

    def acting_for(self, session: Session, company_id: str, *, email: str) -> ActingFor:
        """Return by what the person may sign for the company now.

        They need the role signer, and a power in force: their own, or that of the member who
        gave them the role. Raises NotMemberError, NotIdentifiedError, PowerMissingError,
        NotFoundError.
        """
        person_id = self._companies.require(session, company_id, email=email, role=Role.SIGNER)
        person = self._decisions.identified(session, email=email)
        granting = self._companies.granted_by(session, company_id, person_id)
        for holder in dict.fromkeys((person_id, granting)):
            if not self._companies.may_grant(session, company_id, holder):
                continue  # what a member gave ends with their membership
            row = self._in_force(session, company_id, holder)
            if row is not None and row.leaf_hash is not None:
                return ActingFor(
                    company=self._companies.known(session, company_id),
                    person=person,
                    leaf_hash=row.leaf_hash,
                    method=row.method,
                    delegated=holder != person_id,
                )
        raise PowerMissingError("expected a power to represent the company; show it first")

    def review_sheet(self, session: Session, about: str) -> ReviewSheet:
        """Return deed or certificate, company and registers' answers, for the review desk."""
        row = session.get_one(Power, about)
        company = self._companies.known(session, row.company_id)
        email = self._people.email_of(session, row.person_id)
        record = self._decisions.identified(session, email=email).record
        facts = {
            "company": company.legal_name,
            "companyNumber": f"{company.number.kind} {company.number.number}",
            "familyNames": record.family_names,
            "givenNames": record.given_names,
            "nationalNumber": f"{record.number_kind} {record.number}",
            **{
                f"register.{one.register}": f"{one.answer} {one.legal_name or one.reason}".strip()
                for one in company.answers
            },
            **{
                f"certificate.{name}": str(value)
                for name, value in self._certificate(row).items()
                if isinstance(value, str)
            },
        }
        return ReviewSheet(
            facts=tuple(facts.items()),
            pictures=tuple(self._pictures.of(session, about)),
            # Whoever is of the company gains by the power, not only who shows it.
            applicants=self._companies.mailboxes(session, row.company_id) | {email},
        )

    def apply_review(self, session: Session, about: str, *, accepted: bool) -> bytes | None:
        """Do what a reviewer decided; return the leaf of the statement, None if refused."""
        row = session.get_one(Power, about, with_for_update=True)
        if row.state != PowerState.REVIEW:
            raise PowerMissingError(f"expected a power in review, got one that is {row.state}")
        if accepted:
            return self._accept(session, row, decided_by="reviewer")
        row.state = PowerState.REFUSED
        row.decided_at = self._clock.now()
        return None

    def withdraw(self, session: Session, company_id: str, *, email: str, power_id: str) -> None:
        """End a power at an owner's wish; raises NotMemberError, PowerMissingError."""
        self._companies.require(session, company_id, email=email, role=Role.OWNER)
        row = session.get(Power, power_id, with_for_update=True)
        if row is None or row.company_id != company_id:
            raise PowerMissingError("no such power of this company")
        row.state = PowerState.WITHDRAWN
        row.decided_at = self._clock.now()
        withdraw_from_review(session, about=row.id, at=row.decided_at)
        self._statements.record(
            session,
            type_="power-withdrawn",
            about=company_id,
            body=lambda _: {"power": None if row.leaf_hash is None else row.leaf_hash.hex()},
            at=row.decided_at,
        )

    def forget_old(self, session: Session) -> None:
        """Delete challenges of over a day ago; deeds go with the kept pictures."""
        day_ago = self._clock.now() - timedelta(days=1)
        session.execute(
            delete(CertificateChallenge).where(CertificateChallenge.created_at < day_ago)
        )

    def _accept(self, session: Session, row: Power, *, decided_by: str) -> bytes:
        now = self._clock.now()
        row.state = PowerState.ACCEPTED
        row.decided_at = now
        row.valid_until = row.valid_until or now + self._rules.valid_for
        company = self._companies.known(session, row.company_id)
        email = self._people.email_of(session, row.person_id)
        person = self._decisions.identified(session, email=email)
        deeds = " ".join(one.upload_sha256.hex() for one in self._pictures.of(session, row.id))
        certificate = self._certificate(row)
        until = row.valid_until

        def body(disclose: Disclose) -> dict[str, Any]:
            personal = {
                "companyName": company.legal_name,
                "companyNumber": company.number.number,
                "representativeNumber": person.record.number,
                "deed": deeds,
                "certificateOrganization": str(certificate.get("organization", "")),
                "certificatePerson": str(certificate.get("person_name", "")),
            }
            return {
                "method": row.method,
                "decidedBy": decided_by,
                "numberKind": company.number.kind,
                "representative": person.leaf_hash.hex(),
                "validUntil": rfc3339(until),
                "registers": {
                    one.register: {
                        "answer": str(one.answer),
                        "reason": one.reason,
                        "sha256": one.sha256,
                    }
                    for one in company.answers
                },
                # The issuer's own words: whether it is qualified in law is for others to say.
                "issuersClaims": list(certificate.get("claims", [])),
                "certificate": certificate.get("sha256"),
                "certificatePath": list(certificate.get("path_sha256", [])),
                "revocation": list(certificate.get("revocation", [])),
                "sd": {claim: disclose(claim, value) for claim, value in personal.items()},
            }

        row.leaf_hash = self._statements.record(
            session, type_="company-identified", about=row.company_id, body=body, at=now
        )
        return row.leaf_hash

    def _representative(self, session: Session, company_id: str, email: str) -> IdentifiedPerson:
        self._companies.require(session, company_id, email=email, role=Role.SIGNER)
        return self._decisions.identified(session, email=email)

    def _add(
        self, session: Session, company_id: str, person: IdentifiedPerson, *, method: str
    ) -> Power:
        row = Power(
            id=new_id("pow"),
            company_id=company_id,
            person_id=person.person_id,
            method=method,
            state=PowerState.REVIEW,
            given_at=self._clock.now(),
        )
        session.add(row)
        session.flush()
        return row

    def _challenge(
        self, session: Session, text: str, company_id: str, person_id: str
    ) -> CertificateChallenge:
        row = session.get(CertificateChallenge, _sha256(text), with_for_update=True)
        if (
            row is None
            or row.used_at is not None
            or self._clock.now() > row.expires_at
            or (row.company_id, row.person_id) != (company_id, person_id)
        ):
            raise CertificateChallengeError("the text is over, was used or is another's; ask anew")
        return row

    def _in_force(self, session: Session, company_id: str, person_id: str) -> Power | None:
        now: datetime = self._clock.now()
        return session.scalar(
            select(Power)
            .where(
                Power.company_id == company_id,
                Power.person_id == person_id,
                Power.state == PowerState.ACCEPTED,
                Power.valid_until > now,
            )
            .order_by(Power.decided_at.desc())
            .limit(1)
        )

    def _certificate(self, row: Power) -> Mapping[str, Any]:
        if row.sealed is None:
            return {}
        content = self._keyring.decrypt(row.sealed, purpose=_PURPOSE)
        fields: dict[str, Any] = json.loads(content)
        return fields


def _sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
