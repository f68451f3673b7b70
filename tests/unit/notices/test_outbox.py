"""Queued mail: there exactly if its cause is, delivered, and then forgotten."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from service.database import Database
from service.notices import (
    DELIVER_MAIL,
    InvalidAddressError,
    LocalMailbox,
    MailQueue,
    MailState,
    Outbox,
    PendingReport,
    UnknownMailError,
    UnsafeHeaderError,
    mail_state,
)
from tests.parts import NOON, EnqueuedWork, ManualClock

SECRET = "482913"


def queue(
    database: Database, mail_queue: MailQueue, key: str = "code/chl_1", **more: object
) -> None:
    content = {"to": "Ana@Example.org", "subject": "Su código", "text": SECRET} | more
    with database.transaction() as session:
        mail_queue.queue_mail(session, message_key=key, **content)  # type: ignore[arg-type]


def stored_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("acta.db*"))


def test_a_queued_mail_is_delivered_once(
    database: Database,
    mail_queue: MailQueue,
    outbox: Outbox,
    mailbox: LocalMailbox,
    enqueued: EnqueuedWork,
) -> None:
    queue(database, mail_queue)
    assert enqueued.work == [(DELIVER_MAIL, "deliver-mail:code/chl_1", ("code/chl_1",), 0.0)]
    assert outbox.deliver("code/chl_1") is MailState.DELIVERED
    assert outbox.deliver("code/chl_1") is MailState.DELIVERED
    (mail,) = mailbox.messages()
    assert (mail.to, mail.subject, mail.text) == ("Ana@example.org", "Su código", SECRET)
    assert mail.received_at == NOON
    assert mailbox.message(mail.id) == mail


def test_mail_of_a_transaction_that_is_undone_never_was(
    database: Database, mail_queue: MailQueue, outbox: Outbox
) -> None:
    def send_and_fail() -> None:
        with database.transaction() as session:
            mail_queue.queue_mail(
                session, message_key="invite/1", to="ana@example.org", subject="x", text="x"
            )
            raise RuntimeError("the agreement could not be sent after all")

    with pytest.raises(RuntimeError):
        send_and_fail()
    with pytest.raises(UnknownMailError):
        outbox.deliver("invite/1")


def test_the_same_cause_queues_one_mail_and_the_first_content_stands(
    database: Database,
    mail_queue: MailQueue,
    outbox: Outbox,
    mailbox: LocalMailbox,
    enqueued: EnqueuedWork,
) -> None:
    queue(database, mail_queue)
    queue(database, mail_queue, text="another code")
    assert len(enqueued.work) == 1
    outbox.deliver("code/chl_1")
    assert [mail.text for mail in mailbox.messages()] == [SECRET]


def test_nothing_of_a_mail_is_readable_in_the_database(
    database: Database, mail_queue: MailQueue, outbox: Outbox, tmp_path: Path
) -> None:
    queue(database, mail_queue)
    for _ in range(2):
        kept = stored_bytes(tmp_path)
        assert b"code/chl_1" in kept
        for secret in (SECRET.encode(), b"xample.org", "código".encode()):
            assert secret not in kept
        outbox.deliver("code/chl_1")  # the second time round it is in the mailbox


def test_the_content_is_erased_once_delivered(
    database: Database, mail_queue: MailQueue, outbox: Outbox
) -> None:
    queue(database, mail_queue)
    outbox.deliver("code/chl_1")
    with database.engine.connect() as connection:
        row = connection.exec_driver_sql(
            "SELECT state, sealed, attempts, closed_at FROM notices_mail"
        ).one()
    assert (row.state, row.sealed, row.attempts) == ("delivered", None, 1)
    assert row.closed_at is not None


def test_a_mail_that_came_too_late_is_dropped(
    database: Database,
    mail_queue: MailQueue,
    outbox: Outbox,
    mailbox: LocalMailbox,
    clock: ManualClock,
) -> None:
    queue(database, mail_queue, useless_after=NOON + timedelta(minutes=5))
    clock.advance(minutes=6)
    assert outbox.deliver("code/chl_1") is MailState.LAPSED
    assert mailbox.messages() == []
    with database.reading() as session:
        assert mail_state(session, "code/chl_1") is MailState.LAPSED
        assert mail_state(session, "code/other") is None


def test_all_that_waits_is_delivered(
    database: Database, mail_queue: MailQueue, outbox: Outbox, mailbox: LocalMailbox
) -> None:
    for number in range(3):
        queue(database, mail_queue, f"invite/{number}")
    assert outbox.deliver_pending(limit=2) == PendingReport(delivered=2)
    assert outbox.deliver_pending() == PendingReport(delivered=1)
    assert outbox.deliver_pending() == PendingReport()
    assert len(mailbox.messages()) == 3


def test_what_cannot_be_sent_is_not_queued(
    database: Database, mail_queue: MailQueue, enqueued: EnqueuedWork
) -> None:
    with pytest.raises(InvalidAddressError):
        queue(database, mail_queue, to="ana@example.org\r\nBcc: eva@example.org")
    with pytest.raises(UnsafeHeaderError):
        queue(database, mail_queue, subject="x\r\nBcc: eva@example.org")
    with pytest.raises(ValueError, match="expected a key"):
        queue(database, mail_queue, key="invite/ana@example.org")
    assert enqueued.work == []


def test_each_person_finds_their_own_mail_newest_first(
    database: Database,
    mail_queue: MailQueue,
    outbox: Outbox,
    mailbox: LocalMailbox,
    clock: ManualClock,
) -> None:
    for key, to in (
        ("a/1", "ana@example.org"),
        ("e/1", "eva@example.org"),
        ("a/2", "ANA@example.org"),
    ):
        queue(database, mail_queue, key, to=to, subject=key)
        clock.advance(seconds=1)
        outbox.deliver(key)
    assert [mail.subject for mail in mailbox.messages("Ana@Example.org")] == ["a/2", "a/1"]
    assert [mail.subject for mail in mailbox.messages()] == ["a/2", "e/1", "a/1"]
    with pytest.raises(UnknownMailError):
        mailbox.message("msg_unknown")


def test_the_same_cause_queued_by_many_at_once_is_one_mail(
    database: Database, mail_queue: MailQueue, outbox: Outbox, mailbox: LocalMailbox
) -> None:
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda _: queue(database, mail_queue), range(4)))
        states = set(workers.map(lambda _: outbox.deliver("code/chl_1"), range(4)))
    assert states == {MailState.DELIVERED}
    assert len(mailbox.messages()) == 1
