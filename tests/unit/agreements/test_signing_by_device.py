"""Signing with a passkey over real rows: what waits, for how long, and what a crash leaves."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchoring.attestation import parse_attestation
from anchoring.statement import parse_statement
from anchoring.statement_bodies import read_prepared
from service.agreements import DeviceSigning, PartyDraft
from service.agreements.errors import (
    FreshCodeNeededError,
    PasskeyNeededError,
    SignatureOverError,
    StaleViewError,
)
from service.agreements.models import Agreement, PartyKeyRow, PartyState, PendingSignatureRow
from service.identity import PasskeyRefusedError, Passkeys, PasskeyTooNewError
from tests.parts import fresh_keyring
from tests.pdfs.making import reportlab_pdf
from tests.unit.agreements.test_party_custody import ANA, BETO, Office
from tests.unit.identity.authenticator import Authenticator
from tests.unit.notary.house import House


class MailboxesAlone:
    """People of whom only the mailbox is known."""

    def current_identification(self, session: Session, email: str) -> None:
        return None

    def companies_to_sign_for(self, session: Session, email: str) -> list[Any]:
        return []


class Table:
    """Ana's draft, which she signs with her phone."""

    def __init__(self, house: House, *, by_device: bool = False) -> None:
        self.clock = house.clock
        self.database = house.database
        keyring = fresh_keyring(house.folder)
        self.passkeys = Passkeys(
            database=house.database,
            keyring=keyring,
            clock=house.clock,
            base_url="https://acta.example",
            platform="Acta",
        )
        office = Office(
            house,
            identities=MailboxesAlone(),
            devices=DeviceSigning(passkeys=self.passkeys, keyring=keyring),
        )
        self.files, self.agreements = office.files, office.agreements
        self.device = Authenticator()
        self.passkey = self.add(self.device)
        self.agreement = self.agreements.create_draft(
            sender=ANA,
            sender_name="Ana",
            lang="es",
            filename="a.pdf",
            pdf=reportlab_pdf(pages=1),
            title="Arriendo",
            deadline=self.clock.now() + timedelta(days=3),
            parties=[
                PartyDraft(name="Ana", email=ANA, order=1),
                PartyDraft(name="Beto", email=BETO, order=2),
            ],
            by_device=by_device,
        )

    def add(self, device: Authenticator) -> str:
        with self.database.transaction() as session:
            options = self.passkeys.registration_options(session, email=ANA)
        return self.passkeys.register(
            device.create(options),
            email=ANA,
            name="Móvil",
            mailbox_at=self.clock.now(),
            by_passkey=False,
        ).id

    def begin(self, *, passkey: str = "", session_id: str = "ses_1") -> str:
        now = self.clock.now()
        opened = self.agreements.open_for_signing(ANA, self.agreement, confirmed_at=now)
        return self.agreements.begin_signing(
            ANA,
            self.agreement,
            session_id=session_id,
            passkey=passkey or self.passkey,
            revision=opened.revision,
            consent_sha256=opened.consent_sha256,
            drawn_png=None,
            typed_name="Ana",
            confirmed_at=now,
        )

    def complete(self, answer: str, *, session_id: str = "ses_1") -> None:
        self.agreements.complete_signing(ANA, self.agreement, session_id=session_id, answer=answer)

    def waiting(self) -> list[PendingSignatureRow]:
        with self.database.reading() as session:
            return list(session.scalars(select(PendingSignatureRow)))

    def kept(self) -> Agreement:
        with self.database.reading() as session:
            agreement = session.get_one(Agreement, self.agreement)
            _ = agreement.parties, agreement.statements, agreement.party_keys
            return agreement


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    house = House(tmp_path)
    house.notary.start()
    yield Table(house)
    house.database.dispose()


def test_what_is_recorded_names_the_key_that_answered(table: Table) -> None:
    table.complete(table.device.get(table.begin()))
    with table.database.reading() as session:
        agreement = session.get_one(Agreement, table.agreement)
        assert agreement.parties[0].state == PartyState.SIGNED
        signed = next(row for row in agreement.statements if row.type == "signed")
        assert signed.method == "webauthn"
        assert signed.attestation is not None
        assert parse_attestation(signed.attestation).method == "webauthn"
        [key] = session.scalars(select(PartyKeyRow))
        assert (key.x, key.y) == table.device.key.point
    assert table.waiting() == []


