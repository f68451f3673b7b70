"""The portal's view of custody, in memory."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from service.agreements import AgreementNotFoundError, KeepingView, KitView
from service.agreements.errors import FreshCodeNeededError, NoRecoveryKeyError
from service.custody import BadRecipientError, KeptCiphertext, KeyKind, RecoveryKeyView
from service.portal import KeepingPort, PartyCustodyPort
from tests.parts import ManualClock

FRESH = timedelta(minutes=30)


@dataclass
class MemoryPartyCustody(PartyCustodyPort, KeepingPort):
    """Keys in lists; ``kits`` holds what each agreement's kit is made of."""

    clock: ManualClock
    keys: dict[str, list[RecoveryKeyView]] = field(default_factory=dict)
    kits: dict[str, KitView] = field(default_factory=dict)
    kept: dict[str, KeepingView] = field(default_factory=dict)
    erased: list[tuple[str, str, str]] = field(default_factory=list)

    def recovery_keys(self, email: str, /) -> list[RecoveryKeyView]:
        return self.keys.get(email, [])

    def keys_need_code(self, confirmed_at: datetime, /) -> bool:
        return self.clock.now() - confirmed_at > FRESH

    def add_recovery_key(
        self,
        email: str,
        /,
        *,
        recipient: str,
        kind: str,
        credential: bytes | None,
        confirmed_at: datetime,
        lang: str,
    ) -> None:
        self._expect_fresh(confirmed_at)
        if not recipient.startswith("age1"):
            raise BadRecipientError("expected a public key")
        self.keys.setdefault(email, []).append(
            RecoveryKeyView(
                id=f"key_{len(self.keys.get(email, []))}",
                recipient=recipient,
                kind=KeyKind(kind),
                credential=credential,
                created_at=self.clock.now(),
                ready=True,
            )
        )

    def end_recovery_key(self, email: str, key_id: str, /, *, confirmed_at: datetime) -> None:
        self._expect_fresh(confirmed_at)
        self.keys[email] = [key for key in self.recovery_keys(email) if key.id != key_id]

    def custody_kit(self, email: str, agreement_id: str, /) -> KitView:
        if not self.recovery_keys(email):
            raise NoRecoveryKeyError("expected a key")
        return self.kits[agreement_id]

    def keeping(self, email: str, agreement_id: str, /) -> KeepingView:
        try:
            return self.kept[agreement_id]
        except KeyError:
            raise AgreementNotFoundError("no such agreement") from None

    def erase_agreement(self, email: str, agreement_id: str, /) -> None:
        self.erased.append(("all", email, agreement_id))

    def erase_my_data(self, email: str, agreement_id: str, /) -> None:
        self.erased.append(("mine", email, agreement_id))

    def keep(self, agreement_id: str, *, title: str, kept: KeptCiphertext) -> None:
        """Have a kit to give."""
        self.kits[agreement_id] = KitView(title=title, kept=kept)

    def _expect_fresh(self, confirmed_at: datetime) -> None:
        if self.keys_need_code(confirmed_at):
            raise FreshCodeNeededError("expected a fresh code")
