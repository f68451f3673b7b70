"""The keys that sign checkpoints, of which the newest is in use (protocol rule 20: Ed25519)."""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from anchoring.checkpoint import Checkpoint, add_signature, parse_vkey, sign_checkpoint, vkey
from service.clock import Clock
from service.keyring import Keyring
from service.notary.errors import NotStartedError

_FIRST = "log-checkpoint"


@dataclass(frozen=True, kw_only=True)
class LogKey:
    """One key as the trust file publishes it.

    ``since``: when it was made, None for the key that the log was opened with. ``until``: when
    the next one was made, None for the key in use. ``revoked``: its successor was made because
    somebody else may have it, so nothing that is anchored after ``until`` counts by it.
    """

    vkey: str
    since: datetime | None
    until: datetime | None
    revoked: bool


class LogKeys:
    """Every checkpoint key of one log, as the keyring had them when this was made.

    A key made later, by ``rotate_log_key`` in any process, is taken up at the next start: the
    trust file that names it is published then. Old keys are kept for ever, to read what they
    signed.
    """

    def __init__(self, *, keyring: Keyring, origin: str) -> None:
        first = keyring.secret(_FIRST, _new_key)
        self._origin = origin
        self._private = [Ed25519PrivateKey.from_private_bytes(first)]
        self._made: list[tuple[datetime, bool]] = []
        while (kept := keyring.find(_name(len(self._private) + 1))) is not None:
            members = json.loads(kept)
            self._private.append(
                Ed25519PrivateKey.from_private_bytes(bytes.fromhex(members["key"]))
            )
            since = datetime.fromtimestamp(members["since"], UTC)
            self._made.append((since, members["compromised"]))

    @property
    def vkeys(self) -> tuple[str, ...]:
        """Return every key in its text form, the one in use first."""
        return tuple(key.vkey for key in self.published())

    @property
    def first_vkey(self) -> str:
        """Return the key that the log was opened with."""
        return self.vkeys[-1]

    def published(self) -> tuple[LogKey, ...]:
        """Return what readers must be told of every key, the one in use first."""
        turns = [None, *self._made, None]
        keys = [
            LogKey(
                vkey=vkey(self._origin, private.public_key()),
                since=None if made is None else made[0],
                until=None if ended is None else ended[0],
                revoked=ended is not None and ended[1],
            )
            for private, made, ended in zip(self._private, turns, turns[1:], strict=False)
        ]
        return tuple(reversed(keys))

    def sign(self, size: int, root: bytes) -> str:
        """Return the checkpoint as a note signed with the key in use."""
        checkpoint = Checkpoint(self._origin, size, root)
        return sign_checkpoint(checkpoint, key=self._private[-1], name=self._origin)

    @property
    def in_use(self) -> LogKey:
        """The key that signs."""
        return self.published()[0]

    @property
    def signature_start(self) -> str:
        """How a line with a signature by the key in use begins, as far as its id fixes it."""
        key_id = parse_vkey(self.vkeys[0]).key_id
        # Four bytes are five whole base64 digits and a part of the sixth.
        return f"\N{EM DASH} {self._origin} {base64.b64encode(key_id).decode()[:5]}"

    def countersign(self, note: str) -> str:
        """Return an earlier note with the signature of the key in use beside those it has."""
        return add_signature(note, key=self._private[-1], name=self._origin)


def rotate_log_key(*, keyring: Keyring, clock: Clock, compromised: bool) -> int:
    """Make the next checkpoint key and return its number, the first being 1.

    ``compromised``: the key in use may be known to somebody else. Nothing is signed with the new
    key before the service starts again, so a crash here leaves either key, and no harm. Raises
    NotStartedError where there is no log yet.
    """
    if keyring.find(_FIRST) is None:
        raise NotStartedError("expected a log whose key to change, got none; start Acta once")
    number = 2
    while keyring.find(_name(number)) is not None:
        number += 1
    members = {
        "key": _new_key().hex(),
        "since": int(clock.now().timestamp()),
        "compromised": compromised,
    }
    keyring.secret(_name(number), json.dumps(members).encode)
    return number


def _name(number: int) -> str:
    return f"{_FIRST}-{number}"


def _new_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes_raw()
