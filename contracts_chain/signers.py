"""Who signs transactions: a port, and keys in memory and in encrypted files."""

import json
import os
from pathlib import Path
from typing import Any, Protocol, Self

from contracts_chain.errors import SignerError
from contracts_chain.recursion import recursion_limit_kept
from contracts_chain.signatures import GROUP_ORDER, address_of


class TransactionSigner(Protocol):
    """One secp256k1 key that signs transactions of its account.

    Any thread may call. ``sign`` takes at most some seconds, may be repeated, and need not give
    the same signature twice. Errors: SignerError, when nothing was signed.
    """

    @property
    def address(self) -> str:
        """The key's account, 0x…, checksummed (EIP-55)."""

    def sign(self, digest: bytes) -> tuple[int, int, int]:
        """Return (y_parity, r, s) over a 32-byte digest; s at most half of the group's order."""


class LocalKeySigner:
    """A key in this process's memory: 32 bytes, big-endian. SignerError if it is no key."""

    def __init__(self, private_key: bytes) -> None:
        import coincurve

        if len(private_key) != 32 or not 0 < int.from_bytes(private_key, "big") < GROUP_ORDER:
            raise SignerError("expected a private key of 32 bytes within secp256k1's order")
        self._key = coincurve.PrivateKey(private_key)
        self._address = address_of(self._key.public_key.format(compressed=False)[1:])

    @property
    def address(self) -> str:
        """The key's account, 0x…, checksummed."""
        return self._address

    def sign(self, digest: bytes) -> tuple[int, int, int]:
        """Return (y_parity, r, s); the same for the same digest (RFC 6979), s low."""
        if len(digest) != 32:
            raise SignerError(f"expected a digest of 32 bytes, got {len(digest)}")
        whole = self._key.sign_recoverable(digest, hasher=None)
        return whole[64], int.from_bytes(whole[:32], "big"), int.from_bytes(whole[32:64], "big")


class KeystoreSigner(LocalKeySigner):
    """A key kept in an encrypted JSON keystore (version 3), as geth, Foundry and others write it.

    Opening takes about a second, by design of the format; the key is in memory from then on.
    """

    @classmethod
    def open(cls, path: Path, passphrase: str) -> Self:
        """Decrypt a keystore file; SignerError for a file that is none, or a wrong passphrase."""
        with recursion_limit_kept():
            from eth_account import Account

        try:
            keystore: Any = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise SignerError(f"cannot read the key file {path}: {error.strerror}") from error
        except ValueError as error:
            raise SignerError(f"expected a JSON keystore in {path}, got something else") from error
        if not isinstance(keystore, dict) or keystore.get("version") != 3:
            raise SignerError(f"expected a keystore of version 3 in {path}, got another form")
        try:
            private_key = bytes(Account.decrypt(keystore, passphrase))
        except ValueError as error:
            # A wrong passphrase is told by the file's check value ("MAC mismatch").
            raise SignerError(f"the passphrase does not open {path}; check it") from error
        except (KeyError, TypeError) as error:
            raise SignerError(f"expected a keystore of version 3 in {path}, got a torn one") from (
                error
            )
        return cls(private_key)


def write_keystore(path: Path, private_key: bytes, passphrase: str) -> str:
    """Write a new keystore file, readable by its owner alone, and return the key's address.

    The file may not exist yet: a key is never overwritten. Raises SignerError.
    """
    with recursion_limit_kept():
        from eth_account import Account

    if not passphrase:
        raise SignerError("expected a passphrase for the key file, got an empty one")
    address = LocalKeySigner(private_key).address
    content = json.dumps(Account.encrypt(private_key, passphrase), indent=1) + "\n"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise SignerError(f"cannot write the key file {path}: {error.strerror}") from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    return address
