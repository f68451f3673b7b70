"""Identity's parts on a database of their own, with mail into the local mailbox."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from service.database import Database
from service.identity import (
    ApiKeys,
    CodeRules,
    Confirmed,
    EmailCodes,
    InvitationLinks,
    RateLimits,
    Sessions,
)
from service.keyring import Keyring
from service.notices import LocalMailbox, MailQueue, Outbox
from tests.parts import EnqueuedWork, ManualClock, fresh_database, fresh_keyring

EMAIL = "Ana@Example.org"


@dataclass
class Desk:
    """All of identity, and the person's side of it."""

    folder: Path
    database: Database
    keyring: Keyring
    clock: ManualClock = field(default_factory=ManualClock)
    rules: CodeRules = field(default_factory=CodeRules)

    def __post_init__(self) -> None:
        parts = {"database": self.database, "keyring": self.keyring, "clock": self.clock}
        self.mailbox = LocalMailbox(**parts)  # type: ignore[arg-type]
        self.outbox = Outbox(**parts, sender=self.mailbox)  # type: ignore[arg-type]
        self.links = InvitationLinks(database=self.database, clock=self.clock)
        self.sessions = Sessions(**parts)  # type: ignore[arg-type]
        self.api_keys = ApiKeys(database=self.database, clock=self.clock)
        self.use_rules(self.rules)

    def use_rules(self, rules: CodeRules) -> None:
        """Begin anew with these rules, as a restart would: what was in memory is forgotten."""
        self.codes = EmailCodes(
            database=self.database,
            keyring=self.keyring,
            clock=self.clock,
            mail_queue=MailQueue(
                keyring=self.keyring,
                clock=self.clock,
                origin_host="acta.example",
                enqueue=EnqueuedWork(),
            ),
            rate_limits=RateLimits(keyring=self.keyring),
            rules=rules,
        )

    def ask(
        self,
        email: str = EMAIL,
        *,
        purpose: str = "sign-in",
        subject: str = "",
        title: str | None = None,
        remote: str = "192.0.2.1",
    ) -> str:
        with self.database.transaction() as session:
            return self.codes.request_code(
                session,
                purpose=purpose,
                subject=subject,
                email=email,
                lang="es",
                remote=remote,
                title=title,
            )

    def read_code(self, challenge_id: str) -> str:
        """Deliver the code's mail, and read it as its receiver does."""
        self.outbox.deliver(f"code/{challenge_id}")
        found = re.search(r"^ {4}([0-9]{6})$", self.mailbox.messages()[0].text, re.MULTILINE)
        assert found is not None
        return found[1]

    def confirm(self, challenge_id: str, code: str, **bound: str) -> Confirmed:
        return self.codes.confirm_code(
            challenge_id, code, **({"purpose": "sign-in", "subject": ""} | bound)
        )

    def stored(self) -> bytes:
        """Return every byte of the database, what is still in its journal too."""
        return b"".join(path.read_bytes() for path in self.folder.glob("acta.db*"))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    database = fresh_database(tmp_path)
    yield Desk(folder=tmp_path, database=database, keyring=fresh_keyring(tmp_path))
    database.dispose()
