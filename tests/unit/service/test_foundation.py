"""Settings, database, keyring and clock: what every room stands on."""

import stat
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from service.clock import rfc3339
from service.database import Database, UtcDateTime, new_id
from service.embedded import load_installation
from service.keyring import Keyring, WrongMasterKeyError, load_master_key, write_atomically
from service.settings import Settings


class _OwnBase(DeclarativeBase):
    """Apart from the service's tables, whose migrations are checked elsewhere."""


class Moment(_OwnBase):
    """A table of this test alone."""

    __tablename__ = "test_moments"
    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    database = Database(f"sqlite:///{tmp_path / 'acta.db'}")
    _OwnBase.metadata.create_all(database.engine)
    return database


def test_a_transaction_is_undone_by_an_error(database: Database) -> None:
    with database.transaction() as session:
        session.add(Moment(id="kept", at=datetime.now(UTC)))
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.add(Moment(id="lost", at=datetime.now(UTC)))
        session.flush()
        session.execute(insert(Moment).values(id="kept", at=datetime.now(UTC)))
    with database.reading() as session:
        assert session.scalars(select(Moment.id)).all() == ["kept"]
    database.dispose()


def test_times_come_back_in_utc_whatever_zone_they_went_in_with(database: Database) -> None:
    madrid = timezone(timedelta(hours=2))
    with database.transaction() as session:
        session.add(Moment(id="m", at=datetime(2026, 7, 1, 12, 0, tzinfo=madrid)))
    with database.reading() as session:
        moment = session.get_one(Moment, "m").at
    assert moment == datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
    assert moment.utcoffset() == timedelta(0)
    database.dispose()


def test_rfc3339_has_milliseconds_and_refuses_a_naive_time() -> None:
    moment = datetime(2026, 1, 31, 12, 0, 0, 123_999, tzinfo=UTC)
    assert rfc3339(moment) == "2026-01-31T12:00:00.123Z"
    with pytest.raises(ValueError, match="naive"):
        rfc3339(moment.replace(tzinfo=None))


def test_ids_are_unguessable_and_distinct() -> None:
    made = {new_id("agr") for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(one) == 30 and one.startswith("agr_") for one in made)


def test_a_secret_is_made_once_and_lies_encrypted(tmp_path: Path) -> None:
    keyring = Keyring(tmp_path, load_master_key(tmp_path))
    assert keyring.secret("root", lambda: b"first of thirty-two bytes") == (
        b"first of thirty-two bytes"
    )
    again = Keyring(tmp_path, load_master_key(tmp_path))
    assert again.secret("root", lambda: b"another") == b"first of thirty-two bytes"
    raw = (tmp_path / "root.key").read_bytes()
    assert b"first" not in raw
    assert stat.S_IMODE((tmp_path / "root.key").stat().st_mode) == 0o600


def test_a_value_opens_only_for_its_purpose_and_unaltered(tmp_path: Path) -> None:
    keyring = Keyring(tmp_path, bytes(32))
    sealed = keyring.encrypt(b"482913", purpose="mail")
    assert keyring.decrypt(sealed, purpose="mail") == b"482913"
    altered = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for bad, purpose in ((sealed, "session"), (altered, "mail"), (b"junk", "mail")):
        with pytest.raises(WrongMasterKeyError):
            keyring.decrypt(bad, purpose=purpose)
    with pytest.raises(WrongMasterKeyError):
        Keyring(tmp_path, bytes([1]) * 32).decrypt(sealed, purpose="mail")


def test_a_failed_write_leaves_the_old_file_and_no_part(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    write_atomically(path, b"old")
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError, match="taken"):
        write_atomically(tmp_path / "taken", b"new")
    assert path.read_bytes() == b"old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["kept", "taken"]


def test_an_installation_keeps_its_names(tmp_path: Path) -> None:
    first = load_installation(tmp_path, log_origin="", contract="0x11", chain_port=0)
    again = load_installation(tmp_path, log_origin="other", contract="0x22", chain_port=1)
    assert again == first


def test_production_names_every_development_part() -> None:
    with pytest.raises(ValidationError) as caught:
        Settings(profile="production")
    for name in (
        "ACTA_MASTER_KEY",
        "ACTA_DATABASE_URL",
        "ACTA_CHAIN_RPC_URL",
        "ACTA_PUBLIC_RPC_URLS",
        "ACTA_SMTP_URL",
        "ACTA_BASE_URL",
        "ACTA_LOG_ORIGIN",
        "ACTA_EMBEDDED_CA=only-our-trust-file-vouches-for-it",
    ):
        assert name in str(caught.value)


def test_production_starts_when_every_part_is_given() -> None:
    settings = Settings(
        profile="production",
        master_key="00" * 32,
        database_url="postgresql+psycopg://acta@db/acta",
        chain_rpc_url="https://rpc.example",
        public_rpc_urls=["https://rpc.example"],
        chain_key="11" * 32,
        smtp_url="smtps://mail.example:465",
        base_url="https://acta.example",
        log_origin="acta.example/log",
        embedded_ca="only-our-trust-file-vouches-for-it",
    )
    assert settings.production


def test_a_quorum_beyond_the_stores_is_refused() -> None:
    with pytest.raises(ValidationError, match="at most 2"):
        Settings(custody_quorum=3)
