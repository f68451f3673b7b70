"""A passkey of the tests: the same name makes the same key, and the same signature each time."""

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from anchoring.hashing import KeyType, sha256
from anchoring.party_keys import PartyKey
from anchoring.webauthn import Assertion, N, client_data_start

RP_ID = "acta.example"
ORIGIN = "https://acta.example"
_HONEST_FLAGS = 0x1D
"""User present and verified, backup eligible and backed up: what phones send."""


@dataclass(frozen=True)
class Passkey:
    """A P-256 key for one relying party, and the salt of its commitment."""

    name: str
    rp_id: str = RP_ID

    @property
    def key(self) -> ec.EllipticCurvePrivateKey:
        secret = int.from_bytes(self._of("key"), "big") % (N - 1) + 1
        return ec.derive_private_key(secret, ec.SECP256R1())

    @property
    def rp_id_hash(self) -> bytes:
        return sha256(self.rp_id.encode())

    @property
    def party_key(self) -> PartyKey:
        """The key as ``parties.json`` opens it."""
        x, y = self.point
        return PartyKey(KeyType.PASSKEY, self._of("salt"), self.rp_id_hash, x, y)

    @property
    def point(self) -> tuple[bytes, bytes]:
        numbers = self.key.public_key().public_numbers()
        return numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")

    def authenticator_data(self, *, flags: int = _HONEST_FLAGS, counter: int = 7) -> bytes:
        return self.rp_id_hash + bytes([flags]) + counter.to_bytes(4, "big")

    def client_data(self, challenge: bytes, **more: Any) -> bytes:
        """Return client data as browsers write them, with members after the origin."""
        rest = json.dumps({"crossOrigin": False, **more}, separators=(",", ":"))
        return client_data_start(challenge) + json.dumps(ORIGIN).encode() + b"," + rest[1:].encode()

    def sign(
        self,
        challenge: bytes,
        *,
        authenticator_data: bytes | None = None,
        client_data: bytes | None = None,
    ) -> Assertion:
        """Return an assertion with low S over whatever it is given."""
        shown = self.authenticator_data() if authenticator_data is None else authenticator_data
        client = self.client_data(challenge) if client_data is None else client_data
        how = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        r, s = decode_dss_signature(self.key.sign(shown + sha256(client), how))
        x, y = self.point
        made = Assertion(x, y, r.to_bytes(32, "big"), s.to_bytes(32, "big"), shown, client)
        return made if s <= N // 2 else with_other_s(made)

    def _of(self, what: str) -> bytes:
        return hashlib.sha256(f"acta vectors: passkey {self.name} {what}".encode()).digest()


def with_other_s(assertion: Assertion) -> Assertion:
    """Return the same signature with n - s, which verifies as well where it is allowed."""
    s = N - int.from_bytes(assertion.s, "big")
    return replace(assertion, s=s.to_bytes(32, "big"))
