"""Mail through an SMTP server."""

import asyncio
import ssl
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.utils import parseaddr
from enum import StrEnum
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib

from service.notices.addresses import clean_address
from service.notices.errors import MailNotSentError, MailRefusedError
from service.notices.mail import OutgoingMail, checked_subject, to_mime


class SmtpSecurity(StrEnum):
    """How the connection is protected; never by whether the server happens to offer it."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


_SCHEMES = {
    "smtp": (SmtpSecurity.STARTTLS, 587),
    "smtps": (SmtpSecurity.TLS, 465),
    "smtp+plain": (SmtpSecurity.NONE, 25),
}


@dataclass(frozen=True, kw_only=True)
class SmtpSettings:
    """Where and how to hand mail over; times in seconds.

    ``ca_file`` (PEM) replaces the machine's list of trusted authorities.
    """

    host: str
    port: int
    security: SmtpSecurity = SmtpSecurity.STARTTLS
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str | None = None
    reply_timeout_s: float = 15.0
    total_timeout_s: float = 60.0

    def __post_init__(self) -> None:
        if self.security is SmtpSecurity.NONE and self.password is not None:
            raise ValueError(
                "expected smtp:// (STARTTLS) or smtps:// with a password; "
                "smtp+plain:// would send it readable"
            )

    @classmethod
    def from_url(cls, url: str) -> Self:
        """Return the settings of ``smtp://user:password@host:port`` and the like.

        ``smtp://`` requires STARTTLS, ``smtps://`` is TLS from the first byte, ``smtp+plain://``
        has neither. ``?ca=FILE`` names the authorities to trust. Raises ValueError, whose message
        does not repeat the URL, since a password may stand in it.
        """
        parts = urlsplit(url)
        if parts.scheme not in _SCHEMES or not parts.hostname:
            raise ValueError(
                "expected a mail URL such as smtp://user:password@mail.example:587 "
                f"with a scheme of {', '.join(_SCHEMES)}"
            )
        security, port = _SCHEMES[parts.scheme]
        options = parse_qs(parts.query)
        if unknown := options.keys() - {"ca"}:
            raise ValueError(f"expected only the option ca in the mail URL, got {sorted(unknown)}")
        return cls(
            host=parts.hostname,
            port=parts.port or port,
            security=security,
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            ca_file=options["ca"][0] if "ca" in options else None,
        )


class SmtpSender:
    """The MailSender over SMTP (RFC 5321): one connection for each mail, at least once.

    A connection that breaks after the text was sent, before the server's word, is reported as not
    sent: the same mail then goes again, with the same Message-ID.
    """

    def __init__(self, settings: SmtpSettings, *, mail_from: str) -> None:
        name, address = parseaddr(mail_from)
        self._sender = clean_address(address, single_label=True)
        local, _, domain = self._sender.rpartition("@")
        shown = checked_subject(name) if name else ""
        self._mail_from = str(Address(display_name=shown, username=local, domain=domain))
        self._settings = settings
        self._tls = ssl.create_default_context(cafile=settings.ca_file)

    def send(self, mail: OutgoingMail) -> None:
        """Hand ``mail`` to the server, within ``total_timeout_s`` seconds."""
        asyncio.run(self._send(mail))

    async def _send(self, mail: OutgoingMail) -> None:
        # The library's errors repeat addresses and the server's words, so none is chained: what
        # is raised here ends up in logs.
        settings = self._settings
        try:
            async with asyncio.timeout(settings.total_timeout_s):
                await aiosmtplib.send(
                    to_mime(mail, mail_from=self._mail_from),
                    sender=self._sender,
                    recipients=[mail.to],
                    hostname=settings.host,
                    port=settings.port,
                    username=settings.username,
                    password=settings.password,
                    timeout=settings.reply_timeout_s,
                    use_tls=settings.security is SmtpSecurity.TLS,
                    start_tls=settings.security is SmtpSecurity.STARTTLS,
                    tls_context=None if settings.security is SmtpSecurity.NONE else self._tls,
                )
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [refusal.code for refusal in error.recipients]
            raise _failure(codes[0] if codes else 0, final=True) from None
        except aiosmtplib.SMTPDataError as error:
            raise _failure(error.code, final=True) from None
        except aiosmtplib.SMTPResponseException as error:
            # Greeting, log-in or our own address: the operator can mend it, so the mail waits.
            raise _failure(error.code, final=False) from None
        except (TimeoutError, aiosmtplib.SMTPTimeoutError):
            raise _not_sent("timeout") from None
        except ssl.SSLError as error:
            raise _not_sent(f"tls-{(error.reason or 'failed').lower()}"[:40]) from None
        except aiosmtplib.SMTPNotSupported:
            raise _not_sent("not-supported") from None
        except (OSError, aiosmtplib.SMTPException) as error:
            raise _not_sent(_word(error)) from None
        finally:
            # A connection that failed is closed in the loop's next round, and the loop ends with
            # this call.
            await asyncio.sleep(0)


def _word(error: Exception) -> str:
    if isinstance(error, aiosmtplib.SMTPServerDisconnected):
        return "disconnected"
    if isinstance(error, aiosmtplib.SMTPConnectError | OSError):
        return "no-connection"
    return "protocol"


def _not_sent(reason: str) -> MailNotSentError:
    return MailNotSentError(f"the mail server did not take the mail: {reason}", reason=reason)


def _failure(code: int, *, final: bool) -> MailNotSentError | MailRefusedError:
    if final and 500 <= code <= 599:
        return MailRefusedError(
            f"the mail server refused the mail for good: {code}", reason=f"smtp-{code}"
        )
    return _not_sent(f"smtp-{code}")
