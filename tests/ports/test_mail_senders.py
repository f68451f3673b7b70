"""The MailSender port, on every adapter: a real SMTP server, and the local mailbox."""

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from aiosmtpd.smtp import Session as SmtpSession
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from service.notices import (
    LocalMailbox,
    MailNotSentError,
    MailRefusedError,
    MailSender,
    OutgoingMail,
    SmtpSecurity,
    SmtpSender,
    SmtpSettings,
)
from tests.parts import NOON, ManualClock, fresh_database, fresh_keyring
from tests.running import free_port

MAIL = OutgoingMail(
    message_id="<1@acta.example>",
    to="ana@example.org",
    subject="Su código para firmar",
    text="Señora: 042917\n",
    html="<p>Señora: 042917</p>",
    date=NOON,
)


@dataclass
class Received:
    """What a mail server took, and how it is told to answer."""

    mails: list[bytes] = field(default_factory=list)
    rcpt_answer: str = ""
    data_answer: str = ""
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - named by the server library
        self, _server: SMTP, _session: SmtpSession, envelope: Envelope, to: str, _options: list[str]
    ) -> str:
        if self.rcpt_answer:
            return self.rcpt_answer
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, session: SmtpSession, envelope: Envelope
    ) -> str:
        if self.data_answer:
            return self.data_answer
        assert isinstance(envelope.content, bytes)
        self.mails.append(envelope.content)
        self.encrypted.append(session.ssl is not None)
        return "250 OK"

    def log_in(self, *arguments: Any) -> AuthResult:
        data: LoginPassword = arguments[-1]
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"right", handled=False)


@pytest.fixture
def received() -> Received:
    return Received()


