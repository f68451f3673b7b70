"""Keys and erasure over real rows: what a crash in between leaves, and who makes it good."""

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyrage
import pytest
from sqlalchemy.orm import Session

from anchoring.age_file import AgeIdentity, NotForThisKey
from anchoring.recover import open_document
from service.agreements import Agreements, Desk, PictureCache
from service.agreements.errors import (
    AgreementNotFoundError,
    FreshCodeNeededError,
    NoRecoveryKeyError,
    NotInThisStateError,
)
from service.agreements.models import (
    Agreement,
    CertificateRow,
    Party,
    PartyState,
    State,
    TagRow,
)
from service.custody import (
    Custody,
    CustodyStatements,
    DiskStore,
    ErasureRefusedError,
    KeyKind,
    Lifecycles,
    RecoveryKeys,
    RevisionFiles,
    RevisionMissingError,
)
from service.custody.models import AgreementKey
from service.notices import MailQueue
from service.signing import PlatformKeys
from tests.parts import NOON, fresh_keyring
from tests.unit.notary.house import House

PDF = b"%PDF-1.7 a farm"
ANA, BETO, EVA = "ana@example.com", "beto@example.com", "eva@example.com"


class NoLinks:
    """Nobody is invited in these tests."""

    def issue(self, session: Session, *, agreement: str, party: int) -> str:
        raise AssertionError("nobody is invited here")

    def revoke(self, session: Session, *, agreement: str) -> None:
        pass


