"""A device that makes passkeys and answers with them, as WebAuthn Level 3 §6 has it."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any

import cbor2

from tests.vectors.passkey import Passkey

_FLAGS, _ATTESTED = 0x05, 0x40


@dataclass
class Authenticator:
    """One passkey of one device; ``counter`` moves with each answer."""

    name: str = "phone"
    rp_id: str = "acta.example"
    origin: str = "https://acta.example"
    counter: int = 0
    flags: int = _FLAGS
    key: Passkey = field(init=False)

    def __post_init__(self) -> None:
        self.key = Passkey(self.name, self.rp_id)
        self.credential_id = self.name.encode().ljust(32, b".")

    def create(self, options: str) -> str:
        """Return what a browser sends back for creation options."""
        asked = json.loads(options)
        x, y = self.key.point
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        data = self.key.authenticator_data(flags=self.flags | _ATTESTED, counter=self.counter)
        data += bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + cose
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", asked["challenge"])
        return self._answer({"attestationObject": _text(made), "clientDataJSON": _text(client)})

    def get(self, options: str, *, challenge: str | None = None) -> str:
        """Return what a browser sends back for request options, or for another challenge."""
        self.counter += 1
        client = self._client("webauthn.get", challenge or json.loads(options)["challenge"])
        data = self.key.authenticator_data(flags=self.flags, counter=self.counter)
        made = self.key.sign(bytes(32), authenticator_data=data, client_data=client)
        signature = _der(made.r, made.s)
        return self._answer(
            {
                "authenticatorData": _text(data),
                "clientDataJSON": _text(client),
                "signature": _text(signature),
                "userHandle": None,
            }
        )

    def _client(self, kind: str, challenge: str) -> bytes:
        value = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(value, separators=(",", ":")).encode()

    def _answer(self, response: dict[str, Any]) -> str:
        shown = _text(self.credential_id)
        return json.dumps({"id": shown, "rawId": shown, "type": "public-key", "response": response})


def _der(r: bytes, s: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    return encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
