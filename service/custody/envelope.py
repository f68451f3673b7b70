"""Each agreement's own age key, and the envelope in which it is kept."""

from collections.abc import Sequence

from pyrage import DecryptError, decrypt, encrypt, x25519

from service.custody.errors import CannotOpenError
from service.keyring import Keyring


class PlatformIdentity:
    """The platform's age identity, which opens the envelopes of every agreement.

    age (v1, X25519) throughout: with the identity in a file, ``age -d`` opens an envelope, and
    what is in it opens the ciphertext.
    """

    def __init__(self, keyring: Keyring) -> None:
        text = keyring.secret("custody-age", lambda: str(x25519.Identity.generate()).encode())
        self._identity = x25519.Identity.from_str(text.decode())

    @property
    def recipient(self) -> str:
        """Return the platform's public recipient, ``age1…``."""
        return str(self._identity.to_public())

    def new_agreement_key(self, *, recipients: Sequence[str]) -> tuple[str, bytes]:
        """Return a fresh agreement's recipient and its envelope for the platform and others."""
        identity = x25519.Identity.generate()
        return str(identity.to_public()), self._wrap(str(identity), recipients)

    def rewrap(self, envelope: bytes, *, recipients: Sequence[str]) -> bytes:
        """Return another envelope of the same key, for the platform and ``recipients``."""
        return self._wrap(self._unwrap(envelope), recipients)

    def open(self, envelope: bytes, ciphertext: bytes) -> bytes:
        """Return the plaintext of an agreement's ciphertext; raises CannotOpenError."""
        try:
            identity = x25519.Identity.from_str(self._unwrap(envelope))
            return bytes(decrypt(ciphertext, [identity]))
        except DecryptError as error:
            raise CannotOpenError("the agreement's key does not open its ciphertext") from error

    def _unwrap(self, envelope: bytes) -> str:
        try:
            return bytes(decrypt(envelope, [self._identity])).decode().strip()
        except DecryptError as error:
            raise CannotOpenError(
                "the platform's key does not open the envelope; restore the right keyring"
            ) from error

    def _wrap(self, identity: str, recipients: Sequence[str]) -> bytes:
        everybody = dict.fromkeys([self.recipient, *recipients])
        readers = [x25519.Recipient.from_str(one) for one in everybody]
        return bytes(encrypt(f"{identity}\n".encode(), readers))


def encrypt_for(recipient: str, plaintext: bytes) -> bytes:
    """Return ``plaintext`` encrypted to one agreement; each call gives other bytes."""
    return bytes(encrypt(plaintext, [x25519.Recipient.from_str(recipient)]))
