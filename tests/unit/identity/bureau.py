"""All that knows people and companies, on a database of its own, with known faces and documents."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy.orm import Session

from anchoring.disclosure import parse_disclosure
from anchoring.hashing import ZERO32, attestation_hash, leaf_hash, sha256, statement_entry
from anchoring.statement import After, Statement, parse_statement
from service.clock import Clock
from service.database import Database
from service.identity import Bureau as Rooms
from service.identity import BureauParts, KeptPictures, RateLimits
from service.identity.companies.registers import CompanyRegister
from service.identity.faces.checks import HeadTurns
from service.identity.faces.liveness import Pose
from service.identity.people.identifications import IdentificationView
from service.identity.statements import KeptStatement, LogNames, LogWriter
from service.keyring import Keyring
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


class Foundation(Protocol):
    """What a bureau stands on."""

    database: Database
    keyring: Keyring
    clock: Clock


@dataclass
class Bureau:
    """Identity's rooms as the composition root would build them."""

    desk: Foundation
    registers: Sequence[CompanyRegister] = ()
    roots: Sequence[Any] = ()
    log: Any = field(default_factory=LogBook)

    def __post_init__(self) -> None:
        self.documents = KnownDocuments()
        self.rooms = Rooms(
            database=self.desk.database,
            keyring=self.desk.keyring,
            clock=self.desk.clock,
            log=self.log,
            rate_limits=RateLimits(keyring=self.desk.keyring),
            parts=BureauParts(
                checker=KnownFaces(),
                reader=self.documents,
                registers=self.registers,
                roots=self.roots,
                reviewers={REVIEWER, EMAIL},
            ),
        )
        self.people = self.rooms.people
        self.statements = self.rooms.statements
        self.decisions = self.rooms.decisions
        self.face_checks = self.rooms.face_checks
        self.identifications = self.rooms.identifications
        self.companies = self.rooms.companies
        self.powers = self.rooms.powers
        self.review = self.rooms.review
        self.pictures = KeptPictures(keyring=self.desk.keyring, clock=self.desk.clock)

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