class NoIdentities:
    """Nobody signs in these tests, so nobody is asked who they are."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"expected no question about identities, got {name}")


class Office:
    """The use cases of agreements over a database, two disks and a log."""

    def __init__(self, house: House, **more: Any) -> None:
        self.house, folder = house, house.folder
        keyring = fresh_keyring(folder)
        parts = {"database": house.database, "clock": house.clock}
        stores = [DiskStore(folder / f"disk-{n}", name=f"disk-{n}") for n in (1, 2)]
        self.files = RevisionFiles(folder / "revisions", keyring)
        self.custody = Custody(
            **parts, keyring=keyring, stores=stores, quorum=1, spool=folder / "spool"
        )
        self.keys = RecoveryKeys(**parts, keyring=keyring)
        statements = CustodyStatements(**parts, log=house.notary)
        self.lifecycles = Lifecycles(
            **parts,
            stores=stores,
            files=self.files,
            spool=folder / "spool",
            statements=statements,
            classes={"none": 0, "six-years": 2192},
            default="none",
        )
        self.agreements = Agreements(
            Desk(
                **parts,
                files=self.files,
                custody=self.custody,
                recovery_keys=self.keys,
                lifecycles=self.lifecycles,
                custody_statements=statements,
                notary=house.notary,
                keys=PlatformKeys.load_or_create(keyring, name="Acta", clock=house.clock),
                links=NoLinks(),
                identities=more.pop("identities", NoIdentities()),
                mail=MailQueue(
                    keyring=keyring,
                    clock=house.clock,
                    origin_host="acta.example",
                    enqueue=house.enqueued,
                ),
                enqueue=house.enqueued,
                pictures=PictureCache(),
                base_url="https://acta.example",
                code_lifetime=timedelta(minutes=30),
                **more,
            )
        )

    def sealed(self, name: str = "agr_1", state: State = State.SEALED) -> str:
        """Return an agreement that Ana sent, and Ana and Beto signed."""
        revision = self.files.put(PDF + name.encode()).hex()
        with self.house.database.transaction() as session:
            agreement = Agreement(
                id=name,
                state=state,
                title="Arriendo",
                lang="es",
                filename="a.pdf",
                sender_email=ANA,
                sender_name="Ana",
                deadline=NOON,
                created_at=NOON,
                page_count=1,
                doc_salt=bytes(32),
                prepared_sha256=revision,
                revision=revision,
                sealed_sha256=revision,
            )
            agreement.parties = [
                Party(number=n, name=who, email=who, role="signer", signing_order=n, state=at)
                for n, who, at in ((1, ANA, PartyState.SIGNED), (2, BETO, PartyState.SIGNED))
            ]
            session.add(agreement)
        self.custody.keep(name, PDF)
        self.agreements.wrap_envelope(name)
        return name

    def add_key(self, email: str, *, minutes_ago: int = 0) -> AgeIdentity:
        made = pyrage.x25519.Identity.generate()
        self.agreements.add_recovery_key(
            email,
            recipient=str(made.to_public()),
            kind="printed",
            credential=None,
            confirmed_at=self.house.clock.now() - timedelta(minutes=minutes_ago),
            lang="es",
        )
        return AgeIdentity.parse(str(made))

    def opens(self, agreement: str, identity: AgeIdentity) -> bool:
        kept = self.custody.ciphertext(agreement)
        try:
            return open_document(kept.ciphertext, kept.envelope, [identity]) == PDF
        except NotForThisKey:
            return False

    def mails(self) -> int:
        return sum(name == "deliver-mail" for name, *_ in self.house.enqueued.work)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    house = House(tmp_path)
    house.notary.start()
    yield Office(house)
    house.database.dispose()


def test_a_key_opens_what_was_there_and_what_comes(office: Office) -> None:
    before = office.sealed("agr_1")
    beto = office.add_key(BETO)
    after = office.sealed("agr_2")
    assert office.opens(before, beto)
    assert office.opens(after, beto)
    assert office.mails() == 1
    assert office.keys.unwrapped_owners() == []
    assert office.agreements.custody_kit(BETO, before).kept.envelope
    with pytest.raises(NoRecoveryKeyError):
        office.agreements.custody_kit(ANA, before)
    with pytest.raises(AgreementNotFoundError):
        office.agreements.custody_kit(EVA, before)


def test_a_strangers_key_opens_nothing(office: Office) -> None:
    agreement = office.sealed()
    assert not office.opens(agreement, office.add_key(EVA))


def test_what_a_crash_left_is_wrapped_by_upkeep(office: Office) -> None:
    agreement = office.sealed()
    made = pyrage.x25519.Identity.generate()
    # The key's row is there, and the process ended before any envelope followed.
    with office.house.database.transaction() as session:
        office.keys.add(session, owner=BETO, recipient=str(made.to_public()), kind=KeyKind.PRINTED)
    identity = AgeIdentity.parse(str(made))
    assert not office.opens(agreement, identity)
    assert office.agreements.rewrap_envelopes() == 1
    assert office.opens(agreement, identity)
    assert office.agreements.rewrap_envelopes() == 0


def test_an_envelope_that_cannot_be_opened_keeps_its_owner_unsettled(office: Office) -> None:
    first, second = office.sealed("agr_1"), office.sealed("agr_2")
    with office.house.database.transaction() as session:
        row = session.get_one(AgreementKey, first)
        whole, row.envelope = row.envelope, b"age-encryption.org/v1\nbroken"
    beto = office.add_key(BETO)
    assert office.opens(second, beto)
    assert office.keys.unwrapped_owners() == [BETO]
    with office.house.database.transaction() as session:
        session.get_one(AgreementKey, first).envelope = whole
    office.agreements.rewrap_envelopes()
    assert office.opens(first, beto)
    assert office.keys.unwrapped_owners() == []


def test_a_key_needs_a_fresh_code(office: Office) -> None:
    with pytest.raises(FreshCodeNeededError):
        office.add_key(BETO, minutes_ago=31)
    assert office.agreements.recovery_keys(BETO) == []
    assert office.mails() == 0


def test_a_party_who_erases_their_data_reads_no_longer(office: Office) -> None:
    agreement = office.sealed()
    ana, beto = office.add_key(ANA), office.add_key(BETO)
    office.lifecycles.hold(agreement, "case")
    with pytest.raises(ErasureRefusedError):
        office.agreements.erase_my_data(BETO, agreement)
    assert office.opens(agreement, beto)
    office.lifecycles.release(agreement)
    office.agreements.erase_my_data(BETO, agreement)
    assert not office.opens(agreement, beto)
    assert office.opens(agreement, ana)
    with pytest.raises(AgreementNotFoundError):
        office.agreements.view_for(BETO, agreement)
    with pytest.raises(AgreementNotFoundError):
        office.agreements.erase_my_data(BETO, agreement)
    # A key of Beto's that comes later is nobody's here.
    assert not office.opens(agreement, office.add_key(BETO))


def test_only_the_operator_erases_what_was_signed(office: Office) -> None:
    agreement = office.sealed()
    for email in (ANA, BETO, EVA):
        with pytest.raises((AgreementNotFoundError, NotInThisStateError)):
            office.agreements.erase_agreement(email, agreement)
    office.lifecycles.request(agreement)
    office.agreements.go_on_erasing()
    with pytest.raises(AgreementNotFoundError):
        office.agreements.view_for(ANA, agreement)
    assert office.mails() == 2
    assert not list((office.house.folder / "revisions").rglob("*.sealed"))
    office.agreements.go_on_erasing()
    assert office.mails() == 2


def test_an_erasure_takes_upload_certificates_and_tags_along(office: Office) -> None:
    agreement, other = office.sealed("agr_1"), office.sealed("agr_2")
    upload, shared = (office.files.put(data).hex() for data in (b"upload", b"shared upload"))
    certificate = office.files.put(b"names and addresses").hex()
    with office.house.database.transaction() as session:
        session.get_one(Agreement, agreement).original_sha256 = upload
        session.get_one(Agreement, other).original_sha256 = shared
        session.add(TagRow(agreement_id=agreement, email=ANA, tag="olivar"))
        session.add(
            CertificateRow(
                agreement_id=agreement, lang="es", evidence_sha256="0" * 64, sha256=certificate
            )
        )
    office.lifecycles.request(agreement)
    office.agreements.go_on_erasing()
    for gone in (upload, certificate):
        with pytest.raises(RevisionMissingError):
            office.files.get(bytes.fromhex(gone))
    # A copy of a draft shares its upload, which goes with the last of them.
    with office.house.database.transaction() as session:
        session.get_one(Agreement, other).state = State.EXPIRED
    third = office.sealed("agr_3")
    with office.house.database.transaction() as session:
        session.get_one(Agreement, third).original_sha256 = shared
    office.agreements.erase_agreement(ANA, other)
    assert office.files.get(bytes.fromhex(shared)) == b"shared upload"


def test_what_is_being_signed_is_not_erased(office: Office) -> None:
    agreement = office.sealed(state=State.SENT)
    office.lifecycles.request(agreement)
    office.agreements.go_on_erasing()
    assert office.agreements.view_for(ANA, agreement).state == "sent"
    assert office.custody.fetch(agreement) == PDF


def test_files_that_are_gone_come_back_from_custody(office: Office) -> None:
    agreement = office.sealed()
    with office.house.database.transaction() as session:
        row = session.get_one(Agreement, agreement)
        row.sealed_sha256 = row.revision = row.prepared_sha256 = office.files.put(PDF).hex()
        row.evidence_sha256 = office.files.put(b"evidence").hex()
    for path in (office.house.folder / "revisions").rglob("*.sealed"):
        path.unlink()
    checked = office.agreements.refill_files()
    assert (checked.from_custody, checked.to_write_anew, checked.missing) == (1, 1, ())
    assert office.agreements.sealed_pdf(ANA, agreement) == PDF
    assert office.agreements.refill_files().whole == 1
    office.files.delete(sha256(PDF).digest())
    for number in (1, 2):
        for path in (office.house.folder / f"disk-{number}").rglob("*"):
            if path.is_file():
                path.unlink()
    assert office.agreements.refill_files().missing == (agreement,)
