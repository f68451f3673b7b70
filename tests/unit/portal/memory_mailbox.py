"""Mail that stays in a list."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from service.errors import NotFoundError
from service.notices import StoredMail
from service.portal import MailboxPort
from tests.parts import ManualClock


@dataclass
class MemoryMailbox(MailboxPort):
    """Mail in a list."""

    clock: ManualClock
    mails: list[StoredMail] = field(default_factory=list)

    def send(self, to: str, subject: str, text: str) -> None:
        number = f"msg_{len(self.mails):04d}"
        self.mails.insert(
            0,
            StoredMail(
                id=number,
                message_id=f"<{number}@acta>",
                to=to,
                subject=subject,
                text=text,
                html=None,
                received_at=self.clock.now(),
            ),
        )

    def messages(self, to: str | None = None, /) -> Sequence[StoredMail]:
        return [mail for mail in self.mails if to is None or mail.to == to]

    def message(self, message: str, /) -> StoredMail:
        for mail in self.mails:
            if mail.id == message:
                return mail
        raise NotFoundError("no such mail")
