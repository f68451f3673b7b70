"""Passkeys: who may add one, what their answers must be, and copies that are found out."""

import json
from pathlib import Path

import pytest

from anchoring.hashing import sha256
from anchoring.webauthn import check_assertion
from service.identity import (
    PasskeyChallengeOverError,
    PasskeyCopiedError,
    PasskeyRefusedError,
    Passkeys,
    PasskeyTooNewError,
    PasskeyUnknownError,
    PasskeyView,
)
from tests.parts import ManualClock, fresh_database, fresh_keyring
from tests.unit.identity.authenticator import Authenticator

ANA, BETO = "ana@example.org", "beto@example.org"
STATEMENT = sha256(b"a signed statement")


class Site:
    """Passkeys of one site, and what its pages do with them."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock()
        self.database = fresh_database(folder)
        self.passkeys = Passkeys(
            database=self.database,
            keyring=fresh_keyring(folder),
            clock=self.clock,
            base_url="https://acta.example",
            platform="Acta",
        )

    def options(self, email: str) -> str:
        with self.database.transaction() as session:
            return self.passkeys.registration_options(session, email=email)

    def add(
        self, device: Authenticator, email: str = ANA, *, by_passkey: bool = False
    ) -> PasskeyView:
        return self.passkeys.register(
            device.create(self.options(email)),
            email=email,
            name="  El móvil\n",
            mailbox_at=self.clock.now(),
            by_passkey=by_passkey,
        )

    def ask(self, passkey: str, email: str = ANA, statement: bytes = STATEMENT) -> str:
        with self.database.transaction() as session:
            return self.passkeys.statement_options(
                session, email=email, passkey=passkey, statement_sha256=statement
            )

    def of(self, email: str = ANA) -> list[PasskeyView]:
        with self.database.transaction() as session:
            return self.passkeys.of(session, email)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def answer(site: Site, given: str, passkey: str, *, email: str = ANA) -> bytes:
    answered = site.passkeys.answer_statement(
        given, email=email, passkey=passkey, statement_sha256=STATEMENT
    )
    check_assertion(answered.assertion, challenge=STATEMENT, rp_id_hash=site.passkeys.rp_id_hash)
    return answered.assertion.x


def test_a_passkey_answers_a_statement_as_evidence_needs_it(site: Site) -> None:
    device = Authenticator()
    passkey = site.add(device)
    assert passkey.name == "El móvil"
    assert answer(site, device.get(site.ask(passkey.id)), passkey.id) == device.key.point[0]
    assert site.of()[0].used_at == site.clock.now()


def test_its_owner_signs_in_with_it(site: Site) -> None:
    device = Authenticator()
    added = site.clock.now()
    site.add(device)
    site.clock.advance(days=30)
    with site.database.transaction() as session:
        options = site.passkeys.sign_in_options(session)
    assert json.loads(options)["userVerification"] == "required"
    given = device.get(options)
    answered = site.passkeys.sign_in(given)
    assert (answered.email, answered.mailbox_at) == (ANA, added)
    with pytest.raises(PasskeyChallengeOverError):
        site.passkeys.sign_in(given)


def test_old_and_foreign_challenges_are_over(site: Site) -> None:
    options = site.options(ANA)
    device = Authenticator()
    given = device.create(options)
    facts = {"name": "x", "mailbox_at": site.clock.now(), "by_passkey": False}
    with pytest.raises(PasskeyChallengeOverError):
        site.passkeys.register(given, email=BETO, **facts)
    given = device.create(site.options(ANA))
    site.clock.advance(minutes=6)
    with pytest.raises(PasskeyChallengeOverError):
        site.passkeys.register(given, email=ANA, **facts)
    with pytest.raises(PasskeyChallengeOverError):
        site.passkeys.sign_in(device.get(site.options(ANA)))
    assert site.of() == []


def test_a_copy_ends_both(site: Site) -> None:
    device, copy = Authenticator(), Authenticator()
    passkey = site.add(device)
    for _ in range(2):
        answer(site, device.get(site.ask(passkey.id)), passkey.id)
    copied = copy.get(site.ask(passkey.id))
    with pytest.raises(PasskeyCopiedError):
        answer(site, copied, passkey.id)
    assert site.of()[0].copied
    with pytest.raises(PasskeyCopiedError):
        site.ask(passkey.id)


def test_a_device_without_a_counter_is_no_copy(site: Site) -> None:
    device = Authenticator()
    passkey = site.add(device)
    for _ in range(2):
        device.counter = -1
        answer(site, device.get(site.ask(passkey.id)), passkey.id)


@pytest.mark.parametrize(
    ("device", "rule"),
    [
        (Authenticator(flags=0x01), "not-verified"),
        (Authenticator(flags=0x04), "not-present"),
        (Authenticator(origin="https://evil.example"), "assertion"),
    ],
)
def test_what_every_verifier_would_refuse(site: Site, device: Authenticator, rule: str) -> None:
    passkey = site.add(Authenticator())
    with pytest.raises(PasskeyRefusedError) as refused:
        answer(site, device.get(site.ask(passkey.id)), passkey.id)
    assert refused.value.facts["rule"] == rule


def test_an_answer_to_another_statement(site: Site) -> None:
    device = Authenticator()
    passkey = site.add(device)
    given = device.get(site.ask(passkey.id, statement=sha256(b"another document")))
    with pytest.raises(PasskeyRefusedError) as refused:
        answer(site, given, passkey.id)
    assert refused.value.facts["rule"] == "challenge"


def test_another_key_and_another_person(site: Site) -> None:
    device, hers = Authenticator("a"), Authenticator("b")
    passkey, other = site.add(device), site.add(hers, BETO)
    hers.credential_id = device.credential_id
    with pytest.raises(PasskeyRefusedError):
        answer(site, hers.get(site.ask(passkey.id)), passkey.id)
    with pytest.raises(PasskeyUnknownError):
        site.ask(other.id)
    with pytest.raises(PasskeyUnknownError):
        answer(site, device.get(site.ask(passkey.id)), passkey.id, email=BETO)


def test_a_further_one_waits_unless_an_earlier_one_vouches(site: Site) -> None:
    site.add(Authenticator("first"))
    vouched = site.add(Authenticator("second"), by_passkey=True)
    site.ask(vouched.id)
    third = Authenticator("third")
    late = site.add(third)
    with pytest.raises(PasskeyTooNewError):
        site.ask(late.id)
    site.clock.advance(hours=72)
    answer(site, third.get(site.ask(late.id)), late.id)


def test_removing_all_does_not_make_the_next_one_first(site: Site) -> None:
    passkey = site.add(Authenticator("first"))
    with site.database.transaction() as session:
        site.passkeys.rename(session, email=ANA, passkey=passkey.id, name="Tractor")
        site.passkeys.remove(session, email=ANA, passkey=passkey.id)
    assert site.of() == []
    with pytest.raises(PasskeyUnknownError):
        site.ask(passkey.id)
    with pytest.raises(PasskeyTooNewError):
        site.ask(site.add(Authenticator("second")).id)


@pytest.mark.parametrize(
    "given", ["", "[]", "{}", '{"response":{"clientDataJSON":7}}', "x" * 70_000]
)
def test_what_is_no_answer(site: Site, given: str) -> None:
    with pytest.raises(PasskeyRefusedError):
        site.passkeys.sign_in(given)
