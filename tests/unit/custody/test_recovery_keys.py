"""People's own keys: what their envelopes open for, and what stays as it was."""

from datetime import timedelta

import pyrage
import pytest
from sqlalchemy import select

from anchoring.age_file import AgeIdentity, NotForThisKey
from anchoring.recover import open_document
from service.custody import BadRecipientError, KeyKind, RecoveryKeys, TooManyKeysError, envelope_key
from service.custody.models import AgreementKey
from service.custody.recovery_keys import MAX_KEYS
from tests.unit.custody.conftest import Vault

PDF = b"%PDF-1.7 a farm"
ANA, BETO = "ana@example.com", "beto@example.com"


class Keys:
    """A person's secret keys and the room that knows the public ones."""

    def __init__(self, vault: Vault, *company: str) -> None:
        self.vault = vault
        self.room = RecoveryKeys(
            database=vault.database, keyring=vault.keyring, clock=vault.clock, company=company
        )

    def add(self, owner: str) -> tuple[str, AgeIdentity]:
        made = pyrage.x25519.Identity.generate()
        with self.vault.database.transaction() as session:
            key_id = self.room.add(
                session, owner=owner, recipient=str(made.to_public()), kind=KeyKind.PRINTED
            )
        return key_id, AgeIdentity.parse(str(made))

    def end(self, owner: str, key_id: str) -> bool:
        with self.vault.database.transaction() as session:
            return self.room.end(session, owner=owner, key_id=key_id)

    def opens(self, agreement: str, identity: AgeIdentity) -> bool:
        kept = self.vault.custody.ciphertext(agreement)
        try:
            return open_document(kept.ciphertext, kept.envelope, [identity]) == PDF
        except NotForThisKey:
            return False


@pytest.fixture
def keys(vault: Vault) -> Keys:
    return Keys(vault)


def test_an_envelope_opens_for_its_readers_and_nobody_else(vault: Vault, keys: Keys) -> None:
    kept = vault.custody.keep("agr_1", PDF)
    before = vault.files_on(1)[kept.cid]
    _, ana = keys.add(ANA)
    _, beto = keys.add(BETO)
    assert not keys.opens("agr_1", ana)
    assert keys.room.wrap("agr_1", owners=[ANA])
    assert keys.opens("agr_1", ana)
    assert not keys.opens("agr_1", beto)
    assert keys.room.opens_for("agr_1", ANA)
    assert not keys.room.opens_for("agr_1", BETO)
    assert vault.custody.fetch("agr_1") == PDF
    vault.custody.repair()
    assert vault.files_on(1)[kept.cid] == before
    assert vault.files_on(1)[envelope_key(kept.cid)] == vault.custody.ciphertext("agr_1").envelope


def test_wrapping_again_changes_nothing(vault: Vault, keys: Keys) -> None:
    vault.custody.keep("agr_1", PDF)
    keys.add(ANA)
    assert keys.room.wrap("agr_1", owners=[ANA])
    envelope = vault.custody.ciphertext("agr_1").envelope
    assert not keys.room.wrap("agr_1", owners=[ANA])
    assert vault.custody.ciphertext("agr_1").envelope == envelope
    with vault.database.reading() as session:
        assert session.scalars(select(AgreementKey.envelope_version)).all() == [2]


def test_a_key_that_ended_opens_no_newer_envelope(vault: Vault, keys: Keys) -> None:
    vault.custody.keep("agr_1", PDF)
    key_id, old = keys.add(ANA)
    _, new = keys.add(ANA)
    keys.room.wrap("agr_1", owners=[ANA])
    assert not keys.end(BETO, key_id)
    assert keys.end(ANA, key_id)
    assert not keys.end(ANA, key_id)
    assert keys.room.wrap("agr_1", owners=[ANA])
    assert not keys.opens("agr_1", old)
    assert keys.opens("agr_1", new)


def test_what_no_custody_has_is_not_wrapped(keys: Keys) -> None:
    keys.add(ANA)
    assert not keys.room.wrap("agr_unknown", owners=[ANA])


def test_the_company_reads_every_agreement(vault: Vault) -> None:
    company = pyrage.x25519.Identity.generate()
    keys = Keys(vault, str(company.to_public()))
    vault.custody.keep("agr_1", PDF)
    assert keys.room.wrap("agr_1", owners=[])
    assert keys.opens("agr_1", AgeIdentity.parse(str(company)))


def test_a_key_is_unsettled_until_its_envelopes_follow(vault: Vault, keys: Keys) -> None:
    key_id, _ = keys.add(ANA)
    assert keys.room.unwrapped_owners() == [ANA]
    seen = vault.clock.now()
    assert keys.room.unsettled(ANA) == [key_id]
    keys.room.settle(ANA, [key_id], seen=seen)
    assert keys.room.unwrapped_owners() == []
    assert keys.room.list_for(ANA)[0].ready


def test_a_key_that_ends_while_envelopes_are_wrapped_stays_unsettled(
    vault: Vault, keys: Keys
) -> None:
    key_id, _ = keys.add(ANA)
    seen = vault.clock.now()
    vault.clock.moment += timedelta(seconds=1)
    keys.end(ANA, key_id)
    keys.room.settle(ANA, [key_id], seen=seen)
    assert keys.room.unwrapped_owners() == [ANA]


def test_the_same_key_twice_is_one_and_one_that_comes_back_is_new(vault: Vault, keys: Keys) -> None:
    recipient = str(pyrage.x25519.Identity.generate().to_public())
    made = []
    for _ in range(2):
        with vault.database.transaction() as session:
            made.append(
                keys.room.add(session, owner=ANA, recipient=recipient, kind=KeyKind.PRINTED)
            )
    assert made[0] == made[1]
    keys.end(ANA, made[0])
    with vault.database.transaction() as session:
        again = keys.room.add(
            session, owner=ANA, recipient=recipient, kind=KeyKind.PASSKEY, credential=b"id"
        )
    assert again != made[0]
    assert [key.kind for key in keys.room.list_for(ANA)] == [KeyKind.PASSKEY]


def test_secret_keys_and_other_texts_are_refused_without_being_repeated(
    vault: Vault, keys: Keys
) -> None:
    secret = str(pyrage.x25519.Identity.generate())
    for wrong in (secret, secret.lower(), "", "age1", "ssh-ed25519 AAAA", "age1" + "q" * 58):
        with pytest.raises(BadRecipientError) as refused, vault.database.transaction() as session:
            keys.room.add(session, owner=ANA, recipient=wrong, kind=KeyKind.PRINTED)
        assert secret not in str(refused.value)
    assert keys.room.list_for(ANA) == []


def test_nobody_has_keys_without_end(keys: Keys) -> None:
    for _ in range(MAX_KEYS):
        keys.add(ANA)
    with pytest.raises(TooManyKeysError):
        keys.add(ANA)
