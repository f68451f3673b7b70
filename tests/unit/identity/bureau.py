"""All that knows people and companies, on a database of its own, with known faces and documents."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from anchoring.disclosure import parse_disclosure
from anchoring.hashing import ZERO32, attestation_hash, leaf_hash, sha256, statement_entry
from anchoring.statement import After, Statement, parse_statement
from service.identity.companies.certificate_check import CertificateCheck
from service.identity.companies.companies import Companies
from service.identity.companies.powers import REVIEW_KIND as POWER
from service.identity.companies.powers import Powers
from service.identity.companies.registers import CompanyRegister
from service.identity.companies.revocation import HttpRevocation
from service.identity.faces.checks import FaceChecks, HeadTurns
from service.identity.faces.liveness import Pose
from service.identity.kept_pictures import KeptPictures
from service.identity.people.decisions import REVIEW_KIND as PERSON
from service.identity.people.decisions import Decisions
from service.identity.people.identifications import Identifications, IdentificationView
from service.identity.people.people import People
from service.identity.review.desk import ReviewDesk
from service.identity.statements import IdentityStatements, KeptStatement, LogNames, LogWriter
from tests.unit.identity.conftest import Desk
from tests.unit.identity.known_faces import ANA, KnownDocuments, KnownFaces, face_picture

EMAIL = "ana@example.org"
REVIEWER = "inspector@example.org"


class Names:
    """The names of a log."""

    origin = "acta.example/log"
    log_id = b"\1" * 32


class LogBook(LogWriter):
    """A log that remembers its entries."""

    def __init__(self) -> None:
        self.entries: list[bytes] = []

    @property
    def identity(self) -> LogNames:
        return Names()

    def last_anchored(self) -> After:
        return After(size=0, root=sha256(b""))

    def accept(self, session: Session, entry: bytes, *, kind: str, subject: bytes) -> bytes:
        assert (kind, subject, len(entry)) == ("statement", ZERO32, 32)
        self.entries.append(entry)
        return leaf_hash(entry)


@dataclass
class Bureau:
    """Identity's rooms as the composition root would build them."""

    desk: Desk
    registers: Sequence[CompanyRegister] = ()
    roots: Sequence[Any] = ()

    def __post_init__(self) -> None:
        database, keyring, clock = self.desk.database, self.desk.keyring, self.desk.clock
        self.log = LogBook()
        self.documents = KnownDocuments()
        self.pictures = KeptPictures(keyring=keyring, clock=clock)
        self.people = People(keyring=keyring, clock=clock)
        self.statements = IdentityStatements(log=self.log, keyring=keyring)
        self.decisions = Decisions(
            clock=clock, people=self.people, pictures=self.pictures, statements=self.statements
        )
        self.face_checks = FaceChecks(
            database=database, keyring=keyring, clock=clock, checker=KnownFaces()
        )
        self.identifications = Identifications(
            database=database,
            clock=clock,
            people=self.people,
            reader=self.documents,
            face_checks=self.face_checks,
            pictures=self.pictures,
            decisions=self.decisions,
        )
        self.companies = Companies(
            database=database,
            clock=clock,
            people=self.people,
            decisions=self.decisions,
            registers=self.registers,
        )
        self.powers = Powers(
            database=database,
            keyring=keyring,
            clock=clock,
            people=self.people,
            decisions=self.decisions,
            companies=self.companies,
            pictures=self.pictures,
            statements=self.statements,
            certificates=CertificateCheck(roots=self.roots, revocation=HttpRevocation()),
        )
        self.review = ReviewDesk(
            database=database,
            keyring=keyring,
            clock=clock,
            statements=self.statements,
            rooms={PERSON: self.decisions, POWER: self.powers},
            reviewers={REVIEWER, EMAIL},
        )

    def begin(self, email: str = EMAIL) -> str:
        with self.desk.database.transaction() as session:
            return self.identifications.begin(session, email=email)

    def give_document(
        self, number: str, email: str = EMAIL, person: int = ANA
    ) -> IdentificationView:
        return self.identifications.take_document(
            number, email=email, uploads=[face_picture(person, salt=secrets.randbelow(10**9))]
        )

    def confirm(
        self,
        identification: str,
        email: str = EMAIL,
        *,
        family: str = "García López",
        given: str = "María Carmen",
        number: str = "99999999R",
    ) -> IdentificationView:
        with self.desk.database.transaction() as session:
            return self.identifications.confirm_document(
                session,
                identification,
                email=email,
                family_names=family,
                given_names=given,
                number=number,
            )

    def challenge(self, identification: str, email: str = EMAIL) -> HeadTurns:
        with self.desk.database.transaction() as session:
            return self.identifications.new_face_challenge(session, identification, email=email)

    def frames(self, poses: Sequence[Pose], person: int = ANA) -> list[bytes]:
        return [face_picture(person, pose, salt=secrets.randbelow(10**9)) for pose in poses]

    def show_face(
        self, identification: str, email: str = EMAIL, person: int = ANA
    ) -> IdentificationView:
        turns = self.challenge(identification, email)
        return self.identifications.check_face(
            identification,
            email=email,
            token=turns.token,
            frames=self.frames(turns.poses, person),
        )

    def identify(self, email: str = EMAIL) -> IdentificationView:
        """Take a person from nothing to identified."""
        identification = self.begin(email)
        self.give_document(identification, email)
        self.confirm(identification, email)
        return self.show_face(identification, email)

    def statements_about(self, about: str) -> list[KeptStatement]:
        with self.desk.database.reading() as session:
            return self.statements.of(session, about)

    def person(self, email: str = EMAIL) -> str:
        with self.desk.database.reading() as session:
            known = self.people.known(session, email)
        assert known is not None
        return known


def outsiders_view(
    kept: KeptStatement, entries: Sequence[bytes]
) -> tuple[Statement, dict[str, Any]]:
    """Check a statement as an outsider does; return it with the values its disclosures open."""
    statement = parse_statement(kept.raw)
    attested = ZERO32
    if kept.attestation is not None:
        attested = attestation_hash(method="code", attestation_sha256=sha256(kept.attestation))
    entry = statement_entry(
        salt=kept.salt,
        subject=ZERO32,
        statement_sha256=statement.sha256,
        attestation_hash=attested,
    )
    assert leaf_hash(entry) == kept.leaf_hash
    assert entry in entries
    opened = {one.digest: one for one in map(parse_disclosure, kept.disclosures)}
    values = {
        hidden.claim: opened[hidden.digest].value
        for hidden in statement.hidden
        if hidden.digest in opened
    }
    assert all(opened[h.digest].claim == h.claim for h in statement.hidden if h.digest in opened)
    return statement, values
