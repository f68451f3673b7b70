"""A key that never leaves its token: PKCS#11, as hardware security modules speak it."""

import contextlib
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contracts_chain.errors import SignerError
from contracts_chain.signatures import address_of, point_of, recoverable

if TYPE_CHECKING:
    from pkcs11 import Session

_DER_OCTET_STRING = 0x04
_NEEDS_EXTRA = 'a PKCS#11 key needs the extra: pip install "acta-notary[hsm]"'


class Pkcs11Signer:
    """A secp256k1 key pair on a token, by the label that both its halves bear.

    ``module``: the path of the token maker's library; ``token``: the token's label; ``pin``: its
    user PIN. The session is opened at once, and again whenever the token lost it. Signatures are
    CKM_ECDSA over the digest (PKCS #11 v3.0 §6.3.12), then made low-S and checked against the
    public key. Any thread may call; one at a time signs. Errors: SignerError.
    """

    def __init__(self, module: Path, *, token: str, key: str, pin: str) -> None:
        self._module = module
        self._token = token
        self._key = key
        self._pin = pin
        self._mutex = threading.Lock()
        self._session: Session | None = None
        self._private: Any = None
        self._pin_refused = False
        with self._mutex, self._translated():
            self._public_key = self._open()
        self._address = address_of(self._public_key)

    @property
    def address(self) -> str:
        """The key's account, 0x…, checksummed."""
        return self._address

    def sign(self, digest: bytes) -> tuple[int, int, int]:
        """Return (y_parity, r, s) over a 32-byte digest, s low; another each time."""
        with self._mutex, self._translated():
            signature = self._signed_in_session(digest)
            if signature is None:
                self._reopen()
                signature = self._signed(digest)
        return recoverable(signature, digest=digest, public_key=self._public_key)

    def close(self) -> None:
        """End the session; the next signature opens one again."""
        with self._mutex:
            self._close()

    def _signed_in_session(self, digest: bytes) -> bytes | None:
        if self._session is None:
            return None
        from pkcs11.exceptions import PKCS11Error

        try:
            return self._signed(digest)
        except PKCS11Error:
            # Tokens end sessions when they like: unplugged, restarted, idle for too long.
            self._close()
            return None

    def _signed(self, digest: bytes) -> bytes:
        from pkcs11 import Mechanism

        return bytes(self._private.sign(digest, mechanism=Mechanism.ECDSA))

    def _reopen(self) -> None:
        if self._open() != self._public_key:
            raise SignerError(f"the key {self._key!r} on token {self._token!r} is another one now")

    def _open(self) -> bytes:
        try:
            import pkcs11
        except ImportError as error:
            raise SignerError(_NEEDS_EXTRA) from error
        from pkcs11 import Attribute, ObjectClass
        from pkcs11.exceptions import PinIncorrect, UserAlreadyLoggedIn

        if self._pin_refused:
            # A token locks itself for good after a few wrong PINs.
            raise SignerError(f"token {self._token!r} refused the PIN; it is not tried again")
        slot = pkcs11.lib(str(self._module)).get_token(token_label=self._token)
        try:
            self._session = slot.open(user_pin=self._pin)
        except UserAlreadyLoggedIn:
            # A process logs in to a token once, for all its sessions: another key of ours did.
            self._session = slot.open()
        except PinIncorrect:
            self._pin_refused = True
            raise
        self._private = self._session.get_key(label=self._key, object_class=ObjectClass.PRIVATE_KEY)
        public = self._session.get_key(label=self._key, object_class=ObjectClass.PUBLIC_KEY)
        point = bytes(public[Attribute.EC_POINT])
        # By the standard a DER octet string around the point; some tokens leave the wrapping out.
        if len(point) == 67 and point[0] == _DER_OCTET_STRING:
            point = point[2:]
        return point_of(point)

    def _close(self) -> None:
        session, self._session, self._private = self._session, None, None
        if session is not None:
            from pkcs11.exceptions import PKCS11Error

            # A session that the token ended already is closed enough.
            with contextlib.suppress(PKCS11Error):
                session.close()

    @contextlib.contextmanager
    def _translated(self) -> Any:
        try:
            yield
        except SignerError:
            raise
        except RuntimeError as error:
            # The library's errors, RuntimeErrors all, say what is wrong by their names.
            self._close()
            raise SignerError(
                f"token {self._token!r}, key {self._key!r}: {type(error).__name__} {error}".rstrip()
                + "; check module, label and PIN"
            ) from error
