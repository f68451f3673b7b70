"""Agreements with their real rooms in one folder, and a process that signs and may be killed.

    python -m tests.faults.signing_house FOLDER [MODULE:QUALNAME before|after NTH]

goes on with the folder's agreement until everybody has signed, or until it kills itself there.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy.orm import Session

import service.custody.models
import service.identity.models
import service.notices.models  # noqa: F401  every room's tables
from service.agreements import Agreements, Desk, PartyDraft, PictureCache
from service.agreements.models import Agreement
from service.custody import (
    Custody,
    CustodyStatements,
    DiskStore,
    Lifecycles,
    RecoveryKeys,
    RevisionFiles,
)
from service.errors import NotFoundError
from service.identity import ActingFor
from service.keyring import Keyring
from service.notices import MailQueue
from service.signing import KeyPlace, PlatformKeys
from tests.faults.crashing_server import arm
from tests.parts import fresh_keyring
from tests.pdfs.making import reportlab_pdf
from tests.unit.notary.house import House

PARTIES = 6
SENDER = "ana@finca.example"


class _NoLinks:
    def issue(self, session: Session, *, agreement: str, party: int) -> str:
        return f"/s/{agreement}/{party}"

    def revoke(self, session: Session, *, agreement: str) -> None:
        pass


class _NobodyIdentified:
    def current_identification(self, session: Session, email: str) -> None:
        return None

    def companies_to_sign_for(self, session: Session, email: str) -> list[ActingFor]:
        return []

    def acting_for(self, session: Session, email: str, company_id: str) -> ActingFor:
        raise NotFoundError("no such company", company=company_id)


@dataclass
class SigningHouse:
    """The use cases of agreements on parts that live in ``folder``."""

    folder: Path
    place: KeyPlace | None = None
    house: House = field(init=False)
    keyring: Keyring = field(init=False)
    agreements: Agreements = field(init=False)

    def __post_init__(self) -> None:
        self.house = House(self.folder)
        self.house.notary.start()
        self.keyring = fresh_keyring(self.folder)
        self.open()

    def open(self) -> None:
        """Take up the keys as they are now, as a restart does."""
        house, clock = self.house, self.house.clock
        self.keys = PlatformKeys.load_or_create(
            self.keyring, name="Acta", clock=clock, place=self.place
        )
        stores = [DiskStore(self.folder / "store", name="disk")]
        self.custody = Custody(
            database=house.database,
            keyring=self.keyring,
            clock=clock,
            spool=self.folder / "spool",
            stores=stores,
            quorum=1,
        )
        files = RevisionFiles(self.folder / "revisions", self.keyring)
        statements = CustodyStatements(database=house.database, clock=clock, log=house.notary)
        self.agreements = Agreements(
            Desk(
                database=house.database,
                files=files,
                custody=self.custody,
                recovery_keys=RecoveryKeys(
                    database=house.database, clock=clock, keyring=self.keyring
                ),
                lifecycles=Lifecycles(
                    database=house.database,
                    clock=clock,
                    stores=stores,
                    files=files,
                    spool=self.folder / "spool",
                    statements=statements,
                    classes={"none": 0},
                    default="none",
                ),
                custody_statements=statements,
                notary=house.notary,
                keys=self.keys,
                links=_NoLinks(),
                identities=_NobodyIdentified(),
                mail=MailQueue(
                    keyring=self.keyring,
                    clock=clock,
                    origin_host="acta.example",
                    enqueue=house.enqueued,
                ),
                clock=clock,
                enqueue=house.enqueued,
                pictures=PictureCache(),
                base_url="https://acta.example",
                code_lifetime=timedelta(minutes=30),
            )
        )

    def draft(self, *, parties: int = PARTIES) -> str:
        """Make and send an agreement whose parties sign one after the other; return its id."""
        made = self.agreements.create_draft(
            sender=SENDER,
            sender_name="Ana",
            lang="es",
            filename="contrato.pdf",
            pdf=reportlab_pdf(pages=1),
            title="Aparcería",
            deadline=self.house.clock.now() + timedelta(days=30),
            parties=[
                PartyDraft(name=f"Parte {number}", email=address(number), order=number)
                for number in range(1, parties + 1)
            ],
        )
        self.agreements.send(SENDER, made)
        return made

    def sign(self, agreement: str, number: int) -> None:
        """Open and sign as one party."""
        email, now = address(number), self.house.clock.now()
        shown = self.agreements.open_for_signing(email, agreement, confirmed_at=now)
        self.agreements.sign(
            email,
            agreement,
            revision=shown.revision,
            consent_sha256=shown.consent_sha256,
            drawn_png=None,
            typed_name=f"Parte {number}",
            confirmed_at=now,
        )

    def row(self, agreement: str, read: Callable[[Agreement], object]) -> object:
        """Return what ``read`` takes from the agreement's row."""
        with self.house.database.reading() as session:
            return read(session.get_one(Agreement, agreement))

    def pdf(self, agreement: str) -> bytes:
        """Return the newest PDF."""
        files = RevisionFiles(self.folder / "revisions", self.keyring)
        return files.get(bytes.fromhex(str(self.row(agreement, lambda row: row.revision))))

    def close(self) -> None:
        """Let go of the database."""
        self.house.database.dispose()


def address(number: int) -> str:
    """Return a party's mailbox."""
    return f"parte-{number}@finca.example"


def main() -> int:
    """Sign for every party who has not signed yet."""
    folder = Path(sys.argv[1])
    if len(sys.argv) > 2:
        arm(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    room = SigningHouse(folder)
    agreement = (folder / "agreement").read_text()
    signed = room.row(
        agreement, lambda row: {party.number for party in row.parties if party.signed_at}
    )
    assert isinstance(signed, set)
    for number in range(1, PARTIES + 1):
        if number not in signed:
            room.sign(agreement, number)
    room.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
