"""A queue of mail and a local mailbox, on a database of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.database import Database
from service.keyring import Keyring
from service.notices import LocalMailbox, MailQueue, Outbox
from tests.parts import EnqueuedWork, ManualClock, fresh_database, fresh_keyring


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = fresh_database(tmp_path)
    yield database
    database.dispose()


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return fresh_keyring(tmp_path)


@pytest.fixture
def enqueued() -> EnqueuedWork:
    return EnqueuedWork()


@pytest.fixture
def mail_queue(keyring: Keyring, clock: ManualClock, enqueued: EnqueuedWork) -> MailQueue:
    return MailQueue(keyring=keyring, clock=clock, origin_host="acta.example", enqueue=enqueued)


@pytest.fixture
def mailbox(database: Database, keyring: Keyring, clock: ManualClock) -> LocalMailbox:
    return LocalMailbox(database=database, keyring=keyring, clock=clock)


@pytest.fixture
def outbox(
    database: Database, keyring: Keyring, clock: ManualClock, mailbox: LocalMailbox
) -> Outbox:
    return Outbox(database=database, keyring=keyring, clock=clock, sender=mailbox)
