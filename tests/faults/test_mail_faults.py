"""Each delivery fails both ways: not taken, and taken but reported as failed."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path

import pytest

from service.database import Database
from service.keyring import Keyring
from service.notices import (
    LocalMailbox,
    MailNotSentError,
    MailQueue,
    MailSender,
    MailState,
    Outbox,
    OutgoingMail,
    PendingReport,
    SmtpSecurity,
    SmtpSender,
    SmtpSettings,
)
from service.notices.models import QueuedMail
from tests.parts import EnqueuedWork, ManualClock, fresh_database, fresh_keyring

KEY = "invite/agr_1/2"


class KilledError(BaseException):
    """Stands for the process ending at this very point."""


@dataclass
class Faulty:
    """A MailSender in front of a real one, which fails once in one way."""

    inner: MailSender
    fault: str

    def send(self, mail: OutgoingMail) -> None:
        fault, self.fault = self.fault, ""
        if fault == "not taken":
            raise MailNotSentError("the mail server did not take the mail", reason="smtp-451")
        if fault == "killed before":
            raise KilledError
        self.inner.send(mail)
        if fault == "taken, reported failed":
            raise MailNotSentError("the mail server did not answer", reason="timeout")
        if fault == "killed after":
            raise KilledError


@dataclass
class Post:
    """The database, and what stands on it."""

    database: Database
    keyring: Keyring
    clock: ManualClock = field(default_factory=ManualClock)

    def __post_init__(self) -> None:
        self.mailbox = LocalMailbox(database=self.database, keyring=self.keyring, clock=self.clock)

    def queue(self, key: str = KEY) -> None:
        queue = MailQueue(
            keyring=self.keyring,
            clock=self.clock,
            origin_host="acta.example",
            enqueue=EnqueuedWork(),
        )
        with self.database.transaction() as session:
            queue.queue_mail(
                session, message_key=key, to="ana@example.org", subject="Hola", text="Hola\n"
            )

    def outbox(self, sender: MailSender) -> Outbox:
        return Outbox(database=self.database, keyring=self.keyring, clock=self.clock, sender=sender)

    def row(self) -> QueuedMail:
        with self.database.reading() as session:
            return session.get_one(QueuedMail, KEY)


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    database = fresh_database(tmp_path)
    yield Post(database=database, keyring=fresh_keyring(tmp_path))
    database.dispose()


@pytest.mark.parametrize(
    "fault", ["not taken", "taken, reported failed", "killed before", "killed after"]
)
def test_a_delivery_that_failed_is_made_up_for_exactly_once(post: Post, fault: str) -> None:
    post.queue()
    outbox = post.outbox(Faulty(post.mailbox, fault))
    with pytest.raises((MailNotSentError, KilledError)):
        outbox.deliver(KEY)
    waiting = post.row()
    assert (waiting.state, waiting.sealed is None) == (MailState.QUEUED, False)
    assert outbox.deliver(KEY) is MailState.DELIVERED
    assert len(post.mailbox.messages()) == 1
    assert post.row().sealed is None


def test_one_failure_stops_no_other_mail(post: Post) -> None:
    for number in range(3):
        post.queue(f"invite/agr_1/{number}")
    outbox = post.outbox(Faulty(post.mailbox, "not taken"))
    assert outbox.deliver_pending() == PendingReport(delivered=2, failed=1)
    assert outbox.deliver_pending() == PendingReport(delivered=1)
    assert len(post.mailbox.messages()) == 3


def test_why_a_mail_waits_is_remembered(post: Post) -> None:
    post.queue()
    outbox = post.outbox(Faulty(post.mailbox, "not taken"))
    with pytest.raises(MailNotSentError):
        outbox.deliver(KEY)
    assert (post.row().attempts, post.row().last_failure) == (1, "smtp-451")


# A real connection, cut at the worst moments.


class CuttingServer:
    """A mail server that hangs up, or falls silent, at one point of its first conversation."""

    def __init__(self, fault: str) -> None:
        self.mails: list[bytes] = []
        self.fault = fault
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._silent: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def stop(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for connection in self._silent:
            connection.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return  # stopped
            fault, self.fault = self.fault, ""
            if self._talk(connection, fault):
                connection.close()
            else:
                self._silent.append(connection)

    def _talk(self, connection: socket.socket, fault: str) -> bool:
        if fault == "silent at once":
            return False
        with connection.makefile("rwb") as lines:

            def say(answer: bytes) -> None:
                lines.write(answer + b"\r\n")
                lines.flush()

            say(b"220 ready")
            for line in lines:
                command = line.strip().upper()
                if command == b"DATA":
                    if fault == "cut before the text":
                        return True
                    say(b"354 go on")
                    text = b""
                    while (part := lines.readline()) != b".\r\n":
                        text += part
                    if fault == "cut within the text":
                        return True
                    self.mails.append(text)
                    if fault == "cut after the text":
                        return True
                    if fault == "silent after the text":
                        return False
                say(b"221 bye" if command == b"QUIT" else b"250 OK")
                if command == b"QUIT":
                    return True
        return True


@pytest.mark.parametrize(
    ("fault", "reason", "taken"),
    [
        ("cut before the text", "disconnected", 0),
        ("cut within the text", "disconnected", 0),
        ("cut after the text", "disconnected", 1),
        ("silent at once", "timeout", 0),
        ("silent after the text", "timeout", 1),
    ],
)
def test_a_cut_connection_sends_the_same_mail_again(
    post: Post, fault: str, reason: str, taken: int
) -> None:
    server = CuttingServer(fault)
    settings = SmtpSettings(
        host="127.0.0.1",
        port=server.port,
        security=SmtpSecurity.NONE,
        reply_timeout_s=0.5,
        total_timeout_s=2,
    )
    outbox = post.outbox(SmtpSender(settings, mail_from="acta@acta.example"))
    post.queue()
    try:
        with pytest.raises(MailNotSentError) as failure:
            outbox.deliver(KEY)
        assert failure.value.facts == {"reason": reason}
        assert len(server.mails) == taken
        assert outbox.deliver(KEY) is MailState.DELIVERED
    finally:
        server.stop()
    assert len(server.mails) == taken + 1
    message_ids = {message_from_bytes(mail)["Message-ID"] for mail in server.mails}
    assert message_ids == {post.row().message_id}