def test_the_same_again_once_signed_is_no_error(table: Table) -> None:
    answer = table.device.get(table.begin())
    table.complete(answer)
    table.complete(answer)
    with table.database.reading() as session:
        types = [row.type for row in session.get_one(Agreement, table.agreement).statements]
    assert types.count("signed") == 1


def test_the_row_that_waits_shows_nothing(table: Table) -> None:
    table.begin()
    [row] = table.waiting()
    assert b"Ana" not in row.sealed
    assert b'"key"' not in row.sealed


@pytest.mark.parametrize("case", ["late", "other-session", "spent"])
def test_an_answer_that_nothing_waits_for(table: Table, case: str) -> None:
    answer, session_id = table.device.get(table.begin()), "ses_1"
    if case == "late":
        table.clock.advance(minutes=9)
    elif case == "other-session":
        session_id = "ses_2"
    else:
        with pytest.raises(PasskeyRefusedError):
            table.complete(table.device.get('{"challenge": "AA"}'))
    with pytest.raises(SignatureOverError):
        table.complete(answer, session_id=session_id)
    with table.database.reading() as session:
        assert session.get_one(Agreement, table.agreement).parties[0].state != PartyState.SIGNED


def test_what_nobody_answered_is_forgotten_with_its_key(table: Table) -> None:
    table.begin()
    table.agreements.forget_waiting_signatures()
    assert len(table.waiting()) == 1
    table.clock.advance(minutes=9)
    table.agreements.forget_waiting_signatures()
    assert table.waiting() == []


def test_a_further_passkey_added_by_code_waits(table: Table) -> None:
    further = table.add(Authenticator("tablet"))
    with pytest.raises(PasskeyTooNewError):
        table.begin(passkey=further)


def test_an_old_code_does_not_begin_a_signature(table: Table) -> None:
    with pytest.raises(FreshCodeNeededError):
        table.agreements.begin_signing(
            ANA,
            table.agreement,
            session_id="ses_1",
            passkey=table.passkey,
            revision="00" * 32,
            consent_sha256="00" * 32,
            drawn_png=None,
            typed_name="Ana",
            confirmed_at=table.clock.now() - timedelta(hours=1),
        )


def test_a_revision_that_moved_on_is_refused_before_the_answer_is_spent(table: Table) -> None:
    answer = table.device.get(table.begin())
    with table.database.transaction() as session:
        session.get_one(Agreement, table.agreement).revision = "11" * 32
    with pytest.raises(StaleViewError):
        table.complete(answer)
    assert table.waiting()[0].answer_sha256 is None


def test_a_crash_after_the_answer_is_made_good_at_the_next_look(table: Table) -> None:
    answer = table.device.get(table.begin())
    revision = table.kept().revision
    content = table.files.get(bytes.fromhex(revision))
    table.files.delete(bytes.fromhex(revision))
    with pytest.raises(Exception, match="revision"):
        table.complete(answer)
    table.files.put(content)
    assert table.waiting()[0].attestation is not None
    # The same answer sent again finishes it too, without looking like a copy's.
    assert table.agreements.finish_waiting_signature(ANA, table.agreement)
    assert not table.agreements.finish_waiting_signature(ANA, table.agreement)
    table.complete(answer)
    with table.database.reading() as session:
        assert session.get_one(Agreement, table.agreement).parties[0].state == PartyState.SIGNED
        assert not table.passkeys.of(session, ANA)[0].copied


def test_where_all_sign_with_passkeys_a_code_signs_nothing(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.notary.start()
    table = Table(house, by_device=True)
    now = table.clock.now()
    opened = table.agreements.open_for_signing(ANA, table.agreement, confirmed_at=now)
    assert opened.by_device
    with pytest.raises(PasskeyNeededError):
        table.agreements.sign(
            ANA,
            table.agreement,
            revision=opened.revision,
            consent_sha256=opened.consent_sha256,
            drawn_png=None,
            typed_name="Ana",
            confirmed_at=now,
        )
    with table.database.reading() as session:
        [prepared] = [
            parse_statement(row.raw)
            for row in session.get_one(Agreement, table.agreement).statements
            if row.type == "prepared"
        ]
    body = read_prepared(prepared)
    assert body.voidable
    assert body.accepts is not None
    assert body.accepts.methods == ("webauthn",)
    assert "anularse" in opened.consent_text
    house.database.dispose()