@pytest.fixture
def smtp_server(received: Received) -> Iterator[Controller]:
    server = Controller(received, hostname="127.0.0.1", port=free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def plain(smtp_server: Controller) -> SmtpSender:
    settings = SmtpSettings(
        host="127.0.0.1", port=smtp_server.port, security=SmtpSecurity.NONE, reply_timeout_s=5
    )
    return SmtpSender(settings, mail_from='"Acta, notaría" <acta@acta.example>')


Read = Callable[[], list[tuple[str, str, str]]]


@pytest.fixture(params=["smtp", "local mailbox"])
def sender_and_reader(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[MailSender, Read]]:
    """A sender, and what its reader sees as (Message-ID, subject, text)."""
    if request.param == "smtp":
        received: Received = request.getfixturevalue("received")

        def read_smtp() -> list[tuple[str, str, str]]:
            read = []
            for raw in received.mails:
                message = message_from_bytes(raw, policy=default)
                body = message.get_body(("plain",))
                assert body is not None
                text = body.get_content().replace("\r\n", "\n")  # SMTP ends lines its own way
                read.append((message["Message-ID"], message["Subject"], text))
            return read

        yield request.getfixturevalue("plain"), read_smtp
        return
    database = fresh_database(tmp_path)
    mailbox = LocalMailbox(database=database, keyring=fresh_keyring(tmp_path), clock=ManualClock())

    def read_mailbox() -> list[tuple[str, str, str]]:
        return [(mail.message_id, mail.subject, mail.text) for mail in mailbox.messages()]

    yield mailbox, read_mailbox
    database.dispose()


def test_a_mail_arrives_as_it_was_written(sender_and_reader: tuple[MailSender, Read]) -> None:
    sender, read = sender_and_reader
    sender.send(MAIL)
    assert read() == [(MAIL.message_id, MAIL.subject, MAIL.text)]


def test_the_same_mail_again_has_the_same_message_id(
    sender_and_reader: tuple[MailSender, Read],
) -> None:
    sender, read = sender_and_reader
    sender.send(MAIL)
    sender.send(MAIL)
    expected = 1 if isinstance(sender, LocalMailbox) else 2
    assert read() == [(MAIL.message_id, MAIL.subject, MAIL.text)] * expected


def test_two_mails_to_one_reader_are_two(sender_and_reader: tuple[MailSender, Read]) -> None:
    sender, read = sender_and_reader
    sender.send(MAIL)
    sender.send(replace(MAIL, message_id="<2@acta.example>"))
    assert {message_id for message_id, _, _ in read()} == {"<1@acta.example>", "<2@acta.example>"}


# What only a server can answer.


def test_the_sender_is_named_in_full(plain: SmtpSender, received: Received) -> None:
    plain.send(MAIL)
    message = message_from_bytes(received.mails[0], policy=default)
    (sender,) = message["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("Acta, notaría", "acta@acta.example")


@pytest.mark.parametrize(
    ("rcpt", "data", "error", "reason"),
    [
        ("550 5.1.1 <ana@example.org> unknown", "", MailRefusedError, "smtp-550"),
        ("", "554 5.7.1 ana@example.org refused", MailRefusedError, "smtp-554"),
        ("450 4.2.1 <ana@example.org> later", "", MailNotSentError, "smtp-450"),
        ("", "451 4.3.0 ana@example.org later", MailNotSentError, "smtp-451"),
        ("421 4.3.2 closing", "", MailNotSentError, "smtp-421"),
    ],
)
def test_a_refusal_is_told_from_a_delay(
    plain: SmtpSender,
    received: Received,
    rcpt: str,
    data: str,
    error: type[MailRefusedError | MailNotSentError],
    reason: str,
) -> None:
    received.rcpt_answer, received.data_answer = rcpt, data
    with pytest.raises(error) as failure:
        plain.send(MAIL)
    assert failure.value.facts == {"reason": reason}
    assert "ana@" not in str(failure.value)
    assert failure.value.__cause__ is None
    assert failure.value.__suppress_context__
    assert received.mails == []


def test_nobody_listening_is_worth_another_try() -> None:
    settings = SmtpSettings(host="127.0.0.1", port=free_port(), security=SmtpSecurity.NONE)
    with pytest.raises(MailNotSentError) as failure:
        SmtpSender(settings, mail_from="acta@localhost").send(MAIL)
    assert failure.value.facts["reason"] == "no-connection"


# Protected connections.


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """A self-made certificate for localhost: its file, and a server's context with it."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "server.pem", folder / "server.key"
    certificate_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate_file, key_file)
    return certificate_file, context


@pytest.fixture
def starttls_port(received: Received, certificate: tuple[Path, ssl.SSLContext]) -> Iterator[int]:
    server = Controller(
        received,
        hostname="localhost",
        port=free_port(),
        tls_context=certificate[1],
        require_starttls=True,
        authenticator=received.log_in,
        auth_required=True,
    )
    server.start()
    yield server.port
    server.stop()


def starttls_sender(port: int, ca_file: Path | None, password: str) -> SmtpSender:
    query = "" if ca_file is None else f"?ca={ca_file}"
    settings = SmtpSettings.from_url(f"smtp://acta:{password}@localhost:{port}{query}")
    return SmtpSender(settings, mail_from="acta@acta.example")


def test_starttls_and_log_in(
    starttls_port: int, received: Received, certificate: tuple[Path, ssl.SSLContext]
) -> None:
    starttls_sender(starttls_port, certificate[0], "right").send(MAIL)
    assert received.logins == [(b"acta", b"right")]
    assert received.encrypted == [True]
    assert len(received.mails) == 1


def test_a_wrong_password_is_the_operators_to_mend(
    starttls_port: int, received: Received, certificate: tuple[Path, ssl.SSLContext]
) -> None:
    with pytest.raises(MailNotSentError) as failure:
        starttls_sender(starttls_port, certificate[0], password="wrong").send(MAIL)
    assert failure.value.facts["reason"] == "smtp-535"
    assert "wrong" not in str(failure.value)


def test_an_unknown_authority_is_not_trusted(starttls_port: int, received: Received) -> None:
    with pytest.raises(MailNotSentError) as failure:
        starttls_sender(starttls_port, None, "right").send(MAIL)
    assert "tls" in str(failure.value.facts["reason"])
    assert received.logins == []


def test_a_server_without_starttls_gets_no_mail(
    smtp_server: Controller, received: Received
) -> None:
    settings = SmtpSettings.from_url(f"smtp://127.0.0.1:{smtp_server.port}")
    with pytest.raises(MailNotSentError):
        SmtpSender(settings, mail_from="acta@acta.example").send(MAIL)
    assert received.mails == []


# Settings.


def test_a_mail_url_is_read() -> None:
    settings = SmtpSettings.from_url("smtps://acta%40x:p%2Fw@mail.example")
    assert settings.security is SmtpSecurity.TLS
    assert (settings.host, settings.port) == ("mail.example", 465)
    assert (settings.username, settings.password) == ("acta@x", "p/w")
    assert "p/w" not in repr(settings)


@pytest.mark.parametrize(
    "url",
    [
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtp+plain://a:secret@mail.example",
        "smtp://a:secret@mail.example?tls=no",
    ],
)
def test_a_wrong_mail_url_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(ValueError, match="expected") as refusal:
        SmtpSettings.from_url(url)
    assert "secret" not in str(refusal.value)
