"""Keys and secrets at rest, all encrypted under one master key."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from service.errors import ServiceError

_NONCE = 12
_MAGIC = b"ACTAKEY1"


class WrongMasterKeyError(ServiceError):
    """A stored secret does not open with this master key, or was altered."""

    code = "keyring/wrong-master-key"
    http_hint = 500


def write_atomically(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Write ``content`` to ``path`` so that a crash leaves the old file or the new, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    # Without this the rename itself may be lost with the power.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def load_master_key(folder: Path) -> bytes:
    """Return the 32-byte master key kept in ``folder``, making it on the first call.

    For the embedded profile only: the key lies beside what it protects, readable by the file's
    owner. In production the key comes from the settings.
    """
    path = folder / "master.key"
    if not path.exists():
        write_atomically(path, secrets.token_bytes(32))
    key = path.read_bytes()
    if len(key) != 32:
        raise WrongMasterKeyError(
            f"expected 32 bytes in {path.name}, got {len(key)}; restore it from your backup"
        )
    return key


class Keyring:
    """Encrypts small secrets under the master key: named files, and values for the database.

    Each purpose has its own key (HKDF-SHA256, RFC 5869), so a value sealed for one purpose never
    opens as another. AES-256-GCM with a random 96-bit nonce; the purpose is also bound as
    additional data.
    """

    def __init__(self, folder: Path, master: bytes) -> None:
        if len(master) != 32:
            raise WrongMasterKeyError(f"expected a master key of 32 bytes, got {len(master)}")
        self._folder = folder
        self._master = master

    def _derive(self, label: str) -> bytes:
        return HKDF(hashes.SHA256(), 32, salt=None, info=label.encode()).derive(self._master)

    def encrypt(self, data: bytes, *, purpose: str) -> bytes:
        """Return ``data`` encrypted and authenticated for ``purpose``."""
        nonce = secrets.token_bytes(_NONCE)
        cipher = AESGCM(self._derive(f"acta/encrypt/{purpose}"))
        return _MAGIC + nonce + cipher.encrypt(nonce, data, purpose.encode())

    def decrypt(self, data: bytes, *, purpose: str) -> bytes:
        """Return what ``encrypt`` was given; raises WrongMasterKeyError if it does not open."""
        if not data.startswith(_MAGIC):
            raise WrongMasterKeyError(f"expected a value of this keyring for {purpose!r}")
        nonce = data[len(_MAGIC) : len(_MAGIC) + _NONCE]
        cipher = AESGCM(self._derive(f"acta/encrypt/{purpose}"))
        try:
            return cipher.decrypt(nonce, data[len(_MAGIC) + _NONCE :], purpose.encode())
        except (InvalidTag, ValueError) as error:
            raise WrongMasterKeyError(
                f"a value kept for {purpose!r} does not open: another master key, or altered"
            ) from error

    def mac(self, data: bytes, *, purpose: str) -> bytes:
        """Return the 32-byte HMAC-SHA256 of ``data`` under the key of ``purpose``."""
        signer = hmac.HMAC(self._derive(f"acta/mac/{purpose}"), hashes.SHA256())
        signer.update(data)
        return signer.finalize()

    def secret(self, name: str, make: Callable[[], bytes]) -> bytes:
        """Return the secret called ``name``, making and keeping it on the first call.

        A crash while making leaves none, so the next call makes another: nothing may be published
        that depends on a secret before this returns.
        """
        kept = self.find(name)
        if kept is not None:
            return kept
        value = make()
        write_atomically(self._path(name), self.encrypt(value, purpose=f"file/{name}"))
        return value

    def find(self, name: str) -> bytes | None:
        """Return the secret called ``name``, None if none was made yet."""
        path = self._path(name)
        if not path.exists():
            return None
        return self.decrypt(path.read_bytes(), purpose=f"file/{name}")

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.key"
