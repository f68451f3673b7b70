"""The composition root: builds every room from the settings, starts them and stops them."""

import fcntl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import urlsplit

import structlog
from cryptography import x509
from sqlalchemy.orm import Session

from contracts_chain import anchor_log_address
from service.agreements import Agreements, Desk, DeviceSigning, PictureCache
from service.chains import build_chains
from service.clock import Clock, SystemClock
from service.custody import (
    Custody,
    CustodyReports,
    CustodyStatements,
    Lifecycles,
    RecoveryKeys,
    RevisionFiles,
)
from service.database import Database
from service.embedded import load_installation
from service.errors import ServiceError
from service.identification import build_bureau
from service.identity import (
    ApiKeys,
    Bureau,
    EmailCodes,
    InvitationLinks,
    Passkeys,
    RateLimits,
    Sessions,
)
from service.jobs import Jobs
from service.keyring import Keyring, load_master_key
from service.migrations import upgrade_database
from service.notary import AlarmView, DiskMirror, Notary
from service.notices import (
    LocalMailbox,
    MailQueue,
    MailSender,
    Outbox,
    SmtpSender,
    SmtpSettings,
    chain_alarm,
)
from service.settings import Settings
from service.signing import KeyPlace, PlatformKeys, TimeStampClient, TokenPlace
from service.stores import build_stores
from service.trust import TrustPublisher

log = structlog.get_logger(__name__)

# Of each upkeep interval of five minutes, what reading copies anew may take.
_SCRUB_S = 120.0


class DataFolderBusyError(ServiceError):
    """Another process serves from this data folder."""

    code = "service/data-folder-busy"
    http_hint = 500


class _InvitationPaths:
    """Invitation links as the portal's paths."""

    def __init__(self, links: InvitationLinks) -> None:
        self._links = links

    def issue(self, session: Session, *, agreement: str, party: int) -> str:
        return f"/s/{self._links.issue_link(session, agreement=agreement, party=party)}"

    def revoke(self, session: Session, *, agreement: str) -> None:
        self._links.revoke_links(session, agreement=agreement)


class _OperatorMail:
    """Mails an alarm to whoever runs this service, once; nothing without an address."""

    def __init__(self, settings: Settings, mail: MailQueue) -> None:
        self._settings = settings
        self._mail = mail

    def tell(self, session: Session, alarm: AlarmView) -> None:
        to = self._settings.operator_mail
        if not to:
            return
        letter = chain_alarm(
            lang=self._settings.operator_lang,
            chain=alarm.chain,
            kind=str(alarm.kind),
            since=alarm.since,
            link=f"{self._settings.base_url}/status",
        )
        self._mail.queue_mail(
            session,
            message_key=f"alarm/{alarm.chain}/{alarm.kind}/{alarm.number}",
            to=to,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
        )


@dataclass(frozen=True, kw_only=True)
class IdentityRoom:
    """What knows people: codes, links, sessions, passkeys, API keys, identifications, companies."""

    codes: EmailCodes
    links: InvitationLinks
    sessions: Sessions
    passkeys: Passkeys
    api_keys: ApiKeys
    bureau: Bureau
    rate_limits: RateLimits


