"""The platform's signing keys on a token (PKCS#11): they are made there and never leave it."""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from anchoring.hashing import sha256
from service.keyring import WrongMasterKeyError
from service.signing.errors import TokenError

if TYPE_CHECKING:
    from pkcs11 import Session

_P256 = "1.2.840.10045.3.1.7"
_UNCOMPRESSED = 65
_NEEDS_EXTRA = 'a PKCS#11 token needs the extra: pip install "acta-notary[hsm]"'


class TokenPlace:
    """A token as the place of keys (``service.signing.generations.KeyPlace``).

    ``module``: the path of the token maker's library; ``token``: the token's label. The session
    is opened when it is first needed, and again whenever the token lost it; one thread at a time
    uses it. Errors: TokenError.
    """

    def __init__(self, module: Path, *, token: str, pin: str) -> None:
        self._module, self._token, self._pin = module, token, pin
        self._mutex = threading.RLock()
        self._session: Session | None = None
        # Good for the session that they were found in.
        self._handles: dict[str, Any] = {}
        self._pin_refused = False

    def __repr__(self) -> str:
        return f"TokenPlace({self._token!r})"

    def new_key(self, label: str) -> ec.EllipticCurvePrivateKey:
        """Return a P-256 key that is made on the token and cannot be read from it."""
        from pkcs11 import Attribute, KeyType, Mechanism
        from pkcs11.util.ec import encode_named_curve_parameters

        def make(session: Any) -> None:
            curve = session.create_domain_parameters(
                KeyType.EC, {Attribute.EC_PARAMS: encode_named_curve_parameters(_P256)}, local=True
            )
            curve.generate_keypair(
                store=True,
                label=label,
                mechanism=Mechanism.EC_KEY_PAIR_GEN,
                private_template={
                    Attribute.SENSITIVE: True,
                    Attribute.EXTRACTABLE: False,
                    Attribute.SIGN: True,
                },
            )

        if self._labelled(label):
            # A run that was cut off made it and wrote nothing down; nobody has used it.
            return self._key(label)
        self._do(make)
        return self._key(label)

    def dump(self, key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
        """Return the label alone."""
        if not isinstance(key, TokenKey):
            raise TokenError("expected a key of the token")
        return {"token": key.label}

    def load(self, kept: Mapping[str, str]) -> ec.EllipticCurvePrivateKey:
        """Return the key with the label that ``dump`` kept."""
        if "token" not in kept:
            raise WrongMasterKeyError(
                "expected keys on the token, got keys in the file; unset ACTA_SIGNING_TOKEN, or "
                "replace them with acta keys rotate"
            )
        return self._key(kept["token"])

    def sign(self, label: str, digest: bytes) -> bytes:
        """Return r ‖ s over a 32-byte digest: CKM_ECDSA, which every token with P-256 knows."""
        from pkcs11 import Mechanism, ObjectClass

        def signed(session: Any) -> bytes:
            if label not in self._handles:
                self._handles[label] = session.get_key(
                    label=label, object_class=ObjectClass.PRIVATE_KEY
                )
            return bytes(self._handles[label].sign(digest, mechanism=Mechanism.ECDSA))

        return bytes(self._do(signed))

    def _labelled(self, label: str) -> bool:
        from pkcs11 import Attribute

        return bool(self._do(lambda session: list(session.get_objects({Attribute.LABEL: label}))))

    def _key(self, label: str) -> "TokenKey":
        from pkcs11 import Attribute, ObjectClass

        def point(session: Any) -> bytes:
            public = session.get_key(label=label, object_class=ObjectClass.PUBLIC_KEY)
            return bytes(public[Attribute.EC_POINT])

        # By the standard a DER octet string around the point; some tokens leave it out.
        found = bytes(self._do(point))[-_UNCOMPRESSED:]
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), found)
        return TokenKey(self, label, public)

    def _do(self, work: Any) -> Any:
        with self._mutex:
            try:
                if self._session is None:
                    self._open()
                    return work(self._session)
                try:
                    return work(self._session)
                except RuntimeError:
                    # Tokens end sessions when they like: unplugged, restarted, idle for too long.
                    self._session = None
                    self._open()
                    return work(self._session)
            except ImportError as error:
                raise TokenError(_NEEDS_EXTRA) from error
            except RuntimeError as error:
                # The library's errors, RuntimeErrors all, say what is wrong by their names.
                self._session = None
                raise TokenError(
                    f"token {self._token!r}: {type(error).__name__} {error}".rstrip()
                    + "; check module, label and PIN"
                ) from error

    def _open(self) -> None:
        import pkcs11

        self._handles.clear()
        if self._pin_refused:
            # A token locks itself for good after a few wrong PINs.
            raise TokenError(f"token {self._token!r} refused the PIN; it is not tried again")
        slot = pkcs11.lib(str(self._module)).get_token(token_label=self._token)
        try:
            self._session = slot.open(rw=True, user_pin=self._pin)
        except pkcs11.UserAlreadyLoggedIn:
            # A process logs in to a token once, for all its sessions.
            self._session = slot.open(rw=True)
        except pkcs11.PinIncorrect:
            self._pin_refused = True
            raise


class TokenKey(ec.EllipticCurvePrivateKey):
    """A key on a token, usable wherever a P-256 key is used for signing."""

    def __init__(self, place: TokenPlace, label: str, public: ec.EllipticCurvePublicKey) -> None:
        self._place, self.label, self._public = place, label, public

    def sign(
        self,
        data: bytes | bytearray | memoryview,
        signature_algorithm: ec.EllipticCurveSignatureAlgorithm,
    ) -> bytes:
        """Return the DER ECDSA signature of ``data`` with SHA-256, the only way there is."""
        raw = self._place.sign(self.label, sha256(bytes(data)))
        half = len(raw) // 2
        return encode_dss_signature(
            int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big")
        )

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """Return the public half."""
        return self._public

    @property
    def curve(self) -> ec.EllipticCurve:
        """P-256."""
        return self._public.curve

    @property
    def key_size(self) -> int:
        """Its length in bits."""
        return self._public.key_size

    def exchange(self, algorithm: ec.ECDH, peer_public_key: ec.EllipticCurvePublicKey) -> NoReturn:
        """Refuse: the key is for signing alone."""
        raise TokenError("the key is for signing alone")

    def private_numbers(self) -> NoReturn:
        """Refuse: the key cannot leave its token."""
        raise TokenError("the key cannot leave its token")

    def private_bytes(self, *_arguments: object) -> NoReturn:
        """Refuse: the key cannot leave its token."""
        raise TokenError("the key cannot leave its token")

    def __copy__(self) -> "TokenKey":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "TokenKey":
        return self
