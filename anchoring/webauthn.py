"""Passkey assertions, judged by one rule in every verifier (SPEC.md §5).

A contract has to come to the same answer, so nothing here needs a JSON parser: the first bytes
of ``clientDataJSON`` are fixed, and what follows them is only hashed. Sources: WebAuthn Level 3
§5.8.1 (client data and its fixed serialisation) and §6.1 (authenticator data), FIPS 186-5 §6.4.
"""

import base64
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from anchoring.errors import BadAssertion, WrongLength
from anchoring.hashing import sha256, webauthn_attestation_hash

P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Field prime and group order of P-256 (SP 800-186 §3.2.1.3)."""
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
MIN_AUTHENTICATOR_DATA = 37
"""rpIdHash (32), flags (1), signature counter (4)."""
USER_PRESENT, USER_VERIFIED = 0x01, 0x04


@dataclass(frozen=True)
class Assertion:
    """What a passkey answers to a challenge, with its public key.

    ``x``, ``y``, ``r``, ``s``: 32 bytes each, big-endian; the last two as the browser gave them.
    """

    x: bytes
    y: bytes
    r: bytes
    s: bytes
    authenticator_data: bytes
    client_data_json: bytes

    def hash(self, rp_id_hash: bytes) -> bytes:
        """Return what a statement's entry commits to (SPEC.md §2), 32 bytes."""
        return webauthn_attestation_hash(
            rp_id_hash=rp_id_hash,
            x=self.x,
            y=self.y,
            r=self.r,
            s=self.s,
            authenticator_data=self.authenticator_data,
            client_data_json=self.client_data_json,
        )


def client_data_start(challenge: bytes) -> bytes:
    """Return the bytes that the client data of a signature over ``challenge`` begin with."""
    encoded = base64.urlsafe_b64encode(challenge).rstrip(b"=")
    return b'{"type":"webauthn.get","challenge":"' + encoded + b'","origin":'


def check_assertion(assertion: Assertion, *, challenge: bytes, rp_id_hash: bytes) -> None:
    """Accept an assertion over ``challenge`` for the relying party, or raise BadAssertion.

    ``challenge``: the 32 bytes signed (a statement's hash, a statusDigest). ``rp_id_hash``: the
    32 bytes that the key was committed with. The error's ``code`` is ``webauthn/<what>``.
    """
    for name, value in (("challenge", challenge), ("rp_id_hash", rp_id_hash)):
        if len(value) != 32:
            raise WrongLength(f"expected {name} of 32 bytes, got {len(value)}")
    _check_authenticator(assertion.authenticator_data, rp_id_hash)
    _check_client(assertion.client_data_json, challenge)
    signed = assertion.authenticator_data + sha256(assertion.client_data_json)
    check_p256(x=assertion.x, y=assertion.y, r=assertion.r, s=assertion.s, message=signed)


def check_p256(*, x: bytes, y: bytes, r: bytes, s: bytes, message: bytes) -> None:
    """Accept an ECDSA signature over SHA-256 of ``message``, in its one spelling (low-S).

    All four numbers are 32 bytes, big-endian; raises BadAssertion.
    """
    for name, value in (("x", x), ("y", y), ("r", r), ("s", s)):
        if len(value) != 32:
            raise WrongLength(f"expected {name} of 32 bytes, got {len(value)}")
    if not on_curve(x, y):
        raise BadAssertion("key", "expected a point of P-256, got x and y of none")
    if not 0 < int.from_bytes(r, "big") < N:
        raise BadAssertion("r", "expected r from 1 to n - 1")
    number = int.from_bytes(s, "big")
    if not 0 < number < N:
        raise BadAssertion("s", "expected s from 1 to n - 1")
    if number > N // 2:
        raise BadAssertion("high-s", "expected s up to n / 2; take n - s instead, once")
    point = ec.EllipticCurvePublicNumbers(
        int.from_bytes(x, "big"), int.from_bytes(y, "big"), ec.SECP256R1()
    )
    try:
        point.public_key().verify(
            encode_dss_signature(int.from_bytes(r, "big"), number),
            message,
            ec.ECDSA(hashes.SHA256()),
        )
    except InvalidSignature:
        raise BadAssertion(
            "signature", "expected a signature by this key over these bytes, got another"
        ) from None


def on_curve(x: bytes, y: bytes) -> bool:
    """Say whether 32-byte coordinates are a point of P-256, each below p; infinity has none."""
    at, height = int.from_bytes(x, "big"), int.from_bytes(y, "big")
    if at >= P or height >= P:
        return False
    return (height * height - (at * at * at - 3 * at + _B)) % P == 0


def _check_authenticator(data: bytes, rp_id_hash: bytes) -> None:
    if len(data) < MIN_AUTHENTICATOR_DATA:
        raise BadAssertion(
            "short",
            f"expected authenticatorData of 37 bytes or more, got {len(data)}",
        )
    if data[:32] != rp_id_hash:
        raise BadAssertion("relying-party", "expected the rpIdHash of the key, got another")
    if not data[32] & USER_PRESENT:
        raise BadAssertion("not-present", "expected the user to have been present (UP)")
    if not data[32] & USER_VERIFIED:
        raise BadAssertion("not-verified", "expected the user to have been verified (UV)")


def _check_client(data: bytes, challenge: bytes) -> None:
    expected = client_data_start(challenge)
    if data.startswith(expected):
        return
    # Same length and frame, so that only the challenge can be what differs.
    frame = client_data_start(bytes(32))
    start = frame.index(b"AAAA")
    same = data[:start] == frame[:start] and data[start + 43 : len(frame)] == frame[start + 43 :]
    if same:
        raise BadAssertion("challenge", "expected the challenge of this statement, got another")
    raise BadAssertion(
        "client-data", 'expected {"type":"webauthn.get","challenge":"…","origin": at its start'
    )