class Rooms:
    """Every part of one running service; ``with Rooms(settings) as rooms`` starts and stops it."""

    def __init__(self, settings: Settings, *, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock = clock or SystemClock()
        self._lock: IO[bytes] | None = None
        data = settings.data_dir
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._hold_folder(data)
        try:
            self._build(data)
        except BaseException:
            self._release_folder()
            raise

    def _build(self, data: Path) -> None:
        settings, clock = self.settings, self.clock
        self.keyring = open_keyring(settings)
        self.database = Database(settings.database_url)
        self.jobs = Jobs(self.database)

        installation = load_installation(
            data,
            log_origin=settings.log_origin,
            contract=anchor_log_address(),
            chain_port=settings.chain_port,
        )
        self.chains = build_chains(settings, self.keyring, installation)
        mail_queue = MailQueue(
            keyring=self.keyring,
            clock=clock,
            origin_host=urlsplit(settings.base_url).hostname or "localhost",
            enqueue=self.jobs.enqueue,
        )

        self.notary = Notary(
            database=self.database,
            keyring=self.keyring,
            clock=clock,
            origin=installation.log_origin,
            chains=self.chains.plans,
            mirrors=[DiskMirror(folder / "log") for folder in settings.store_dirs],
            mirror_quorum=settings.mirror_quorum,
            enqueue=self.jobs.enqueue,
            tell=_OperatorMail(settings, mail_queue).tell,
            silent_after_s=settings.chain_silence_s,
        )
        # The origin sets one installation's authorities apart from another's.
        self.keys = build_signing_keys(
            settings,
            self.keyring,
            clock,
            name=f"{settings.platform_name} ({installation.log_origin})",
        )
        self.files = RevisionFiles(data / "revisions", self.keyring)
        stores = build_stores(settings, clock)
        self.custody = Custody(
            database=self.database,
            keyring=self.keyring,
            clock=clock,
            spool=data / "spool",
            stores=stores,
            quorum=settings.quorum_of(len(stores)),
            verify_every=timedelta(days=settings.custody_verify_days),
            look_every=timedelta(hours=settings.custody_look_hours),
        )
        statements = CustodyStatements(database=self.database, clock=clock, log=self.notary)
        self.reports = CustodyReports(
            database=self.database,
            clock=clock,
            custody=self.custody,
            statements=statements,
            every=timedelta(hours=settings.custody_report_hours),
        )
        self.lifecycles = Lifecycles(
            database=self.database,
            clock=clock,
            stores=[plan.store for plan in stores],
            files=self.files,
            spool=data / "spool",
            statements=statements,
            classes=settings.retention_classes,
            default=settings.retention_default,
        )
        self.mailbox = (
            None
            if settings.smtp_url is not None
            else LocalMailbox(database=self.database, keyring=self.keyring, clock=clock)
        )
        self.outbox = Outbox(
            database=self.database,
            keyring=self.keyring,
            clock=clock,
            sender=self._mail_sender(),
        )
        links = InvitationLinks(database=self.database, clock=clock)
        rate_limits = RateLimits(keyring=self.keyring)
        self._identification = build_bureau(
            settings,
            database=self.database,
            keyring=self.keyring,
            clock=clock,
            log=self.notary,
            rate_limits=rate_limits,
        )
        self.identity = IdentityRoom(
            codes=EmailCodes(
                database=self.database,
                keyring=self.keyring,
                clock=clock,
                mail_queue=mail_queue,
                rate_limits=rate_limits,
            ),
            links=links,
            sessions=Sessions(database=self.database, keyring=self.keyring, clock=clock),
            passkeys=Passkeys(
                database=self.database,
                keyring=self.keyring,
                clock=clock,
                base_url=settings.base_url,
                platform=settings.platform_name,
            ),
            api_keys=ApiKeys(database=self.database, clock=clock),
            bureau=self._identification.bureau,
            rate_limits=rate_limits,
        )
        self.agreements = Agreements(
            Desk(
                database=self.database,
                files=self.files,
                custody=self.custody,
                recovery_keys=RecoveryKeys(
                    database=self.database,
                    keyring=self.keyring,
                    clock=clock,
                    company=settings.custody_recipients,
                ),
                lifecycles=self.lifecycles,
                custody_statements=statements,
                notary=self.notary,
                keys=self.keys,
                links=_InvitationPaths(links),
                identities=self.identity.bureau,
                mail=mail_queue,
                clock=clock,
                enqueue=self.jobs.enqueue,
                pictures=PictureCache(),
                base_url=settings.base_url,
                code_lifetime=timedelta(minutes=settings.code_session_minutes),
                renew_stamps_after=timedelta(days=settings.renew_stamps_days),
                devices=DeviceSigning(passkeys=self.identity.passkeys, keyring=self.keyring),
            )
        )
        self.trust = TrustPublisher(
            folder=data,
            keyring=self.keyring,
            notary=self.notary,
            database=self.database,
            clock=clock,
        )

    def start(self) -> None:
        """Bring the database up to date, start the chain, and take up unfinished work."""
        upgrade_database(self.database)
        self.chains.start()
        self.jobs.start(
            agreements=self.agreements,
            notary=self.notary,
            outbox=self.outbox,
            upkeep=[
                self.notary.watch_chains,
                self.notary.watch_documents,
                self.agreements.rewrap_envelopes,
                self.agreements.go_on_erasing,
                self.reports.report_when_due,
                self.agreements.schedule_renewals,
                self._forget_old,
                self.agreements.forget_waiting_signatures,
                self.identity.bureau.forget_old,
            ],
            # Repair comes again after the scrub, for what that found.
            care=[self._repair_copies, self._scrub_copies, self._repair_copies],
        )
        self.notary.start()
        if self.chains.local is not None:
            self.agreements.withdraw_stale_evidence()
        self.trust.publish(
            keys=self.keys.trust_keys(),
            rpc=self.settings.public_rpc_urls or self.chains.rpc_urls,
            log=[f"{self.settings.base_url}/log"],
            max_delay_s=self.settings.anchor_max_delay_s,
        )
        self.jobs.kick()

    def stop(self) -> None:
        """Stop everything that was started; what was under way is taken up at the next start."""
        steps: list[Callable[[], None]] = [
            self.jobs.stop,
            self._identification.close,
            self.chains.stop,
            self.database.dispose,
            self._release_folder,
        ]
        for step in steps:
            try:
                step()
            except Exception as error:  # noqa: BLE001  the others must be stopped all the same
                log.warning("stop-failed", step=step.__qualname__, error=type(error).__name__)

    def revive_chain(self) -> bool:
        """Restart the embedded chain if its process died; return whether that was needed."""
        if self.chains.local is None or self.chains.local.running:
            return False
        log.warning("chain-restarted", hint="blocks newer than the last snapshot are anchored anew")
        self.chains.start()
        self.jobs.kick()
        return True

    def _repair_copies(self) -> None:
        self.custody.repair(limit=100)

    def _scrub_copies(self) -> None:
        self.custody.scrub(budget_s=_SCRUB_S)

    def _forget_old(self) -> None:
        with self.database.transaction() as session:
            self.identity.codes.forget_old(session)
            self.identity.sessions.forget_old(session)
            self.identity.passkeys.forget_old(session)

    def first_api_key(self) -> str | None:
        """Return a new API key if there is none yet: it is shown once and kept hashed."""
        if self.identity.api_keys.list_api_keys():
            return None
        with self.database.transaction() as session:
            return self.identity.api_keys.new_api_key(session, "first run")

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _mail_sender(self) -> MailSender:
        if self.mailbox is not None:
            return self.mailbox
        assert self.settings.smtp_url is not None
        settings = SmtpSettings.from_url(self.settings.smtp_url.get_secret_value())
        return SmtpSender(settings, mail_from=self.settings.mail_from)

    def _hold_folder(self, data: Path) -> None:
        stream = (data / "acta.lock").open("ab")
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            stream.close()
            raise DataFolderBusyError(
                f"another Acta serves from {data}; stop it, or set ACTA_DATA_DIR"
            ) from error
        self._lock = stream

    def _release_folder(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def build_signing_keys(
    settings: Settings, keyring: Keyring, clock: Clock, *, name: str
) -> PlatformKeys:
    """Return the keys that certify, seal and stamp, with the time stamps of the settings."""
    authorities = (
        []
        if settings.tsa_ca_file is None
        else x509.load_pem_x509_certificates(settings.tsa_ca_file.read_bytes())
    )
    keys = PlatformKeys.load_or_create(
        keyring,
        name=name,
        clock=clock,
        place=open_key_place(settings),
        pki_url=settings.pki_url,
        stamp_authorities=authorities,
    )
    if settings.tsa_urls[0] != "embedded":
        keys.stamp_by(
            TimeStampClient(
                settings.tsa_urls,
                authorities=authorities,
                own=keys.time_stamps.stamp,
                clock=clock,
            ).stamp
        )
    return keys


def open_key_place(settings: Settings) -> KeyPlace | None:
    """Return the token that holds the signing keys; None where they are in a file."""
    if settings.signing_pkcs11_module is None:
        return None
    assert settings.signing_pin is not None  # the settings see to it
    return TokenPlace(
        settings.signing_pkcs11_module,
        token=settings.signing_token,
        pin=settings.signing_pin.get_secret_value(),
    )


def open_keyring(settings: Settings) -> Keyring:
    """Return the keyring of an installation, under its master key."""
    folder = settings.data_dir / "keys"
    master = (
        bytes.fromhex(settings.master_key.get_secret_value())
        if settings.master_key is not None
        else load_master_key(folder)
    )
    return Keyring(folder, master)
