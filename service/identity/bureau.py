"""All that identifies people and companies, as one part of the service, with its upkeep."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from cryptography import x509
from sqlalchemy.orm import Session

from service.clock import Clock
from service.database import Database
from service.identity.companies.certificate_check import CertificateCheck
from service.identity.companies.companies import Companies
from service.identity.companies.errors import PowerMissingError
from service.identity.companies.models import Role
from service.identity.companies.powers import REVIEW_KIND as POWER
from service.identity.companies.powers import ActingFor, PowerRules, Powers
from service.identity.companies.registers import CompanyRegister
from service.identity.companies.revocation import HttpRevocation, RevocationChecker
from service.identity.documents.reader import DocumentReader
from service.identity.faces.checker import FaceChecker
from service.identity.faces.checks import FaceChecks
from service.identity.kept_pictures import KeptPictures
from service.identity.people.decisions import REVIEW_KIND as PERSON
from service.identity.people.decisions import Decisions, IdentificationRules, IdentifiedPerson
from service.identity.people.errors import NotIdentifiedError
from service.identity.people.identifications import Identifications
from service.identity.people.people import People
from service.identity.rate_limits import RateLimits
from service.identity.review.desk import ReviewDesk
from service.identity.statements import IdentityStatements, LogWriter
from service.keyring import Keyring

_A_PERSON = "30/hour"
_AN_ADDRESS = "200/hour"


@dataclass(frozen=True, kw_only=True)
class BureauParts:
    """What differs between installations: models, readers, registers, roots and rules.

    ``roots`` are the authorities whose company certificates are believed; ``reviewers`` the
    mailboxes of whoever decides at the review desk.
    """

    checker: FaceChecker
    reader: DocumentReader
    registers: Sequence[CompanyRegister] = ()
    roots: Sequence[x509.Certificate] = ()
    revocation: RevocationChecker = field(default_factory=HttpRevocation)
    identification_rules: IdentificationRules = field(default_factory=IdentificationRules)
    power_rules: PowerRules = field(default_factory=PowerRules)
    reviewers: Collection[str] = ()


class Bureau:
    """People, companies and the review desk, over one database."""

    def __init__(
        self,
        *,
        database: Database,
        keyring: Keyring,
        clock: Clock,
        log: LogWriter,
        rate_limits: RateLimits,
        parts: BureauParts,
    ) -> None:
        self.database = database
        self._rate_limits = rate_limits
        self._pictures = KeptPictures(keyring=keyring, clock=clock)
        self.people = People(keyring=keyring, clock=clock)
        self.statements = IdentityStatements(log=log, keyring=keyring)
        self.decisions = Decisions(
            clock=clock,
            people=self.people,
            pictures=self._pictures,
            statements=self.statements,
            rules=parts.identification_rules,
        )
        self.face_checks = FaceChecks(
            database=database, keyring=keyring, clock=clock, checker=parts.checker
        )
        self.identifications = Identifications(
            database=database,
            clock=clock,
            people=self.people,
            reader=parts.reader,
            face_checks=self.face_checks,
            pictures=self._pictures,
            decisions=self.decisions,
        )
        self.companies = Companies(
            database=database,
            clock=clock,
            people=self.people,
            decisions=self.decisions,
            registers=parts.registers,
        )
        self.powers = Powers(
            database=database,
            keyring=keyring,
            clock=clock,
            people=self.people,
            decisions=self.decisions,
            companies=self.companies,
            pictures=self._pictures,
            statements=self.statements,
            certificates=CertificateCheck(roots=parts.roots, revocation=parts.revocation),
            rules=parts.power_rules,
        )
        self.review = ReviewDesk(
            database=database,
            keyring=keyring,
            clock=clock,
            statements=self.statements,
            rooms={PERSON: self.decisions, POWER: self.powers},
            reviewers=frozenset(parts.reviewers),
        )

    def spend(self, what: str, *, email: str, remote: str) -> None:
        """Count one costly try (``document``, ``face``, ``deed``, ``registers``, ``certificate``).

        By account and, more generously, by address: a village may share one. Raises
        TooManyRequestsError.
        """
        self._rate_limits.hit(_A_PERSON, f"{what}-person", email)
        self._rate_limits.hit(_AN_ADDRESS, f"{what}-address", remote)

    def current_identification(self, session: Session, email: str) -> IdentifiedPerson | None:
        """Return a person's identification in force, None if there is none."""
        try:
            return self.decisions.identified(session, email=email)
        except NotIdentifiedError:
            return None

    def acting_for(self, session: Session, email: str, company_id: str) -> ActingFor:
        """Return by what a person may sign for a company now.

        Raises NotMemberError, NotIdentifiedError, PowerMissingError, NotFoundError.
        """
        return self.powers.acting_for(session, company_id, email=email)

    def companies_to_sign_for(self, session: Session, email: str) -> list[ActingFor]:
        """Return every company that this person may sign for now, by name."""
        found = []
        for company, roles in self.companies.of(session, email=email):
            if Role.SIGNER in roles:
                try:
                    found.append(self.acting_for(session, email, company.id))
                except (NotIdentifiedError, PowerMissingError):
                    continue
        return found

    def forget_old(self) -> None:
        """Delete pictures, faces, challenges and unfinished identifications that are over."""
        with self.database.transaction() as session:
            self.decisions.forget_old(session)
            self.face_checks.forget_old(session)
            self.powers.forget_old(session)
